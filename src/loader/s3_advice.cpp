#include "loader/s3_advice.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string_view>

#include "cloud/aws/region.hpp"
#include "core/ascii.hpp"

namespace migrator::loader {
namespace {

using http_client::TransportFailure;
using Operation = S3Failure::Operation;
using Verdict = cloud::aws::Client::Verdict;

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::string bucket_arn(const S3Failure& failure) {
    return fmt::format(
        "arn:{}:s3:::{}",
        cloud::aws::partition_of(failure.target.endpoint.region).name,
        failure.location.bucket
    );
}

/// The condition compares with the prefix of the request as it is: the health check asks for the
/// base prefix without a slash.
std::string list_statement(const S3Failure& failure) {
    const std::string& prefix = failure.location.prefix;
    const std::string condition =
        prefix.empty()
            ? ""
            : fmt::format(
                  R"(, "Condition": {{"StringLike": {{"s3:prefix": ["{0}", "{0}/*"]}}}})", prefix
              );
    return fmt::format(
        R"({{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "{}"{}}})",
        bucket_arn(failure),
        condition
    );
}

std::string read_statement(const S3Failure& failure) {
    const std::string& prefix = failure.location.prefix;
    return fmt::format(
        R"({{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "{}/{}*"}})",
        bucket_arn(failure),
        prefix.empty() ? "" : prefix + "/"
    );
}

/// The first `arn:PARTITION:kms:…` in a text; empty when there is none.
std::string key_arn_in(std::string_view text) {
    constexpr std::string_view kService = ":kms:";
    const auto length = [](std::string_view of, auto is_part) {
        return static_cast<std::size_t>(std::ranges::find_if_not(of, is_part) - of.begin());
    };
    const auto is_partition = [](char c) { return is_lower(c) || c == '-'; };
    const auto is_resource = [](char c) {
        return is_letter_or_digit(c) || std::string_view(":/_-").find(c) != std::string_view::npos;
    };
    for (auto at = text.find("arn:"); at != std::string_view::npos;
         at = text.find("arn:", at + 1)) {
        const std::size_t partition = at + 4 + length(text.substr(at + 4), is_partition);
        const std::string_view behind = text.substr(partition);
        if (partition == at + 4 || !behind.starts_with(kService)) continue;
        const std::size_t resource = length(behind.substr(kService.size()), is_resource);
        if (resource == 0) continue;
        return std::string(text.substr(at, partition + kService.size() + resource - at));
    }
    return {};
}

std::string decrypt_statement(const S3Failure& failure, const std::string& message) {
    const std::string key = key_arn_in(message);
    return fmt::format(
        R"(the object is encrypted with a KMS key; {0} needs kms:Decrypt on the key, and the key )"
        R"(policy must allow this: {{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "{1}", "Condition": )"
        R"({{"StringEquals": {{"kms:ViaService": "s3.{2}.{3}"}}}}}})",
        failure.caller(),
        key.empty() ? "ARN of the key" : key,
        failure.target.endpoint.region,
        cloud::aws::partition_of(failure.target.endpoint.region).suffix
    );
}

std::string advice_on_denial(const S3Failure& failure, const S3Error& error) {
    if (contains(error.message, "explicit deny")) {
        return fmt::format(
            "{} is blocked by an explicit Deny (bucket policy, service control policy or VPC "
            "endpoint policy); adding an Allow does not help",
            failure.caller()
        );
    }
    if (contains(error.message, "kms:")) return decrypt_statement(failure, error.message);
    if (failure.operation == Operation::List) {
        return fmt::format(
            "{} is not allowed to list the bucket; allow s3:ListBucket on the bucket, for the base "
            "location and the prefixes below it: {}",
            failure.caller(),
            list_statement(failure)
        );
    }
    return fmt::format(
        "{} is not allowed to read the object, or the object does not exist and listing is not "
        "allowed; allow s3:GetObject: {}",
        failure.caller(),
        read_statement(failure)
    );
}

std::string advice_on_clock(const S3Failure& failure, const S3Error& error) {
    const TimePoint server = parse_database_time(error.server_time);
    std::string by;
    if (server != TimePoint{}) {
        const auto minutes =
            std::chrono::duration_cast<std::chrono::minutes>(server - failure.now).count();
        by = fmt::format(" by {} minutes", minutes < 0 ? -minutes : minutes);
    }
    return fmt::format("the clock of this machine is wrong{}; synchronize it with NTP", by);
}

bool is_bucket_missing(const S3Failure& failure, const S3Error& error) {
    return error.code == "NoSuchBucket" ||
           (error.status == 404 && failure.operation == Operation::List);
}

/// Empty: the service has said all there is to say.
std::string advice_on(const S3Failure& failure, const S3Error& error) {
    const auto& endpoint = failure.target.endpoint;
    const std::string& code = error.code;
    if (is_wrong_region(error)) {
        if (!error.region.empty() && error.region != endpoint.region) {
            return fmt::format(
                "the bucket is in region {}, the request was for {}; set s3Region: {}",
                error.region,
                endpoint.region,
                error.region
            );
        }
        return endpoint.is_custom
                   ? "the server expects a region other than " + endpoint.region + "; set s3Region"
                   : "the region of the bucket could not be determined; set AWS_REGION or s3Region";
    }
    if (code == "AccessDenied") return advice_on_denial(failure, error);
    if (code == "AllAccessDisabled" || code == "AccountProblem") {
        return "the bucket or its account is suspended; contact the owner of the account";
    }
    if (code == "InvalidAccessKeyId") {
        return fmt::format(
            "the server does not know the access key ({}): the key was deleted, or belongs to "
            "another partition or another S3 provider (then set s3Endpoint or AWS_ENDPOINT_URL_S3)",
            failure.credentials()
        );
    }
    if (code == "SignatureDoesNotMatch") {
        return fmt::format(
            "the secret access key does not match {} (check AWS_SECRET_ACCESS_KEY for a trailing "
            "line break, or a / or + changed by a shell), or a proxy modified the request",
            failure.credentials()
        );
    }
    if (code == "RequestTimeTooSkewed" || code == "RequestExpired" ||
        code == "RequestInTheFuture") {
        return advice_on_clock(failure, error);
    }
    if (code == "ExpiredToken" || code == "InvalidToken" || code == "TokenRefreshRequired") {
        return fmt::format(
            "the temporary credentials are no longer valid ({}); replace them in the environment "
            "or the file, or use a role",
            failure.credentials()
        );
    }
    if (is_bucket_missing(failure, error)) {
        return fmt::format(
            "the bucket {} does not exist at {} (region {}); check the spelling{}",
            failure.location.bucket,
            endpoint.url,
            endpoint.region,
            endpoint.is_custom ? "" : " and the partition"
        );
    }
    if (code == "InvalidObjectState") {
        return "the object is archived (Glacier); restore it, or keep migrations in a "
               "standard storage class";
    }
    if (judge_s3_error(error).verdict == Verdict::Throttled) {
        return "the server asks for fewer requests; try again later, or set a lower "
               "storageConcurrency";
    }
    if (error.status < 300) {
        return "only status 200 is a whole answer; check what stands between migrator and the "
               "server (proxy, gateway)";
    }
    if (code.starts_with("KMS.")) return decrypt_statement(failure, error.message);
    if (error.status == 403) return advice_on_denial(failure, error);
    return "";
}

ErrorKind kind_of(const S3Failure& failure, const S3Error& error) {
    if (error.code == "InvalidObjectState" || error.code.starts_with("KMS.")) {
        return ErrorKind::MigrationFailed;
    }
    // Somebody has to change something; all else may pass by itself.
    const bool is_lasting = error.status >= 300 && error.status < 500 && error.status != 404 &&
                            error.status != 408 && error.status != 429;
    return is_lasting || is_bucket_missing(failure, error) ? ErrorKind::Configuration
                                                           : ErrorKind::Unavailable;
}

std::string advice_on(const S3Failure& failure, TransportFailure what) {
    const auto& endpoint = failure.target.endpoint;
    switch (what) {
        case TransportFailure::Certificate:
            if (!failure.target.is_path_style && contains(failure.location.bucket, ".")) {
                return "the certificate does not match because the bucket name contains dots; set "
                       "s3AddressingStyle: path";
            }
            return "if a proxy intercepts TLS, set AWS_CA_BUNDLE to the file with its root "
                   "certificate";
        case TransportFailure::Connect:
        case TransportFailure::Timeout:
            if (endpoint.is_custom) return "check that the server is running and can be reached";
            return "check the route to S3: a private subnet needs a NAT gateway or an S3 gateway "
                   "endpoint (for buckets in the same region), and port 443 must be open";
        case TransportFailure::Resolve:
            if (endpoint.is_custom) return "check the spelling of the endpoint";
            return "check the region, the bucket name and DNS";
        case TransportFailure::Interrupted:
        case TransportFailure::TooLarge:
        case TransportFailure::Other:
            break;
    }
    return "";
}

}  // namespace

std::string S3Failure::text() const {
    return fmt::format(
        "Could not {} s3://{}/{}",
        operation == Operation::List ? "list" : "read",
        location.bucket,
        name
    );
}

Error error_of(const S3Failure& failure, const S3Error& error) {
    const std::string advice = advice_on(failure, error);
    return {
        kind_of(failure, error),
        fmt::format(
            "{}: {}{}{}", failure.text(), error.text(), advice.empty() ? "" : "; ", advice
        )};
}

Error error_of(const S3Failure& failure, const http_client::TransportError& error) {
    const std::string advice = advice_on(failure, error.failure());
    return {
        error.kind(),
        fmt::format(
            "{}: {}{}{}", failure.text(), error.what(), advice.empty() ? "" : "; ", advice
        )};
}

}  // namespace migrator::loader
