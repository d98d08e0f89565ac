#include "api/v2_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "api/content_types.hpp"
#include "api/errors.hpp"
#include "core/log.hpp"
#include "wire/runs.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;

constexpr int kBadRequest = 400;
constexpr int kFailed = 500;
constexpr int kForbidden = 403;
constexpr int kBusy = 503;

json::object code_of(ErrorKind kind) {
    const std::string_view code = edge_codes(kind).graphql_code;
    return {{"code", json::string_view(code.data(), code.size())}};
}

/// The Go program failed with a panic where these happen, and its clients know the text.
bool was_a_panic(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Configuration:
        case ErrorKind::MigrationFailed:
        case ErrorKind::PartlyFailed:
        case ErrorKind::Unavailable:
        case ErrorKind::Internal:
            return true;
        default:
            return false;
    }
}

graphql::FieldError describe_unknown(std::string_view what) {
    log::panic(fmt::format("Panic recovered: {}", what));
    return graphql::FieldError("panic occurred: internal error", code_of(ErrorKind::Internal));
}

}  // namespace

graphql::FieldError describe_error(std::exception_ptr error) {
    try {
        std::rethrow_exception(error);
    } catch (const Error& known) {
        const std::string text = client_text(known);
        if (!was_a_panic(known.kind())) {
            log::warn(text);
            return graphql::FieldError(text, code_of(known.kind()));
        }
        log::panic("Panic recovered: " + text);
        return graphql::FieldError("panic occurred: " + text, code_of(known.kind()));
    } catch (const std::exception& unknown) {
        return describe_unknown(unknown.what());
    } catch (...) {
        return describe_unknown("an exception of unknown type");
    }
}

graphql::FieldError cancelled(const std::string& why) {
    return graphql::FieldError(why, code_of(ErrorKind::Cancelled));
}

graphql::RequestError describe_failure(const TenantFailure& failure) {
    log::error("Tenant " + failure.tenant + " failed: " + failure.message);
    json::object extensions = code_of(ErrorKind::PartlyFailed);
    const json::object all = wire::failure(failure);
    for (const char* name : {"tenant", "file", "statement"}) extensions[name] = all.at(name);
    return {.message = "panic occurred: " + failure.message, .extensions = std::move(extensions)};
}

graphql::RequestError describe_server(const ServerOutcome& server) {
    const std::string message = fmt::format(
        "Server {} is not done ({}): {}", server.server, wire::name_of(server.end), server.message
    );
    log::error(message);
    json::object extensions = code_of(ErrorKind::PartlyFailed);
    extensions["server"] = wire::text(server.server);
    return {.message = "panic occurred: " + message, .extensions = std::move(extensions)};
}

std::string errors_text(const std::vector<graphql::RequestError>& errors) {
    std::string text = R"({"errors":[)";
    for (const graphql::RequestError& error : errors) {
        graphql::RequestError coded = error;
        if (!coded.extensions.contains("code")) {
            coded.extensions = code_of(ErrorKind::InvalidRequest);
        }
        if (&error != &errors.front()) text += ',';
        text += json::serialize(graphql::to_json(coded));
    }
    return text + "]";
}

http::Response errors_response(int status, const std::vector<graphql::RequestError>& errors) {
    http::Response response{
        .status = status, .content_type = kJson, .body = errors_text(errors) + "}"};
    if (status == kBusy) response.headers.emplace_back("Retry-After", "1");
    return response;
}

std::string server_error_body_v2(int status, std::string_view message) {
    const ErrorKind kind = status == kBusy        ? ErrorKind::Busy
                           : status == kForbidden ? ErrorKind::Forbidden
                                                  : ErrorKind::InvalidRequest;
    return errors_text({{.message = std::string(message), .extensions = code_of(kind)}}) + "}";
}

http::Response error_response_v2(std::exception_ptr error) {
    const graphql::FieldError described = describe_error(error);
    const std::vector<graphql::RequestError> errors{
        {.message = described.what(), .extensions = described.extensions()}};
    try {
        std::rethrow_exception(error);
    } catch (const Error& known) {
        if (known.kind() == ErrorKind::InvalidRequest) return errors_response(kBadRequest, errors);
    } catch (...) {
        return errors_response(status_of(errors), errors);
    }
    return errors_response(status_of(errors), errors);
}

int status_of(const std::vector<graphql::RequestError>& errors) {
    const auto has = [&](ErrorKind kind) {
        const json::object wanted = code_of(kind);
        return std::ranges::any_of(errors, [&](const graphql::RequestError& error) {
            const json::value* code = error.extensions.if_contains("code");
            return code != nullptr && *code == wanted.at("code");
        });
    };
    for (const ErrorKind kind :
         {ErrorKind::Busy, ErrorKind::Unauthenticated, ErrorKind::Forbidden}) {
        if (has(kind)) return edge_codes(kind).http_status;
    }
    return kFailed;
}

}  // namespace migrator::api
