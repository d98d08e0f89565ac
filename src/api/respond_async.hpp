#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "api/services.hpp"
#include "core/progress.hpp"
#include "http/router.hpp"

namespace migrator::api {

/// Whether the client asked not to wait: `Prefer: respond-async` (RFC 7240).
bool prefers_async(const http::Request& request);

/// What ties the work of a long run to its record.
struct LongRunTies {
    ProgressSink progress;
    std::stop_token stop;
    std::shared_ptr<std::atomic<bool>> cancelled;  ///< to be set by work that was cancelled
};

/// Steps that record a run under the request's id and answer 202; the run goes on behind the
/// answer. An id that is known starts nothing and is answered in the same way.
/// `make_work` gives the steps that a client who waits would have got; it may throw. `body_of`
/// makes the body of the 202 from id and state. `location` is where runs are found: "{p}/v1/runs".
http::Step respond_async(
    Services services,
    const http::Request& request,
    const std::string& location,
    const std::function<http::Step(const LongRunTies&)>& make_work,
    std::function<std::string(const std::string& id, const std::string& state)> body_of
);

}  // namespace migrator::api
