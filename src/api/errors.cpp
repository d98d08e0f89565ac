#include "api/errors.hpp"

#include <string>

#include "api/content_types.hpp"
#include "api/json.hpp"
#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::api {
namespace {

http::Response respond(int status, const std::string& message) {
    return {.status = status, .content_type = kJson, .body = error_body(message)};
}

void log_error(const http::Request& request, const Error& error) {
    switch (error.kind()) {
        case ErrorKind::InvalidRequest:
            return log::error("Bad request: " + request.method + " " + request.path);
        case ErrorKind::Locked:
        case ErrorKind::Busy:
        case ErrorKind::NotFound:
            return log::warn(error.what());
        default:
            return log::panic(std::string("Panic recovered: ") + error.what());
    }
}

}  // namespace

http::Response error_response(const http::Request& request, std::exception_ptr error) {
    try {
        std::rethrow_exception(error);
    } catch (const Error& known) {
        log_error(request, known);
        http::Response response = respond(edge_codes(known.kind()).http_status, known.what());
        if (known.kind() == ErrorKind::Busy) response.headers.emplace_back("Retry-After", "1");
        return response;
    } catch (const std::exception& unknown) {
        log::panic(std::string("Panic recovered: ") + unknown.what());
        return respond(500, "internal error");
    }
}

}  // namespace migrator::api
