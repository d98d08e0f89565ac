#include "loader/s3_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <pugixml.hpp>
#include <string_view>

#include "cloud/aws/answers.hpp"

namespace migrator::loader {
namespace {

using Verdict = cloud::aws::Client::Verdict;

bool is_one_of(std::string_view code, std::initializer_list<std::string_view> codes) {
    return std::ranges::find(codes, code) != codes.end();
}

/// Line breaks and the like as blanks; 200 characters.
std::string beginning_of(const std::string& body) {
    std::string text = cloud::aws::shown(std::string_view(body).substr(0, 200));
    return text.empty() ? "no text" : text;
}

Verdict verdict_of(int status, std::string_view code) {
    if (is_one_of(
            code,
            {"SlowDown",
             "Throttling",
             "ThrottlingException",
             "RequestLimitExceeded",
             "RequestThrottled",
             "BandwidthLimitExceeded",
             "TooManyRequestsException"}
        )) {
        return Verdict::Throttled;
    }
    if (is_one_of(code, {"InternalError", "ServiceUnavailable", "RequestTimeout"})) {
        return Verdict::Transient;
    }
    if (is_one_of(
            code,
            {"RequestTimeTooSkewed",
             "RequestExpired",
             "RequestInTheFuture",
             "InvalidSignatureException",
             "SignatureDoesNotMatch"}
        )) {
        return Verdict::Skewed;
    }
    if (is_one_of(code, {"ExpiredToken", "InvalidToken", "TokenRefreshRequired"})) {
        return Verdict::Expired;
    }
    if (status == 429) return Verdict::Throttled;
    if (status == 408 || status == 500 || (status >= 502 && status <= 504)) {
        return Verdict::Transient;
    }
    return Verdict::Failed;
}

}  // namespace

std::string S3Error::text() const {
    std::string result = code.empty() ? "not a response from S3" : code;
    if (!message.empty()) result += ": " + message;
    result += fmt::format(" (HTTP {}", status);
    if (!request_id.empty()) result += ", request ID " + request_id;
    if (!host_id.empty()) result += ", host ID " + host_id;
    return result + ")";
}

S3Error parse_s3_error(const http_client::Response& response) {
    using cloud::aws::header;
    using cloud::aws::shown;
    S3Error error;
    error.status = response.status;
    error.request_id = shown(header(response, "x-amz-request-id"));
    error.host_id = shown(header(response, "x-amz-id-2"));
    error.region = shown(header(response, "x-amz-bucket-region"));
    // The body of another 2xx may be (a part of) a file.
    if (response.body.empty() || response.status == 206) {
        error.code = fmt::format("HTTP{}", response.status);
        return error;
    }
    pugi::xml_document document;
    const bool is_xml = document.load_buffer(response.body.data(), response.body.size());
    const pugi::xml_node root = document.child("Error");
    if (!is_xml || !root) {
        const std::string server = shown(header(response, "server"));
        error.message = fmt::format(
            "{}{}",
            server.empty() ? "" : "server \"" + server + "\" responded ",
            beginning_of(response.body)
        );
        return error;
    }
    const auto text = [&](const char* name) { return shown(root.child_value(name)); };
    error.code = text("Code");
    if (error.code.empty()) error.code = fmt::format("HTTP{}", response.status);
    error.message = text("Message");
    if (error.request_id.empty()) error.request_id = text("RequestId");
    if (error.host_id.empty()) error.host_id = text("HostId");
    if (error.region.empty()) error.region = text("Region");
    error.endpoint = root.child_value("Endpoint");
    error.server_time = root.child_value("ServerTime");
    return error;
}

bool is_error_in_disguise(const http_client::Response& response) {
    if (response.status != 200) return false;
    const std::string_view beginning = std::string_view(response.body).substr(0, 200);
    return beginning.find("<Error>") != std::string_view::npos ||
           beginning.find("<Error ") != std::string_view::npos;
}

cloud::aws::Client::Judged judge_s3(const http_client::Response& response) {
    if (response.status == 200) return {Verdict::Done, ""};
    return judge_s3_error(parse_s3_error(response));
}

cloud::aws::Client::Judged judge_s3_error(const S3Error& error) {
    return {verdict_of(error.status, error.code), error.code};
}

bool is_wrong_region(const S3Error& error) {
    if (error.status == 301 || error.status == 302 || error.status == 307) return true;
    if (is_one_of(
            error.code,
            {"PermanentRedirect", "TemporaryRedirect", "IllegalLocationConstraintException"}
        )) {
        return true;
    }
    return error.code == "AuthorizationHeaderMalformed" && !error.region.empty();
}

}  // namespace migrator::loader
