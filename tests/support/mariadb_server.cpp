#include "support/mariadb_server.hpp"

#include <errmsg.h>
#include <gtest/gtest.h>
#include <mysql.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <regex>
#include <stdexcept>

#include "core/freed_by.hpp"

namespace migrator::test {
namespace {

constexpr const char* kOthers =
    "select concat('kill ', id) from information_schema.processlist where id <> connection_id() "
    "and user <> 'system user' and command <> 'Daemon'";
constexpr const char* kDatabases =
    "select concat('drop database `', schema_name, '`') from information_schema.schemata where "
    "lower(schema_name) not in ('mysql', 'information_schema', 'performance_schema', 'sys', "
    "'metrics_schema', 'inspection_schema', 'test')";

}  // namespace

struct MariadbServer::Connection {
    std::unique_ptr<MYSQL, FreedBy<mysql_close>> handle;
};

MariadbServer::MariadbServer(const std::string& dsn)
    : dsn_(dsn), connection_(std::make_unique<Connection>()) {
    const auto file = std::filesystem::temp_directory_path() /
                      ("migrator-test-" + std::to_string(std::hash<std::string>{}(dsn)));
    turn_ = open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
    if (turn_ < 0 || flock(turn_, LOCK_EX) != 0) {
        throw std::runtime_error("can't lock " + file.string());
    }
    connect();
    drop_all();
}

MariadbServer::~MariadbServer() {
    try {
        drop_all();
    } catch (const std::exception& error) {
        ADD_FAILURE() << "can't drop the databases of the test: " << error.what();
    }
    close(turn_);
}

void MariadbServer::connect() const {
    static const std::regex form(R"(([^:]*):(.*)@tcp\(([^:]*):(\d+)\)/.*)");
    std::smatch parts;
    if (!std::regex_match(dsn_, parts, form)) throw std::runtime_error("not a DSN for tests");
    connection_->handle.reset(mysql_init(nullptr));
    MYSQL* handle = connection_->handle.get();
    if (mysql_real_connect(
            handle,
            parts[3].str().c_str(),
            parts[1].str().c_str(),
            parts[2].str().c_str(),
            nullptr,
            static_cast<unsigned>(std::stoi(parts[4])),
            nullptr,
            CLIENT_MULTI_STATEMENTS
        ) == nullptr) {
        throw std::runtime_error(mysql_error(handle));
    }
}

std::vector<std::string> MariadbServer::list(const std::string& sql) const {
    MYSQL* handle = connection_->handle.get();
    if (mysql_real_query(handle, sql.data(), sql.size()) != 0) {
        const unsigned error = mysql_errno(handle);
        if (error != CR_SERVER_GONE_ERROR && error != CR_SERVER_LOST) {
            throw std::runtime_error(sql + ": " + mysql_error(handle));
        }
        connect();  // the server has been away since the last question
        handle = connection_->handle.get();
        if (mysql_real_query(handle, sql.data(), sql.size()) != 0) {
            throw std::runtime_error(sql + ": " + mysql_error(handle));
        }
    }
    std::vector<std::string> values;
    int next = 0;
    for (; next == 0; next = mysql_next_result(handle)) {
        const std::unique_ptr<MYSQL_RES, FreedBy<mysql_free_result>> rows(mysql_store_result(handle)
        );
        if (!rows) continue;
        while (const MYSQL_ROW row = mysql_fetch_row(rows.get())) {
            values.emplace_back(row[0] == nullptr ? "" : row[0]);
        }
    }
    if (next > 0) throw std::runtime_error(sql + ": " + mysql_error(handle));
    return values;
}

std::string MariadbServer::ask(const std::string& sql) const {
    const auto values = list(sql);
    return values.empty() ? "" : values.front();
}

void MariadbServer::drop_all() const {
    for (const std::string& kill : list(kOthers)) {
        try {
            ask(kill);
        } catch (const std::exception&) {
            // It has gone by itself.
        }
    }
    // Tables refer to those of other databases.
    for (const std::string& drop : list(kDatabases)) ask("set foreign_key_checks = 0; " + drop);
}

}  // namespace migrator::test
