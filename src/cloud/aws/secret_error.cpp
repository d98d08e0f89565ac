#include "cloud/aws/secret_error.hpp"

#include <fmt/format.h>

#include <string_view>

#include "cloud/aws/json_error.hpp"

namespace migrator::cloud::aws {
namespace {

std::string_view operation_of(const SecretReference& reference) {
    return reference.store == Store::Ssm ? "ssm:GetParameters" : "secretsmanager:GetSecretValue";
}

std::string_view partition_of(std::string_view region) {
    if (region.starts_with("cn-")) return "aws-cn";
    if (region.starts_with("us-gov-")) return "aws-us-gov";
    if (region.starts_with("eusc-")) return "aws-eusc";
    if (region.starts_with("us-isob-")) return "aws-iso-b";
    if (region.starts_with("us-iso-")) return "aws-iso";
    return "aws";
}

/// What the statement that lacks is about.
std::string resource_of(const SecretReference& reference, const SecretCall& call) {
    const bool is_ssm = reference.store == Store::Ssm;
    if (reference.id.starts_with("arn:")) return reference.id;
    const std::string begin = fmt::format(
        "arn:{}:{}:{}:ACCOUNT:",
        partition_of(call.region),
        is_ssm ? "ssm" : "secretsmanager",
        call.region
    );
    if (!is_ssm) return begin + "secret:" + reference.id + "-??????";
    const std::string name = reference.id.substr(0, reference.id.find(':'));
    return begin + "parameter" + (name.starts_with('/') ? "" : "/") + name;
}

struct Advice {
    ErrorKind kind;
    std::string text;
};

Advice advice_for(
    const std::string& code, const SecretReference& reference, const SecretCall& call
) {
    const auto is = [&](std::string_view other) { return code == other; };
    if (is("AccessDeniedException") || is("AccessDenied")) {
        return {
            ErrorKind::Unavailable,
            fmt::format(
                "allow the task role (or this caller's role) {} on {}, and kms:Decrypt on the key "
                "if it is customer managed; the execution role, which reads \"secrets\" in the "
                "task definition, is not used here",
                operation_of(reference),
                resource_of(reference, call)
            )};
    }
    if (is("KMSAccessDeniedException") || is("DecryptionFailure") || is("InvalidKeyId")) {
        return {
            ErrorKind::Unavailable,
            fmt::format(
                "allow the task role kms:Decrypt (kms:ViaService {}.{}.amazonaws.com) on the key "
                "that encrypts the secret; the key policy must allow this too, and the key must be "
                "enabled",
                reference.store == Store::Ssm ? "ssm" : "secretsmanager",
                call.region
            )};
    }
    if (is("ResourceNotFoundException") || is("ParameterNotFound") ||
        is("ParameterVersionNotFound")) {
        return {
            ErrorKind::Configuration,
            fmt::format(
                "no secret with this name and version exists in {} in this account; check the "
                "name, the version, the region and the account",
                call.region
            )};
    }
    if (is("InvalidRequestException")) {
        return {
            ErrorKind::Configuration,
            "the secret is scheduled for deletion or has no current version; restore the secret or "
            "set a value"};
    }
    if (is("InvalidParameterException") || is("ValidationException")) {
        return {ErrorKind::Configuration, "check the spelling of the reference"};
    }
    if (is("ExpiredTokenException") || is("UnrecognizedClientException")) {
        return {
            ErrorKind::Unavailable,
            "the credentials have expired or are not valid in this region; set new credentials, or "
            "use a role"};
    }
    if (is("InvalidSignatureException") || is("SignatureDoesNotMatch")) {
        return {
            ErrorKind::Unavailable,
            "the secret access key does not match the key ID (check for a trailing line break, or "
            "a `/` or `+` changed by a shell), a proxy modifies requests, or the clock is wrong"};
    }
    return {ErrorKind::Unavailable, "the failure may be temporary; try again"};
}

[[noreturn]] void refuse(
    const SecretReference& reference, const SecretCall& call, const JsonError& error, int status
) {
    const Advice advice = advice_for(error.code, reference, call);
    std::string text = fmt::format(
        "${{{}}}: {} in {}: {}",
        reference.text,
        operation_of(reference),
        call.region,
        error.code.empty() ? fmt::format("HTTP {}", status) : error.code
    );
    if (!error.request_id.empty()) text += fmt::format(" (request ID {})", error.request_id);
    if (!error.message.empty()) text += ": " + error.message;
    text += fmt::format("; caller: {}; {}", call.who, advice.text);
    throw ServiceError(advice.kind, error.code, status, text);
}

}  // namespace

void refuse_secret(
    const SecretReference& reference, const SecretCall& call, const http_client::Response& response
) {
    refuse(reference, call, json_error_of(response), response.status);
}

void refuse_unknown_parameter(const SecretReference& reference, const SecretCall& call) {
    refuse(reference, call, {.code = "ParameterNotFound"}, 400);
}

std::string explained(const http_client::TransportError& error) {
    using http_client::TransportFailure;
    std::string message = error.what();
    switch (error.failure()) {
        case TransportFailure::Resolve:
            return message + "; check the region and DNS";
        case TransportFailure::Connect:
        case TransportFailure::Timeout:
            return message +
                   "; check the route: a private subnet needs a NAT gateway or an interface "
                   "endpoint for the service, and a security group that allows outbound port 443";
        case TransportFailure::Certificate:
            return message + "; if a proxy intercepts TLS, set AWS_CA_BUNDLE";
        default:
            return message;
    }
}

}  // namespace migrator::cloud::aws
