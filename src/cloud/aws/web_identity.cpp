#include "cloud/aws/web_identity.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdint>

#include "cloud/aws/answers.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"

namespace migrator::cloud::aws {
namespace {

std::string token_of(const Surroundings& surroundings, const std::string& file) {
    std::optional<std::string> text;
    try {
        text = surroundings.read_file(file);
    } catch (const Error& error) {
        throw Error(
            error.kind(),
            std::string(error.what()) +
                " (in a container that does not run as root, set securityContext.fsGroup)"
        );
    }
    if (!text) {
        throw Error(
            ErrorKind::Configuration, fmt::format("the token file {} does not exist", file)
        );
    }
    std::string token(trimmed(*text));
    if (token.empty()) {
        throw Error(ErrorKind::Configuration, fmt::format("the token file {} is empty", file));
    }
    return token;
}

class WebIdentityProvider : public Provider {
public:
    WebIdentityProvider(const Surroundings& surroundings, CredentialOptions options)
        : surroundings_(surroundings), options_(std::move(options)) {}

    Fetched fetch() override {
        const std::string role = variable(surroundings_, "AWS_ROLE_ARN");
        if (role.empty()) {
            throw Error(
                ErrorKind::Configuration,
                "AWS_WEB_IDENTITY_TOKEN_FILE is set but AWS_ROLE_ARN is not; set both"
            );
        }
        const RoleRequest request = make_role_request(
            "AWS_ROLE_SESSION_NAME", role, variable(surroundings_, "AWS_ROLE_SESSION_NAME"), {}
        );
        Fetched fetched = fetch_with_token_file(
            surroundings_, options_, request, variable(surroundings_, "AWS_WEB_IDENTITY_TOKEN_FILE")
        );
        fetched.provider = "web identity";
        return fetched;
    }

private:
    Surroundings surroundings_;
    CredentialOptions options_;
};

/// RFC 4648, section 5, without padding; what comes before the first wrong character.
std::string decoded(std::string_view text) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const auto digit = kDigits.find(c);
        if (digit == std::string_view::npos) break;
        bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xffU);
    }
    return bytes;
}

}  // namespace

Fetched fetch_with_token_file(
    const Surroundings& surroundings,
    const CredentialOptions& options,
    const RoleRequest& request,
    const std::string& token_file
) {
    return assume_role_with_web_identity(surroundings, options, request, [&] {
        return token_of(surroundings, token_file);
    });
}

Selection select_web_identity(const Surroundings& surroundings, const CredentialOptions& options) {
    if (variable(surroundings, "AWS_WEB_IDENTITY_TOKEN_FILE").empty()) {
        return {.provider = nullptr, .why_not = "AWS_WEB_IDENTITY_TOKEN_FILE is not set"};
    }
    return {
        .provider = std::make_unique<WebIdentityProvider>(surroundings, options), .why_not = {}};
}

std::string claims_of(const std::string& token) {
    const auto first = token.find('.');
    const auto second = first == std::string::npos ? first : token.find('.', first + 1);
    if (second == std::string::npos) return "a token that is not a JWT";
    boost::system::error_code error;
    const boost::json::value payload =
        boost::json::parse(decoded(token.substr(first + 1, second - first - 1)), error);
    if (error || !payload.is_object()) return "a token that is not a JWT";
    std::string text;
    for (const char* name : {"sub", "aud", "iss", "exp"}) {
        const boost::json::value* claim = payload.get_object().if_contains(name);
        const std::string value =
            claim == nullptr ? "(none)" : shown(boost::json::serialize(*claim), {token});
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, value);
    }
    return text;
}

}  // namespace migrator::cloud::aws
