#pragma once

#include <dirent.h>
#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/freed_by.hpp"

namespace migrator::loader {

/// What a directory is, by whatever path it was reached.
struct DirectoryIdentity {
    dev_t device;
    ino_t number;

    bool operator==(const DirectoryIdentity&) const = default;
};

/// The names in a directory, each list sorted bytewise.
struct DirectoryEntries {
    std::vector<std::string> files;
    std::vector<std::string> folders;  ///< what is, or links to, a directory
};

/// An open directory of the local disk. Several threads may read files of it at the same time.
class DiskDirectory {
public:
    /// `path` is absolute. Throws Configuration when there is no such directory or it may not be
    /// read, Unavailable when the disk fails; the message starts with "open PATH: ".
    explicit DiskDirectory(std::string path);

    const std::string& path() const noexcept { return path_; }

    /// Throws Unavailable when the disk fails.
    DirectoryIdentity identity() const;

    using IsUnread = std::function<bool(const std::string& name)>;
    /// What is in it. Once. Throws MigrationFailed for what can't be read as a file, such as a
    /// socket or a link to nowhere, unless it `is_unread`: then that counts as a file.
    DirectoryEntries entries(const IsUnread& is_unread);

    /// The bytes of the file `name`. Throws MigrationFailed, or Unavailable when the disk fails.
    std::string read(const std::string& name) const;

private:
    bool is_folder(const dirent& entry, const IsUnread& is_unread) const;
    [[noreturn]] void fail_to_read(const std::string& name, int error, const char* call) const;

    std::string path_;
    std::unique_ptr<DIR, FreedBy<::closedir>> handle_;
};

}  // namespace migrator::loader
