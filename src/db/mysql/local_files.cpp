#include "db/mysql/local_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/utf8.hpp"

namespace migrator::db::mysql {

void LocalFiles::serve(MYSQL* handle) {
    handle_ = handle;
    mysql_set_local_infile_handler(handle, begin, read, end, error, this);
}

std::optional<LocalFiles::Problem> LocalFiles::take_problem() {
    return std::exchange(problem_, std::nullopt);
}

/// For the library: 1 is a failure.
int LocalFiles::refuse(int number, const std::string& what, bool cut) {
    problem_ = Problem{
        .number = static_cast<unsigned>(number),
        .message = fmt::format(
            "File '{}' {} (Errcode: {} \"{}\")",
            to_valid_utf8(name_),
            what,
            number,
            std::generic_category().message(number)
        ),
        .cut = cut};
    // The library ends the file with an empty packet in any case. A server that does not get it
    // ends the statement and the message with an error.
    if (cut) shutdown(static_cast<int>(mysql_get_socket(handle_)), SHUT_RDWR);
    return 1;
}

int LocalFiles::begin(void** file, const char* name, void* self) noexcept {
    auto& files = *static_cast<LocalFiles*>(self);
    *file = self;
    try {
        return files.open(name) ? 0 : 1;
    } catch (const std::exception&) {  // no memory
        return 1;
    }
}

bool LocalFiles::open(const char* name) {
    name_ = name;
    problem_.reset();
    const bool cut = asked_ != Asked::Alone;
    if (asked_ == Asked::Never) {
        refuse(EPERM, "was asked for by the server, but no statement reads a file", cut);
        return false;
    }
    file_ = ::open(name, O_RDONLY | O_CLOEXEC);
    if (file_ < 0) {
        const int why = errno;
        refuse(why, why == ENOENT ? "not found" : "cannot be opened", cut);
        return false;
    }
    struct stat found {};
    if (fstat(file_, &found) == 0 && S_ISDIR(found.st_mode)) {
        refuse(EISDIR, "is a directory", cut);
        return false;
    }
    return true;
}

int LocalFiles::read(void* file, char* buffer, unsigned size) noexcept {
    auto& files = *static_cast<LocalFiles*>(file);
    ssize_t count = -1;
    do {
        count = ::read(files.file_, buffer, size);
    } while (count < 0 && errno == EINTR);
    if (count >= 0) return static_cast<int>(count);
    const int why = errno;
    try {
        // The rows before it have gone out, and would be kept as the whole.
        files.refuse(why, "cannot be read to its end", true);
    } catch (const std::exception&) {  // no memory
        shutdown(static_cast<int>(mysql_get_socket(files.handle_)), SHUT_RDWR);
    }
    return -1;
}

void LocalFiles::end(void* file) noexcept {
    auto& files = *static_cast<LocalFiles*>(file);
    if (files.file_ >= 0) close(files.file_);
    files.file_ = -1;
}

int LocalFiles::error(void* file, char* buffer, unsigned size) noexcept {
    const auto& problem = static_cast<LocalFiles*>(file)->problem_;
    if (size == 0) return 0;
    const std::string_view text = problem ? std::string_view(problem->message) : "no memory";
    const std::size_t length = std::min<std::size_t>(text.size(), size - 1);
    std::copy_n(text.data(), length, buffer);
    buffer[length] = '\0';
    return problem ? static_cast<int>(problem->number) : ENOMEM;
}

}  // namespace migrator::db::mysql
