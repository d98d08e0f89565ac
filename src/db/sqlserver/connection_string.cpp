#include "db/sqlserver/connection_string.hpp"

#include <fmt/format.h>

#include "db/sql/own_sql.hpp"
#include "db/sqlserver/data_source_syntax.hpp"

namespace migrator::db::sqlserver {
namespace {

constexpr std::uint16_t kDefaultPort = 1433;

/// The name under which FreeTDS finds the server in `freetds_conf`.
constexpr std::string_view kServerName = "migrator";

class Builder {
public:
    explicit Builder(const OdbcDriver& driver) : driver_(driver) { add("Driver", driver.name); }

    /// `name={value};`, but for an empty value.
    void add(std::string_view name, std::string_view value) {
        if (value.empty()) return;
        text_ += fmt::format("{}={{{}}};", name, escaped(name, value));
    }
    std::string take() { return std::move(text_); }

private:
    std::string escaped(std::string_view name, std::string_view value) const {
        if (driver_.kind == OdbcDriver::Kind::FreeTds) {
            // It looks for "};" and knows no way to write that inside a value.
            if (value.find("};") != std::string_view::npos) {
                throw data_source_error(fmt::format(
                    "the FreeTDS driver does not support a {} that contains '}};'", name
                ));
            }
            return std::string(value);
        }
        return sql::doubled(value, '}');
    }

