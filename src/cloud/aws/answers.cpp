#include "cloud/aws/answers.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/utf8.hpp"

namespace migrator::cloud::aws {
namespace {

namespace json = boost::json;

constexpr std::size_t kShownBytes = 300;

std::optional<json::object> object_of(const std::string& text) {
    boost::system::error_code error;
    json::value value = json::parse(text, error);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

/// Empty for anything but a string.
std::string text_of(const json::object& object, std::string_view name) {
    const json::value* found = object.if_contains(name);
    if (found == nullptr || !found->is_string()) return {};
    return std::string(found->get_string());
}

[[noreturn]] void refuse_answer(const std::string& message) {
    throw Error(ErrorKind::Configuration, message);
}

}  // namespace

std::string shown(std::string_view text, const std::vector<std::string>& secrets) {
    std::string line(text);
    for (const std::string& secret : secrets) {
        if (secret.empty()) continue;
        for (auto at = line.find(secret); at != std::string::npos; at = line.find(secret, at + 3)) {
            line.replace(at, secret.size(), "***");
        }
    }
    if (line.size() > kShownBytes) line.resize(kShownBytes);
    for (char& c : line) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20U || byte == 0x7fU) c = ' ';
    }
    return std::string(trimmed(to_valid_utf8(line)));
}

std::optional<TimePoint> parse_expiration(const std::string& text) {
    constexpr std::string_view kShape = "0000-00-00T00:00:00";
    if (text.size() <= kShape.size()) return std::nullopt;
    for (std::size_t i = 0; i < kShape.size(); ++i) {
        const bool fits = kShape[i] == '0' ? is_digit(text[i]) : text[i] == kShape[i];
        if (!fits) return std::nullopt;
    }
    const TimePoint time = parse_database_time(text);
    if (time == TimePoint()) return std::nullopt;
    return time;
}

Credentials credentials_of_json(const std::string& text, const CredentialNames& names) {
    const auto object = object_of(text);
    if (!object) refuse_answer("the response is not a JSON object");
    Credentials credentials{
        .access_key_id = text_of(*object, "AccessKeyId"),
        .secret_access_key = text_of(*object, "SecretAccessKey"),
        .session_token = text_of(*object, names.token),
        .expires = std::nullopt};
    const std::string end = text_of(*object, "Expiration");
    const auto require = [](bool is_there, std::string_view name) {
        if (!is_there) refuse_answer(fmt::format("the response has no {}", name));
    };
    require(!credentials.access_key_id.empty(), "AccessKeyId");
    require(!credentials.secret_access_key.empty(), "SecretAccessKey");
    if (names.token_and_end_required) {
        require(!credentials.session_token.empty(), names.token);
        require(!end.empty(), "Expiration");
    }
    if (!end.empty()) {
        credentials.expires = parse_expiration(end);
        if (!credentials.expires)
            refuse_answer("the Expiration in the response is not an RFC 3339 time");
    }
    return credentials;
}

std::string json_member(const std::string& text, std::string_view name) {
    const auto object = object_of(text);
    if (!object) return {};
    const json::value* found = object->if_contains(name);
    if (found == nullptr) return {};
    if (found->is_int64()) return std::to_string(found->get_int64());
    return text_of(*object, name);
}

std::string header(const http_client::Response& response, std::string_view name) {
    for (const auto& [other, value] : response.headers) {
        if (other == name) return value;
    }
    return {};
}

}  // namespace migrator::cloud::aws
