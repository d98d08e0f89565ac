#include "config/config.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/access.hpp"
#include "config/keys.hpp"
#include "config/options.hpp"
#include "config/redacted_yaml.hpp"
#include "config/secret_values.hpp"
#include "config/settings.hpp"
#include "config/substitution.hpp"
#include "config/values.hpp"
#include "config/yaml_file.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/number.hpp"

namespace migrator::config {
namespace {

using Overrides = std::map<std::string, std::string>;

/// From a text outside of the file, where a list is separated by commas.
Setting setting_of(const Key& key, const std::string& text, std::string origin, Report& report) {
    Setting setting;
    setting.origin = std::move(origin);
    if (key.type == Type::Servers) {
        setting.unusable = !text.empty() && !read_servers(key, text, setting, report);
        return setting;
    }
    if (!is_list(key)) {
        setting.text = text;
        return setting;
    }
    for (std::size_t from = 0; from <= text.size();) {
        const auto comma = std::min(text.find(',', from), text.size());
        const auto item = trimmed(std::string_view(text).substr(from, comma - from));
        if (!item.empty()) setting.items.emplace_back(item);
        from = comma + 1;
    }
    return setting;
}

/// Kubernetes tells all containers of a namespace that has a service named migrator where that is.
bool is_service_link(const Key& key, std::string_view text) {
    return key.name == "port" && (text.starts_with("tcp://") || text.starts_with("udp://"));
}

void overlay_environment(Settings& settings, const Lookups& lookups, Report& report) {
    for (const Key& key : all_keys()) {
        const std::string name = environment_name(key);
        const auto value = lookups.environment(name);
        if (!value || value->empty()) continue;
        if (is_service_link(key, *value)) {
            report.warn(
                "environment variable " + name,
                "is ignored: Kubernetes has set it, for a service named migrator, to the address "
                "of "
                "that service; set enableServiceLinks: false in the pod to be rid of it"
            );
            continue;
        }
        settings[key.name] = setting_of(key, *value, "environment variable " + name, report);
    }
}

void overlay_overrides(Settings& settings, const Overrides& overrides, Report& report) {
    for (const auto& [name, text] : overrides) {
        if (const Key* key = find_key(name)) {
            settings[key->name] = setting_of(*key, text, "command line", report);
            continue;
        }
        const std::string nearest = nearest_key(name);
        report.problems.push_back(fmt::format(
            "command line: unknown key {}{}",
            name,
            nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest)
        ));
    }
}

/// `baseLocation` holds the place afterwards; `baseDir` stays only when it was used.
void resolve_base_location(Settings& settings, Report& report) {
    if (is_set(settings, "baseDir")) {
        const std::string origin = origin_of(settings, "baseDir");
        if (is_set(settings, "baseLocation")) {
            report.warn(origin, "baseDir is ignored because baseLocation is set");
            settings.erase("baseDir");
        } else {
            report.warn(origin, "baseDir is the old name of baseLocation; use baseLocation");
            settings[find_key("baseLocation")->name] = settings.at("baseDir");
        }
    }
    const std::string location = text_of(settings, "baseLocation");
    if (location.starts_with("http") && location.find('?') != std::string::npos) {
        report.warn(
            origin_of(settings, "baseLocation"),
            "baseLocation has a query string, which is not shown and not part of the identity of "
            "files; set credentials in the environment instead"
        );
    }
}

void warn_deprecated(
    const Settings& settings, std::string_view old_key, std::string_view new_key, Report& report
) {
    if (!is_set(settings, old_key)) return;
    report.warn(
        origin_of(settings, old_key),
        is_set(settings, new_key)
            ? fmt::format("{} is ignored because {} is set", old_key, new_key)
            : fmt::format("{} is deprecated since v2025.1.0; use {}", old_key, new_key)
    );
}

bool is_default(const Key& key, const Settings& settings) {
    const std::string text = text_of(settings, key.name);
    const auto number = parse_number<std::uint64_t>(text);
    return text == key.default_text ||
           (number && number == parse_number<std::uint64_t>(key.default_text));
}

/// Empty when tenants are worked for one by one.
std::string_view why_no_fleet(const Settings& settings, const db::Driver& driver) {
    if (!driver.why_no_fleet.empty()) return driver.why_no_fleet;
    const std::string atomicity = text_of(settings, "atomicity");
    if (atomicity != "tenant" && atomicity != "file") {
        return "has no effect without atomicity: tenant or file";
    }
    return {};
}

void warn_without_effect(const Settings& settings, const db::Driver& driver, Report& report) {
    for (const Key& key : all_keys()) {
        if (!is_set(settings, key.name) || (!is_list(key) && is_default(key, settings))) continue;
        std::string_view what;
        if (key.effect == Effect::OfFleet) what = why_no_fleet(settings, driver);
        if (key.name == "setRole") what = driver.why_no_role;
        const bool is_of_servers =
            key.name == "serverConnections" || key.name == "catalogMigrations";
        if (is_of_servers && !is_set(settings, "servers") && !is_set(settings, "serversSelect")) {
            what = "has no effect without servers or serversSelect";
        }
        if (!what.empty()) {
            report.warn(origin_of(settings, key.name), fmt::format("{} {}", key.name, what));
        }
    }
}

}  // namespace

