#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
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
    out_ = out[0];
    err_ = err[0];
}

Process::~Process() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    if (out_ >= 0) close(out_);
    if (err_ >= 0) close(err_);
}

void Process::send_signal(int signal) const {
    if (pid_ > 0) kill(pid_, signal);
}

bool Process::read_some(std::chrono::steady_clock::time_point until) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now()
    );
    std::array<pollfd, 2> ready{
        pollfd{.fd = out_, .events = POLLIN, .revents = 0},
        pollfd{.fd = err_, .events = POLLIN, .revents = 0}};
    if (left.count() <= 0 || poll(ready.data(), 2, static_cast<int>(left.count())) == 0) {
        kill(pid_, SIGKILL);
        throw std::runtime_error("the process took too long; its errors: " + result_.err);
    }
    const auto take = [](const pollfd& source, int& handle, std::string& text) {
        if (source.revents == 0 || handle < 0) return;
        std::array<char, 65'536> buffer{};
        const auto size = read(handle, buffer.data(), buffer.size());
        if (size > 0) {
            text.append(buffer.data(), static_cast<std::size_t>(size));
        } else {
            close(handle);
            handle = -1;
        }
    };
    take(ready[0], out_, result_.out);
    take(ready[1], err_, result_.err);
    return out_ >= 0 || err_ >= 0;
}

Process::Result Process::wait(std::chrono::seconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while ((out_ >= 0 || err_ >= 0) && read_some(until)) {
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    result_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result_;
}

std::string Process::wait_for_line(const std::string& text, std::chrono::seconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (true) {
        for (auto end = result_.err.find('\n', seen_); end != std::string::npos;
             end = result_.err.find('\n', seen_)) {
            const std::string line = result_.err.substr(seen_, end - seen_);
            seen_ = end + 1;
            if (line.find(text) != std::string::npos) return line;
        }
        if (!read_some(until)) {
            throw std::runtime_error("the process ended without \"" + text + "\": " + result_.err);
        }
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
