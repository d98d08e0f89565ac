#include "api/errors.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <string>
#include <string_view>

#include "api/content_types.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "http/text.hpp"
#include "wire/columns.hpp"

namespace migrator::api {
namespace {

http::Response respond(int status, const std::string& message) {
    return {.status = status, .content_type = kJson, .body = error_body(message)};
}

http::Response respond_to_unknown(std::string_view what) {
    log::panic(fmt::format("Panic recovered: {}", what));
    return respond(500, "internal error");
}

void log_error(const http::Request& request, const Error& error) {
    switch (error.kind()) {
        case ErrorKind::InvalidRequest:
            return log::error(
                "Bad request: " + request.method + " " + http::escape_for_log(request.path)
            );
        case ErrorKind::FileMoved:
        case ErrorKind::OutOfOrder:
        case ErrorKind::MissingFiles:
        case ErrorKind::Locked:
        case ErrorKind::Busy:
        case ErrorKind::NotFound:
            return log::warn(error.what());
        default:
            return log::panic("Panic recovered: " + client_text(error));
    }
}

}  // namespace

std::string client_text(const Error& error) {
    const std::string text = error.what();
    // People and alerts search for the text of the Go program, which connected before all else.
    const bool not_connected = text.starts_with("failed to connect to database: ");
    return not_connected ? "Error initialising migrator: " + text : text;
}

std::string error_body(std::string_view message) {
    return boost::json::serialize(boost::json::object{{"error", wire::text(message)}});
}

http::Response error_response(const http::Request& request, std::exception_ptr error) {
    try {
        std::rethrow_exception(error);
    } catch (const Error& known) {
        log_error(request, known);
        http::Response response = respond(edge_codes(known.kind()).http_status, client_text(known));
        if (known.kind() == ErrorKind::Busy) response.headers.emplace_back("Retry-After", "1");
        return response;
    } catch (const std::exception& unknown) {
        return respond_to_unknown(unknown.what());
    } catch (...) {
        return respond_to_unknown("an exception of unknown type");
    }
}

}  // namespace migrator::api
