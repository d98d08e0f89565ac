#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "coordinator/coordinator.hpp"
#include "core/migration.hpp"
#include "db/trace_request.hpp"

namespace migrator::api {

/// How much of `appliedMigrations` a v1 answer holds.
enum class ResponseDetail : std::uint8_t { Full, List, Summary };

/// The body of a v1 POST, checked.
struct V1Request {
    std::string name;  ///< of the tenant; empty for POST migrations
    Action action = Action::Apply;
    bool dry_run = false;
    ResponseDetail detail = ResponseDetail::Full;
    plan::Selection tenants;  ///< of POST migrations
    bool reconcile = false;
    bool unfinished = false;
    std::string version_name;           ///< of POST migrations; empty: the usual one
    std::optional<Share> max_failures;  ///< the same; unset: as configured
    std::string server;                 ///< of POST tenants; empty: any
};

/// The body of POST moves, checked: `from` and `to`, or `asNew`, which is the base location when it
/// is empty.
struct MoveRequest {
    std::string from;
    std::string to;
    bool rewrite = false;
    std::optional<std::string> as_new;
};

/// Reads as `parse_v1_request` does.
MoveRequest parse_move_request(std::string_view body);

/// The token in the body of POST session. Throws InvalidRequest.
std::string parse_session_request(std::string_view body);

/// The body of POST analysis, checked.
struct AnalysisRequest {
    plan::Selection tenants;
    bool reconcile = false;
    db::TraceRequest traces;  ///< no data source: nobody has the service connect elsewhere
};

/// Reads a JSON object; nothing at all is an empty one. Throws InvalidRequest, naming the key, also
/// for a key that it does not know and for one that would have no effect.
AnalysisRequest parse_analysis_request(std::string_view body);
/// The same keys of an object that is read already.
AnalysisRequest analysis_request_of(const boost::json::object& object);

enum class TenantName : bool { NotAsked, Required };

/// Reads `body`, one JSON value and white space. Throws InvalidRequest with the text that clients
/// know (docs/compatibility.md, "Requests").
V1Request parse_v1_request(std::string_view body, TenantName tenant_name);

/// `maxFailures` of a JSON object, in v1 and v2 alike: a number, or a number or percentage as a
/// text. Nothing when it is missing or null. Throws InvalidRequest.
std::optional<Share> max_failures_of(const boost::json::object& object);

/// `tenants`, `canary` and `waves` of a JSON object, in v1 and v2 alike: an array of names, a
/// number, an array of numbers and percentages ("10%"). Throws InvalidRequest.
plan::Selection parse_selection(const boost::json::object& object);

/// The body of a request to v2.
struct V2Request {
    std::string query;
    std::optional<std::string> operation_name;
    boost::json::object variables;
};

/// Reads `body`, one JSON value and white space; null reads as an empty object, and a key with null
/// as one that is not there. Throws InvalidRequest as above when a key has the wrong type.
V2Request parse_v2_request(std::string_view body);

}  // namespace migrator::api
