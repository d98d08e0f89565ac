#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "http/options.hpp"
#include "http/router.hpp"
#include "workers/pool.hpp"

namespace migrator::http {

/// What the log says of a request in each of its lines.
struct RequestTrace {
    std::string id;
    std::string traceparent;  ///< the header as sent
};
RequestTrace trace_of(const Request& request);

/// The threads that handlers run on. But for the destructor, for the sockets' thread only.
class Lanes {
public:
    /// `on_end` is called after each end of work behind an answer.
    Lanes(boost::asio::io_context& sockets, const Options& options, std::function<void()> on_end);

    /// Runs the route's handler. 503 when the lane's queue is full. What goes on behind the answer
    /// is begun.
    boost::asio::awaitable<Response> answer(
        const Router& router, const Router::Route& route, Request request
    );

    /// How much work behind answers has not ended.
    std::size_t going_on() const { return going_on_; }

    /// From now on requests whose handler has not begun get 503: the work in progress was told to
    /// end.
    void hurry() { hurrying_ = true; }

private:
    /// Something to do on a worker. Shared with it: it may run on when the server has ended.
    struct Work;
    struct Answering;
    struct Background;

    workers::Pool& pool_of(Lane lane);
    boost::asio::awaitable<bool> run(workers::Pool& pool, const std::shared_ptr<Work>& work);
    void go_on(std::function<void()> work, Lane lane, const RequestTrace& request);
    boost::asio::awaitable<void> run_to_end(std::shared_ptr<Background> work, Lane lane);

    boost::asio::io_context& sockets_;
    const std::function<void()> on_end_;
    std::size_t going_on_ = 0;
    std::atomic<bool> hurrying_ = false;
    workers::Pool work_;
    workers::Pool quick_;
    workers::Pool probe_;
    workers::Pool patient_;
    workers::Pool gate_;
};

}  // namespace migrator::http
