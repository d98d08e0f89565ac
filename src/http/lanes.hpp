#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>

#include "http/background.hpp"
#include "http/router.hpp"
#include "workers/pool.hpp"

namespace migrator::http {

/// What the log says of a request in each of its lines.
struct RequestTrace {
    std::string id;
    std::string traceparent;  ///< the header as sent
};
RequestTrace trace_of(const Request& request);

/// The workers that handlers run on. But for the destructor, for the sockets' thread only.
class Lanes {
public:
    /// `on_end` is called after each end of what `go_on` began.
    Lanes(
        boost::asio::io_context& sockets,
        std::size_t workers,
        std::size_t queue_limit,
        std::function<void()> on_end
    );

    /// Runs the route's handler and its steps until there is an answer. 503 when the lane's queue
    /// is full; once a step has run, a full queue only delays the next.
    boost::asio::awaitable<Response> answer(
        const Router& router, const Router::Route& route, Request request
    );

    /// Runs the steps of `work` on workers of `lane`, after this call has returned. `request` is
    /// what it belongs to, for the log.
    void go_on(std::shared_ptr<Background> work, Lane lane, const RequestTrace& request);

    /// How much of what `go_on` began has not ended.
    std::size_t going_on() const { return going_on_; }

    /// From now on requests whose handler has not begun get 503, and the pauses between steps are
    /// cut short: the work in progress was told to end.
    void hurry();

private:
    /// Something to do on a worker. Shared with it: it may run on when the server has ended.
    struct Work;
    struct Answering;
    struct GoingOn;

    workers::Pool& pool_of(Lane lane) { return lane == Lane::Quick ? quick_ : work_; }
    boost::asio::awaitable<bool> run(workers::Pool& pool, const std::shared_ptr<Work>& work);
    boost::asio::awaitable<void> run_to_end(std::shared_ptr<GoingOn> work, Lane lane);
    boost::asio::awaitable<void> pause(std::chrono::milliseconds time);

    boost::asio::io_context& sockets_;
    const std::function<void()> on_end_;
    std::size_t going_on_ = 0;
    std::atomic<bool> hurrying_ = false;
    std::unordered_set<boost::asio::steady_timer*> pauses_;
    workers::Pool work_;
    workers::Pool quick_;
};

}  // namespace migrator::http
