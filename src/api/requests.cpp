#include "api/requests.hpp"

#include <boost/json.hpp>

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

json::value first_value(std::string_view body) {
    json::stream_parser parser;
    boost::system::error_code error;
    parser.write_some(body.data(), body.size(), error);
    if (!error && !parser.done()) parser.finish(error);
    if (error || !parser.done()) refuse();
    return parser.release();
}

json::object first_object(std::string_view body) {
    json::value value = first_value(body);
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

}  // namespace

V1Request parse_v1_request(std::string_view body, TenantName tenant_name) {
    const json::object object = first_object(body);
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
    return request;
}

V2Request parse_v2_request(std::string_view body) {
    json::value value = first_value(body);
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
