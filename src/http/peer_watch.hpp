#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <stop_token>

namespace migrator::http {

/// Notices that the peer of a socket closes its side while nobody reads from the socket. Takes no
/// bytes, so that a request that follows stays there. For the sockets' thread only.
class PeerWatch {
public:
    /// `socket` lives longer.
    explicit PeerWatch(boost::asio::ip::tcp::socket& socket);
    ~PeerWatch();
    PeerWatch(const PeerWatch&) = delete;
    PeerWatch& operator=(const PeerWatch&) = delete;

    /// Watches from now on. The token is requested, on the sockets' thread, when the peer closes
    /// its side before `end`; closing only the direction towards us counts, as nothing tells the
    /// two apart.
    std::stop_token begin();
    void end();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace migrator::http