    const OdbcDriver& driver_;
    std::string text_;
};

std::string address(const DataSource& source) {
    std::string text = source.host;
    if (source.port != 0) return text + "," + std::to_string(source.port);
    if (!source.instance.empty()) return text + "\\" + source.instance;
    return text;
}

[[noreturn]] void refuse(const OdbcDriver& driver, std::string_view what) {
    throw data_source_error(fmt::format(
        "{} is not supported by {}",
        what,
        driver.kind == OdbcDriver::Kind::FreeTds ? "the FreeTDS ODBC driver" : driver.name
    ));
}

/// Values with a line break or a comment sign would say something else in the file.
const std::string& plain(const std::string& value, std::string_view name) {
    for (const char c : value) {
        if (static_cast<unsigned char>(c) < ' ' || c == ';' || c == '#') {
            throw data_source_error(
                fmt::format("{} contains a character that FreeTDS does not support", name)
            );
        }
    }
    return value;
}

std::string conf_of(const DataSource& source, std::string_view encryption) {
    std::string conf = fmt::format("[{}]\nhost = {}\n", kServerName, plain(source.host, "server"));
    if (source.port != 0) {
        conf += fmt::format("port = {}\n", source.port);
    } else if (!source.instance.empty()) {
        conf += fmt::format("instance = {}\n", plain(source.instance, "instance"));
    } else {
        conf += "port = 1433\n";
    }
    conf += fmt::format(
        "tds version = 7.4\nencryption = {}\nca file = {}\ncheck certificate hostname = yes\n",
        encryption,
        source.certificate.empty() ? "system" : plain(source.certificate, "certificate")
    );
    return conf;
}

/// Who logs in; the same for every driver.
void add_login(Builder& builder, const DataSource& source) {
    if (source.login == Login::Password) {
        builder.add("UID", source.user);
        builder.add("PWD", source.password);
    } else {
        builder.add("Trusted_Connection", "yes");
    }
}

void check_freetds(const DataSource& source, const OdbcDriver& driver, DriverSettings& settings) {
    if (source.encrypt == Encrypt::Strict) refuse(driver, "encrypt=strict");
    if (!source.host_in_certificate.empty()) refuse(driver, "hostNameInCertificate");
    if (!source.tls_min.empty() && source.tls_min != "1.0") {
        refuse(driver, "tlsmin=" + source.tls_min);
    }
    if (!source.certificate.empty() && source.trusts_any_certificate) {
        refuse(driver, "certificate together with TrustServerCertificate=true");
    }
    const auto warn = [&](bool given, const char* name, const char* why) {
        if (given) settings.warnings.push_back(fmt::format("{}: {}", name, why));
    };
    warn(
        !source.failover_partner.empty(),
        "failoverpartner",
        "FreeTDS does not support failover partners"
    );
    warn(source.multi_subnet_failover, "multisubnetfailover", "FreeTDS always tries all addresses");
    warn(!source.keep_alive.empty(), "keepAlive", "FreeTDS checks the connection every 40 s");
}

DriverSettings for_freetds(const DataSource& source, const OdbcDriver& driver) {
    DriverSettings settings;
    check_freetds(source, driver, settings);
    const std::string_view encryption = source.encrypt == Encrypt::Never    ? "off"
                                        : source.encrypt == Encrypt::Always ? "require"
                                                                            : "request";
    Builder builder(driver);
    if (source.trusts_any_certificate) {
        // Names of its own file must not be taken for hosts.
        std::string server = source.host;
        if (source.port == 0 && !source.instance.empty()) server += "\\" + source.instance;
        builder.add("Server", server);
        if (source.port != 0 || source.instance.empty()) {
            builder.add("Port", std::to_string(source.port == 0 ? 1433 : source.port));
        }
        builder.add("TDS_Version", "7.4");
        builder.add("Encryption", encryption);
    } else {
        settings.freetds_conf = conf_of(source, encryption);
        builder.add("Servername", kServerName);
    }
    builder.add("Database", source.database);
    builder.add("ClientCharset", "UTF-8");
    builder.add("APP", source.app_name);
    builder.add("WSID", source.workstation);
    builder.add("ServerSPN", source.server_spn);
    add_login(builder, source);
    settings.connect.connection_string = builder.take();
    return settings;
}

void check_microsoft(const DataSource& source, const OdbcDriver& driver, DriverSettings& settings) {
    const bool is_old = driver.version < 18;
    if (is_old && source.encrypt == Encrypt::Strict) refuse(driver, "encrypt=strict");
    if (is_old && !source.host_in_certificate.empty()) refuse(driver, "hostNameInCertificate");
    if (!source.certificate.empty()) {
        refuse(
            driver,
            "certificate (add the certificate authority to the certificates of the system instead)"
        );
    }
    // Its TLS library goes no lower than that on the systems it is made for.
    if (source.tls_min == "1.3") refuse(driver, "tlsmin=1.3");
    if (source.user.find('\\') != std::string::npos) {
        refuse(driver, "a Windows domain user (use the FreeTDS driver, or authenticator=krb5)");
    }
    if (source.encrypt == Encrypt::Never) {
        settings.warnings.emplace_back("encrypt: the driver always encrypts the login");
    }
}

DriverSettings for_microsoft(const DataSource& source, const OdbcDriver& driver) {
    DriverSettings settings;
    check_microsoft(source, driver, settings);
    const bool has_words = driver.version >= 18;
    std::string_view encrypt = has_words ? "optional" : "no";
    if (source.encrypt == Encrypt::Always) encrypt = has_words ? "mandatory" : "yes";
    if (source.encrypt == Encrypt::Strict) encrypt = "strict";
    Builder builder(driver);
    builder.add("Server", address(source));
    builder.add("Database", source.database);
    builder.add("Encrypt", encrypt);
    builder.add("TrustServerCertificate", source.trusts_any_certificate ? "yes" : "no");
    builder.add("HostNameInCertificate", source.host_in_certificate);
    builder.add("APP", source.app_name);
    builder.add("WSID", source.workstation);
    builder.add("ServerSPN", source.server_spn);
    builder.add("Failover_Partner", source.failover_partner);
    builder.add("MultiSubnetFailover", source.multi_subnet_failover ? "yes" : "");
    builder.add("KeepAlive", source.keep_alive);
    add_login(builder, source);
    settings.connect.connection_string = builder.take();
    return settings;
}

}  // namespace

DriverSettings settings_for(const DataSource& source, const OdbcDriver& driver) {
    DriverSettings settings = driver.kind == OdbcDriver::Kind::Microsoft
                                  ? for_microsoft(source, driver)
                                  : for_freetds(source, driver);
    settings.connect.login_timeout = source.login_timeout;
    // Microsoft's driver waits without end for the TLS that comes first. The port of an instance
    // is not known here.
    if (source.encrypt == Encrypt::Strict && (source.port != 0 || source.instance.empty())) {
        settings.connect.watched_port = source.port == 0 ? kDefaultPort : source.port;
    }
    settings.connect.packet_size = source.packet_size;
    return settings;
}

}  // namespace migrator::db::sqlserver
