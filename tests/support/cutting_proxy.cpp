#include "support/cutting_proxy.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace migrator::test {
namespace {

constexpr int kLookAgainMs = 50;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

}  // namespace

CuttingProxy::CuttingProxy(std::uint16_t server_port, std::string arm, std::string trigger, Cut cut)
    : server_port_(server_port), arm_(std::move(arm)), trigger_(std::move(trigger)), cut_(cut) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_, SOMAXCONN) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::runtime_error("the proxy can't listen");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this](const std::stop_token& stop) { accept_clients(stop); });
}

CuttingProxy::~CuttingProxy() {
    acceptor_.request_stop();
    acceptor_.join();
    close(listener_);
}

void CuttingProxy::accept_clients(const std::stop_token& stop) {
    std::vector<std::jthread> clients;
    while (!stop.stop_requested()) {
        pollfd ready{.fd = listener_, .events = POLLIN, .revents = 0};
        if (poll(&ready, 1, kLookAgainMs) <= 0) continue;
        const int client = accept(listener_, nullptr, nullptr);
        if (client < 0) continue;
        clients.emplace_back([this, client, stop] { serve(stop, client); });
    }
}

void CuttingProxy::serve(const std::stop_token& stop, int client) {
    const int server = socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopback(server_port_);
    bool open = connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    while (open && !stop.stop_requested()) {
        std::array<pollfd, 2> ready{
            pollfd{.fd = client, .events = POLLIN, .revents = 0},
            pollfd{.fd = server, .events = POLLIN, .revents = 0}};
        if (poll(ready.data(), ready.size(), kLookAgainMs) <= 0) continue;
        if (ready[0].revents != 0) open = forward(client, server, true);
        if (open && ready[1].revents != 0) open = forward(server, client, false);
    }
    close(client);
    close(server);
}

bool CuttingProxy::forward(int from, int to, bool from_client) {
    std::array<char, 65'536> buffer{};
    const auto received = recv(from, buffer.data(), buffer.size(), 0);
    if (received <= 0) return false;
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(received));
    const auto holds = [&](const std::string& text) {
        return from_client && bytes.find(text) != std::string_view::npos;
    };
    if (holds(arm_)) is_armed_ = true;
    const bool cuts = is_armed_ && !has_cut_ && holds(trigger_);
    if (!cuts) return send_all(to, bytes);
    has_cut_ = true;
    if (cut_ == Cut::AfterServer) {
        send_all(to, bytes);
        recv(to, buffer.data(), buffer.size(), 0);  // the server has answered: it is done
    }
    return false;
}

}  // namespace migrator::test
