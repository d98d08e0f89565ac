#include "cloud/aws/json_error.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "cloud/aws/answers.hpp"

namespace migrator::cloud::aws {
namespace {

using Verdict = Client::Verdict;

/// "com.amazonaws.x#NotFound:http://…" is "NotFound".
std::string short_code(const std::string& text) {
    const std::string code = text.substr(0, text.find(':'));
    const auto hash = code.rfind('#');
    return shown(hash == std::string::npos ? code : code.substr(hash + 1));
}

/// Whether the message of an error tells what was signed, the session token with it.
bool tells_what_was_signed(std::string_view code) {
    return code.find("Signature") != std::string_view::npos ||
           code == "MissingAuthenticationTokenException";
}

}  // namespace

JsonError json_error_of(const http_client::Response& response) {
    JsonError error;
    std::string code = json_member(response.body, "__type");
    if (code.empty()) code = header(response, "x-amzn-errortype");
    error.code = short_code(code);
    error.request_id = shown(header(response, "x-amzn-requestid"));
    if (tells_what_was_signed(error.code)) return error;
    for (const char* name : {"message", "Message"}) {
        if (error.message.empty()) error.message = shown(json_member(response.body, name));
    }
    return error;
}

Client::Judged judge_json(const http_client::Response& response) {
    if (response.status >= 200 && response.status < 300) return {Verdict::Done, ""};
    const std::string code = json_error_of(response).code;
    const auto is = [&](std::initializer_list<std::string_view> codes) {
        return std::ranges::find(codes, code) != codes.end();
    };
    if (response.status == 429 ||
        is({"ThrottlingException", "Throttling", "TooManyRequestsException"})) {
        return {Verdict::Throttled, code};
    }
    if (response.status >= 500 ||
        is({"InternalServiceError", "InternalServerError", "InternalFailure", "ServiceUnavailable"}
        )) {
        return {Verdict::Transient, code};
    }
    if (is({"ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException"})) {
        return {Verdict::Expired, code};
    }
    if (is({"InvalidSignatureException",
            "SignatureDoesNotMatch",
            "RequestTimeTooSkewed",
            "RequestExpired",
            "RequestInTheFuture"})) {
        return {Verdict::Skewed, code};
    }
    return {Verdict::Failed, code};
}

}  // namespace migrator::cloud::aws
