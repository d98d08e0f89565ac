#include "cli/new_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/error.hpp"
#include "core/freed_by.hpp"

namespace migrator::cli {

void write_new_file(const std::filesystem::path& path, std::string_view contents) {
    const auto refuse = [&](int code) {
        const auto kind = code == EEXIST ? ErrorKind::InvalidRequest : ErrorKind::Unavailable;
        const std::string why = code == EEXIST ? "the file already exists" : std::strerror(code);
        throw Error(kind, fmt::format("could not create {}: {}", path.string(), why));
    };
    std::error_code problem;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), problem);
    if (problem) refuse(problem.value());
    using File = std::unique_ptr<std::FILE, FreedBy<std::fclose>>;
    File file(std::fopen(path.c_str(), "wxe"));
    if (!file) refuse(errno);
    const bool written =
        std::fwrite(contents.data(), 1, contents.size(), file.get()) == contents.size() &&
        std::fflush(file.get()) == 0;
    if (!written) refuse(errno);
}

}  // namespace migrator::cli
