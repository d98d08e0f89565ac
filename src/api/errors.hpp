#pragma once

#include <exception>

#include "http/message.hpp"

namespace migrator::api {

/// The answer for an exception that left a handler: status by kind, `{"error":…}`. Logs it: here
/// is where it is handled.
http::Response error_response(const http::Request& request, std::exception_ptr error);

}  // namespace migrator::api
