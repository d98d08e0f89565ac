#include "loader/disk_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "core/error.hpp"
#include "core/file_descriptor.hpp"
#include "core/path.hpp"
#include "loader/system_error.hpp"

namespace migrator::loader {
namespace {

/// Somebody has to change something; all else may pass by itself.
bool is_lasting(int error) {
    return error == ENOENT || error == ENOTDIR || error == EACCES || error == EPERM ||
           error == ELOOP || error == ENAMETOOLONG || error == ENXIO || error == EISDIR;
}

const char* name_of_type(mode_t mode) {
    if (S_ISFIFO(mode)) return "a named pipe";
    if (S_ISSOCK(mode)) return "a socket";
    return "a device";
}

/// Reads to the end, whatever `size_hint` says: some file systems don't know sizes.
/// -1 with errno when that fails.
ssize_t read_to_end(int file, std::size_t size_hint, std::string& contents) {
    contents.resize(size_hint + 1);  // one more, so that the end shows without another call
    std::size_t used = 0;
    while (true) {
        const ssize_t n = ::read(file, contents.data() + used, contents.size() - used);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        used += static_cast<std::size_t>(n);
        if (n == 0 || used == size_hint) break;
        if (used == contents.size()) contents.resize(2 * used);
    }
    contents.resize(used);
    return static_cast<ssize_t>(used);
}

}  // namespace

DiskDirectory::DiskDirectory(std::string path)
    : path_(std::move(path)), handle_(::opendir(path_.c_str())) {
    if (handle_ != nullptr) return;
    const int error = errno;
    throw Error(
        is_lasting(error) ? ErrorKind::Configuration : ErrorKind::Unavailable,
        fmt::format("open {}: {}", path_, system_error(error))
    );
}

void DiskDirectory::fail_to_read(const std::string& name, int error, const char* call) const {
    throw Error(
        is_lasting(error) ? ErrorKind::MigrationFailed : ErrorKind::Unavailable,
        fmt::format(
            "Could not read file {0}: {1} {0}: {2}", joined(path_, name), call, system_error(error)
        )
    );
}

DirectoryIdentity DiskDirectory::identity() const {
    struct stat status {};
    if (::fstat(::dirfd(handle_.get()), &status) != 0) {
        throw Error(ErrorKind::Unavailable, fmt::format("stat {}: {}", path_, system_error(errno)));
    }
    return {status.st_dev, status.st_ino};
}

bool DiskDirectory::is_folder(const dirent& entry, const IsUnread& is_unread) const {
    if (entry.d_type == DT_REG) return false;
    if (entry.d_type == DT_DIR) return true;
    struct stat status {};
    if (::fstatat(::dirfd(handle_.get()), entry.d_name, &status, 0) != 0) {
        if (is_unread(entry.d_name)) return false;
        fail_to_read(entry.d_name, errno, entry.d_type == DT_LNK ? "follow link" : "stat");
    }
    if (S_ISDIR(status.st_mode)) return true;
    if (S_ISREG(status.st_mode) || is_unread(entry.d_name)) return false;
    throw Error(
        ErrorKind::MigrationFailed,
        fmt::format(
            "Could not read file {}: not a regular file but {}",
            joined(path_, entry.d_name),
            name_of_type(status.st_mode)
        )
    );
}

DirectoryEntries DiskDirectory::entries(const IsUnread& is_unread) {
    DirectoryEntries entries;
    while (true) {
        errno = 0;
        const dirent* entry = ::readdir(handle_.get());
        if (entry == nullptr) break;
        const std::string name = entry->d_name;
        if (name == "." || name == "..") continue;
        (is_folder(*entry, is_unread) ? entries.folders : entries.files).push_back(name);
    }
    if (errno != 0) {
        throw Error(
            ErrorKind::Unavailable,
            fmt::format(
                "Could not read source dir {0}: readdirent {0}: {1}", path_, system_error(errno)
            )
        );
    }
    std::ranges::sort(entries.files);
    std::ranges::sort(entries.folders);
    return entries;
}

std::string DiskDirectory::read(const std::string& name) const {
    // Should the file have become a pipe since it was listed, opening it must not wait for a
    // writer.
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    const FileDescriptor file(::openat(::dirfd(handle_.get()), name.c_str(), kFlags));
    if (file.number() < 0) fail_to_read(name, errno, "open");
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) fail_to_read(name, errno, "stat");
    std::string contents;
    if (read_to_end(file.number(), static_cast<std::size_t>(status.st_size), contents) < 0) {
        fail_to_read(name, errno, "read");
    }
    return contents;
}

}  // namespace migrator::loader
