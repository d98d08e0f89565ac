#include "http/spool_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "core/error.hpp"

namespace migrator::http {

namespace {

/// How much is gathered before it is written.
constexpr std::size_t kGathered = 65'536;

[[noreturn]] void fail(const char* what, const std::string& directory, int error) {
    throw Error(
        ErrorKind::Unavailable,
        fmt::format(
            "could not {} the spool file of a large response in {}: {}",
            what,
            directory,
            std::generic_category().message(error)
        )
    );
}

}  // namespace

UnlinkedFile UnlinkedFile::in(const std::string& directory) {
    const int descriptor = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor >= 0) return {descriptor, directory};
    // What systems say that don't know O_TMPFILE; open(2) lists them.
    if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL) return by_unlinking(directory);
    fail("create", directory, errno);
}

UnlinkedFile UnlinkedFile::by_unlinking(const std::string& directory) {
    std::string name = directory + "/migrator-XXXXXX";
    const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) fail("create", directory, errno);
    UnlinkedFile file(descriptor, directory);
    if (::unlink(name.c_str()) != 0) fail("unlink", directory, errno);
    return file;
}

UnlinkedFile::UnlinkedFile(int descriptor, std::string directory)
    : descriptor_(descriptor), directory_(std::move(directory)) {}

UnlinkedFile::UnlinkedFile(UnlinkedFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), directory_(std::move(other.directory_)) {}

UnlinkedFile::~UnlinkedFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void UnlinkedFile::write(std::size_t offset, std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t count =
            ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail("write", directory_, errno);
        bytes.remove_prefix(static_cast<std::size_t>(count));
        offset += static_cast<std::size_t>(count);
    }
}

std::size_t UnlinkedFile::read(std::size_t offset, char* bytes, std::size_t length) const {
    std::size_t done = 0;
    while (done < length) {
        const ssize_t count =
            ::pread(descriptor_, bytes + done, length - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail("read", directory_, errno);
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

void UnlinkedFile::truncate(std::size_t size) const noexcept {
    [[maybe_unused]] const int ignored = ::ftruncate(descriptor_, static_cast<off_t>(size));
}

void SpoolFile::append(std::string_view text) {
    if (gathered_.size() + text.size() > kGathered) write_gathered();
    if (text.size() > kGathered) {
        file_.write(written_, text);
        written_ += text.size();
    } else {
        gathered_.append(text);
    }
}

void SpoolFile::cut(std::size_t size) noexcept {
    if (size >= written_) {
        gathered_.resize(size - written_);
        return;
    }
    gathered_.clear();
    written_ = size;
    file_.truncate(size);
}

std::size_t SpoolFile::read(std::size_t offset, char* bytes, std::size_t length) {
    if (!gathered_.empty()) {
        write_gathered();
        gathered_ = std::string();  // an answer that is read is whole, and may be read for long
    }
    return file_.read(offset, bytes, length);
}

void SpoolFile::write_gathered() {
    file_.write(written_, gathered_);
    written_ += gathered_.size();
    gathered_.clear();
}

}  // namespace migrator::http
