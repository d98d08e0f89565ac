#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace migrator::http::test {

struct Answer {
    int status = 0;  ///< 0: the connection ended before an answer
    std::string head;
    std::string body;

    bool has(std::string_view line) const { return head.find(line) != std::string::npos; }
};

/// A blocking TCP client that sends the bytes it is told to. Gives up after 30 s.
class Client {
public:
    explicit Client(std::uint16_t port) : Client() { Client::connect(port); }

    /// Not connected yet.
    Client() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        if (socket_ < 0) throw std::runtime_error("no socket");
        const timeval limit{.tv_sec = 30, .tv_usec = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    }
    Client(Client&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}
    Client& operator=(Client&&) = delete;
    virtual ~Client() { close(); }

    virtual void connect(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error("can't connect");
        }
    }

    /// What is kept for us while we don't read. Before `connect`.
    void shrink_receive_buffer() {
        const int size = 4096;
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }

    /// False when the server has closed the connection.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = send_some(bytes);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// The next answer. `has_body` is false for an answer to HEAD.
    Answer read(bool has_body = true) {
        Answer answer;
        if (!receive_until("\r\n\r\n")) return answer;
        const std::size_t end = received_.find("\r\n\r\n") + 4;
        answer.head = received_.substr(0, end);
        received_.erase(0, end);
        answer.status = std::stoi(answer.head.substr(answer.head.find(' ') + 1));
        const std::size_t length = answer.head.find("Content-Length: ");
        if (!has_body || length == std::string::npos) return answer;
        const std::size_t size = std::stoul(answer.head.substr(length + 16));
        while (received_.size() < size && receive()) {
        }
        answer.body = received_.substr(0, size);
        received_.erase(0, size);
        return answer;
    }

    Answer ask(std::string_view bytes) {
        send(bytes);
        return read();
    }

    /// Everything until the server closes its side in good order; throws when it doesn't.
    std::string read_to_end() {
        while (receive()) {
        }
        return std::exchange(received_, "");
    }

    /// Whether a byte is there to be read, or the end.
    bool readable() const {
        char byte = 0;
        return ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
    }

    void end_sending() { ::shutdown(socket_, SHUT_WR); }
    void close() {
        if (socket_ >= 0) ::close(std::exchange(socket_, -1));
    }

protected:
    virtual ssize_t send_some(std::string_view bytes) {
        return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    virtual ssize_t receive_some(char* bytes, std::size_t size) {
        return ::recv(socket_, bytes, size, 0);
    }
    int socket() const { return socket_; }

private:
    bool receive() {
        char bytes[65536];
        const auto got = receive_some(bytes, sizeof bytes);
        if (got < 0) throw std::runtime_error("the connection was reset, or nothing came");
        received_.append(bytes, static_cast<std::size_t>(got));
        return got > 0;
    }

    bool receive_until(std::string_view end) {
        while (received_.find(end) == std::string::npos) {
            if (!receive()) return false;
        }
        return true;
    }

    int socket_;
    std::string received_;
};

/// A request without a body.
inline std::string request(std::string_view method, std::string_view target) {
    return std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n\r\n";
}

}  // namespace migrator::http::test
