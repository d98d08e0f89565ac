#include "http/lanes.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <optional>
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

Response unavailable(const Router& router, const Request& request, std::string_view message) {
    constexpr int kUnavailable = 503;
    return {
        .status = kUnavailable,
        .content_type = "application/json; charset=utf-8",
        .body = router.error_body(request.path, kUnavailable, message),
        .headers = {{"Retry-After", "1"}}};
}

}  // namespace

RequestTrace trace_of(const Request& request) {
    return {
        .id = request.id, .traceparent = std::string(request.header("traceparent").value_or(""))};
}

struct Lanes::Work {
    virtual ~Work() = default;
    /// On a worker.
    virtual void run() noexcept = 0;
};

/// A request between the sockets' thread and a worker: one of them has it at a time.
struct Lanes::Answering : Work {
    Answering(
        const std::atomic<bool>& its_hurrying,
        const Router& its_router,
        const Router::Route& its_route,
        Request its_request
    )
        : hurrying(its_hurrying),
          router(its_router),
          route(its_route),
          request(std::move(its_request)),
          trace(trace_of(request)) {
        about.method = request.method;
        about.target = request.target;
        about.path = request.path;
        about.query = request.query;
        about.parameter = request.parameter;
        about.headers = request.headers;
        about.id = request.id;
        about.client_ip = request.client_ip;
    }

    void run() noexcept override {
        try {
            const log::RequestScope scope(trace.id, trace.traceparent);
            if (!begun && hurrying) {
                outcome = unavailable(router, about, "the server is shutting down");
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

    const std::atomic<bool>& hurrying;
    const Router& router;
    const Router::Route& route;
    Request request;
    const RequestTrace trace;
    Request about;  ///< the request without its body, for errors
    Step step;
    bool begun = false;
    std::variant<Response, milliseconds> outcome;
};

/// The same for what goes on after an answer.
struct Lanes::GoingOn : Work {
    GoingOn(std::shared_ptr<Background> its_background, RequestTrace its_trace)
        : background(std::move(its_background)), trace(std::move(its_trace)) {}

    void run() noexcept override {
        wait.reset();
        try {
            const log::RequestScope scope(trace.id, trace.traceparent);
            advance();
            // As a request's step: what it owns may take its time to go.
            if (!wait) background.reset();
        } catch (...) {
            wait.reset();  // no memory for a line in the log
        }
    }

    void advance() {
        try {
            wait = background->advance();
        } catch (...) {
            log::error("work after an answer failed: " + text_of(std::current_exception()));
        }
    }

    std::shared_ptr<Background> background;
    const RequestTrace trace;
    std::optional<milliseconds> wait;  ///< until the next step; nothing: it has ended
};

Lanes::Lanes(
    asio::io_context& sockets,
    std::size_t workers,
    std::size_t queue_limit,
    std::function<void()> on_end
)
    : sockets_(sockets),
      on_end_(std::move(on_end)),
      work_(std::max<std::size_t>(workers, 1), queue_limit),
      quick_(kQuickWorkers, kQuickQueue) {}

/// Returns when `work` has run. False when the queue is full: nothing has happened then.
asio::awaitable<bool> Lanes::run(workers::Pool& pool, const std::shared_ptr<Work>& work) {
    const asio::any_io_executor sockets = co_await asio::this_coro::executor;
    asio::steady_timer wake(sockets, asio::steady_timer::time_point::max());
    bool returned = false;
    // Both are there whenever the inner handler runs: this coroutine waits for it.
    auto job = [work, sockets, &wake, &returned] {
        work->run();
        asio::post(sockets, [&wake, &returned] {
            returned = true;
            wake.cancel();
        });
    };
    if (!pool.try_post(std::move(job))) co_return false;
    boost::system::error_code ignored;
    while (!returned) co_await wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return true;
}

asio::awaitable<Response> Lanes::answer(
    const Router& router, const Router::Route& route, Request request
) {
    const auto work = std::make_shared<Answering>(hurrying_, router, route, std::move(request));
    const std::shared_ptr<Work> same_work = work;  // no temporary inside co_await: gcc 12
    workers::Pool& pool = pool_of(route.lane);
    for (bool accepted = false;;) {
        const bool has_run = co_await run(pool, same_work);
        if (has_run) {
            accepted = true;
            if (auto* response = std::get_if<Response>(&work->outcome)) {
                co_return std::move(*response);
            }
            co_await pause(std::get<milliseconds>(work->outcome));
        } else if (accepted) {
            co_await pause(kRetryPost);
        } else {
            co_return unavailable(
                router, work->about, "too many requests are waiting; try again later"
            );
        }
    }
}

void Lanes::go_on(std::shared_ptr<Background> work, Lane lane, const RequestTrace& request) {
    ++going_on_;
    auto done = [this](const std::exception_ptr& error) {
        if (error) log::error("work after an answer was lost: " + text_of(error));
        --going_on_;
        on_end_();
    };
    auto steps = run_to_end(std::make_shared<GoingOn>(std::move(work), request), lane);
    asio::co_spawn(sockets_, std::move(steps), std::move(done));
}

asio::awaitable<void> Lanes::run_to_end(std::shared_ptr<GoingOn> work, Lane lane) {
    const std::shared_ptr<Work> same_work = work;
    workers::Pool& pool = pool_of(lane);
    for (bool ended = false; !ended;) {
        const bool has_run = co_await run(pool, same_work);
        ended = has_run && !work->wait;
        const milliseconds wait = has_run ? work->wait.value_or(milliseconds(0)) : kRetryPost;
        if (!ended) co_await pause(wait);
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
