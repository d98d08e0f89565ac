#include "config/settings.hpp"

#include <fmt/format.h>

#include "core/ascii.hpp"
#include "core/error.hpp"

namespace migrator::config {
namespace {

const Key& known(std::string_view name) {
    const Key* key = find_key(name);
    if (key == nullptr) throw Error(ErrorKind::Internal, fmt::format("no key {}", name));
    return *key;
}

/// As the Go program's struct names it: `webHookURL` is WebHookURL.
std::string field_name(const Key& key) {
    std::string name(key.name);
    name.front() = to_upper(name.front());
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

std::vector<ServerSetting> servers_of(const Settings& settings) {
    const auto found = settings.find(known("servers").name);
    return found == settings.end() ? std::vector<ServerSetting>{} : found->second.servers;
}

bool is_set(const Settings& settings, std::string_view key) {
    const auto found = settings.find(known(key).name);
    return found != settings.end() &&
           (!is_blank(found->second.text) || !found->second.items.empty() ||
            !found->second.servers.empty());
}

std::string origin_of(const Settings& settings, std::string_view key) {
    const auto found = settings.find(known(key).name);
    return found == settings.end() ? "not set" : found->second.origin;
}

bool is_blank(std::string_view text) noexcept { return trimmed(text).empty(); }

}  // namespace migrator::config
