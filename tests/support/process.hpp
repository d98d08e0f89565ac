#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace migrator::test {

/// A child process with its output captured; killed (SIGKILL) and reaped when destroyed. A thread
/// reads the output from the start, so that no child waits for room in a pipe.
class Process {
public:
    /// Starts `arguments` (the first one is the program's path) with the test's own environment
    /// and `environment` over it, in `folder` when that is not empty.
    explicit Process(
        const std::vector<std::string>& arguments,
        const std::map<std::string, std::string>& environment = {},
        const std::string& folder = {}
    );
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t pid() const { return pid_; }
    void send_signal(int signal) const;

    struct Result {
        int exit_code = -1;  ///< 128 + signal when a signal ended it
        std::string out;
        std::string err;
    };
    /// Waits for the end. Throws std::runtime_error after `patience`, having killed the process: a
    /// test that hangs is a failure, not a wait.
    Result wait(std::chrono::seconds patience = std::chrono::seconds(120));

    /// Waits until a line of standard error contains `text`; returns that line. Throws when the
    /// process ends, or `patience` is over, before it came.
    std::string wait_for_line(
        const std::string& text, std::chrono::seconds patience = std::chrono::seconds(60)
    );

private:
    void read_all(std::array<int, 2> sources, const std::stop_token& stop);
    [[noreturn]] void took_too_long() const;

    pid_t pid_ = -1;
    std::mutex mutex_;
    std::condition_variable changed_;
    Result result_;         ///< guarded by mutex_ while the reader lives
    bool at_end_ = false;   ///< of both streams; guarded by mutex_
    std::size_t seen_ = 0;  ///< of result_.err, by wait_for_line
    std::jthread reader_;
};

/// The program under test: $MIGRATOR_TEST_BINARY. Throws when it is not set.
std::string migrator_binary();

/// Runs the program under test to its end.
Process::Result run_migrator(
    std::vector<std::string> arguments,
    const std::map<std::string, std::string>& environment = {},
    const std::string& folder = {}
);

}  // namespace migrator::test
