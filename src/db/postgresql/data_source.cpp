#include "db/postgresql/data_source.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.hpp"
#include "core/number.hpp"
#include "db/masking.hpp"
#include "db/postgresql/data_source_syntax.hpp"
#include "db/sql/time_limits.hpp"

namespace migrator::db::postgresql {
namespace {

using namespace std::string_view_literals;

// Checked here, because libpq's message about a value that it can't read quotes it, and what
// stands there may be a piece of a password that was not encoded.
constexpr std::string_view kNumbers[] = {
    "connect_timeout",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "sslcompression",
    "sslsni",
    "tcp_user_timeout",
};

constexpr std::string_view kTexts[] = {
    "application_name",
    "channel_binding",
    "client_encoding",
    "dbname",
    "fallback_application_name",
    "gssencmode",
    "gsslib",
    "host",
    "hostaddr",
    "krbsrvname",
    "options",
    "passfile",
    "password",
    "port",
    "requirepeer",
    "service",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslmode",
    "sslpassword",
    "sslrootcert",
    "target_session_attrs",
    "user",
};

constexpr std::string_view kSslModes[] = {
    "disable", "allow", "prefer", "require", "verify-ca", "verify-full"};

// Tuning of Go's drivers; `servicefile` is a keyword from libpq 18 on, before it is the variable
// PGSERVICEFILE.
constexpr std::string_view kIgnored[] = {
    "binary_parameters",
    "default_query_exec_mode",
    "description_cache_capacity",
    "disable_prepared_binary_result",
    "servicefile",
    "statement_cache_capacity",
};

template <std::size_t N>
bool contains(const std::string_view (&list)[N], std::string_view key) {
    return std::ranges::find(list, key) != std::end(list);
}

bool is_number(std::string_view text) { return parse_number<int>(text).has_value(); }

bool is_port(std::string_view text) { return parse_number<std::uint16_t>(text).value_or(0) != 0; }

/// The name of a setting: identifiers joined by dots.
bool is_setting_name(std::string_view name) {
    bool at_start = true;
    for (const char c : name) {
        const bool letter = is_letter(c) || c == '_';
        const bool other = is_digit(c) || c == '$' || c == '.';
        if (!letter && (at_start || !other)) return false;
        at_start = c == '.';
    }
    return !at_start;
}

void check_value(const SyntaxPair& pair) {
    if (pair.value.find('\0') != std::string::npos) {
        throw data_source_error(fmt::format("the value of {} contains a NUL byte", pair.key));
    }
    if (contains(kNumbers, pair.key) && !is_number(pair.value)) {
        throw data_source_error(fmt::format("the value of {} must be a number", pair.key));
    }
    if (pair.key == "sslmode" && !contains(kSslModes, pair.value)) {
        throw data_source_error(
            "sslmode must be disable, allow, prefer, require, verify-ca or verify-full"
        );
    }
    // libpq quotes a host that it can't resolve. One with an '@' in front is a socket without a
    // file.
    const std::string_view host = pair.value;
    if (pair.key == "host" && holds_more_than_host(host.substr(host.starts_with('@') ? 1 : 0))) {
        throw data_source_error(
            "the host contains '@' or ';' (separate key=value pairs with blanks; in a URL, "
            "percent-encode '@' in the password)"
        );
    }
    if (pair.key != "port") return;
    for (std::size_t begin = 0; begin <= pair.value.size();) {
        const std::size_t end = std::min(pair.value.find(',', begin), pair.value.size());
        const std::string_view port = std::string_view(pair.value).substr(begin, end - begin);
        if (!port.empty() && !is_port(port)) {
            throw data_source_error(
                "the port must be a number from 1 to 65535 (in a URL, percent-encode ':', '/', '?' "
                "and '@' in the password)"
            );
        }
        begin = end + 1;
    }
}

void set(KeyValues& list, std::string_view key, std::string value) {
    const auto found = std::ranges::find(list, key, &KeyValues::value_type::first);
    if (found == list.end()) {
        list.emplace_back(key, std::move(value));
    } else {
        found->second = std::move(value);
    }
}

void take(DataSource& source, SyntaxPair pair) {
    if (pair.key == "database") pair.key = "dbname";
    if (pair.key == "ssl" && pair.value == "true") {
        pair = {"sslmode", "require", pair.position};  // as libpq reads JDBC's spelling
    }
    if (pair.key == "rds_host") {
        source.rds_host = std::move(pair.value);
    } else if (contains(kIgnored, pair.key)) {
        source.ignored.push_back(std::move(pair.key));
    } else if (contains(kTexts, pair.key) || contains(kNumbers, pair.key)) {
        check_value(pair);
        // An empty value means the default to libpq too.
        if (!pair.value.empty()) set(source.connection, pair.key, std::move(pair.value));
    } else if (is_setting_name(pair.key) && pair.value.find('\0') == std::string::npos) {
        set(source.settings, pair.key, std::move(pair.value));
    } else {
        throw data_source_error(fmt::format(
            "the key at character {} is neither a connection parameter nor a valid name of a "
            "run-time parameter",
            pair.position
        ));
    }
}

}  // namespace

const std::string* DataSource::find(std::string_view key) const {
    const auto found = std::ranges::find(connection, key, &KeyValues::value_type::first);
    return found == connection.end() ? nullptr : &found->second;
}

DataSource parse_data_source(std::string_view text) {
    DataSource source;
    for (SyntaxPair& pair : is_url(text) ? parse_url(text) : parse_key_values(text)) {
        take(source, std::move(pair));
    }
    const auto set_default = [&](std::string_view key, const auto& value) {
        if (source.find(key) == nullptr) set(source.connection, key, fmt::to_string(value));
    };
    set_default("keepalives", 1);
    set_default("keepalives_idle", sql::kKeepAliveIdle.count());
    set_default("keepalives_interval", sql::kKeepAliveInterval.count());
    set_default("keepalives_count", sql::kKeepAliveCount);
    set_default("tcp_user_timeout", sql::kUnacknowledged.count());
    set_default("fallback_application_name", "migrator");
    // Everything we send and read is UTF-8, as with Go's drivers.
    set(source.connection, "client_encoding", "UTF8");
    return source;
}

}  // namespace migrator::db::postgresql
