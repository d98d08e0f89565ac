#include "http/lanes.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "core/log.hpp"
#include "http/text.hpp"

namespace migrator::http {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

/// Enough that one slow scrape doesn't delay a balancer's health check.
constexpr std::size_t kQuickWorkers = 4;
constexpr std::size_t kQuickQueue = 256;

/// Between two tries to queue a further step of a request that was accepted.
constexpr milliseconds kRetryPost{20};
/// Also keeps `now + pause` from overflowing.
constexpr milliseconds kLongestPause = std::chrono::hours(1);

Response unavailable(std::string_view message) {
    return {
        .status = 503,
        .content_type = "application/json; charset=utf-8",
        .body = error_body(message),
        .headers = {{"Retry-After", "1"}}};
}

/// A request between the sockets' thread and a worker: one of them has it at a time.
struct Job {
    Job(const Router& its_router, const Router::Route& its_route, Request its_request)
        : router(its_router), route(its_route), request(std::move(its_request)) {
        about.method = request.method;
        about.target = request.target;
        about.path = request.path;
        about.query = request.query;
        about.headers = request.headers;
        about.id = request.id;
        about.client_ip = request.client_ip;
    }

    /// On a worker: one step.
    void run(bool refuse_to_begin) noexcept {
        try {
            const log::RequestScope scope(about.id);
            if (!begun && refuse_to_begin) {
                outcome = unavailable("the server is shutting down");
                return;
            }
            take_step();
        } catch (...) {
            outcome = Response{.status = 500, .content_type = "", .body = "", .headers = {}};
        }
    }

    void take_step() {
        try {
            if (!std::exchange(begun, true)) step = route.handler(std::move(request));
            outcome = step();
        } catch (...) {
            outcome = router.error_response(about, std::current_exception());
        }
        // What a step owns may take its time to go, such as a connection to a database.
        if (std::holds_alternative<Response>(outcome)) step = nullptr;
    }

    const Router& router;
    const Router::Route& route;
    Request request;
    Request about;  ///< the request without its body, for errors
    Step step;
    bool begun = false;
    std::variant<Response, milliseconds> outcome;

    bool returned = false;  ///< of the sockets' thread
};

}  // namespace

Lanes::Lanes(std::size_t workers, std::size_t queue_limit)
    : work_(std::max<std::size_t>(workers, 1), queue_limit), quick_(kQuickWorkers, kQuickQueue) {}

asio::awaitable<Response> Lanes::answer(
    const Router& router, const Router::Route& route, Request request
) {
    const auto job = std::make_shared<Job>(router, route, std::move(request));
    workers::Pool& pool = route.lane == Lane::Quick ? quick_ : work_;
    const asio::any_io_executor sockets = co_await asio::this_coro::executor;
    asio::steady_timer wake(sockets);
    boost::system::error_code ignored;

    for (bool accepted = false;;) {
        wake.expires_at(asio::steady_timer::time_point::max());
        job->returned = false;
        // `wake` is there whenever the inner handler runs: this coroutine waits for it.
        auto run = [this, job, sockets, &wake] {
            job->run(hurrying_);
            asio::post(sockets, [job, &wake] {
                job->returned = true;
                wake.cancel();
            });
        };
        if (pool.try_post(std::move(run))) {
            accepted = true;
            while (!job->returned) {
                co_await wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
            }
            if (auto* response = std::get_if<Response>(&job->outcome)) {
                co_return std::move(*response);
            }
            co_await pause(std::get<milliseconds>(job->outcome));
        } else if (accepted) {
            co_await pause(kRetryPost);
        } else {
            co_return unavailable("too many requests are waiting; try again later");
        }
    }
}

asio::awaitable<void> Lanes::pause(milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    const milliseconds longest = hurrying_ ? kRetryPost : kLongestPause;
    timer.expires_after(std::clamp(time, milliseconds::zero(), longest));
    pauses_.insert(&timer);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    pauses_.erase(&timer);
}

void Lanes::hurry() {
    hurrying_ = true;
    for (asio::steady_timer* timer : pauses_) timer->cancel();
}

}  // namespace migrator::http
