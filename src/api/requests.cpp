#include "api/requests.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "core/duration.hpp"
#include "core/error.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;

[[noreturn]] void refuse() {
    throw Error(
        ErrorKind::InvalidRequest,
        "Invalid request, please see documentation for valid JSON payload"
    );
}

/// Nothing may follow the value: a form of a page can put a JSON text in front of what it has to
/// add.
json::value only_value(std::string_view body) {
    json::stream_parser parser;
    boost::system::error_code error;
    parser.write(body.data(), body.size(), error);
    if (!error) parser.finish(error);
    if (error) refuse();
    return parser.release();
}

json::object only_object(std::string_view body) {
    json::value value = only_value(body);
    if (!value.is_object()) refuse();
    return std::move(value.get_object());
}

std::string required(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || !value->is_string() || value->get_string().empty()) refuse();
    return std::string(value->get_string());
}

/// Nothing for a key that is missing or null.
const json::value* optional(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::optional<std::string> optional_string(const json::object& object, std::string_view key) {
    const json::value* value = optional(object, key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) refuse();
    return std::string(value->get_string());
}

bool optional_bool(const json::object& object, std::string_view key) {
    const json::value* value = optional(object, key);
    if (value == nullptr) return false;
    if (!value->is_bool()) refuse();
    return value->get_bool();
}

/// What is wrong with `key`, where that is none of the Go program's keys and has no text of its
/// own.
[[noreturn]] void refuse(std::string_view key, const std::string& what) {
    throw Error(ErrorKind::InvalidRequest, fmt::format("{}: {}", key, what));
}

/// Not empty: a list that was meant to hold names and holds none must not mean everybody.
std::vector<std::string> names_of(std::string_view key, const json::value& value) {
    constexpr const char* kWanted = "must be a list of at least one name or pattern";
    if (!value.is_array() || value.get_array().empty()) refuse(key, kWanted);
    std::vector<std::string> names;
    for (const json::value& name : value.get_array()) {
        if (!name.is_string() || name.get_string().empty()) refuse(key, kWanted);
        names.emplace_back(name.get_string());
    }
    return names;
}

Share canary_of(const json::value& value) {
    std::optional<Share> share;
    if (value.is_int64() && value.get_int64() > 0) {
        share = Share{.value = static_cast<std::size_t>(value.get_int64())};
    }
    if (value.is_string() && value.get_string().ends_with('%')) {
        share = parse_share(value.get_string());
    }
    if (share && share->value > 0) return *share;
    refuse(
        "canary",
        fmt::format("must be a number of tenants of at least 1, not {}", json::serialize(value))
    );
}

/// Up to 200 characters are checked where all versions are.
std::string version_name_of(const json::object& object) {
    const json::value* name = optional(object, "versionName");
    if (name == nullptr) return {};
    if (!name->is_string() || name->get_string().empty()) {
        refuse("versionName", "must be a text of at least one character");
    }
    return std::string(name->get_string());
}

std::vector<Share> waves_of(const json::value& value) {
    if (!value.is_array() || value.get_array().empty()) {
        refuse("waves", R"(must be a list such as ["10%", "50%", "100%"])");
    }
    std::vector<Share> waves;
    for (const json::value& wave : value.get_array()) {
        std::optional<Share> share;
        if (wave.is_string()) share = parse_share(wave.get_string());
        if (wave.is_int64() && wave.get_int64() > 0) {
            share = Share{.value = static_cast<std::size_t>(wave.get_int64())};
        }
        if (!share) {
            const std::string text = json::serialize(wave);
            refuse(
                "waves", fmt::format("must hold numbers of tenants or percentages, not {}", text)
            );
        }
        waves.push_back(*share);
    }
    return waves;
}

bool flag_of(std::string_view key, const json::value& value) {
    if (!value.is_bool()) refuse(key, "must be true or false");
    return value.get_bool();
}

std::int64_t positive_of(std::string_view key, const json::value& value) {
    if (!value.is_int64() || value.get_int64() <= 0) refuse(key, "must be an integer from 1");
    return value.get_int64();
}

std::chrono::milliseconds time_of(std::string_view key, const json::value& value) {
    const auto time = value.is_string() ? parse_duration(value.get_string()) : std::nullopt;
    if (!time || time->count() <= 0) refuse(key, R"(must be a duration like "500ms" or "2s")");
    return *time;
}

void read_analysis_key(std::string_view key, const json::value& value, AnalysisRequest& request) {
    db::TraceRequest& traces = request.traces;
    if (key == "tenants") {
        request.tenants.names = names_of(key, value);
    } else if (key == "reconcile") {
        request.reconcile = flag_of(key, value);
    } else if (key == "scratch") {
        traces.scratch = flag_of(key, value);
    } else if (key == "on") {
        traces.on = names_of(key, value);
    } else if (key == "sample") {
        traces.sample = static_cast<std::size_t>(positive_of(key, value));
    } else if (key == "maxHold") {
        traces.max_hold = time_of(key, value);
    } else if (key == "maxBytes") {
        traces.max_bytes = positive_of(key, value);
    } else if (key == "scratchSource") {
        refuse(key, "is an option of the command line only");
    } else {
        refuse(
            key, "is not known; tenants, reconcile, scratch, on, sample, maxHold and maxBytes are"
        );
    }
}

}  // namespace

