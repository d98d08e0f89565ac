#include "http/peer_watch.hpp"

#include <poll.h>

#include <boost/asio/steady_timer.hpp>
#include <chrono>

namespace migrator::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// How often to look for the end behind bytes that nobody reads yet: a socket with unread bytes is
/// always ready, so it can't be waited for.
constexpr std::chrono::seconds kNextLook{1};

/// Also when bytes that were not read yet came before the end.
bool has_closed(int socket) {
    pollfd state{.fd = socket, .events = POLLRDHUP, .revents = 0};
    return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

}  // namespace

/// Shared with handlers, which may be on their way when the watch is gone.
struct PeerWatch::State : std::enable_shared_from_this<State> {
    explicit State(asio::ip::tcp::socket& its) : socket(its), timer(its.get_executor()) {}

    void wait_for_bytes() {
        if (waiting) return;  // since an earlier request
        waiting = true;
        socket.async_wait(
            asio::socket_base::wait_read,
            [self = shared_from_this()](error_code error) {
                self->waiting = false;
                if (!error) self->look();
                // Cancelled together with what an earlier request waited for.
                const bool again = error == asio::error::operation_aborted && self->watching;
                if (again && self->socket.is_open()) self->wait_for_bytes();
            }
        );
    }

    void look() {
        if (!watching) return;
        if (has_closed(socket.native_handle())) {
            watching = false;
            source.request_stop();
            return;
        }
        timer.expires_after(kNextLook);
        timer.async_wait([self = shared_from_this()](error_code error) {
            if (!error) self->look();
        });
    }

    asio::ip::tcp::socket& socket;  ///< not to be used when nothing is watched
    asio::steady_timer timer;
    std::stop_source source{std::nostopstate};
    bool watching = false;
    bool waiting = false;
};

PeerWatch::PeerWatch(asio::ip::tcp::socket& socket) : state_(std::make_shared<State>(socket)) {}

PeerWatch::~PeerWatch() { end(); }

std::stop_token PeerWatch::begin() {
    state_->source = std::stop_source();
    state_->watching = true;
    state_->wait_for_bytes();
    return state_->source.get_token();
}

void PeerWatch::end() {
    state_->watching = false;
    state_->timer.cancel();
}

}  // namespace migrator::http
