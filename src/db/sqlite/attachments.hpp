#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/sqlite/connection.hpp"
#include "db/sqlite/files.hpp"

namespace migrator::db::sqlite {

/// The files of schemas that one connection has attached, each under its schema's name.
class Attachments {
public:
    /// `files` lends.
    explicit Attachments(const Files& files) : files_(files) {}

    const std::vector<std::string>& names() const noexcept { return names_; }
    bool contains(std::string_view schema) const;
    /// The paths of the metadata file and of all attached ones, for an error message.
    std::string paths() const;

    /// Attaches `wanted`, which are checked names without repetition, and detaches all others.
    /// A file that is missing is created. Throws Unavailable that names the file.
    void attach(Connection& connection, std::span<const std::string> wanted);

    /// Makes main and all attached files ready for a transaction over several of them, and throws
    /// Unavailable, naming the file, when one can't be written to.
    void make_ready(Connection& connection);

    /// Gives every file that `make_ready` found in WAL mode this mode back; what fails is logged.
    void give_back_wal(Connection& connection) noexcept;

    /// The connection is closed: nothing is attached any more.
    void forget() noexcept;

private:
    std::filesystem::path file_of(const std::string& schema) const;
    void attach_one(Connection& connection, const std::string& schema);
    void detach_one(Connection& connection, const std::string& schema);
    void make_ready(Connection& connection, const std::string& schema);
    void leave_wal(Connection& connection, const std::string& schema);
    void return_to_wal(Connection& connection, const std::string& schema) noexcept;

    const Files& files_;
    std::vector<std::string> names_;
    std::vector<std::string> was_wal_;  ///< "main" or names in `names_`
};

}  // namespace migrator::db::sqlite
