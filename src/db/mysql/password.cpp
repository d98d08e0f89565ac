#include "db/mysql/password.hpp"

#include <unistd.h>

#include "core/error.hpp"

namespace migrator::db::mysql {
namespace {

/// Where docs/aws-ecs.md puts the roots of RDS.
constexpr const char* kRdsRoots[] = {
    "/etc/ssl/certs/aws-rds-global-bundle.pem", "/etc/ssl/certs/rds-global-bundle.pem"};
constexpr const char* kRoots[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
};

Error token_error(const std::string& what) {
    return {ErrorKind::Configuration, "dataSource: ${aws-rds-token} " + what};
}

}  // namespace

std::string authorities(const DataSource& source, bool for_rds) {
    if (!source.tls_ca.empty()) return source.tls_ca;
    if (for_rds) {
        for (const char* file : kRdsRoots) {
            if (access(file, R_OK) == 0) return file;
        }
    }
    for (const char* file : kRoots) {
        if (access(file, R_OK) == 0) return file;
    }
    throw Error(
        ErrorKind::Configuration,
        "dataSource: tls=true needs the system's certificates (package ca-certificates), or tlsCA "
        "with a file"
    );
}

void check_security(const DataSource& source) {
    const bool always_tls = (source.tls == Tls::Verified || source.tls == Tls::Unverified) &&
                            !source.falls_back_to_plain_text;
    if (source.allows_cleartext_passwords && !always_tls && source.socket.empty()) {
        throw Error(
            ErrorKind::Configuration,
            "dataSource: allowCleartextPasswords sends the password as it is: it needs tls=true "
            "(or "
            "skip-verify), without allowFallbackToPlaintext"
        );
    }
    if (source.allows_old_passwords) {
        throw Error(
            ErrorKind::Configuration,
            "dataSource: allowOldPasswords is not possible: passwords of MySQL before 4.1 can be "
            "read by anybody who listens. Give the user a new password"
        );
    }
}

DataSource with_password(DataSource source, const Options& options) {
    if (source.password != kDatabaseToken) return source;
    if (!options.database_token) throw token_error("is not possible here");
    if (!source.socket.empty()) throw token_error("is for a host, not for a socket");
    if (source.user.empty()) throw token_error("needs a user");
    // A token is a password for anybody who gets it: it goes to the server that it is for.
    if ((source.tls != Tls::Off && source.tls != Tls::Verified) ||
        source.falls_back_to_plain_text) {
        throw token_error("is sent to a verified server only: tls=true");
    }
    source.tls = Tls::Verified;
    source.allows_cleartext_passwords = true;
    source.tls_ca = authorities(source, true);
    const std::string host = source.rds_host.empty() ? source.host : source.rds_host;
    source.password = options.database_token(host, source.port, source.user);
    return source;
}

}  // namespace migrator::db::mysql
