#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <deque>
#include <vector>

namespace migrator::http {

class Stream;

/// The TLS handshakes in progress of a server. Each costs the sockets' thread a signature, about a
/// millisecond with an RSA key: so they take turns, one step in each round of the event loop, and
/// connections that are open wait for one step at most. For the sockets' thread only.
class Handshakes {
public:
    explicit Handshakes(std::size_t limit) : limit_(limit) {}

    /// The handshake of a stream, while it lives.
    class Place {
    public:
        /// When there are `limit` already, the one that has waited longest for its client is
        /// cancelled; `refused` when all wait for their turns.
        Place(Handshakes& handshakes, Stream& stream);
        ~Place();
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

        bool refused() const { return refused_; }
        /// Around each wait for the client.
        void begins_to_wait();
        void ends_to_wait();
        /// Until this handshake may do its next step, at once.
        boost::asio::awaitable<void> turn();

    private:
        friend class Handshakes;

        Handshakes& handshakes_;
        Stream& stream_;
        bool refused_;
        boost::asio::steady_timer my_turn_;  ///< cancelled when it comes
    };

private:
    bool make_room();
    void next_turn(const boost::asio::any_io_executor& executor);

    const std::size_t limit_;
    std::size_t count_ = 0;
    std::vector<Stream*> waiting_;  ///< for their clients, the longest first
    std::deque<Place*> ready_;      ///< for their next step, the longest first
    bool turns_go_on_ = false;      ///< `next_turn` is posted
};

}  // namespace migrator::http
