#include "db/sqlite/run_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.hpp"
#include "db/sql/heartbeat.hpp"

namespace migrator::db::sqlite {
namespace {

/// Whether `path` still is the file that `descriptor` has open.
bool is_file_of(const std::filesystem::path& path, int descriptor) noexcept {
    struct stat named {};
    struct stat opened {};
    return stat(path.c_str(), &named) == 0 && fstat(descriptor, &opened) == 0 &&
           named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

class FileLock final : public sql::RunLock {
public:
    FileLock(std::filesystem::path path, int descriptor)
        : path_(std::move(path)), descriptor_(descriptor), process_(getpid()) {}
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

    ~FileLock() override {
        // Without LOCK_UN the lock would live on in the copy of the descriptor that a child has
        // between fork and exec; in such a child it would take away the parent's lock.
        if (getpid() == process_) flock(descriptor_, LOCK_UN);
        close(descriptor_);
    }

    void notify(std::function<void()> on_lost) override { loss_.notify(std::move(on_lost)); }

    bool lost() const noexcept override {
        if (is_file_of(path_, descriptor_)) return false;
        loss_.report();
        return true;
    }

private:
    const std::filesystem::path path_;
    const int descriptor_;
    const pid_t process_;
    mutable sql::LossNotice loss_;
};

[[noreturn]] void fail_to_lock(const std::filesystem::path& path, int code) {
    const bool cannot_lock =
        code == ENOLCK || code == EOPNOTSUPP || code == ENOSYS || code == EINVAL;
    throw Error(
        ErrorKind::Unavailable,
        fmt::format(
            "could not lock {}: {}{}",
            path.string(),
            std::strerror(code),
            cannot_lock
                ? "; the file system does not support flock: move the metadata file to a local disk"
                : ""
        )
    );
}

}  // namespace

std::unique_ptr<sql::RunLock> try_lock_file(const std::filesystem::path& path) {
    const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
    if (descriptor < 0) {
        const int code = errno;
        throw Error(
            ErrorKind::Unavailable,
            fmt::format("could not open the lock file {}: {}", path.string(), std::strerror(code))
        );
    }
    auto lock = std::make_unique<FileLock>(path, descriptor);
    int taken = -1;
    do {
        taken = flock(descriptor, LOCK_EX | LOCK_NB);
    } while (taken != 0 && errno == EINTR);
    if (taken != 0 && errno != EWOULDBLOCK) fail_to_lock(path, errno);
    // Replaced between `open` and `flock`: what we hold keeps nobody out. The next try finds the
    // new file.
    if (taken != 0 || !is_file_of(path, descriptor)) return nullptr;
    return lock;
}

}  // namespace migrator::db::sqlite
