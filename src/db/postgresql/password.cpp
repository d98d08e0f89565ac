#include "db/postgresql/password.hpp"

#include <fmt/format.h>

#include <charconv>

#include "db/sql/database_token.hpp"

namespace migrator::db::postgresql {
namespace {

using sql::token_error;

constexpr std::uint16_t kDefaultPort = 5432;

std::string required(const DataSource& source, const char* key) {
    const std::string* value = source.find(key);
    if (value == nullptr) throw token_error(fmt::format("needs {}", key));
    if (value->find(',') != std::string::npos) {
        throw token_error(fmt::format("needs a single host; {} has several", key));
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

void verify_server(DataSource& source) {
    const std::string* mode = source.find("sslmode");
    if (mode != nullptr && *mode != "verify-full") {
        throw token_error(
            "is sent only to a verified server; set sslmode=verify-full or remove sslmode"
        );
    }
    set(source, "sslmode", "verify-full");
    if (source.find("sslrootcert") != nullptr) return;
    std::string roots = sql::authorities(true);
    if (!roots.empty()) set(source, "sslrootcert", std::move(roots));
}

}  // namespace

DataSource with_password(DataSource source, const Options& options) {
    const std::string* password = source.find("password");
    if (password == nullptr || *password != kDatabaseToken) return source;
    const auto make_token = sql::token_maker(options);
    const std::string user = required(source, "user");
    const std::string host = source.rds_host.empty() ? required(source, "host") : source.rds_host;
    verify_server(source);
    set(source, "password", make_token(host, port_of(source), user));
    return source;
}

}  // namespace migrator::db::postgresql
