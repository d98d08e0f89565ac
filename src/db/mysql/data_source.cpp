#include "db/mysql/data_source.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/number.hpp"
#include "core/percent.hpp"
#include "db/masking.hpp"
#include "db/mysql/dsn_values.hpp"

namespace migrator::db::mysql {
namespace {

constexpr auto kNone = std::string_view::npos;

Error refused(const std::string& what) { return {ErrorKind::Configuration, "dataSource: " + what}; }

constexpr std::string_view kForm = "user:password@tcp(host:3306)/database?param=value";

/// How data sources of other programs begin.
constexpr std::string_view kUrls[] = {
    "jdbc:mysql:",
    "jdbc:mariadb:",
    "mysql://",
    "mysql+",
    "mysqlx://",
    "mysql2://",
    "mysqls://",
    "mariadb://",
    "mariadb+",
    "tidb://"};
constexpr std::string_view kKeywords[] = {
    "host=", "hostname=", "server=", "data source=", "driver=", "user=", "uid=", "dsn="};

template <std::size_t Count>
bool begins_with_one_of(std::string_view text, const std::string_view (&beginnings)[Count]) {
    return std::ranges::any_of(beginnings, [&](std::string_view beginning) {
        return starts_with_ignoring_case(text, beginning);
    });
}

/// Refuses what people bring from elsewhere, with the form that is right here.
void refuse_forms_of_others(std::string_view text) {
    const bool is_url = begins_with_one_of(text, kUrls);
    // A password may hold anything; the address tells.
    const bool is_keywords = begins_with_one_of(text, kKeywords) && text.find("@tcp") == kNone &&
                             text.find("@unix") == kNone;
    if (!is_url && !is_keywords) return;
    throw refused(fmt::format(
        "this is {}, the form of other programs; write it as {}",
        is_url ? "a URL such as mysql://…" : "a list of keywords such as host=…",
        kForm
    ));
}

/// Parameters of Go's driver that tune it, and change nothing here.
constexpr std::string_view kWithoutEffect[] = {
    "parseTime",
    "multiStatements",
    "loc",
    "clientFoundRows",
    "columnsWithAlias",
    "interpolateParams",
    "checkConnLiveness",
    "rejectReadOnly",
    "timeTruncate",
};
constexpr std::string_view kIgnored[] = {"connectionAttributes", "serverPubKey"};

template <std::size_t Count>
bool is_one_of_ignoring_case(std::string_view name, const std::string_view (&names)[Count]) {
    return std::ranges::find(names, name) != std::end(names);
}

bool boolean(std::string_view name, std::string_view value) {
    const auto parsed = parse_boolean(value);
    if (!parsed) throw refused(fmt::format("{} must be true or false", name));
    return *parsed;
}

std::chrono::milliseconds duration(std::string_view name, std::string_view value) {
    const auto parsed = parse_go_duration(value);
    if (!parsed)
        throw refused(fmt::format("{} must be a duration such as 500ms, 30s, 1m30s", name));
    return *parsed;
}

void set_tls(DataSource& source, std::string_view value) {
    if (const auto on = parse_boolean(value)) {
        source.tls = *on ? Tls::Verified : Tls::Off;
    } else if (value == "skip-verify") {
        source.tls = Tls::Unverified;
    } else if (value == "preferred") {
        source.tls = Tls::Preferred;
    } else {
        throw refused(
            "tls must be true, false, skip-verify or preferred; set tlsCA to use a certificate file"
        );
    }
}

void set_number(std::optional<std::size_t>& target, std::string_view name, std::string_view text) {
    const auto number = parse_number<std::size_t>(text);
    if (!number) throw refused(fmt::format("{} must be a number", name));
    if (*number > 0) target = number;  // 0: what the server says
}

void set_charsets(DataSource& source, std::string_view list) {
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        source.charsets.emplace_back(list.substr(0, comma));
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    for (const std::string& name : source.charsets) {
        const bool plain =
            std::ranges::all_of(name, [](char c) { return is_letter_or_digit(c) || c == '_'; });
        if (!plain || name.empty())
            throw refused("charset must be a list of names such as utf8mb4,utf8");
    }
}

void set_system_variable(DataSource& source, std::string_view name, std::string value) {
    const bool plain = !name.empty() && std::ranges::all_of(name, [](char c) {
        return is_letter_or_digit(c) || c == '_' || c == '.' || c == '@';
    });
    if (!plain)
        throw refused(
            "a parameter is neither a known parameter nor a valid name of a system variable"
        );
    source.settings.emplace_back(name, std::move(value));
}

void set_parameter(DataSource& source, std::string_view name, const std::string& value) {
    if (name == "timeout") {
        source.connect_timeout = duration(name, value);
    } else if (name == "readTimeout") {
        source.read_timeout = duration(name, value);
    } else if (name == "writeTimeout") {
        source.write_timeout = duration(name, value);
    } else if (name == "tls") {
        set_tls(source, value);
    } else if (name == "tlsCA") {
        source.tls_ca = value;
    } else if (name == "charset") {
        set_charsets(source, value);
    } else if (name == "collation") {
        source.collation = value;
    } else if (name == "maxAllowedPacket") {
        set_number(source.max_allowed_packet, name, value);
    } else if (name == "allowNativePasswords") {
        source.allows_native_passwords = boolean(name, value);
    } else if (name == "allowCleartextPasswords") {
        source.allows_cleartext_passwords = boolean(name, value);
    } else if (name == "allowOldPasswords") {
        source.allows_old_passwords = boolean(name, value);
    } else if (name == "allowFallbackToPlaintext") {
        source.falls_back_to_plain_text = boolean(name, value);
    } else if (name == "allowAllFiles") {
        source.allows_local_files = boolean(name, value);
    } else if (name == "compress") {
        source.compress = boolean(name, value);
    } else if (name == "rds_host") {
        source.rds_host = value;
    } else if (is_one_of_ignoring_case(name, kIgnored)) {
        source.ignored.emplace_back(name);
    } else if (!is_one_of_ignoring_case(name, kWithoutEffect)) {
        set_system_variable(source, name, value);
    }
}

void read_parameters(DataSource& source, std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto equals = pair.find('=');
        if (equals == kNone) continue;  // as Go's driver
        const auto value = percent_decoded(pair.substr(equals + 1), Plus::IsBlank);
        if (!value) throw refused("invalid DSN: did you forget to escape a param value?");
        set_parameter(source, pair.substr(0, equals), *value);
    }
}

/// `host`, `host:port`, `[::1]:port`.
void read_host(DataSource& source, std::string_view address) {
    std::string_view port;
    if (address.starts_with('[')) {
        const auto end = address.find(']');
        if (end == kNone) throw refused("invalid DSN: missing ']' after an IPv6 address");
        const std::string_view behind = address.substr(end + 1);
        if (!behind.empty() && !behind.starts_with(':')) {
            throw refused("invalid DSN: only :port can follow the ']' of an address");
        }
        port = behind.substr(behind.empty() ? 0 : 1);
        address = address.substr(1, end - 1);
    } else if (address.find(':') != address.rfind(':')) {
        throw refused("invalid DSN: an IPv6 address must be in brackets, such as [::1]:3306");
    } else if (const auto colon = address.rfind(':'); colon != kNone) {
        port = address.substr(colon + 1);
        address = address.substr(0, colon);
    }
    if (holds_more_than_host(address)) {
        throw refused("invalid DSN: the host contains '@' or ';'");
    }
    if (!address.empty()) source.host = address;
    if (port.empty()) return;
    source.port = parse_number<std::uint16_t>(port).value_or(0);
    if (source.port == 0) throw refused("invalid DSN: the port must be a number from 1 to 65535");
}

/// `net(addr)`.
void read_address(DataSource& source, std::string_view text) {
    std::string_view net = text;
    std::string_view address;
    if (const auto open = text.find('('); open != kNone) {
        net = text.substr(0, open);
        if (!text.ends_with(')')) {
            throw refused(
                text.find(')') != kNone
                    ? "invalid DSN: did you forget to escape a param value?"
                    : "invalid DSN: network address not terminated (missing closing brace)"
            );
        }
        address = text.substr(open + 1, text.size() - open - 2);
    }
    if (net.empty() || net == "tcp") return read_host(source, address);
    if (net == "unix") {
        source.socket = address.empty() ? "/tmp/mysql.sock" : std::string(address);
        return;
    }
    throw refused(fmt::format(
        "invalid DSN: the network must be tcp or unix, with the address in parentheses: {}", kForm
    ));
}

}  // namespace

DataSource parse_data_source(std::string_view text) {
    DataSource source;
    refuse_forms_of_others(text);
    const auto slash = text.rfind('/');
    if (slash == kNone) {
        throw refused(fmt::format(
            "invalid DSN: missing the slash separating the database name; the form is {}", kForm
        ));
    }
    std::string_view left = text.substr(0, slash);
    const std::string_view right = text.substr(slash + 1);
    if (const auto at = left.rfind('@'); at != kNone) {
        const std::string_view credentials = left.substr(0, at);
        const auto colon = credentials.find(':');
        source.user = credentials.substr(0, colon);
        if (colon != kNone) source.password = credentials.substr(colon + 1);
        left = left.substr(at + 1);
    }
    read_address(source, left);
    const auto question = std::min(right.find('?'), right.size());
    const auto database = percent_decoded(right.substr(0, question));
    if (!database)
        throw refused("invalid DSN: the database name contains a '%' without two hexadecimal digits"
        );
    source.database = *database;
    read_parameters(source, right.substr(std::min(question + 1, right.size())));
    return source;
}

}  // namespace migrator::db::mysql
