#include "config/secret_values.hpp"

#include <fmt/format.h>

#include "config/webhook.hpp"
#include "core/ascii.hpp"
#include "core/secrets.hpp"
#include "db/options.hpp"

namespace migrator::config {
namespace {

constexpr auto kAbsent = std::string_view::npos;

/// `origin` and `key`: where the data source stands, for people.
void hide_passwords(
    const db::Driver* driver,
    const std::string& source,
    const std::string& origin,
    std::string_view key,
    Report& report
) {
    if (driver == nullptr || source.empty()) return;
    const std::string shown = driver->mask(source);
    for (const std::string& password : driver->passwords(source)) {
        if (password.empty() || password.find(db::kDatabaseToken) != kAbsent) continue;
        // Like the user or the database: a name, which messages have to show.
        if (shown.find(password) != kAbsent) continue;
        if (secrets::add(password)) continue;
        report.service_warnings.push_back(fmt::format(
            "{}: {}: the password has fewer than {} bytes, so it cannot be hidden in "
            "messages that quote it",
            origin,
            key,
            secrets::kShortest
        ));
    }
}

/// All of it, and what follows the host: libraries quote parts.
void hide_url(std::string_view url) {
    secrets::add(url);
    const auto start = url.find("://");
    if (start == kAbsent) return;
    const std::string_view rest = url.substr(start + 3);
    const auto path = rest.find_first_of("/?#");
    if (path != kAbsent) secrets::add(rest.substr(path));
    const auto at = rest.substr(0, path).rfind('@');
    if (at == kAbsent) return;
    const std::string_view user = rest.substr(0, at);
    secrets::add(user.substr(user.find(':') + 1));
}

/// `Bearer TOKEN` and TOKEN.
void hide_header(std::string_view text) {
    const auto header = parse_header(text);
    if (!header) return;
    if (is_one_of_ignoring_case(
            header->first, {"Accept", "Accept-Language", "Content-Type", "User-Agent"}
        )) {
        return;
    }
    secrets::add(header->second);
    secrets::add(std::string_view(header->second).substr(header->second.rfind(' ') + 1));
}

}  // namespace

void hide_secrets(const Settings& settings, db::Drivers drivers, Report& report) {
    const db::Driver* driver = db::find_driver(drivers, text_of(settings, "driver"));
    hide_passwords(
        driver,
        text_of(settings, "dataSource"),
        origin_of(settings, "dataSource"),
        "dataSource",
        report
    );
    for (const ServerSetting& server : servers_of(settings)) {
        hide_passwords(driver, server.data_source, server.origin, "servers", report);
    }
    hide_url(text_of(settings, "webHookURL"));
    for (const std::string& header : items_of(settings, "webHookHeaders")) hide_header(header);
}

}  // namespace migrator::config
