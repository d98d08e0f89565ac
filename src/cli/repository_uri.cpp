#include "cli/repository_uri.hpp"

#include <filesystem>
#include <optional>
#include <system_error>

#include "core/percent.hpp"

namespace migrator::cli {
namespace {

namespace fs = std::filesystem;

/// The closest folder above `file` that holds a `.git`, which is a file in a worktree.
std::optional<fs::path> repository_of(const fs::path& file) {
    std::error_code ignored;
    for (fs::path above = file.parent_path(); above.has_relative_path();
         above = above.parent_path()) {
        if (fs::exists(above / ".git", ignored)) return above;
    }
    return std::nullopt;
}

}  // namespace

std::string repository_uri(const std::string& file, const std::string& folder) {
    constexpr std::string_view kKept = "/!$&'()*+,;=@";
    if (file.find("://") != std::string::npos) return file;
    const fs::path path = (fs::path(folder) / file).lexically_normal();
    const fs::path root = repository_of(path).value_or(fs::path(folder).lexically_normal());
    const std::string relative = path.lexically_relative(root).generic_string();
    const bool is_outside = relative.empty() || relative == ".." || relative.starts_with("../");
    if (!is_outside) return percent_encoded(relative, kKept);
    return "file://" + percent_encoded(path.generic_string(), kKept);
}

}  // namespace migrator::cli
