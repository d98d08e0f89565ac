#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/plan.hpp"
#include "graphql/error.hpp"
#include "graphql/execution.hpp"
#include "http/message.hpp"

namespace migrator::api {

/// The field error for an exception of a resolver, with the texts that clients of the Go program
/// know ("panic occurred: …"), and `extensions.code`. Logs it: here is where it is handled.
graphql::FieldError describe_error(std::exception_ptr error);

/// `CANCELLED`, for a query that is ended before its end.
graphql::FieldError cancelled(const std::string& why);

/// The error for a tenant that failed while the others went on. It belongs to no field, so that no
/// field becomes null. Logs it.
graphql::RequestError describe_failure(const TenantFailure& failure);
/// The same of a server that a run has not done.
graphql::RequestError describe_server(const ServerOutcome& server);

/// `{"errors":[…]` without the closing brace, for what comes after; errors that have no code yet
/// get `BAD_USER_INPUT`.
std::string errors_text(const std::vector<graphql::RequestError>& errors);

/// The answer when nothing was executed. `status` is 500 but for a malformed request.
http::Response errors_response(int status, const std::vector<graphql::RequestError>& errors);

/// The answer for an exception outside of any field: 400 for a malformed request, else 500 or 503.
http::Response error_response_v2(std::exception_ptr error);

/// The body of an error that the server answers before any route is asked.
std::string server_error_body_v2(int status, std::string_view message);

/// The status for these errors: 500, 503 when a queue was full, 401 or 403 when a role is missing.
int status_of(const std::vector<graphql::RequestError>& errors);

}  // namespace migrator::api
