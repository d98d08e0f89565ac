#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "http/message.hpp"

namespace migrator::api {

/// The message as clients of the Go program know it: docs/compatibility.md, "Error texts".
std::string client_text(const Error& error);

/// {"error":MESSAGE}
std::string error_body(std::string_view message);

/// The answer for an exception that left a handler: status by kind, `{"error":…}`; of an
/// exception that is no Error the text is not shown. Logs it: here is where it is handled.
http::Response error_response(const http::Request& request, std::exception_ptr error);

}  // namespace migrator::api
