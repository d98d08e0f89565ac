#pragma once

#include <atomic>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "api/services.hpp"
#include "core/progress.hpp"
#include "graphql/schema.hpp"

namespace migrator::api {

/// What resolvers need of one call, and what they leave for its answer.
struct V2Call {
    std::string request_id;
    ProgressSink progress;  ///< of the runs it starts; may be null
    std::stop_token stop;
    /// Set when one of them was cancelled; may be null.
    std::shared_ptr<std::atomic<bool>> cancelled;
    std::vector<std::string> notes;  ///< `extensions.notes` of the answer
    /// Tenants that failed in its runs: an error each, beside the data.
    std::vector<TenantFailure> failures;
};

/// The schema of v2 (`schema.graphql`) with its resolvers. Requests are executed with a `V2Call*`
/// as their context.
graphql::Schema make_v2_schema(coordinator::Coordinator& coordinator);

/// The text of `schema.graphql`, white space around it trimmed.
std::string_view v2_schema_text();

}  // namespace migrator::api
