#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/operation_reads.hpp"
#include "api/services.hpp"
#include "graphql/schema.hpp"

namespace migrator::api {

/// What resolvers need of one call, and what they leave for its answer.
struct V2Call {
    std::string request_id;
    const Gate* gate = nullptr;  ///< null, as in tests of the schema: open
    coordinator::Asker asker;
    std::function<boost::json::object()> me;  ///< `me_json` of the request
    OperationReads reads;                     ///< of a query
    /// What its client looks at instead of waiting; null: the client waits.
    std::shared_ptr<coordinator::DetachedRun> run;
    std::vector<std::string> notes;  ///< `extensions.notes` of the answer
    std::vector<Notice> notices;     ///< the same
    /// Tenants that failed in its runs: an error each, beside the data.
    std::vector<TenantFailure> failures;
    /// What became of its runs on several servers: `extensions.servers`, and an error for each that
    /// is not done.
    std::vector<ServerOutcome> servers;
};

/// The schema of v2 (`schema.graphql`) with its resolvers. Requests are executed with a `V2Call*`
/// as their context. Each field of Query and Mutation asks the call's gate first.
/// `prefix`: of our routes.
graphql::Schema make_v2_schema(Services services, const std::string& prefix);

/// The text of `schema.graphql`, white space around it trimmed.
std::string_view v2_schema_text();

}  // namespace migrator::api