Config read(
    const std::string& path,
    const std::map<std::string, std::string>& overrides,
    const Lookups& lookups
) {
    Report report;
    Settings settings = path.empty() ? Settings{} : read_yaml_file(path, report);
    overlay_environment(settings, lookups, report);
    overlay_overrides(settings, overrides, report);
    substitute(settings, lookups, report);
    hide_secrets(settings, lookups.drivers, report);
    check_settings(settings, report);
    check_driver(settings, lookups.drivers, report);
    const access::Options access = read_access(settings, report);
    if (!report.problems.empty()) {
        throw Error(ErrorKind::Configuration, fmt::format("{}", fmt::join(report.problems, "\n")));
    }
    resolve_base_location(settings, report);
    warn_deprecated(settings, "tenantSelectSQL", "tenantSelect", report);
    warn_deprecated(settings, "tenantInsertSQL", "tenantInsert", report);
    warn_without_effect(
        settings, *db::find_driver(lookups.drivers, text_of(settings, "driver")), report
    );

    Config config = make_options(settings, lookups);
    config.access = access;
    config.redacted_yaml = redacted_yaml(settings, lookups.drivers);
    config.warnings = std::move(report.warnings);
    config.unknown_keys = std::move(report.unknown_keys);
    config.service_warnings = std::move(report.service_warnings);
    config.unset_variables = std::move(report.unset_variables);
    return config;
}

std::string resolved_data_source(
    const std::string& text, const std::string& driver, const Lookups& lookups
) {
    Report report;
    Settings settings;
    settings["driver"].text = driver;
    Setting& setting = settings["dataSource"];
    setting.origin = "serversSelect";
    setting.text = text;
    Lookups here = lookups;
    here.environment = [](const std::string&) { return std::nullopt; };
    substitute(settings, here, report);
    if (!report.unset_variables.empty()) {
        report.problems.push_back(
            "a data source of serversSelect refers to a variable of the environment; use a "
            "reference to a secret store"
        );
    }
    hide_secrets(settings, lookups.drivers, report);
    if (!report.problems.empty()) {
        throw Error(ErrorKind::Configuration, fmt::format("{}", fmt::join(report.problems, "\n")));
    }
    return setting.text;
}

bool can_do_without_file(const Overrides& overrides, const Lookups& lookups) {
    return std::ranges::all_of(all_keys(), [&](const Key& key) {
        if (!key.required || overrides.contains(std::string(key.name))) return true;
        const auto value = lookups.environment(environment_name(key));
        return value && !value->empty();
    });
}

}  // namespace migrator::config
