#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace migrator::db::sqlserver {

/// How much of the traffic is encrypted.
enum class Encrypt : std::uint8_t {
    Never,      ///< `disable`: not even the login
    LoginOnly,  ///< the default; everything, when the server insists
    Always,     ///< `true`
    Strict,     ///< `strict`: TLS before anything else (TDS 8)
};

/// How the client says who it is.
enum class Login : std::uint8_t {
    Password,  ///< of the server, or of a Windows domain with a user `DOMAIN\name`
    Kerberos,  ///< the ticket of the process
};

/// A data source taken apart. Holds secrets: never into a log or an error.
struct DataSource {
    std::string host;
    std::uint16_t port = 0;  ///< 0: that of the instance, or 1433
    std::string instance;    ///< empty: the default one, or the one at `port`
    std::string database;    ///< empty: the login's default
    Login login = Login::Password;
    std::string user;
    std::string password;
    std::chrono::seconds login_timeout{15};  ///< for all of connecting

    Encrypt encrypt = Encrypt::LoginOnly;
    /// The server's certificate is not looked at.
    bool trusts_any_certificate = true;
    std::string certificate;          ///< PEM file of the authority; empty: the system's
    std::string host_in_certificate;  ///< empty: `host`
    std::string tls_min;              ///< "1.0" to "1.3"; empty: as the libraries do

    std::string app_name = "migrator";
    std::string workstation;
    std::string server_spn;
    std::string failover_partner;
    std::string keep_alive;  ///< seconds, digits
    bool multi_subnet_failover = false;
    unsigned packet_size = 0;  ///< bytes; 0: the driver's default

    std::vector<std::string> ignored;  ///< parameters that mean nothing here, as "name: why"
};

/// Reads any of the three forms as the Go program's driver does. Throws Configuration; the message
/// tells a parameter's name or place, never a value.
DataSource parse_data_source(std::string_view text);

}  // namespace migrator::db::sqlserver
