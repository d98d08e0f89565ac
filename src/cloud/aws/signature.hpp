#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloud/aws/credentials.hpp"
#include "core/time.hpp"
#include "http_client/http_client.hpp"

/// AWS Signature Version 4: docs/cloud.md, "Signing";
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
namespace migrator::cloud::aws {

/// Percent-encoding as the signature wants it; `/` stays when asked for.
std::string encode(std::string_view bytes, bool keep_slash);

using Query = std::vector<std::pair<std::string, std::string>>;  ///< decoded names and values

/// A request before it is signed.
struct Call {
    std::string method = "GET";
    std::string endpoint;    ///< scheme, host and port: "https://s3.eu-west-1.amazonaws.com"
    std::string path = "/";  ///< as it goes onto the wire, encoded once
    Query query;
    std::vector<std::pair<std::string, std::string>> headers;  ///< those to send and sign
    std::string body;
};

/// What a signature is for.
struct Scope {
    std::string service;  ///< "s3", "sts", "secretsmanager", "ssm", "rds-db"
    std::string region;
};

/// The request to send, with `Host`, `X-Amz-Date`, the token and `Authorization`; for s3 also
/// `X-Amz-Content-Sha256`. Without credentials (null) it is not signed.
http_client::Request sign(
    const Call& call, const Scope& scope, const Credentials* credentials, TimePoint now
);

/// The query of a pre-signed GET of `/`, with its signature last. `host` is signed as
/// it is given.
std::string presign(
    const std::string& host,
    const Query& query,
    const Scope& scope,
    const Credentials& credentials,
    TimePoint now,
    std::chrono::seconds valid
);

}  // namespace migrator::cloud::aws
