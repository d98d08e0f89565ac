#pragma once

#include <dirent.h>

#include <memory>
#include <string>
#include <vector>

#include "core/freed_by.hpp"

namespace migrator::loader {

/// An open directory of the local disk. Several threads may read files of it at the same time.
class DiskDirectory {
public:
    /// `path` is absolute. Throws Configuration when there is no such directory or it may not be
    /// read, Unavailable when the disk fails; the message starts with "open PATH: ".
    explicit DiskDirectory(std::string path);

    const std::string& path() const noexcept { return path_; }

    /// Names of the files, sorted bytewise: all but what is, or links to, a directory. Once.
    /// Throws MigrationFailed for what can't be read as a file, such as a socket.
    std::vector<std::string> file_names();

    /// The bytes of the file `name`. Throws MigrationFailed, or Unavailable when the disk fails.
    std::string read(const std::string& name) const;

private:
    bool is_file(const dirent& entry) const;
    [[noreturn]] void fail_to_read(const std::string& name, int error, const char* call) const;

    std::string path_;
    std::unique_ptr<DIR, FreedBy<::closedir>> handle_;
};

}  // namespace migrator::loader
