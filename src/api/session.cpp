#include "api/session.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <iterator>

#include "api/content_types.hpp"
#include "api/requests.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"
#include "http/browser_check.hpp"
#include "wire/columns.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;

constexpr std::string_view kCookie = "migrator_session";
constexpr std::size_t kLongestToken = 3'800;  // browsers keep 4096 bytes with name and attributes
constexpr std::string_view kTokenCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";

/// `a=1; migrator_session=…; b=2`.
std::optional<std::string_view> cookie_in(std::string_view header) {
    while (!header.empty()) {
        const std::string_view pair = header.substr(0, header.find(';'));
        header.remove_prefix(std::min(pair.size() + 1, header.size()));
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos) continue;
        if (trimmed(pair.substr(0, equals)) != kCookie) continue;
        const std::string_view value = trimmed(pair.substr(equals + 1));
        if (!value.empty()) return value;
    }
    return std::nullopt;
}

/// Where nothing proves who asks, everybody may do everything, but for pages from elsewhere.
json::object everybody(const http::Request& request) {
    const bool may_change = !http::is_page_from_elsewhere(request);
    json::object me{
        {"name", nullptr},
        {"proof", nullptr},
        {"session", false},
        {"role", nullptr},
        {"authentication", false}};
    me["may"] =
        json::object{{"read", true}, {"plan", true}, {"apply", may_change}, {"admin", may_change}};
    me["why"] = may_change ? json::value(nullptr) : json::value(std::string(kWhyNoChange));
    return me;
}

json::object somebody(const Principal& who, bool session) {
    json::object me{
        {"name", wire::text(who.name)},
        {"proof", wire::text(who.proof)},
        {"session", session},
        {"role", wire::text(name_of(who.role))},
        {"authentication", true}};
    me["may"] = json::object{
        {"read", who.may(Role::Read)},
        {"plan", who.may(Role::Plan)},
        {"apply", who.may(Role::Apply)},
        {"admin", who.may(Role::Admin)}};
    me["why"] = who.role == Role::None ? json::value(
                                             "you have no role: ask for one in the "
                                             "configuration of the service"
                                         )
                                       : json::value(nullptr);
    return me;
}

json::object nobody(const std::string& why) {
    json::object me{
        {"name", nullptr},
        {"proof", nullptr},
        {"session", false},
        {"role", nullptr},
        {"authentication", true}};
    me["may"] = json::object{{"read", false}, {"plan", false}, {"apply", false}, {"admin", false}};
    me["why"] = wire::text(why);
    return me;
}

bool is_bearer(const Principal& who) {
    return who.proof == "token" || who.proof.starts_with("jwt");
}

/// Scripts can't read it, pages of other sites can't make a browser send it. It ends with the
/// browser: a copy on the disk is worth as much as the token.
std::string cookie(const std::string& prefix, std::string_view token, bool secure) {
    return fmt::format(
        "{}={}; Path={}; HttpOnly; SameSite=Strict{}{}",
        kCookie,
        token,
        prefix.empty() ? "/" : prefix,
        secure ? "; Secure" : "",
        token.empty() ? "; Max-Age=0" : ""
    );
}

http::Response sign_in(
    Services services, const http::Request& request, const std::string& prefix, bool is_https
) {
    if (services.gate.is_open()) {
        throw Error(
            ErrorKind::NotFound, "no authentication is configured; there is nothing to sign in to"
        );
    }
    const std::string token = parse_session_request(request.body);
    if (token.size() > kLongestToken || !consists_of(token, kTokenCharacters)) {
        throw Error(
            ErrorKind::InvalidRequest,
            fmt::format(
                "token must have at most {} bytes and only characters of a bearer token",
                kLongestToken
            )
        );
    }
    http::Request with_token = request;
    std::erase_if(with_token.headers, [](const auto& header) {
        return equal_ignoring_case(header.first, "Authorization") ||
               equal_ignoring_case(header.first, "Cookie") ||
               equal_ignoring_case(header.first, "x-amzn-oidc-data");
    });
    with_token.certificate.reset();
    with_token.headers.emplace_back("Cookie", fmt::format("{}={}", kCookie, token));
    with_token.method = "GET";  // the page itself was looked at when the request came
    const auto who = services.gate.identify(with_token);
    if (!who) {
        throw Error(
            ErrorKind::NotFound,
            "this service takes no tokens: neither tokens nor issuers are configured"
        );
    }
    const bool secure =
        is_https || equal_ignoring_case(request.header("X-Forwarded-Proto").value_or(""), "https");
    return {
        .content_type = kJson,
        .body = json::serialize(somebody(*who, true)),
        .headers = {{"Set-Cookie", cookie(prefix, token, secure)}}};
}

}  // namespace

json::object me_json(const Gate& gate, const http::Request& request) {
    if (gate.is_open()) return everybody(request);
    try {
        const auto who = gate.identify(request);
        if (who) return somebody(*who, session_token(request).has_value() && is_bearer(*who));
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Unauthenticated) throw;
        return nobody(error.what());
    }
    return nobody("sign in with a token, or through your identity provider");
}

std::optional<std::string_view> session_token(const http::Request& request) {
    if (request.header("Authorization")) return std::nullopt;
    for (const auto& [name, value] : request.headers) {
        if (!equal_ignoring_case(name, "Cookie")) continue;
        if (const auto token = cookie_in(value)) return token;
    }
    return std::nullopt;
}

void check_session_use(const http::Request& request) {
    const bool only_reads =
        request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
    if (only_reads || !session_token(request) || http::is_of_own_page(request)) return;
    throw Error(
        ErrorKind::Forbidden,
        "a request that is signed in by a cookie must come from a page of this service: it needs "
        "Sec-Fetch-Site: same-origin, or an Origin with the host and port of Host; behind a proxy "
        "over plain HTTP, pass the Host header on"
    );
}

void add_session(Routes& routes, Services services, bool is_https) {
    using http::Lane;
    const auto me = [=](const http::Request& request) {
        return http::Response{
            .content_type = kJson, .body = json::serialize(me_json(services.gate, request))};
    };
    const auto in = [=, prefix = routes.prefix()](const http::Request& request) {
        return sign_in(services, request, prefix, is_https);
    };
    const auto out = [prefix = routes.prefix()](const http::Request&) {
        constexpr int kNoContent = 204;
        return http::Response{
            .status = kNoContent,
            .content_type = "",
            .body = "",
            .headers = {{"Set-Cookie", cookie(prefix, "", false)}}};
    };
    routes.add_open("GET", "/v1/me", Lane::Gate, me);
    routes.add_open("POST", "/v1/session", Lane::Gate, in);
    routes.add_open("DELETE", "/v1/session", Lane::Gate, out);
}

}  // namespace migrator::api
