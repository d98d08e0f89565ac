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
                "the task role (or whoever else this is) needs {} on {}, and kms:Decrypt on its "
                "key "
                "when that is a customer's; the execution role, which reads what stands under "
                "\"secrets\" in a task definition, is another role and is not used here",
                operation_of(reference),
                resource_of(reference, call)
            )};
    }
    if (is("KMSAccessDeniedException") || is("DecryptionFailure") || is("InvalidKeyId")) {
        return {
            ErrorKind::Unavailable,
            fmt::format(
                "the task role needs kms:Decrypt (kms:ViaService {}.{}.amazonaws.com) on the key "
                "it "
                "is encrypted with, the key's policy must allow it, and the key must be enabled",
                reference.store == Store::Ssm ? "ssm" : "secretsmanager",
                call.region
            )};
    }
    if (is("ResourceNotFoundException") || is("ParameterNotFound") ||
        is("ParameterVersionNotFound")) {
        return {
            ErrorKind::Configuration,
            fmt::format(
                "there is none of this name, or of this version, in {} in this account: check the "
                "name, the region and the account",
                call.region
            )};
    }
    if (is("InvalidRequestException")) {
        return {
            ErrorKind::Configuration,
            "the secret is marked for deletion, or has no current version: restore it or give it a "
            "value"};
    }
    if (is("InvalidParameterException") || is("ValidationException")) {
        return {ErrorKind::Configuration, "check how the reference is written"};
    }
    if (is("ExpiredTokenException") || is("UnrecognizedClientException")) {
        return {
            ErrorKind::Unavailable,
            "the credentials have ended, or AWS doesn't know them in this region: use a role, or "
            "set new ones"};
    }
    if (is("InvalidSignatureException") || is("SignatureDoesNotMatch")) {
        return {
            ErrorKind::Unavailable,
            "the secret access key doesn't belong to the key id (often a line break at the end, or "
            "a `/` or `+` that a shell has changed), a proxy changes requests, or the clock is "
            "off"};
    }
    return {ErrorKind::Unavailable, "this may pass: try again"};
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
    if (!error.request_id.empty()) text += fmt::format(" (request id {})", error.request_id);
    if (!error.message.empty()) text += ": " + error.message;
    text += fmt::format("; asked as {}; {}", call.who, advice.text);
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
            return message + ": is the region right, and is there DNS?";
        case TransportFailure::Connect:
        case TransportFailure::Timeout:
            return message +
                   ": no route? A private subnet needs a NAT or an interface endpoint "
                   "for the service, and a security group that lets port 443 out";
        case TransportFailure::Certificate:
            return message + ": if something on the way opens TLS, set AWS_CA_BUNDLE";
        default:
            return message;
    }
}

}  // namespace migrator::cloud::aws
