#include "cloud/aws/sts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <pugixml.hpp>
#include <string_view>

#include "cloud/aws/answers.hpp"
#include "cloud/aws/client.hpp"
#include "cloud/aws/web_identity.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/number.hpp"

namespace migrator::cloud::aws {
namespace {

using http_client::Response;
using Verdict = Client::Verdict;

constexpr int kTriesWithNewIdentity = 3;

/// The error of an answer; without a code when it is no XML of this service.
struct Refusal {
    std::string code;
    std::string message;
    std::string request_id;
};

Refusal refusal_of(const Response& response) {
    pugi::xml_document document;
    document.load_buffer(response.body.data(), response.body.size());
    const pugi::xml_node root = document.child("ErrorResponse");
    const pugi::xml_node error = root.child("Error");
    return {error.child_value("Code"), error.child_value("Message"), root.child_value("RequestId")};
}

bool is_one_of_ignoring_case(std::string_view text, std::initializer_list<std::string_view> list) {
    return std::ranges::find(list, text) != list.end();
}

Verdict verdict_of(int status, const std::string& code, int& new_identity_tries) {
    if (status == 200) return Verdict::Done;
    if (status == 429 || code.starts_with("Throttling")) return Verdict::Throttled;
    if (status >= 500 || code == "IDPCommunicationError") return Verdict::Transient;
    if (code == "InvalidIdentityToken") {  // a new provider of identities takes its time
        return ++new_identity_tries < kTriesWithNewIdentity ? Verdict::Transient : Verdict::Failed;
    }
    if (code == "ExpiredToken") return Verdict::Expired;
    const bool is_about_time = is_one_of_ignoring_case(
        code,
        {"RequestTimeTooSkewed",
         "RequestExpired",
         "RequestInTheFuture",
         "InvalidSignatureException",
         "SignatureDoesNotMatch"}
    );
    return is_about_time ? Verdict::Skewed : Verdict::Failed;
}

/// One kind of call.
struct Sts {
    const Surroundings& surroundings;
    const CredentialOptions& options;
    std::shared_ptr<CredentialSource> source;  ///< null: not signed

    Endpoint endpoint() const {
        return resolve_endpoint(surroundings, "sts", options.profile, options.region, {});
    }

