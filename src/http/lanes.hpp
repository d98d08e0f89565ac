#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <unordered_set>

#include "http/router.hpp"
#include "workers/pool.hpp"

namespace migrator::http {

/// The workers that handlers run on. But for the destructor, for the sockets' thread only.
class Lanes {
public:
    Lanes(std::size_t workers, std::size_t queue_limit);

    /// Runs the route's handler and its steps until there is an answer. 503 when the lane's queue
    /// is full; once a step has run, a full queue only delays the next.
    boost::asio::awaitable<Response> answer(
        const Router& router, const Router::Route& route, Request request
    );

    /// From now on requests whose handler has not begun get 503, and the pauses between steps are
    /// cut short: the work in progress was told to end.
    void hurry();

private:
    boost::asio::awaitable<void> pause(std::chrono::milliseconds time);

    std::atomic<bool> hurrying_ = false;
    std::unordered_set<boost::asio::steady_timer*> pauses_;
    workers::Pool work_;
    workers::Pool quick_;
};

}  // namespace migrator::http
