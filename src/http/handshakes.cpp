#include "http/handshakes.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/stream.hpp"

namespace migrator::http {

namespace asio = boost::asio;

Handshakes::Place::Place(Handshakes& handshakes, Stream& stream)
    : handshakes_(handshakes), stream_(stream), refused_(!handshakes.make_room()) {
    ++handshakes_.count_;
}

Handshakes::Place::~Place() {
    ends_to_wait();
    --handshakes_.count_;
}

void Handshakes::Place::begins_to_wait() { handshakes_.waiting_.push_back(&stream_); }

void Handshakes::Place::ends_to_wait() { std::erase(handshakes_.waiting_, &stream_); }

asio::awaitable<void> Handshakes::Place::turn() {
    while (handshakes_.turn_is_taken_) {
        co_await asio::post(stream_.executor(), asio::use_awaitable);
    }
    handshakes_.turn_is_taken_ = true;
    auto next = [&handshakes = handshakes_] { handshakes.turn_is_taken_ = false; };
    asio::post(stream_.executor(), next);
}

bool Handshakes::make_room() {
    if (count_ < limit_) return true;
    if (waiting_.empty()) return false;
    waiting_.front()->cancel();
    waiting_.erase(waiting_.begin());
    return true;
}

}  // namespace migrator::http
