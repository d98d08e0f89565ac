#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace migrator::test {

/// A TCP proxy on the loopback interface that can cut a connection in the middle of a
/// conversation: when a client has sent a message with `arm` in it and then sends one with
/// `trigger`, it either drops that one, or passes it on and drops the answer; both sides are
/// closed. Once; afterwards it only passes on.
class CuttingProxy {
public:
    enum class Cut : std::uint8_t { BeforeServer, AfterServer };

    CuttingProxy(std::uint16_t server_port, std::string arm, std::string trigger, Cut cut);
    ~CuttingProxy();
    CuttingProxy(const CuttingProxy&) = delete;
    CuttingProxy& operator=(const CuttingProxy&) = delete;

    std::uint16_t port() const { return port_; }
    bool has_cut() const { return has_cut_; }

private:
    void accept_clients(const std::stop_token& stop);
    void serve(const std::stop_token& stop, int client);
    /// One direction; false when the conversation is over.
    bool forward(int from, int to, bool from_client);

    const std::uint16_t server_port_;
    const std::string arm_;
    const std::string trigger_;
    const Cut cut_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> is_armed_ = false;
    std::atomic<bool> has_cut_ = false;
    std::jthread acceptor_;
};

}  // namespace migrator::test
