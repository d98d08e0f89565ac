#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

extern char** environ;

namespace migrator::test {
namespace {

std::vector<std::string> merged(const std::map<std::string, std::string>& changes) {
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        if (!changes.contains(text.substr(0, text.find('=')))) result.push_back(text);
    }
    for (const auto& [name, value] : changes) result.push_back(name + "=" + value);
    return result;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
    result.push_back(nullptr);
    return result;
}

}  // namespace

Process::Process(
    const std::vector<std::string>& arguments,
    const std::map<std::string, std::string>& environment,
    const std::string& folder
) {
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("pipe failed");
    }
    // All memory is taken before the fork: the child may only call what is safe after one.
    const auto variables = merged(environment);
    const auto argv = pointers(arguments);
    const auto envp = pointers(variables);
    pid_ = fork();
    if (pid_ == 0) {
        dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        dup2(err[1], STDERR_FILENO);
        if (!folder.empty() && chdir(folder.c_str()) != 0) _exit(126);
        execve(argv[0], argv.data(), envp.data());
        _exit(127);
    }
    close(out[1]);
    close(err[1]);
    reader_ = std::jthread([this, sources = std::array{out[0], err[0]}](const std::stop_token& stop
                           ) { read_all(sources, stop); });
}

Process::~Process() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
}

void Process::send_signal(int signal) const {
    if (pid_ > 0) kill(pid_, signal);
}

void Process::read_all(std::array<int, 2> sources, const std::stop_token& stop) {
    // A child of the child may keep a stream open after the child has been killed.
    const int stopped = eventfd(0, EFD_CLOEXEC);
    {
        const std::stop_callback wake(stop, [stopped] { eventfd_write(stopped, 1); });
        std::array<char, 65'536> buffer{};
        while (!stop.stop_requested() && (sources[0] >= 0 || sources[1] >= 0)) {
            std::array<pollfd, 3> ready{
                pollfd{.fd = sources[0], .events = POLLIN, .revents = 0},
                pollfd{.fd = sources[1], .events = POLLIN, .revents = 0},
                pollfd{.fd = stopped, .events = POLLIN, .revents = 0}};
            poll(ready.data(), ready.size(), -1);
            for (std::size_t i = 0; i < sources.size(); ++i) {
                if (ready[i].revents == 0) continue;
                const auto size = read(sources[i], buffer.data(), buffer.size());
                if (size <= 0) {
                    close(sources[i]);
                    sources[i] = -1;
                    continue;
                }
                const std::lock_guard guard(mutex_);
                (i == 0 ? result_.out : result_.err)
                    .append(buffer.data(), static_cast<std::size_t>(size));
                changed_.notify_all();
            }
        }
    }
    for (const int source : sources) {
        if (source >= 0) close(source);
    }
    close(stopped);
    const std::lock_guard guard(mutex_);
    at_end_ = true;
    changed_.notify_all();
}

void Process::took_too_long() const {
    kill(pid_, SIGKILL);
    throw std::runtime_error("the process took too long; its errors: " + result_.err);
}

Process::Result Process::wait(std::chrono::seconds patience) {
    {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, patience, [&] { return at_end_; })) took_too_long();
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    result_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result_;
}

std::string Process::wait_for_line(const std::string& text, std::chrono::seconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    std::unique_lock lock(mutex_);
    while (true) {
        for (auto end = result_.err.find('\n', seen_); end != std::string::npos;
             end = result_.err.find('\n', seen_)) {
            const std::string line = result_.err.substr(seen_, end - seen_);
            seen_ = end + 1;
            if (line.find(text) != std::string::npos) return line;
        }
        if (at_end_) {
            throw std::runtime_error("the process ended without \"" + text + "\": " + result_.err);
        }
        if (changed_.wait_until(lock, until) == std::cv_status::timeout) took_too_long();
    }
}

std::string migrator_binary() {
    const char* path = std::getenv("MIGRATOR_TEST_BINARY");
    if (path == nullptr) throw std::runtime_error("MIGRATOR_TEST_BINARY is not set");
    return path;
}

Process::Result run_migrator(
    std::vector<std::string> arguments,
    const std::map<std::string, std::string>& environment,
    const std::string& folder
) {
    arguments.insert(arguments.begin(), migrator_binary());
    return Process(arguments, environment, folder).wait();
}

}  // namespace migrator::test
