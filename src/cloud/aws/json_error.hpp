#pragma once

#include <string>

#include "cloud/aws/client.hpp"

/// Answers of the services that speak AWS's JSON 1.1 protocol: Secrets Manager and SSM.
namespace migrator::cloud::aws {

/// What a service said when it refused a call.
struct JsonError {
    std::string code;        ///< empty: it has none
    std::string message;     ///< fit to be shown; empty: it has none, or none that is fit
    std::string request_id;  ///< empty: it has none
};
JsonError json_error_of(const http_client::Response& response);

/// A Client::Judge.
Client::Judged judge_json(const http_client::Response& response);

}  // namespace migrator::cloud::aws
