#include "db/postgresql/password.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>

namespace migrator::db::postgresql {
namespace {

constexpr std::uint16_t kDefaultPort = 5432;

/// Where the roots of RDS are put; RDS's certificates are not from a public authority. Its address
/// is in docs/aws-ecs.md.
constexpr const char* kRoots[] = {
    "/etc/ssl/certs/aws-rds-global-bundle.pem",
    "/etc/ssl/certs/rds-global-bundle.pem",
    "/etc/ssl/certs/ca-certificates.crt",
};

Error token_error(const std::string& what) {
    return {ErrorKind::Configuration, "dataSource: ${aws-rds-token} " + what};
}

std::string required(const DataSource& source, const char* key) {
    const std::string* value = source.find(key);
    if (value == nullptr) throw token_error(fmt::format("needs {} beside it", key));
    if (value->find(',') != std::string::npos) {
        throw token_error(fmt::format("is for one host; {} names several", key));
    }
    return *value;
}

std::uint16_t port_of(const DataSource& source) {
    const std::string* text = source.find("port");
    std::uint16_t port = kDefaultPort;
    if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), port);
    return port;
}

void set(DataSource& source, const char* key, std::string value) {
    for (auto& [name, old] : source.connection) {
        if (name == key) {
            old = std::move(value);
            return;
        }
    }
    source.connection.emplace_back(key, std::move(value));
}

/// A token is a password for anybody who gets it: it goes to the server that it is for, or nowhere.
void verify_server(DataSource& source) {
    const std::string* mode = source.find("sslmode");
    if (mode != nullptr && *mode != "verify-full") {
        throw token_error("is sent to a verified server only: leave sslmode out, or verify-full");
    }
    set(source, "sslmode", "verify-full");
    if (source.find("sslrootcert") != nullptr) return;
    for (const char* roots : kRoots) {
        if (access(roots, R_OK) == 0) return set(source, "sslrootcert", roots);
    }
}

}  // namespace

DataSource with_password(DataSource source, const Options& options) {
    const std::string* password = source.find("password");
    if (password == nullptr || *password != kDatabaseToken) return source;
    if (!options.database_token) throw token_error("is not possible here");
    const std::string user = required(source, "user");
    const std::string host = source.rds_host.empty() ? required(source, "host") : source.rds_host;
    verify_server(source);
    set(source, "password", options.database_token(host, port_of(source), user));
    return source;
}

bool is_refused_password(const Error& error) {
    // libpq tells no SQLSTATE of a connection that failed.
    const std::string text = error.what();
    return text.find("password authentication failed") != std::string::npos ||
           text.find("PAM authentication failed") != std::string::npos ||
           text.find("28P01") != std::string::npos;
}

}  // namespace migrator::db::postgresql
