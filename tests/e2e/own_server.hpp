#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "e2e/site.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace migrator::test {

/// Nobody listens there now.
inline int free_port() {
    const int handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(handle, reinterpret_cast<sockaddr*>(&address), size) != 0) {
        throw std::system_error(errno, std::system_category(), "bind");
    }
    getsockname(handle, reinterpret_cast<sockaddr*>(&address), &size);
    close(handle);
    return ntohs(address.sin_port);
}

/// The folder with initdb and pg_ctl; nothing when there is none.
inline std::optional<std::filesystem::path> server_programs() {
    if (const std::string given = variable("POSTGRES_BIN"); !given.empty()) return given;
    std::vector<std::filesystem::path> found;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
        if (std::filesystem::exists(entry.path() / "bin/pg_ctl"))
            found.push_back(entry.path() / "bin");
    }
    if (found.empty()) return std::nullopt;
    return *std::ranges::max_element(found);
}

/// A server of the test's own, which it may stop as it likes.
class OwnServer {
public:
    explicit OwnServer(std::filesystem::path programs)
        : programs_(std::move(programs)), port_(free_port()) {
        // It does not run as root: then it is the user that comes with Debian's package.
        if (geteuid() == 0) {
            as_ = {"/usr/sbin/runuser", "-u", "postgres", "--"};
            run({"/bin/chown", "postgres", folder_.path()}, false);
        }
        run({programs_ / "initdb", "-D", data(), "-U", "postgres", "--auth=trust", "--no-sync"});
        start();
    }
    ~OwnServer() {
        try {
            stop();
        } catch (const std::exception&) {
            // The test has stopped it already.
        }
    }
    OwnServer(const OwnServer&) = delete;
    OwnServer& operator=(const OwnServer&) = delete;

    std::string url() const {
        return "postgres://postgres@127.0.0.1:" + std::to_string(port_) + "/postgres";
    }
    void start() {
        run(
            {programs_ / "pg_ctl",
             "start",
             "-D",
             data(),
             "-w",
             "-l",
             folder_.path() / "log",
             "-o",
             "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c port=" +
                 std::to_string(port_)}
        );
    }
    /// As if it had crashed.
    void stop() { run({programs_ / "pg_ctl", "stop", "-D", data(), "-w", "-m", "immediate"}); }

private:
    std::string data() const { return folder_.path() / "data"; }
    void run(std::vector<std::string> command, bool as_its_user = true) const {
        if (as_its_user) command.insert(command.begin(), as_.begin(), as_.end());
        const auto result = Process(command, {}, "/").wait();
        if (result.exit_code != 0) throw std::runtime_error(result.out + result.err);
    }

    const std::filesystem::path programs_;
    const int port_;
    TempDir folder_;
    std::vector<std::string> as_;
};

}  // namespace migrator::test
