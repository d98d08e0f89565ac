#include "access/jws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <cmath>
#include <optional>

#include "access/strict_json.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"

namespace migrator::access {
namespace {

constexpr std::size_t kLongestToken = 16'384;
constexpr std::size_t kLongestKeyId = 256;
constexpr double kClockSkewSeconds = 60;

std::string jws_part(std::string_view text, Padding padding) {
    auto bytes = base64url_decoded(text, padding);
    if (!bytes) refuse_token("the token is damaged: a part is not base64url");
    return *std::move(bytes);
}

boost::json::object jws_object(std::string_view text, Padding padding, std::string_view part) {
    auto object = strict_json_object(jws_part(text, padding));
    if (!object) {
        refuse_token(fmt::format("the token is damaged: its {} is not a JSON object", part));
    }
    return *std::move(object);
}

void check_type(const boost::json::object& header) {
    const auto* type = header.if_contains("typ");
    if (type == nullptr) return;
    const auto* text = type->if_string();
    if (text == nullptr ||
        !is_one_of_ignoring_case(
            {text->data(), text->size()}, {"JWT", "at+jwt", "application/jwt", "application/at+jwt"}
        )) {
        refuse_token("the token is of another type than JWT");
    }
}

Algorithm checked_algorithm(const boost::json::object& header) {
    const auto* name = text_member(header, "alg");
    if (name == nullptr) refuse_token("the token names no algorithm");
    const auto algorithm = algorithm_called({name->data(), name->size()});
    if (!algorithm) {
        refuse_token("the token's algorithm is not accepted; use RS256, PS256, ES256 or EdDSA");
    }
    return *algorithm;
}

std::string checked_key_id(const boost::json::object& header) {
    const auto* id = header.if_contains("kid");
    if (id == nullptr) return {};
    const auto* text = id->if_string();
    if (text == nullptr || text->empty() || text->size() > kLongestKeyId) {
        refuse_token("the token's key ID is damaged");
    }
    return {text->data(), text->size()};
}

std::optional<double> seconds_of(const boost::json::object& claims, std::string_view name) {
    const auto* value = claims.if_contains({name.data(), name.size()});
    if (value == nullptr) return std::nullopt;
    double time = NAN;
    if (value->is_number()) time = value->to_number<double>();
    if (!std::isfinite(time)) refuse_token(fmt::format("the token's `{}` is not a time", name));
    return time;
}

}  // namespace

void refuse_token(const std::string& why) { throw Error(ErrorKind::Unauthenticated, why); }

bool looks_like_jws(std::string_view token) noexcept { return std::ranges::count(token, '.') == 2; }

Jws parse_jws(std::string_view token, Padding padding) {
    if (token.size() > kLongestToken) refuse_token("the token is longer than 16 KiB");
    if (!looks_like_jws(token)) refuse_token("the token is damaged: it is not a signed JWT");
    const auto first = token.find('.');
    const auto second = token.find('.', first + 1);

    Jws jws;
    jws.header = jws_object(token.substr(0, first), padding, "header");
    for (const char* name : {"crit", "b64", "jwk", "jku", "x5u", "x5c", "enc", "zip"}) {
        if (jws.header.contains(name)) {
            refuse_token(fmt::format("the token's header has `{}`, which is not accepted", name));
        }
    }
    check_type(jws.header);
    jws.algorithm = checked_algorithm(jws.header);
    jws.key_id = checked_key_id(jws.header);
    jws.claims = jws_object(token.substr(first + 1, second - first - 1), padding, "payload");
    jws.signed_text = token.substr(0, second);
    jws.signature = jws_part(token.substr(second + 1), padding);
    if (jws.signature.empty()) refuse_token("the token is not signed");
    return jws;
}

void check_times(const boost::json::object& claims, TimePoint at) {
    const double now = std::chrono::duration<double>(at.time_since_epoch()).count();
    const auto expires = seconds_of(claims, "exp");
    if (!expires) refuse_token("the token has no expiry (`exp`)");
    if (now >= *expires + kClockSkewSeconds) refuse_token("the token has expired");
    const auto begins = seconds_of(claims, "nbf");
    if (begins && now + kClockSkewSeconds < *begins) {
        refuse_token("the token is not valid yet (`nbf`)");
    }
}

}  // namespace migrator::access
