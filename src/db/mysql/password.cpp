#include "db/mysql/password.hpp"

#include "core/error.hpp"
#include "db/sql/database_token.hpp"

namespace migrator::db::mysql {

using sql::token_error;

std::string authorities(const DataSource& source, bool for_rds) {
    if (!source.tls_ca.empty()) return source.tls_ca;
    std::string file = sql::authorities(for_rds);
    if (!file.empty()) return file;
    throw Error(
        ErrorKind::Configuration,
        "dataSource: tls=true needs root certificates; install the package ca-certificates, or set "
        "tlsCA to a certificate file"
    );
}

void check_security(const DataSource& source) {
    const bool always_tls = (source.tls == Tls::Verified || source.tls == Tls::Unverified) &&
                            !source.falls_back_to_plain_text;
    if (source.allows_cleartext_passwords && !always_tls && source.socket.empty()) {
        throw Error(
            ErrorKind::Configuration,
            "dataSource: allowCleartextPasswords sends the password unencrypted; set tls=true (or "
            "skip-verify), and remove allowFallbackToPlaintext"
        );
    }
    if (source.allows_old_passwords) {
        throw Error(
            ErrorKind::Configuration,
            "dataSource: allowOldPasswords is not supported, because password hashes of MySQL "
            "before 4.1 are not secure; set a new password for the user"
        );
    }
}

DataSource with_password(DataSource source, const Options& options) {
    if (source.password != kDatabaseToken) return source;
    const auto make_token = sql::token_maker(options);
    if (!source.socket.empty()) throw token_error("needs a host, not a socket");
    if (source.user.empty()) throw token_error("needs a user");
    if ((source.tls != Tls::Off && source.tls != Tls::Verified) ||
        source.falls_back_to_plain_text) {
        throw token_error("is sent only to a verified server; set tls=true");
    }
    source.tls = Tls::Verified;
    source.allows_cleartext_passwords = true;
    source.tls_ca = authorities(source, true);
    const std::string host = source.rds_host.empty() ? source.host : source.rds_host;
    source.password = make_token(host, source.port, source.user);
    return source;
}

}  // namespace migrator::db::mysql
