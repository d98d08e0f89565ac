#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace migrator::test {

/// One client's connection, as a script of the server below sees it.
class ServedConnection {
public:
    explicit ServedConnection(int socket) : socket_(socket) {}
    virtual ~ServedConnection() = default;
    ServedConnection(const ServedConnection&) = delete;
    ServedConnection& operator=(const ServedConnection&) = delete;

    /// Head and, by its Content-Length, body of a request; what came of it when the client ends.
    std::string read_request() {
        std::string text;
        std::size_t wanted = std::string::npos;
        std::array<char, 4096> piece{};
        while (text.size() < wanted) {
            const ssize_t length = read(piece.data(), piece.size());
            if (length <= 0) return text;
            text.append(piece.data(), static_cast<std::size_t>(length));
            const auto end = text.find("\r\n\r\n");
            if (end != std::string::npos) wanted = end + 4 + content_length(text.substr(0, end));
        }
        return text;
    }

    /// False when the client is gone.
    bool write(std::string_view text) {
        while (!text.empty()) {
            const ssize_t length = write_some(text);
            if (length <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(length));
        }
        return true;
    }

    void answer(int status, std::string_view body, std::string_view more_headers = {}) {
        write(
            "HTTP/1.1 " + std::to_string(status) +
            " Some Reason\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
            std::string(more_headers) + "\r\n" + std::string(body)
        );
    }

    /// Says nothing until the client has had enough. True when it ends within `milliseconds`.
    bool wait_for_end(int milliseconds = -1) {
        pollfd end{socket_, POLLRDHUP, 0};
        return ::poll(&end, 1, milliseconds) > 0;
    }

    /// The client sees a connection that breaks instead of one that ends.
    void reset() {
        const linger at_once{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }

protected:
    virtual ssize_t read(char* bytes, std::size_t length) {
        return ::recv(socket_, bytes, length, 0);
    }
    virtual ssize_t write_some(std::string_view text) {
        return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    }
    int socket() const { return socket_; }

private:
    static std::size_t content_length(const std::string& head) {
        constexpr std::string_view kName = "Content-Length: ";
        const auto found = head.find(kName);
        if (found == std::string::npos) return 0;
        return std::strtoul(head.c_str() + found + kName.size(), nullptr, 10);
    }

    int socket_;
};

/// An HTTP server in the test's process, on a free port of 127.0.0.1, that does what a script says,
/// in a thread for each connection. The connection ends when the script returns.
class SmallHttpServer {
public:
    using Script = std::function<void(ServedConnection&)>;
    /// For other transports than plain TCP; throwing ends the connection.
    using Wrap = std::function<std::unique_ptr<ServedConnection>(int socket)>;

    explicit SmallHttpServer(Script script, Wrap wrap = {})
        : script_(std::move(script)), wrap_(std::move(wrap)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (listener_ < 0 || stop_ < 0 || ::bind(listener_, generic, length) != 0 ||
            ::listen(listener_, 64) != 0 || ::getsockname(listener_, generic, &length) != 0) {
            throw std::runtime_error("the test's server can't listen");
        }
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }

    ~SmallHttpServer() {
        ::eventfd_write(stop_, 1);
        acceptor_.join();
        {
            const std::lock_guard lock(mutex_);
            for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
        }
        for (std::thread& thread : threads_) thread.join();
        ::close(listener_);
        ::close(stop_);
    }
    SmallHttpServer(const SmallHttpServer&) = delete;
    SmallHttpServer& operator=(const SmallHttpServer&) = delete;

    std::uint16_t port() const { return port_; }
    /// "127.0.0.1:PORT"
    std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
    std::string url(const std::string& path = "/") const { return "http://" + host() + path; }
    int connections() const { return connections_; }

private:
    void accept_all() {
        while (true) {
            std::array<pollfd, 2> events{{{listener_, POLLIN, 0}, {stop_, POLLIN, 0}}};
            ::poll(events.data(), events.size(), -1);
            if (events[1].revents != 0) return;
            const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) continue;
            ++connections_;
            const std::lock_guard lock(mutex_);
            open_.push_back(socket);
            threads_.emplace_back([this, socket] { serve(socket); });
        }
    }

    void serve(int socket) {
        sigset_t broken_pipe;  // OpenSSL writes without MSG_NOSIGNAL
        sigemptyset(&broken_pipe);
        sigaddset(&broken_pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
        try {
            const auto connection =
                wrap_ ? wrap_(socket) : std::make_unique<ServedConnection>(socket);
            script_(*connection);
        } catch (const std::exception&) {  // the client shows what it makes of it
        }
        const std::lock_guard lock(mutex_);
        std::erase(open_, socket);
        ::close(socket);
    }

    Script script_;
    Wrap wrap_;
    int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int stop_ = ::eventfd(0, EFD_CLOEXEC);
    std::uint16_t port_ = 0;
    std::atomic<int> connections_ = 0;
    std::mutex mutex_;  // guards the two below; `threads_` only grows until the acceptor has ended
    std::vector<int> open_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

/// Keeps what the requests of a test were.
class RequestLog {
public:
    void add(std::string request) {
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
    }
    /// The only one; a text that says so when there is not just one.
    std::string only() const {
        const std::lock_guard lock(mutex_);
        return requests_.size() == 1 ? requests_[0]
                                     : std::to_string(requests_.size()) + " requests";
    }
    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return requests_.size();
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
};

/// A proxy of the machine that runs the tests must not come between.
inline void forget_proxies() {
    for (const char* name :
         {"http_proxy",
          "https_proxy",
          "HTTPS_PROXY",
          "all_proxy",
          "ALL_PROXY",
          "no_proxy",
          "NO_PROXY"}) {
        ::unsetenv(name);
    }
}

}  // namespace migrator::test
