#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace migrator::e2e {

/// The way to a server on the loopback interface, which the test can close: then all connections
/// are cut and new ones are refused, as when the server has stopped.
class TcpGate {
public:
    explicit TcpGate(std::uint16_t server) : server_(server) { open(); }
    ~TcpGate() { close(); }
    TcpGate(const TcpGate&) = delete;
    TcpGate& operator=(const TcpGate&) = delete;

    std::uint16_t port() const { return port_; }

    /// On the same port again.
    void open() {
        const int listener = new_socket();
        const int yes = 1;
        ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        sockaddr_in address = loopback(port_);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listener, generic, size) != 0 || ::listen(listener, SOMAXCONN) != 0 ||
            ::getsockname(listener, generic, &size) != 0) {
            throw std::runtime_error("the gate can't listen");
        }
        port_ = ntohs(address.sin_port);
        worker_ =
            std::jthread([this, listener](const std::stop_token& stop) { work(listener, stop); });
    }
    void close() {
        worker_.request_stop();
        if (worker_.joinable()) worker_.join();
    }

private:
    static constexpr int kLookAgainMs = 10;

    static int new_socket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }
    static sockaddr_in loopback(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }

    /// `sockets`: the listener, then each client and the connection made for it.
    void work(int listener, const std::stop_token& stop) const {
        std::vector<pollfd> sockets{{listener, POLLIN, 0}};
        while (!stop.stop_requested()) {
            if (::poll(sockets.data(), sockets.size(), kLookAgainMs) <= 0) continue;
            for (std::size_t i = sockets.size() - 1; i > 0; --i) {
                if (sockets[i].revents == 0) continue;
                const std::size_t client = i - (i + 1) % 2;
                const std::size_t other = i == client ? client + 1 : client;
                if (forward(sockets[i].fd, sockets[other].fd)) continue;
                ::close(sockets[client].fd);
                ::close(sockets[client + 1].fd);
                const auto first = sockets.begin() + static_cast<std::ptrdiff_t>(client);
                sockets.erase(first, first + 2);
                i = client;
            }
            if (sockets[0].revents != 0) accept(listener, sockets);
        }
        for (const pollfd& socket : sockets) ::close(socket.fd);
    }

    void accept(int listener, std::vector<pollfd>& sockets) const {
        const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        const int server = new_socket();
        const sockaddr_in address = loopback(server_);
        if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
            sockets.push_back({client, POLLIN, 0});
            sockets.push_back({server, POLLIN, 0});
            return;
        }
        ::close(client);
        ::close(server);
    }

    static bool forward(int from, int to) {
        std::array<char, 65'536> buffer{};
        const ssize_t received = ::recv(from, buffer.data(), buffer.size(), 0);
        if (received <= 0) return false;
        for (ssize_t sent = 0; sent < received;) {
            const auto left = static_cast<std::size_t>(received - sent);
            const ssize_t written = ::send(to, buffer.data() + sent, left, MSG_NOSIGNAL);
            if (written <= 0) return false;
            sent += written;
        }
        return true;
    }

    const std::uint16_t server_;
    std::uint16_t port_ = 0;
    std::jthread worker_;
};

}  // namespace migrator::e2e
