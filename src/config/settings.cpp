#include "config/settings.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace migrator::config {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";

const Key& known(std::string_view name) {
    const Key* key = find_key(name);
    if (key == nullptr) throw Error(ErrorKind::Internal, fmt::format("no key {}", name));
    return *key;
}

/// As the Go program's struct names it: `webHookURL` is WebHookURL.
std::string field_name(const Key& key) {
    std::string name(key.name);
    if (name.front() >= 'a' && name.front() <= 'z') {
        name.front() = static_cast<char>(name.front() - 'a' + 'A');
    }
    return name;
}

}  // namespace

void Report::wrong(
    const Key& key, std::string_view tag, std::string_view origin, std::string_view what
) {
    problems.push_back(fmt::format(
        "Key: 'Config.{0}' Error:Field validation for '{0}' failed on the '{1}' tag ({2}: {3} {4})",
        field_name(key),
        tag,
        origin,
        key.name,
        what
    ));
}

void Report::warn(std::string_view origin, std::string_view what) {
    warnings.push_back(fmt::format("{}: {}", origin, what));
}

std::string text_of(const Settings& settings, std::string_view key) {
    const auto found = settings.find(known(key).name);
    if (found == settings.end() || is_blank(found->second.text)) {
        return std::string(known(key).default_text);
    }
    const std::string& text = found->second.text;
    return known(key).type == Type::Text ? text : std::string(trimmed(text));
}

std::vector<std::string> items_of(const Settings& settings, std::string_view key) {
    const auto found = settings.find(known(key).name);
    return found == settings.end() ? std::vector<std::string>{} : found->second.items;
}

bool is_set(const Settings& settings, std::string_view key) {
    const auto found = settings.find(known(key).name);
    return found != settings.end() &&
           (!is_blank(found->second.text) || !found->second.items.empty());
}

std::string origin_of(const Settings& settings, std::string_view key) {
    const auto found = settings.find(known(key).name);
    return found == settings.end() ? "not set" : found->second.origin;
}

bool is_blank(std::string_view text) noexcept {
    return text.find_first_not_of(kWhiteSpace) == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(kWhiteSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

}  // namespace migrator::config
