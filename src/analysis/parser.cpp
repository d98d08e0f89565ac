#include "analysis/parser.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>

#include "core/error.hpp"

namespace migrator::analysis {
namespace {

/// The trees of longer ones are of no use to anybody.
constexpr std::uint32_t kLongestAnswer = 8U << 20U;

}  // namespace

void Parser::start() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw Error(
            ErrorKind::Internal, std::string("no socket for the parser: ") + std::strerror(errno)
        );
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    std::string mode(kParserMode);
    std::string name = "migrator";
    const std::array<char*, 3> arguments = {name.data(), mode.data(), nullptr};
    const std::array<char*, 1> no_environment = {nullptr};
    const int failed = ::posix_spawn(
        &child_, program_.c_str(), &actions, nullptr, arguments.data(), no_environment.data()
    );
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    socket_ = ends[0];
    if (failed != 0) {
        child_ = -1;
        end();
        throw Error(
            ErrorKind::Internal, std::string("could not start the parser: ") + std::strerror(failed)
        );
    }
}

void Parser::end() noexcept {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
    if (child_ > 0) {
        ::kill(child_, SIGKILL);
        while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    child_ = -1;
}

bool Parser::send(const char* bytes, std::size_t size) const {
    while (size > 0) {
        const ssize_t sent = ::send(socket_, bytes, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

bool Parser::receive(
    char* bytes, std::size_t size, std::chrono::steady_clock::time_point until, bool& late
) const {
    while (size > 0) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            until - std::chrono::steady_clock::now()
        );
        pollfd waited{.fd = socket_, .events = POLLIN, .revents = 0};
        const int ready =
            left.count() <= 0 ? 0 : ::poll(&waited, 1, static_cast<int>(left.count()));
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) late = true;
        if (ready <= 0) return false;
        const ssize_t got = ::recv(socket_, bytes, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        bytes += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

Parser::Answer Parser::parse(std::string_view statement) {
    if (child_ < 0) start();
    const auto until = std::chrono::steady_clock::now() + patience_;
    const auto size = static_cast<std::uint32_t>(statement.size());
    bool late = false;
    char kind = 0;
    std::uint32_t length = 0;
    const bool answered = send(reinterpret_cast<const char*>(&size), sizeof size) &&
                          send(statement.data(), statement.size()) &&
                          receive(&kind, 1, until, late) &&
                          receive(reinterpret_cast<char*>(&length), sizeof length, until, late) &&
                          length <= kLongestAnswer;
    std::string text(answered ? length : 0, '\0');
    if (!answered || !receive(text.data(), text.size(), until, late)) {
        end();
        return {
            .tree = {},
            .why_not =
                late ? "the parser takes too long" : "the parser gave up: too deep or too long"};
    }
    if (kind == 'T') return {.tree = std::move(text), .why_not = {}};
    return {.tree = {}, .why_not = "the parser does not know it: " + text};
}

}  // namespace migrator::analysis
