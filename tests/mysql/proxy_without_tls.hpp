#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>

namespace migrator::db::mysql::test {

/// A proxy on the loopback interface for one client after the other, behind which a server says of
/// itself that it has no TLS.
class ProxyWithoutTls {
public:
    explicit ProxyWithoutTls(std::uint16_t server_port) : server_port_(server_port) {
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            listen(listener_, 8) != 0 ||
            getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
            throw std::runtime_error("the proxy can't listen");
        }
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
    }
    ~ProxyWithoutTls() {
        thread_.request_stop();
        thread_.join();
        close(listener_);
    }
    ProxyWithoutTls(const ProxyWithoutTls&) = delete;
    ProxyWithoutTls& operator=(const ProxyWithoutTls&) = delete;

    std::uint16_t port() const { return port_; }

private:
    static sockaddr_in loopback(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }
    static bool is_ready(int socket) {
        pollfd ready{.fd = socket, .events = POLLIN, .revents = 0};
        return poll(&ready, 1, 20) > 0;
    }
    void work(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            if (!is_ready(listener_)) continue;
            const int client = accept(listener_, nullptr, nullptr);
            const int server = socket(AF_INET, SOCK_STREAM, 0);
            const sockaddr_in address = loopback(server_port_);
            bool open =
                connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
            bool is_greeting = true;
            while (open && !stop.stop_requested()) {
                if (is_ready(server)) open = forward(server, client, is_greeting);
                if (open && is_ready(client)) {
                    bool no_greeting = false;
                    open = forward(client, server, no_greeting);
                }
            }
            close(client);
            close(server);
        }
    }
    static bool forward(int from, int to, bool& is_greeting) {
        std::array<char, 65'536> buffer{};
        const auto received = recv(from, buffer.data(), buffer.size(), 0);
        if (received <= 0) return false;
        std::string bytes(buffer.data(), static_cast<std::size_t>(received));
        if (is_greeting) {
            // Behind the server's version: 4 bytes of a number, 8 of a salt, 1 that is 0; then
            // what the server can, 0x0800 for TLS.
            char& high = bytes.at(bytes.find('\0', 5) + 1 + 13 + 1);
            high = static_cast<char>(static_cast<unsigned char>(high) & ~0x08U);
            is_greeting = false;
        }
        return send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL) == received;
    }

    const std::uint16_t server_port_;
    const int listener_ = socket(AF_INET, SOCK_STREAM, 0);
    std::uint16_t port_ = 0;
    std::jthread thread_;
};

}  // namespace migrator::db::mysql::test
