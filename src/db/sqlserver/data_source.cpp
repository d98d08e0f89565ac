#include "db/sqlserver/data_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <optional>

#include "core/ascii.hpp"
#include "core/number.hpp"
#include "db/masking.hpp"
#include "db/options.hpp"
#include "db/sqlserver/data_source_syntax.hpp"
#include "db/sqlserver/keywords.hpp"

namespace migrator::db::sqlserver {
namespace {

constexpr std::uint64_t kLongestTimeout = 3'600;

std::uint64_t number(const SyntaxPair& pair, std::uint64_t most) {
    const auto value = parse_number<std::uint64_t>(pair.value);
    if (!value || *value > most) {
        throw data_source_error(fmt::format("{} must be an integer from 0 to {}", pair.name, most));
    }
    return *value;
}

bool boolean(const SyntaxPair& pair) {
    if (is_one_of_ignoring_case(pair.value, {"true", "t", "yes", "1"})) return true;
    if (is_one_of_ignoring_case(pair.value, {"false", "f", "no", "0"})) return false;
    throw data_source_error(fmt::format("{} must be true or false", pair.name));
}

Encrypt encrypt(const SyntaxPair& pair) {
    if (is_one_of_ignoring_case(pair.value, {"disable"})) return Encrypt::Never;
    if (is_one_of_ignoring_case(pair.value, {"false", "optional", "no", "0", "f"}))
        return Encrypt::LoginOnly;
    if (is_one_of_ignoring_case(pair.value, {"true", "mandatory", "yes", "1", "t"}))
        return Encrypt::Always;
    if (is_one_of_ignoring_case(pair.value, {"strict"})) return Encrypt::Strict;
    throw data_source_error("encrypt must be disable, false, true or strict");
}

/// `tcp:host\instance,port` of ADO and ODBC; a URL has it in parts.
void take_server(DataSource& source, std::string_view text) {
    constexpr std::string_view kTcp = "tcp:";
    if (starts_with_ignoring_case(text, kTcp)) text.remove_prefix(kTcp.size());
    if (const auto comma = text.find(','); comma != std::string_view::npos) {
        source.port = static_cast<std::uint16_t>(number(
            {"the port after the ',' in server", std::string(text.substr(comma + 1))}, 65'535
        ));
        text = text.substr(0, comma);
    }
    if (const auto backslash = text.find('\\'); backslash != std::string_view::npos) {
        source.instance = text.substr(backslash + 1);
        text = text.substr(0, backslash);
    }
    const bool is_local = text == "." || is_one_of_ignoring_case(text, {"(local)"});
    source.host = is_local ? "localhost" : std::string(text);
}

void take_tls_min(DataSource& source, const SyntaxPair& pair) {
    if (!is_one_of_ignoring_case(pair.value, {"1.0", "1.1", "1.2", "1.3"})) {
        throw data_source_error("tlsmin must be 1.0, 1.1, 1.2 or 1.3");
    }
    source.tls_min = pair.value;
}

void take_authenticator(DataSource& source, const SyntaxPair& pair) {
    if (is_one_of_ignoring_case(pair.value, {"krb5"})) {
        source.login = Login::Kerberos;
    } else if (!is_one_of_ignoring_case(pair.value, {"ntlm"})) {
        throw data_source_error("authenticator must be ntlm or krb5");
    }
}

struct Parameter {
    std::initializer_list<std::string_view> names;
    void (*take)(DataSource& source, const SyntaxPair& pair);
};

const Parameter kParameters[] = {
    {{"server", "addr", "address", "data source", "network address"},
     [](DataSource& s, const SyntaxPair& p) { take_server(s, p.value); }},
    {{"port"},
     [](DataSource& s, const SyntaxPair& p) {
         s.port = static_cast<std::uint16_t>(number(p, 65'535));
     }},
    {{"instance"}, [](DataSource& s, const SyntaxPair& p) { s.instance = p.value; }},
    {{"database", "initial catalog"},
     [](DataSource& s, const SyntaxPair& p) { s.database = p.value; }},
    {{"user id", "user", "uid"}, [](DataSource& s, const SyntaxPair& p) { s.user = p.value; }},
    {{"password", "pwd"}, [](DataSource& s, const SyntaxPair& p) { s.password = p.value; }},
    {{"certificate"}, [](DataSource& s, const SyntaxPair& p) { s.certificate = p.value; }},
    {{"hostnameincertificate", "host name in certificate"},
     [](DataSource& s, const SyntaxPair& p) { s.host_in_certificate = p.value; }},
    {{"tlsmin"}, take_tls_min},
    {{"app name", "application name", "app"},
     [](DataSource& s, const SyntaxPair& p) { s.app_name = p.value; }},
    {{"workstation id", "wsid"},
     [](DataSource& s, const SyntaxPair& p) { s.workstation = p.value; }},
    {{"serverspn", "server spn"},
     [](DataSource& s, const SyntaxPair& p) { s.server_spn = p.value; }},
    {{"failoverpartner", "failover partner"},
     [](DataSource& s, const SyntaxPair& p) { s.failover_partner = p.value; }},
    {{"keepalive"},
     [](DataSource& s, const SyntaxPair& p) {
         s.keep_alive = std::to_string(number(p, kLongestTimeout));
     }},
    {{"multisubnetfailover", "multi subnet failover"},
     [](DataSource& s, const SyntaxPair& p) { s.multi_subnet_failover = boolean(p); }},
    {{"packet size"},
     [](DataSource& s, const SyntaxPair& p) {
         s.packet_size = static_cast<unsigned>(number(p, 32'767));
     }},
    {{"authenticator"}, take_authenticator},
    {{"trusted_connection", "integrated security"},
     [](DataSource& s, const SyntaxPair& p) {
         if (is_one_of_ignoring_case(p.value, {"sspi"}) || boolean(p)) s.login = Login::Kerberos;
     }},
};

/// Why a parameter has no effect; nothing when it is not one of these.
std::optional<std::string_view> reason_to_ignore(const SyntaxPair& pair) {
    if (pair.name == "applicationintent" || pair.name == "application intent") {
        return is_one_of_ignoring_case(pair.value, {"readonly"})
                   ? "a read-only replica cannot be written to"
                   : "";
    }
    if (pair.name == "protocol" && is_one_of_ignoring_case(pair.value, {"tcp"})) return "";
    if (pair.name == "log") return "the log of migrator has its own logLevel";
    if (pair.name == "failoverport") return "the partner is reached at its default port";
    if (pair.name.starts_with("krb5-")) {
        return "Kerberos reads the environment variables KRB5_CONFIG, KRB5CCNAME and KRB5_KTNAME";
    }
    if (is_one_of_ignoring_case(
            pair.name,
            {"multipleactiveresultsets",
             "persist security info",
             "pooling",
             "max pool size",
             "min pool size",
             "disableretry",
             "guid conversion",
             "driver",
             "provider",
             "timezone"}
        )) {
        return "";
    }
    return std::nullopt;
}

/// What would be another way to log in, or would change it: never ignored.
void refuse(const SyntaxPair& pair) {
    if (is_one_of_ignoring_case(
            pair.name,
            {"fedauth",
             "authentication",
             "change password",
             "columnencryption",
             "accesstoken",
             "attachdbfilename",
             "servercertificate",
             "dsn"}
        )) {
        throw data_source_error(pair.name + " is not supported");
    }
    if (pair.name == "protocol") throw data_source_error("protocol must be tcp");
}

/// Values that several parameters decide together.
struct Together {
    std::optional<Encrypt> encrypt;
    std::optional<bool> trust;
    std::optional<std::chrono::seconds> dial;
    std::optional<std::chrono::seconds> connection;
};

bool take_together(Together& together, const SyntaxPair& pair) {
    const auto seconds = [&] { return std::chrono::seconds(number(pair, kLongestTimeout)); };
    if (pair.name == "encrypt") {
        together.encrypt = encrypt(pair);
    } else if (is_one_of_ignoring_case(
                   pair.name, {"trustservercertificate", "trust server certificate"}
               )) {
        together.trust = boolean(pair);
    } else if (pair.name == "dial timeout") {
        together.dial = seconds();
    } else if (is_one_of_ignoring_case(
                   pair.name, {"connection timeout", "connect timeout", "timeout"}
               )) {
        together.connection = seconds();
    } else {
        return false;
    }
    return true;
}

void take(DataSource& source, const SyntaxPair& pair) {
    const auto* known = std::ranges::find_if(kParameters, [&](const Parameter& parameter) {
        return std::ranges::find(parameter.names, pair.name) != parameter.names.end();
    });
    if (known != std::end(kParameters)) return known->take(source, pair);
    const auto reason = reason_to_ignore(pair);
    if (!reason) refuse(pair);
    source.ignored.push_back(
        reason && !reason->empty() ? fmt::format("{}: {}", pair.name, *reason) : pair.name
    );
}

void finish(DataSource& source, const Together& together) {
    source.encrypt = together.encrypt.value_or(Encrypt::LoginOnly);
    source.trusts_any_certificate = together.trust.value_or(!together.encrypt.has_value());
    if (source.encrypt == Encrypt::Strict) source.trusts_any_certificate = false;
    if (source.encrypt == Encrypt::Never) source.trusts_any_certificate = true;  // none is shown
    // The Go driver broke off every read after `connection timeout`, a statement of an hour too.
    // Here it is what its name says; statements have `statementTimeout`.
    const auto given = std::max(
        together.dial.value_or(std::chrono::seconds(0)),
        together.connection.value_or(std::chrono::seconds(0))
    );
    if (given.count() > 0) source.login_timeout = given;
    if (holds_more_than_host(source.host)) {
        throw data_source_error("the server contains '@' or ';'");
    }
    if (source.host.empty()) throw data_source_error("server is missing");
    if (source.login == Login::Password && source.user.empty()) {
        throw data_source_error(
            "user id is missing; to log in with Kerberos, set authenticator=krb5"
        );
    }
    if (source.login == Login::Kerberos && !source.password.empty()) {
        throw data_source_error(
            "authenticator=krb5 uses the Kerberos ticket of the process; remove the password"
        );
    }
    if (source.password.find(kDatabaseToken) != std::string::npos) {
        throw data_source_error("SQL Server does not accept Amazon RDS tokens as passwords");
    }
    if (source.host_in_certificate == source.host) source.host_in_certificate.clear();
}

}  // namespace

DataSource parse_data_source(std::string_view text) {
    DataSource source;
    Together together;
    for (const SyntaxPair& pair : parse_pairs(text)) {
        if (!take_together(together, pair)) take(source, pair);
    }
    finish(source, together);
    return source;
}

}  // namespace migrator::db::sqlserver
