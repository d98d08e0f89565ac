#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace migrator::db::sqlite {

/// SQLite attaches no more files than this to one connection (Debian's limit).
inline constexpr std::size_t kMaxSchemas = 10;

/// ASCII only, as SQLite compares names of databases.
bool same_name(std::string_view left, std::string_view right) noexcept;

/// Where the metadata file, its lock and the files of schemas are: all in one folder. A schema is
/// the file that has its name and the extension of the metadata file; one that is called like the
/// metadata file has `.schema` between the two.
///
/// Only tells paths: it must never open a database file. SQLite locks with POSIX locks, and those
/// are gone as soon as anybody in the process closes any descriptor of the file.
class Files {
public:
    /// Throws Configuration when `data_source` is not the path of a file. A relative path means
    /// the working directory of this moment. A `metadata_schema` other than the default one names
    /// the metadata file in that folder, with that extension.
    static Files parse(
        const std::string& data_source, const std::string& metadata_schema = "migrator"
    );

    const std::filesystem::path& metadata() const noexcept { return metadata_; }
    std::filesystem::path folder() const { return metadata_.parent_path(); }
    std::filesystem::path lock() const;
    std::filesystem::path of(const std::string& schema) const;

    /// Why no schema can have this name, and what to do; empty when it can.
    static std::string problem_with(const std::string& schema);

    /// Throws Unavailable when the folder of the files is missing.
    void check_folder() const;
    /// Throws Unavailable when no file can be made in the folder.
    void check_folder_is_writable() const;
    /// Throws MigrationFailed when a file in the folder has the name of one of `schemas` but for
    /// its case: on other file systems, and for SQLite, the two would be one.
    void check_spelling(std::span<const std::string> schemas) const;

private:
    explicit Files(std::filesystem::path metadata) : metadata_(std::move(metadata)) {}
    std::filesystem::path metadata_;  ///< absolute
};

/// The first two of `names` that differ only in case, for people ("North and north"); else empty.
std::string names_that_clash(std::span<const std::string> names);

}  // namespace migrator::db::sqlite