std::optional<Share> max_failures_of(const json::object& object) {
    const json::value* value = optional(object, "maxFailures");
    if (value == nullptr) return std::nullopt;
    std::optional<Share> share;
    if (value->is_string()) share = parse_share(value->get_string());
    if (value->is_int64() && value->get_int64() >= 0) {
        share = Share{.value = static_cast<std::size_t>(value->get_int64())};
    }
    if (share) return share;
    refuse(
        "maxFailures",
        fmt::format("must be a number of tenants or a percentage, not {}", json::serialize(*value))
    );
}

AnalysisRequest analysis_request_of(const json::object& object) {
    AnalysisRequest request;
    for (const auto& [key, value] : object) {
        if (!value.is_null()) read_analysis_key(key, value, request);
    }
    for (const char* key : {"sample", "maxHold", "maxBytes"}) {
        if (request.traces.on.empty() && optional(object, key) != nullptr) {
            refuse(key, "needs \"on\", the tenants to trace on");
        }
    }
    return request;
}

AnalysisRequest parse_analysis_request(std::string_view body) {
    if (body.empty()) return {};
    return analysis_request_of(only_object(body));
}

MoveRequest parse_move_request(std::string_view body) {
    const json::object object = only_object(body);
    MoveRequest request{.as_new = optional_string(object, "asNew")};
    if (request.as_new) return request;
    request.from = required(object, "from");
    request.to = required(object, "to");
    request.rewrite = optional_bool(object, "rewrite");
    return request;
}

std::string parse_session_request(std::string_view body) {
    const json::object object = only_object(body);
    const auto token = optional_string(object, "token");
    if (!token || token->empty()) refuse("token", "must be a bearer token");
    return *token;
}

plan::Selection parse_selection(const json::object& object) {
    plan::Selection selection;
    if (const json::value* names = optional(object, "tenants"))
        selection.names = names_of("tenants", *names);
    if (const json::value* canary = optional(object, "canary")) {
        selection.canary = canary_of(*canary);
    }
    if (const json::value* waves = optional(object, "waves")) selection.waves = waves_of(*waves);
    return selection;
}

V1Request parse_v1_request(std::string_view body, TenantName tenant_name) {
    const json::object object = only_object(body);
    V1Request request;
    if (tenant_name == TenantName::Required) request.name = required(object, "name");
    const std::string mode = required(object, "mode");
    if (mode == "sync") {
        request.action = Action::Sync;
    } else if (mode == "dry-run") {
        request.dry_run = true;
    } else if (mode != "apply") {
        refuse();
    }
    const std::string response = required(object, "response");
    if (response == "list") {
        request.detail = ResponseDetail::List;
    } else if (response == "summary") {
        request.detail = ResponseDetail::Summary;
    } else if (response != "full") {
        refuse();
    }
    if (tenant_name == TenantName::Required) {
        request.server = optional_string(object, "server").value_or("");
    } else {
        request.tenants = parse_selection(object);
        request.reconcile = optional_bool(object, "reconcile");
        request.unfinished = optional_bool(object, "unfinished");
        request.version_name = version_name_of(object);
        request.max_failures = max_failures_of(object);
    }
    return request;
}

V2Request parse_v2_request(std::string_view body) {
    json::value value = only_value(body);
    if (value.is_null()) return {};
    if (!value.is_object()) refuse();
    const json::object& object = value.get_object();
    V2Request request{
        .query = optional_string(object, "query").value_or(""),
        .operation_name = optional_string(object, "operationName"),
        .variables = {},
    };
    if (const json::value* variables = optional(object, "variables")) {
        if (!variables->is_object()) refuse();
        request.variables = variables->get_object();
    }
    return request;
}

}  // namespace migrator::api
