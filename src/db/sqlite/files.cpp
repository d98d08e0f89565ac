#include "db/sqlite/files.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/error.hpp"
#include "core/schema_name.hpp"
#include "db/options.hpp"

namespace migrator::db::sqlite {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_data_source(const std::string& why) {
    throw Error(
        ErrorKind::Configuration,
        "dataSource must be the path of the metadata file, such as data/migrator.db: " + why
    );
}

bool is_plain(const std::string& schema) try {
    return SchemaName::parse(schema).is_plain();
} catch (const Error&) {
    return false;
}

}  // namespace

bool same_name(std::string_view left, std::string_view right) noexcept {
    return left.size() == right.size() &&
           sqlite3_strnicmp(left.data(), right.data(), static_cast<int>(left.size())) == 0;
}

Files Files::parse(const std::string& data_source, const std::string& metadata_schema) {
    if (data_source.empty()) refuse_data_source("it is empty");
    if (data_source.find('\0') != std::string::npos) refuse_data_source("it contains a NUL byte");
    if (data_source.starts_with("file:"))
        refuse_data_source("a file: URI is not supported; remove 'file:'");
    if (data_source.starts_with(":")) {
        refuse_data_source("an in-memory database would be lost at the end of each connection");
    }
    std::error_code problem;
    fs::path path = fs::absolute(data_source, problem).lexically_normal();
    if (problem) refuse_data_source("could not read the working directory: " + problem.message());
    if (!path.has_filename()) refuse_data_source("it names a folder, not a file");
    if (fs::is_directory(path, problem)) refuse_data_source("it names an existing folder");
    if (metadata_schema != kMetadataSchema) {
        path.replace_filename(metadata_schema + path.extension().string());
        if (fs::is_directory(path, problem)) {
            refuse_data_source("metadataSchema names an existing folder: " + path.string());
        }
    }
    return Files(path);
}

fs::path Files::lock() const {
    fs::path lock = metadata_;
    return lock += ".lock";
}

fs::path Files::of(const std::string& schema) const {
    fs::path name = schema;
    // Names of schemas have no dot, so this is no other schema's file.
    if (same_name(metadata_.stem().string(), schema)) name += ".schema";
    name += metadata_.extension();
    return folder() / name;
}

std::string Files::problem_with(const std::string& schema) {
    static constexpr std::array<std::string_view, 3> kTaken = {"main", "temp", "migrator"};
    std::string why;
    if (!is_plain(schema)) {
        why = "use letters, digits and '_', and begin with a letter or '_'";
    } else if (std::ranges::any_of(kTaken, [&](auto name) { return same_name(name, schema); })) {
        why = "the name is reserved";
    } else if (sqlite3_keyword_check(schema.data(), static_cast<int>(schema.size())) != 0) {
        why = "the name is an SQL keyword";
    } else {
        return {};
    }
    return fmt::format("invalid schema name '{}' for SQLite: {}", schema, why);
}

void Files::check_folder() const {
    std::error_code problem;
    if (fs::is_directory(folder(), problem)) return;
    throw Error(
        ErrorKind::Unavailable,
        fmt::format(
            "the folder {} of the metadata file does not exist; create it, or correct dataSource",
            folder().string()
        )
    );
}

void Files::check_folder_is_writable() const {
    if (access(folder().c_str(), W_OK | X_OK) == 0) return;
    const int code = errno;
    throw Error(
        ErrorKind::Unavailable,
        fmt::format(
            "the folder {} is not writable ({}); SQLite creates databases and journals there",
            folder().string(),
            std::strerror(code)
        )
    );
}

void Files::check_spelling(std::span<const std::string> schemas) const {
    std::error_code problem;
    for (fs::directory_iterator entry(folder(), problem), end; !problem && entry != end;
         entry.increment(problem)) {
        const std::string name = entry->path().filename().string();
        for (const std::string& schema : schemas) {
            const std::string wanted = of(schema).filename().string();
            if (name == wanted || !same_name(name, wanted)) continue;
            throw Error(
                ErrorKind::MigrationFailed,
                fmt::format(
                    "cannot use schema {}: {} already exists, and schema names must not differ "
                    "only in case",
                    schema,
                    entry->path().string()
                )
            );
        }
    }
}

std::string names_that_clash(std::span<const std::string> names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (names[i] != names[j] && same_name(names[i], names[j])) {
                return names[j] + " and " + names[i];
            }
        }
    }
    return {};
}

}  // namespace migrator::db::sqlite
