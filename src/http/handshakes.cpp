#include "http/handshakes.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/stream.hpp"

namespace migrator::http {

namespace asio = boost::asio;

Handshakes::Place::Place(Handshakes& handshakes, Stream& stream)
    : handshakes_(handshakes),
      stream_(stream),
      refused_(!handshakes.make_room()),
      my_turn_(stream.executor()) {
    ++handshakes_.count_;
}

Handshakes::Place::~Place() {
    ends_to_wait();
    std::erase(handshakes_.ready_, this);
    --handshakes_.count_;
}

void Handshakes::Place::begins_to_wait() { handshakes_.waiting_.push_back(&stream_); }

void Handshakes::Place::ends_to_wait() { std::erase(handshakes_.waiting_, &stream_); }

asio::awaitable<void> Handshakes::Place::turn() {
    handshakes_.ready_.push_back(this);
    if (!handshakes_.turns_go_on_) handshakes_.next_turn(stream_.executor());
    boost::system::error_code ignored;
    my_turn_.expires_at(asio::steady_timer::time_point::max());
    co_await my_turn_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

/// One handshake in each round of the event loop: what is posted comes behind all that is ready.
void Handshakes::next_turn(const asio::any_io_executor& executor) {
    turns_go_on_ = true;
    asio::post(executor, [this, executor] {
        turns_go_on_ = !ready_.empty();
        if (!turns_go_on_) return;
        ready_.front()->my_turn_.cancel();
        ready_.pop_front();
        next_turn(executor);
    });
}

bool Handshakes::make_room() {
    if (count_ < limit_) return true;
    if (waiting_.empty()) return false;
    waiting_.front()->cancel();
    waiting_.erase(waiting_.begin());
    return true;
}

}  // namespace migrator::http
