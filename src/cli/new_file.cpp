#include "cli/new_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/error.hpp"
#include "core/freed_by.hpp"
#include "core/random_id.hpp"

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

void replace_file(const std::filesystem::path& path, std::string_view contents) {
    const auto refuse = [&](const std::error_code& problem) {
        throw Error(
            ErrorKind::Unavailable,
            fmt::format("could not write {}: {}", path.string(), problem.message())
        );
    };
    std::error_code problem;
    const std::filesystem::path target = std::filesystem::canonical(path, problem);
    if (problem) refuse(problem);
    std::filesystem::path aside = target;
    aside += fmt::format(".{}.tmp", random_uuid());
    try {
        write_new_file(aside, contents);
        const auto rights = std::filesystem::status(target, problem).permissions();
        if (!problem) std::filesystem::permissions(aside, rights, problem);
        if (!problem) std::filesystem::rename(aside, target, problem);
        if (problem) refuse(problem);
    } catch (const Error&) {
        std::error_code ignored;
        std::filesystem::remove(aside, ignored);
        throw;
    }
}

}  // namespace migrator::cli
