#include "config/values.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include "config/webhook.hpp"
#include "core/ascii.hpp"
#include "core/duration.hpp"
#include "core/network.hpp"
#include "core/number.hpp"
#include "db/options.hpp"

namespace migrator::config {
namespace {

constexpr std::int64_t kMaxMilliseconds = 2'147'483'647;
constexpr std::string_view kDurationsAllowed =
    "must be a duration such as 500ms, 30s, 5m, 1h, or a number of seconds";

/// A short text that no variable or secret was put into, for "must be …, not TEXT".
std::string quoted(const Key& key, const Setting& setting, std::string_view text) {
    constexpr std::size_t kMaxShown = 24;
    const bool harmless = std::ranges::all_of(text, [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '+' || c == '.' || c == '%' || c == '_';
    });
    const bool is_number = key.type == Type::Number || key.type == Type::NumberOrPercent;
    if (is_number && std::ranges::any_of(text, is_letter)) return "";  // it is something else
    if (is_secret(key) || setting.substituted || !harmless || text.size() > kMaxShown) return "";
    return fmt::format(", not {}", text);
}

struct Wrong {
    std::string_view tag;
    std::string what;
};

std::optional<Wrong> check_duration(const Key& key, std::string_view text) {
    const auto duration = parse_duration(text);
    if (!duration || duration->count() > kMaxMilliseconds) {
        return Wrong{
            "duration", fmt::format("{}, at most {}ms", kDurationsAllowed, kMaxMilliseconds)};
    }
    if (static_cast<std::uint64_t>(duration->count()) < key.min) {
        return Wrong{"duration", "must be greater than 0"};
    }
    return std::nullopt;
}

std::optional<Wrong> check_number(const Key& key, std::string_view text) {
    const auto number = parse_number<std::uint64_t>(text);
    if (number && *number >= key.min && *number <= key.max) return std::nullopt;
    return Wrong{"range", fmt::format("must be an integer from {} to {}", key.min, key.max)};
}

std::optional<Wrong> check_number_or_percent(const Key& key, std::string_view text) {
    if (!text.ends_with('%')) {
        if (!check_number(key, text)) return std::nullopt;
    } else if (const auto percent = parse_number<std::uint64_t>(text.substr(0, text.size() - 1));
               percent && *percent <= 100) {
        return std::nullopt;
    }
    return Wrong{"range", "must be a number of tenants, or a percentage such as 5%"};
}

std::optional<Wrong> check_choice(const Key& key, std::string_view text) {
    std::string allowed;
    for (std::size_t from = 0; from <= key.choices.size();) {
        const auto end = std::min(key.choices.find('|', from), key.choices.size());
        const std::string_view choice = key.choices.substr(from, end - from);
        if (choice == text) return std::nullopt;
        allowed += allowed.empty() ? "" : ", ";
        allowed += choice;
        from = end + 1;
    }
    // The Go program's own check has a name of its own.
    return Wrong{key.name == "logLevel" ? "logLevel" : "oneof", "must be one of: " + allowed};
}

std::optional<Wrong> check_address(std::string_view text) {
    const std::string address(text.substr(0, text.find('%')));  // a zone: fe80::1%eth0
    std::array<unsigned char, 16> bytes{};
    if (inet_pton(AF_INET, address.c_str(), bytes.data()) == 1 ||
        inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) {
        return std::nullopt;
    }
    return Wrong{"ip", "must be an IP address, such as 0.0.0.0, 127.0.0.1 or ::"};
}

std::optional<Wrong> check_text(const Key& key, std::string_view text) {
    switch (key.type) {
        case Type::Duration:
            return check_duration(key, text);
        case Type::Number:
            return check_number(key, text);
        case Type::NumberOrPercent:
            return check_number_or_percent(key, text);
        case Type::Choice:
            return check_choice(key, text);
        case Type::Address:
            return check_address(text);
        case Type::Url:
            if (is_http_url(text)) return std::nullopt;
            return Wrong{
                "url",
                "must be an http or https URL with a host and without white space, such as "
                "https://hooks.example.com/path"};
        default:
            return std::nullopt;
    }
}

std::optional<Wrong> check_header(std::string_view item) {
    const auto header = parse_header(item);
    if (!header) {
        return Wrong{"header", "must have the form \"Name: value\""};
    }
    const bool has_control_character = std::ranges::any_of(header->second, [](unsigned char c) {
        return (c < 0x20U && c != '\t') || c == 0x7fU;
    });
    if (has_control_character) {
        return Wrong{"header", "contains a line break or another control character"};
    }
    return std::nullopt;
}

std::optional<Wrong> check_host(std::string_view item) {
    const bool is_name = std::ranges::all_of(item, [](char c) {
        return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_';
    });
    if (is_name) return std::nullopt;
    return Wrong{
        "hostname",
        "must be the name of a host without scheme and port, such as migrator.example.com"};
}

std::optional<Wrong> check_item(const Key& key, std::string_view item) {
    if (key.type != Type::Headers && is_blank(item)) {
        return Wrong{
            "required",
            key.type == Type::Directories ? "is empty; set a directory (\".\" is the base location)"
                                          : "is empty"};
    }
    switch (key.type) {
        case Type::Headers:
            return check_header(item);
        case Type::Hosts:
            return check_host(item);
        case Type::Addresses:
            if (Network::parse(trimmed(item))) return std::nullopt;
            return Wrong{"cidr", "must be an IP address or a network, such as 10.0.0.0/8"};
        default:
            return std::nullopt;
    }
}

void check_setting(const Key& key, const Setting& setting, Report& report) {
    const auto has_nul = [](const std::string& text) {
        return text.find('\0') != std::string::npos;
    };
    if (has_nul(setting.text) || std::ranges::any_of(setting.items, has_nul)) {
        return report.wrong(key, "string", setting.origin, "contains a NUL byte");
    }
    if (!is_blank(setting.text)) {
        const std::string_view text = trimmed(setting.text);
        if (const auto wrong = check_text(key, text)) {
            report.wrong(key, wrong->tag, setting.origin, wrong->what + quoted(key, setting, text));
        }
    }
    for (std::size_t i = 0; i < setting.items.size(); ++i) {
        if (const auto wrong = check_item(key, setting.items[i])) {
            report.wrong(
                key, wrong->tag, setting.origin, fmt::format("element {} {}", i + 1, wrong->what)
            );
        }
    }
}

bool is_missing(const Key& key, const Settings& settings) {
    if (key.name == "baseLocation" && is_set(settings, "baseDir")) return false;
    return key.required && !is_set(settings, key.name);
}

void check_atomicity(const db::Driver& driver, const Settings& settings, Report& report) {
    const std::string atomicity = text_of(settings, "atomicity");
    std::string_view why;
    if (atomicity == "tenant") why = driver.why_not_tenant;
    if (atomicity == "version") why = driver.why_not_version;
    if (atomicity == "file") why = driver.why_not_file;
    if (why.empty()) return;
    report.wrong(*find_key("atomicity"), "oneof", origin_of(settings, "atomicity"), why);
}

bool is_server_name(std::string_view name) {
    constexpr std::size_t kLongest = 100;
    return !name.empty() && name.size() <= kLongest && name != db::kCatalogServer &&
           std::ranges::all_of(name, [](char c) {
               return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
           });
}

void check_servers(const Settings& settings, Report& report) {
    const Key& key = *find_key("servers");
    const auto servers = servers_of(settings);
    const std::string catalog = text_of(settings, "dataSource");
    // Of what was put in nobody knows, where secrets are not fetched.
    const auto found = settings.find("servers");
    const bool is_literal = found == settings.end() || !found->second.substituted;
    for (std::size_t i = 0; i < servers.size(); ++i) {
        const ServerSetting& server = servers[i];
        const auto wrong = [&](std::string_view tag, std::string_view what) {
            report.wrong(key, tag, server.origin, what);
        };
        if (!is_server_name(server.name)) {
            wrong(
                "servername",
                "must have names of up to 100 letters, digits, '-', '_' and '.', other than "
                "catalog, which is the server of dataSource"
            );
        }
        if (is_blank(server.data_source)) wrong("required", "must have a dataSource for each name");
        if (!is_blank(server.parallelism)) {
            const auto wrong_number =
                check_number(*find_key("parallelism"), trimmed(server.parallelism));
            if (wrong_number) wrong(wrong_number->tag, "parallelism " + wrong_number->what);
        }
        for (std::size_t j = 0; j < i; ++j) {
            if (servers[j].name == server.name) wrong("unique", "has a name twice; rename one");
            if (is_literal && servers[j].data_source == server.data_source) {
                wrong("unique", "has the same dataSource under two names; remove one");
            }
        }
        if (is_literal && server.data_source == catalog) {
            wrong("unique", "names the server of dataSource again; remove it here");
        }
    }
}

/// Keys that protect the port are all there or none is: without one of them, or with an empty one,
/// such as that of a variable that is not set, it would be open to everybody.
void check_tls(const Settings& settings, Report& report) {
    constexpr std::pair<std::string_view, std::string_view> kNeeds[] = {
        {"tlsCertificate", "tlsKey"},
        {"tlsKey", "tlsCertificate"},
        {"tlsClientCa", "tlsCertificate"},
        {"tlsClientCertificates", "tlsClientCa"},
    };
    for (const auto& [name, needed] : kNeeds) {
        const auto found = settings.find(name);
        if (found == settings.end() || found->second.unusable) continue;
        const Key& key = *find_key(name);
        const std::string& origin = found->second.origin;
        if (is_blank(found->second.text)) {
            report.wrong(key, "required", origin, "is empty; remove the key to do without it");
        } else if (!is_set(settings, needed)) {
            report.wrong(key, "required_with", origin, fmt::format("needs {}", needed));
        }
    }
}

}  // namespace

void check_settings(const Settings& settings, Report& report) {
    for (const Key& key : all_keys()) {
        const auto found = settings.find(key.name);
        if (found != settings.end() && found->second.unusable) continue;
        if (found != settings.end()) check_setting(key, found->second, report);
        if (!is_missing(key, settings)) continue;
        const std::string unset = found == settings.end() ? "" : found->second.unset_variable;
        report.wrong(
            key,
            is_list(key) ? "min" : "required",
            origin_of(settings, key.name),
            fmt::format(
                "is missing or empty{}; set it in the file or as {}{}",
                unset.empty()
                    ? ""
                    : fmt::format(" because the environment variable {} is not set", unset),
                environment_name(key),
                is_list(key) ? ", with at least one directory" : ""
            )
        );
    }
    check_servers(settings, report);
    check_tls(settings, report);
}

void check_driver(const Settings& settings, db::Drivers drivers, Report& report) {
    const auto found = settings.find("driver");
    if (found == settings.end() || !is_set(settings, "driver") || found->second.unusable) return;
    const std::string driver = text_of(settings, "driver");
    if (const db::Driver* known = db::find_driver(drivers, driver)) {
        return check_atomicity(*known, settings, report);
    }

    constexpr std::string_view kOfTheGoProgram = "mongodb";
    const Key& key = *find_key("driver");
    const bool harmless = !quoted(key, found->second, driver).empty();
    const std::string why = driver == kOfTheGoProgram
                                ? fmt::format("driver {} is not supported yet", driver)
                                : fmt::format("unknown driver: {}", harmless ? driver : "…");
    std::vector<std::string_view> names;
    std::ranges::transform(drivers, std::back_inserter(names), &db::Driver::name);
    report.wrong(
        key,
        "oneof",
        found->second.origin,
        fmt::format("must be one of: {}; {}", fmt::join(names, ", "), why)
    );
}

}  // namespace migrator::config
