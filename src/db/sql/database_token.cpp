#include "db/sql/database_token.hpp"

#include <unistd.h>

namespace migrator::db::sql {
namespace {

/// Where docs/aws-ecs.md puts the roots of RDS.
constexpr const char* kRdsRoots[] = {
    "/etc/ssl/certs/aws-rds-global-bundle.pem", "/etc/ssl/certs/rds-global-bundle.pem"};
constexpr const char* kRoots[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
};

}  // namespace

Error token_error(const std::string& what) {
    return {ErrorKind::Configuration, "dataSource: ${aws-rds-token} " + what};
}

decltype(Options::database_token) token_maker(const Options& options) {
    if (!options.database_token) throw token_error("is not supported here");
    return options.database_token;
}

std::string authorities(bool for_rds) {
    for (const char* file : kRdsRoots) {
        if (for_rds && access(file, R_OK) == 0) return file;
    }
    for (const char* file : kRoots) {
        if (access(file, R_OK) == 0) return file;
    }
    return {};
}

}  // namespace migrator::db::sql
