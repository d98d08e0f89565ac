#pragma once

#include <string>

#include "cloud/aws/client.hpp"
#include "http_client/http_client.hpp"

/// What S3 says when it refuses: docs/cloud.md, "Errors".
namespace migrator::loader {

/// Only the parts that may be shown: an error of S3 can hold what was signed, too.
struct S3Error {
    int status = 0;
    std::string code;     ///< empty: the answer is none of S3's
    std::string message;  ///< for people; of an answer that is not XML its beginning
    std::string request_id;
    std::string host_id;
    std::string region;    ///< where the bucket is, if it says so; may be shown
    std::string endpoint;  ///< the host to ask instead, if it says so
    std::string server_time;

    /// "AccessDenied: Access Denied (HTTP 403, request ID 4442587FB7D0A2F9)"
    std::string text() const;
};

S3Error parse_s3_error(const http_client::Response& response);

/// Whether a 200 is an error nevertheless; not to be asked about an object's contents.
bool is_error_in_disguise(const http_client::Response& response);

/// By code when that is known, else by status, for compatible servers have codes of their own.
cloud::aws::Client::Judged judge_s3(const http_client::Response& response);
cloud::aws::Client::Judged judge_s3_error(const S3Error& error);

/// The bucket may be in another region than the one that was asked.
bool is_wrong_region(const S3Error& error);

}  // namespace migrator::loader