    Response send(const Endpoint& where, const Query& form, const Client::Options& client_options)
        const {
        Call call;
        call.method = "POST";
        call.endpoint = where.url;
        call.path = where.base_path + "/";
        call.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
        for (const auto& [name, value] : form) {
            if (!call.body.empty()) call.body += '&';
            call.body += name + "=" + encode(value, false);
        }
        int new_identity_tries = 0;
        Client client(surroundings, source);
        return client.send(
            "STS " + form.front().second,
            call,
            {.service = "sts", .region = where.region},
            [&](const Response& response) -> Client::Judged {
                const std::string code = refusal_of(response).code;
                return {verdict_of(response.status, code, new_identity_tries), code};
            },
            client_options
        );
    }
};

Client::Options usual_options() {
    Client::Options options;
    options.limits.total = std::chrono::seconds(30);
    return options;
}

std::string foreign_answer(const Endpoint& where, const Response& response) {
    std::string text = fmt::format(
        "{} returned status {} and a response that is not from STS", where.url, response.status
    );
    if (where.is_custom) {
        text +=
            "; AWS_ENDPOINT_URL applies to all services, including STS: for an S3-compatible "
            "server, set AWS_ENDPOINT_URL_S3 instead";
    }
    return text;
}

/// What a refusal means and what to do. `identity`: what the token says of itself.
std::string advice(
    const std::string& code,
    const RoleRequest& request,
    const Endpoint& where,
    const std::string& identity,
    const std::string& source
) {
    const std::string role = shown(request.role_arn);
    if (code == "AccessDenied" && source.empty()) {
        return fmt::format("the trust policy of {} does not allow {}", role, identity);
    }
    if (code == "AccessDenied") {
        return fmt::format(
            "{} is not allowed to assume {}; allow it sts:AssumeRole, and trust it in the trust "
            "policy of the role",
            source,
            role
        );
    }
    if (code == "InvalidIdentityToken") {
        return fmt::format(
            "the account of {} has no OIDC provider for the issuer of {}", role, identity
        );
    }
    if (code == "ExpiredTokenException") {
        return "the token has expired and its file was not refreshed: " + identity;
    }
    if (code == "IDPRejectedClaim") return "the identity provider rejected " + identity;
    if (code == "RegionDisabledException") {
        return fmt::format("STS is disabled in {} for this account", where.region);
    }
    if (code == "InvalidClientTokenId") return "AWS does not know the access key of " + source;
    if (code == "ExpiredToken") return "the credentials have expired: " + source;
    if (code == "SignatureDoesNotMatch") {
        return "the secret access key does not match the key ID, or the clock is wrong: " + source;
    }
    return {};
}

/// `secret`: must not come back in the service's words.
[[noreturn]] void throw_refusal(
    const Response& response,
    const RoleRequest& request,
    const Endpoint& where,
    const std::string& action,
    const std::string& secret,
    const std::string& source
) {
    const Refusal refusal = refusal_of(response);
    const bool may_pass = response.status >= 500 || response.status == 429 ||
                          refusal.code.starts_with("Throttling") ||
                          refusal.code == "IDPCommunicationError";
    const auto kind = may_pass ? ErrorKind::Unavailable : ErrorKind::Configuration;
    if (refusal.code.empty()) {
        throw ServiceError(kind, {}, response.status, foreign_answer(where, response));
    }
    std::string text = fmt::format(
        "STS {}: {} (status {}): {}",
        action,
        shown(refusal.code, {secret}),
        response.status,
        shown(refusal.message, {secret})
    );
    const std::string identity = secret.empty() ? std::string() : claims_of(secret);
    const std::string means = advice(refusal.code, request, where, identity, source);
    if (!means.empty()) text += "; " + means;
    if (!refusal.request_id.empty()) text += "; request ID " + shown(refusal.request_id, {secret});
    throw ServiceError(kind, refusal.code, response.status, text);
}

Fetched fetched_of(const Response& response, const Endpoint& where, const std::string& action) {
    pugi::xml_document document;
    document.load_buffer(response.body.data(), response.body.size());
    const std::string answer_name = action + "Response";
    const std::string result_name = action + "Result";
    const pugi::xml_node result = document.child(answer_name.c_str()).child(result_name.c_str());
    const pugi::xml_node found = result.child("Credentials");
    Fetched fetched;
    fetched.credentials = {
        .access_key_id = found.child_value("AccessKeyId"),
        .secret_access_key = found.child_value("SecretAccessKey"),
        .session_token = found.child_value("SessionToken"),
        .expires = parse_expiration(found.child_value("Expiration"))};
    const Credentials& credentials = fetched.credentials;
    if (credentials.access_key_id.empty() || credentials.secret_access_key.empty() ||
        credentials.session_token.empty() || !credentials.expires) {
        throw Error(ErrorKind::Configuration, foreign_answer(where, response));
    }
    fetched.role = shown(result.child("AssumedRoleUser").child_value("Arn"));
    fetched.server_date = shown(header(response, "date"));
    return fetched;
}

Query form_of(
    const Surroundings& surroundings, const std::string& action, const RoleRequest& request
) {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(surroundings.clock().time_since_epoch());
    Query form{
        {"Action", action},
        {"Version", "2011-06-15"},
        {"RoleArn", request.role_arn},
        {"RoleSessionName",
         request.session_name.empty() ? fmt::format("migrator-{}", now.count())
                                      : request.session_name}};
    if (!request.external_id.empty()) form.emplace_back("ExternalId", request.external_id);
    if (request.seconds > 0) form.emplace_back("DurationSeconds", std::to_string(request.seconds));
    return form;
}

bool is_session_name(const std::string& text) {
    constexpr std::string_view kOthers = "+=,.@-_";
    return text.size() >= 2 && text.size() <= 64 && std::ranges::all_of(text, [&](char c) {
               return is_letter_or_digit(c) || kOthers.find(c) != std::string_view::npos;
           });
}

}  // namespace

RoleRequest make_role_request(
    const std::string& where,
    const std::string& role_arn,
    const std::string& session_name,
    const std::string& seconds
) {
    RoleRequest request{
        .role_arn = role_arn, .session_name = session_name, .external_id = {}, .seconds = 0};
    if (!session_name.empty() && !is_session_name(session_name)) {
        throw Error(
            ErrorKind::Configuration,
            where + ": the role session name must be 2 to 64 letters, digits and + = , . @ - _"
        );
    }
    if (seconds.empty()) return request;
    const auto number = parse_number<decltype(request.seconds)>(seconds);
    if (!number || *number < 900 || *number > 43'200) {
        throw Error(
            ErrorKind::Configuration,
            where + ": duration_seconds must be an integer from 900 to 43200"
        );
    }
    request.seconds = *number;
    return request;
}

Fetched assume_role(
    const Surroundings& surroundings,
    const CredentialOptions& options,
    const RoleRequest& request,
    const std::shared_ptr<CredentialSource>& source
) {
    const Sts sts{surroundings, options, source};
    const Endpoint where = sts.endpoint();
    const Response response =
        sts.send(where, form_of(surroundings, "AssumeRole", request), usual_options());
    if (response.status == 200) return fetched_of(response, where, "AssumeRole");
    throw_refusal(response, request, where, "AssumeRole", {}, source->describe());
}

Fetched assume_role_with_web_identity(
    const Surroundings& surroundings,
    const CredentialOptions& options,
    const RoleRequest& request,
    const std::function<std::string()>& read_token
) {
    const std::string action = "AssumeRoleWithWebIdentity";
    const Sts sts{surroundings, options, nullptr};
    const Endpoint where = sts.endpoint();
    for (bool is_second = false;; is_second = true) {
        const std::string token = read_token();
        Query form = form_of(surroundings, action, request);
        form.emplace_back("WebIdentityToken", token);
        const Response response = sts.send(where, form, usual_options());
        if (response.status == 200) return fetched_of(response, where, action);
        // The file may have been renewed while the request was under way.
        if (refusal_of(response).code == "ExpiredTokenException" && !is_second) continue;
        throw_refusal(response, request, where, action, token, {});
    }
}

std::optional<std::string> caller_arn(
    const Surroundings& surroundings,
    std::shared_ptr<CredentialSource> source,
    const CredentialOptions& options
) try {
    if (!source) return std::nullopt;
    Surroundings once = surroundings;
    once.environment = [inner = surroundings.environment](const std::string& name) {
        return name == "AWS_MAX_ATTEMPTS" ? std::optional<std::string>("1") : inner(name);
    };
    Client::Options quick;
    quick.attempts = 1;
    quick.limits.connect = quick.limits.total = std::chrono::seconds(2);
    const Sts sts{once, options, std::move(source)};
    const Query form{{"Action", "GetCallerIdentity"}, {"Version", "2011-06-15"}};
    const Response response = sts.send(sts.endpoint(), form, quick);
    pugi::xml_document document;
    document.load_buffer(response.body.data(), response.body.size());
    const std::string arn = shown(document.child("GetCallerIdentityResponse")
                                      .child("GetCallerIdentityResult")
                                      .child_value("Arn"));
    if (response.status != 200 || arn.empty()) return std::nullopt;
    return arn;
} catch (const Error&) {  // it only makes another error's text better
    return std::nullopt;
}

}  // namespace migrator::cloud::aws
