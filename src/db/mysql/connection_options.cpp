#include "db/mysql/connection_options.hpp"

#include <chrono>
#include <string>

#include "db/mysql/password.hpp"

namespace migrator::db::mysql {
namespace {

constexpr std::chrono::milliseconds kConnectTimeout{10'000};

/// The library takes whole seconds, and 0 for "for ever".
unsigned seconds(std::chrono::milliseconds time) {
    return static_cast<unsigned>(std::max<std::int64_t>(1, (time.count() + 999) / 1000));
}

void set_timeouts(MYSQL* handle, const DataSource& source) {
    const auto set = [&](mysql_option option, std::optional<std::chrono::milliseconds> time) {
        if (!time || time->count() == 0) return;
        const unsigned value = seconds(*time);
        mysql_options(handle, option, &value);
    };
    set(MYSQL_OPT_CONNECT_TIMEOUT, source.connect_timeout.value_or(kConnectTimeout));
    set(MYSQL_OPT_READ_TIMEOUT, source.read_timeout);
    set(MYSQL_OPT_WRITE_TIMEOUT, source.write_timeout);
}

void set_tls(MYSQL* handle, const DataSource& source) {
    const my_bool yes = 1;
    const my_bool no = 0;
    if (source.tls == Tls::Off || !source.socket.empty()) return;
    mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &yes);
    const bool verified = source.tls == Tls::Verified;
    mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, verified ? &yes : &no);
    if (verified) mysql_options(handle, MYSQL_OPT_SSL_CA, authorities(source, false).c_str());
}

/// Without this list the library does what the server asks for, a password in clear text included.
void set_ways_to_log_in(MYSQL* handle, const DataSource& source) {
    std::string allowed = "caching_sha2_password,sha256_password,client_ed25519";
    if (source.allows_native_passwords) allowed += ",mysql_native_password";
    if (source.allows_cleartext_passwords) {
        const my_bool yes = 1;
        mysql_options(handle, MYSQL_ENABLE_CLEARTEXT_PLUGIN, &yes);
        allowed += ",mysql_clear_password";
    }
    mysql_optionsv(handle, MARIADB_OPT_RESTRICTED_AUTH, allowed.c_str());
}

}  // namespace

void set_options(MYSQL* handle, const DataSource& source) {
    set_timeouts(handle, source);
    set_tls(handle, source);
    set_ways_to_log_in(handle, source);
    const my_bool no = 0;
    // Else the library takes a socket for a host called localhost, whatever the port.
    const unsigned protocol = source.socket.empty() ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
    mysql_options(handle, MYSQL_OPT_PROTOCOL, &protocol);
    mysql_options(handle, MYSQL_OPT_RECONNECT, &no);
    const unsigned local_files = source.allows_local_files ? 1 : 0;
    mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &local_files);
    mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (source.compress) mysql_options(handle, MYSQL_OPT_COMPRESS, nullptr);
    const std::size_t largest = std::size_t{1} << 30U;  // what the server takes is asked later
    mysql_options(handle, MYSQL_OPT_MAX_ALLOWED_PACKET, &largest);
    mysql_optionsv(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "migrator");
}

unsigned long client_flags(const DataSource& source) {
    unsigned long flags = CLIENT_MULTI_STATEMENTS | CLIENT_MULTI_RESULTS;
    if (source.allows_local_files) flags |= CLIENT_LOCAL_FILES;
    return flags;
}

}  // namespace migrator::db::mysql
