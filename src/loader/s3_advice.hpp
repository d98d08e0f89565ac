#pragma once

#include <functional>
#include <string>

#include "core/time.hpp"
#include "http_client/transport.hpp"
#include "loader/s3_store.hpp"

/// What to tell people when S3 refuses or is not there: docs/cloud.md, "Errors".
namespace migrator::loader {

/// A request that came to nothing.
struct S3Failure {
    enum class Operation : unsigned char { List, Read };
    Operation operation;
    std::string name;  ///< the prefix that was listed or the key that was read
    const S3Location& location;
    S3Target target;
    std::function<std::string()> caller;       ///< who we are, for messages; may ask AWS
    std::function<std::string()> credentials;  ///< by what; called only of a signed request
    TimePoint now;

    /// "Could not list s3://bucket/prefix"
    std::string text() const;
};

/// Its message says what was tried, what came back, the likely cause, and the way out.
Error error_of(const S3Failure& failure, const S3Error& error);
Error error_of(const S3Failure& failure, const http_client::TransportError& error);

}  // namespace migrator::loader
