#include "cloud/aws/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>

#include "core/duration.hpp"
#include "core/error.hpp"

namespace migrator::cloud::aws {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Of standard error only the end is of use: it says why.
constexpr std::size_t kErrorBytes = 65'536;
/// How soon the end of a command is seen that has left its output to another process.
constexpr milliseconds kStep{50};

[[noreturn]] void fail(const std::string& what, int error) {
    throw Error(
        ErrorKind::Internal, fmt::format("{}: {}", what, std::generic_category().message(error))
    );
}

/// The two ends of a pipe; what is still open is closed at the end.
class Pipe {
public:
    Pipe() {
        if (::pipe2(ends_.data(), O_CLOEXEC) != 0) fail("could not create a pipe", errno);
    }
    ~Pipe() {
        close_reader();
        close_writer();
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    int reader() const { return ends_[0]; }
    int writer() const { return ends_[1]; }
    bool is_open() const { return ends_[0] >= 0; }
    void close_reader() { close_end(ends_[0]); }
    void close_writer() { close_end(ends_[1]); }

private:
    static void close_end(int& end) {
        if (end >= 0) ::close(end);
        end = -1;
    }
    std::array<int, 2> ends_{-1, -1};
};

/// The child, which is the leader of its group. Killed with it and reaped when it is left running.
class Child {
public:
    Child(const std::string& command, const Pipe& out, const Pipe& err) {
        posix_spawn_file_actions_t files{};
        posix_spawnattr_t attributes{};
        sigset_t none;
        sigset_t broken_pipe;  // the server ignores it, which a child would inherit
        sigemptyset(&none);
        sigemptyset(&broken_pipe);
        sigaddset(&broken_pipe, SIGPIPE);
        ::posix_spawn_file_actions_init(&files);
        ::posix_spawnattr_init(&attributes);
        ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&files, out.writer(), 1);
        ::posix_spawn_file_actions_adddup2(&files, err.writer(), 2);
        ::posix_spawnattr_setpgroup(&attributes, 0);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setsigdefault(&attributes, &broken_pipe);
        ::posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        );
        std::string shell = "sh";
        std::string option = "-c";
        std::string line = command;
        std::array<char*, 4> arguments{shell.data(), option.data(), line.data(), nullptr};
        const int error =
            ::posix_spawn(&pid_, "/bin/sh", &files, &attributes, arguments.data(), environ);
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&files);
        if (error != 0) fail("could not start /bin/sh", error);
    }
    ~Child() {
        if (exit_code_) return;
        ::kill(-pid_, SIGKILL);
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Nothing while it runs.
    std::optional<int> exit_code() {
        if (exit_code_) return exit_code_;
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
        exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        return exit_code_;
    }

private:
    pid_t pid_ = -1;
    std::optional<int> exit_code_;
};

/// Takes what is there; closes the pipe at its end.
void take(Pipe& pipe, std::string& text) {
    std::array<char, 8'192> piece{};
    const ssize_t length = ::read(pipe.reader(), piece.data(), piece.size());
    if (length < 0 && errno == EINTR) return;
    if (length <= 0) {
        pipe.close_reader();
        return;
    }
    text.append(piece.data(), static_cast<std::size_t>(length));
}

/// Waits a step at most; false when there was nothing to take.
bool take_from_both(Pipe& out, Pipe& err, ProcessResult& result, milliseconds wait) {
    std::array<pollfd, 2> events{{{out.reader(), POLLIN, 0}, {err.reader(), POLLIN, 0}}};
    if (::poll(events.data(), events.size(), static_cast<int>(wait.count())) <= 0) return false;
    if (events[0].revents != 0) take(out, result.out);
    if (events[1].revents != 0) take(err, result.err);
    return true;
}

}  // namespace

ProcessResult run_command(const std::string& command, const ProcessLimits& limits) {
    Pipe out;
    Pipe err;
    Child child(command, out, err);
    out.close_writer();
    err.close_writer();
    ProcessResult result;
    const auto end = Steady::now() + limits.time;
    while (true) {
        // Asked first: what the command wrote before it ended is then there to be taken.
        const std::optional<int> exit_code = child.exit_code();
        const bool took = take_from_both(out, err, result, exit_code ? milliseconds(0) : kStep);
        if (result.out.size() > limits.out_bytes) {
            throw Error(
                ErrorKind::Configuration,
                fmt::format("the command wrote more than {} bytes", limits.out_bytes)
            );
        }
        if (result.err.size() > kErrorBytes) result.err.erase(0, result.err.size() - kErrorBytes);
        if (exit_code && !took) {
            result.exit_code = *exit_code;
            return result;
        }
        if (Steady::now() > end) {
            throw Error(
                ErrorKind::Configuration,
                "the command did not finish within " + format_duration(limits.time)
            );
        }
    }
}

}  // namespace migrator::cloud::aws
