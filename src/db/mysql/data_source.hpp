#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace migrator::db::mysql {

/// How the connection is encrypted.
enum class Tls : std::uint8_t {
    Off,
    Preferred,   ///< when the server can; its certificate is not looked at
    Unverified,  ///< always; its certificate is not looked at
    Verified,    ///< always, to the server that the certificate names
};

/// A data source taken apart. Holds secrets: never into a log or an error.
struct DataSource {
    std::string user;
    std::string password;
    std::string host = "127.0.0.1";
    std::uint16_t port = 3306;
    std::string socket;    ///< path of a unix socket; empty: TCP
    std::string database;  ///< may be empty

    std::optional<std::chrono::milliseconds> connect_timeout;
    std::optional<std::chrono::milliseconds> read_timeout;
    std::optional<std::chrono::milliseconds> write_timeout;
    Tls tls = Tls::Off;
    bool falls_back_to_plain_text = false;  ///< where the server has no TLS
    std::string tls_ca;                     ///< file of authorities; empty: those of the system
    std::vector<std::string> charsets;      ///< the first that the server knows; empty: utf8mb4
    std::string collation;                  ///< empty: utf8mb4_general_ci, as Go's driver has it
    bool allows_native_passwords = true;
    bool allows_cleartext_passwords = false;
    bool allows_old_passwords = false;
    bool allows_local_files = false;  ///< LOAD DATA LOCAL
    bool compress = false;
    std::optional<std::size_t> max_allowed_packet;  ///< bytes
    std::string rds_host;  ///< the host to sign a token for; empty: the one to dial
    /// System variables for the session and their values as SQL, in the order given.
    std::vector<std::pair<std::string, std::string>> settings;
    std::vector<std::string> ignored;  ///< parameters that mean nothing here
    bool operator==(const DataSource&) const = default;
};

/// Reads `[user[:password]@][net[(addr)]]/dbname[?param=value&…]`, the form of Go's driver
/// (https://github.com/go-sql-driver/mysql#dsn-data-source-name). Throws Configuration; the message
/// tells what is wrong or the parameter, never a value.
DataSource parse_data_source(std::string_view text);

}  // namespace migrator::db::mysql
