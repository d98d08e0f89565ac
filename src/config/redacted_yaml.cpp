#include "config/redacted_yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/redaction.hpp"
#include "core/ascii.hpp"
#include "core/masking.hpp"
#include "core/secrets.hpp"
#include "core/utf8.hpp"

namespace migrator::config {
namespace {

constexpr std::string_view kDigits = "0123456789";

/// Whether a YAML 1.1 or 1.2 reader could take the plain `text` for something else than a string.
bool looks_typed(std::string_view text) {
    const std::string lower = lower_case(text);
    constexpr std::array<std::string_view, 13> kWords{
        "null", "~", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", ".nan", "<<"};
    if (std::ranges::find(kWords, lower) != kWords.end()) return true;
    // Numbers in all bases, dates, times: they begin with a digit, a sign or a dot, and a digit.
    const auto first = lower.find_first_not_of("+-.");
    if (first == std::string::npos) return true;
    const bool starts_as_number = kDigits.find(lower[first]) != std::string_view::npos;
    const bool is_signed_word = first > 0 && (lower.substr(first) == "inf");
    return is_signed_word ||
           (starts_as_number &&
            lower.find_first_not_of("0123456789abcdefox_+-.: tz") == std::string::npos);
}

bool has_control_character(std::string_view text) {
    // U+0085, U+2028, U+2029 and U+FEFF count as line breaks or are not printable.
    constexpr std::array<std::string_view, 4> kBreaks{
        "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xEF\xBB\xBF"};
    return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }) ||
           std::ranges::any_of(kBreaks, [&](std::string_view sequence) {
               return text.find(sequence) != std::string_view::npos;
           });
}

bool is_plain(std::string_view text) {
    if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') {
        return false;
    }
    constexpr std::string_view kIndicators = "-?:,[]{}#&*!|>'\"%@`=";
    return kIndicators.find(text.front()) == std::string_view::npos &&
           text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos;
}

std::string double_quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (c == '\n') {
            result += "\\n";
        } else if (c == '\t') {
            result += "\\t";
        } else if (byte < 0x20 || byte == 0x7f) {
            result += fmt::format("\\x{:02x}", byte);
        } else {
            result += c;
        }
    }
    return result + '"';
}

std::string single_quoted(std::string_view text) {
    std::string result = "'";
    for (const char c : text) {
        result += c;
        if (c == '\'') result += c;
    }
    return result + '\'';
}

std::string masked(
    const Key& key, const std::string& text, const Settings& settings, db::Drivers drivers
) {
    switch (key.masking) {
        case Masking::DataSource:
            return redact_data_source(drivers, text_of(settings, "driver"), text);
        case Masking::Url:
            return redact_url(text);
        case Masking::Headers:
            return redact_header(text);
        case Masking::Location:
            return redact_location(text);
        case Masking::Sql:
            return secrets::hidden(redact_sql(text, text_of(settings, "driver") == "mysql"));
        case Masking::JsonTemplate:
            return secrets::hidden(redact_template(text));
        case Masking::Whole:
            return text.empty() ? text : std::string(kMask);
        case Masking::None:
            break;
    }
    return text;
}

/// `port` is a string in the Go program; numbers of this project are numbers.
std::string scalar(const Key& key, const std::string& text) {
    const bool is_number =
        key.name != "port" && text.find_first_not_of(kDigits) == std::string::npos;
    if (is_number && (key.type == Type::Number || key.type == Type::NumberOrPercent ||
                      key.type == Type::Duration)) {
        return text;
    }
    return yaml_string(text);
}

std::string redacted_servers(const Key& key, const Settings& settings, db::Drivers drivers) {
    const auto servers = servers_of(settings);
    if (servers.empty()) return {};
    std::string text = fmt::format("{}:\n", key.name);
    for (const ServerSetting& server : servers) {
        text += fmt::format(
            "  {}:\n    dataSource: {}\n",
            yaml_string(server.name),
            yaml_string(masked(key, server.data_source, settings, drivers))
        );
        if (!server.parallelism.empty()) {
            text += fmt::format("    parallelism: {}\n", yaml_string(server.parallelism));
        }
    }
    return text;
}

}  // namespace

std::string yaml_string(std::string_view bytes) {
    const std::string text = to_valid_utf8(bytes);  // a variable may hold anything
    if (has_control_character(text) || text.empty() || looks_typed(text)) {
        return double_quoted(text);
    }
    return is_plain(text) ? text : single_quoted(text);
}

std::string redacted_yaml(const Settings& settings, db::Drivers drivers) {
    std::string result;
    for (const Key& key : all_keys()) {
        if (key.type == Type::Servers) {
            result += redacted_servers(key, settings, drivers);
            continue;
        }
        if (is_list(key)) {
            const auto items = items_of(settings, key.name);
            if (items.empty()) continue;
            result += fmt::format("{}:\n", key.name);
            for (const std::string& item : items) {
                result += fmt::format("- {}\n", yaml_string(masked(key, item, settings, drivers)));
            }
            continue;
        }
        // Defaults are not shown, with one exception that clients have always seen.
        if (!is_set(settings, key.name) && key.name != "pathPrefix") continue;
        const std::string text = masked(key, text_of(settings, key.name), settings, drivers);
        result += fmt::format("{}: {}\n", key.name, scalar(key, text));
    }
    return result;
}

}  // namespace migrator::config
