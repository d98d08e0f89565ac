#include "http/lanes.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
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
/// Those that come while others wait share what these find.
constexpr std::size_t kProbeWorkers = 4;
/// More than the tokens' issuers that may be slow at a time.
constexpr std::size_t kGateWorkers = 8;
constexpr std::size_t kShortQueue = 256;

/// Between two tries to queue what goes on behind an answer.
constexpr milliseconds kRetryPost{20};

Response unavailable(const Router& router, const Request& request, std::string_view message) {
    constexpr int kNoRoom = 503;
    return {
        .status = kNoRoom,
        .content_type = "application/json; charset=utf-8",
        .body = router.error_body(request.path, kNoRoom, message),
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

    // The last handler makes empty texts only.
    // NOLINTNEXTLINE(bugprone-exception-escape)
    void run() noexcept override {
        try {
            const log::RequestScope scope(trace.id, trace.traceparent);
            if (hurrying) {
                outcome = unavailable(router, about, "the server is shutting down");
            } else {
                answer();
            }
        } catch (...) {
            outcome = Response{.status = 500, .content_type = "", .body = "", .headers = {}};
        }
    }

    void answer() {
        try {
            if (const auto* rest = std::get_if<GoesOn>(&outcome)) {
                const std::function<Reply()> go_on = rest->answer;
                outcome = go_on();
            } else {
                outcome = route.handler(std::move(request));
            }
        } catch (...) {
            outcome = router.error_response(about, std::current_exception());
        }
    }

    const std::atomic<bool>& hurrying;
    const Router& router;
    const Router::Route& route;
    Request request;
    const RequestTrace trace;
    Request about;  ///< the request without its body, for errors
    Reply outcome;
};

/// The same for what goes on after an answer.
struct Lanes::Background : Work {
    Background(std::function<void()> its_work, RequestTrace its_trace)
        : work(std::move(its_work)), trace(std::move(its_trace)) {}

    void run() noexcept override {
        try {
            const log::RequestScope scope(trace.id, trace.traceparent);
            try {
                work();
            } catch (...) {
                log::error("work after the response failed: " + text_of(std::current_exception()));
            }
            // What it owns may take its time to go, such as a connection to a database.
            work = nullptr;
        } catch (...) {
            work = nullptr;  // no memory for a line in the log
        }
    }

    std::function<void()> work;
    const RequestTrace trace;
};

Lanes::Lanes(asio::io_context& sockets, const Options& options, std::function<void()> on_end)
    : sockets_(sockets),
      on_end_(std::move(on_end)),
      work_(options.workers, options.queue_limit),
      quick_(kQuickWorkers, kShortQueue),
      probe_(kProbeWorkers, kShortQueue),
      patient_(options.patient_workers, options.queue_limit),
      gate_(kGateWorkers, kShortQueue) {}

workers::Pool& Lanes::pool_of(Lane lane) {
    switch (lane) {
        case Lane::Quick:
            return quick_;
        case Lane::Probe:
            return probe_;
        case Lane::Patient:
            return patient_;
        case Lane::Gate:
            return gate_;
        case Lane::Work:
            break;
    }
    return work_;
}

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
    Lane lane = route.lane;
    while (true) {
        if (!co_await run(pool_of(lane), same_work)) {
            co_return unavailable(
                router, work->about, "too many requests are waiting; try again later"
            );
        }
        if (auto* response = std::get_if<Response>(&work->outcome)) {
            if (response->background) {
                go_on(std::exchange(response->background, nullptr), lane, work->trace);
            }
            co_return std::move(*response);
        }
        lane = std::get<GoesOn>(work->outcome).lane;
    }
}

void Lanes::go_on(std::function<void()> work, Lane lane, const RequestTrace& request) {
    ++going_on_;
    auto done = [this](const std::exception_ptr& error) {
        if (error) log::error("work after the response was lost: " + text_of(error));
        --going_on_;
        on_end_();
    };
    auto all = run_to_end(std::make_shared<Background>(std::move(work), request), lane);
    asio::co_spawn(sockets_, std::move(all), std::move(done));
}

/// It was promised: a full queue only delays it.
asio::awaitable<void> Lanes::run_to_end(std::shared_ptr<Background> work, Lane lane) {
    const std::shared_ptr<Work> same_work = work;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    boost::system::error_code ignored;
    while (!co_await run(pool_of(lane), same_work)) {
        timer.expires_after(kRetryPost);
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

}  // namespace migrator::http
