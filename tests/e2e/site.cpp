#include "e2e/site.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <thread>

#include "core/freed_by.hpp"

namespace migrator::test {
namespace {

constexpr std::chrono::seconds kPatience{120};
constexpr std::chrono::milliseconds kLookAgain{20};

std::string random_name() {
    return "migrator_e2e_" + std::to_string(std::random_device{}()) +
           std::to_string(std::random_device{}());
}

std::string ask_sqlite(sqlite3* database, const std::string& sql) {
    std::string answer;
    char* message = nullptr;
    const auto take = [](void* target, int, char** values, char**) {
        *static_cast<std::string*>(target) = values[0] == nullptr ? "" : values[0];
        return 0;
    };
    if (sqlite3_exec(database, sql.c_str(), take, &answer, &message) != SQLITE_OK) {
        const std::unique_ptr<char, FreedBy<sqlite3_free>> owner(message);
        throw std::runtime_error("SQLite: " + std::string(message) + ": " + sql);
    }
    return answer;
}

using PgConnection = std::unique_ptr<PGconn, FreedBy<PQfinish>>;

PgConnection connect(const std::string& url) {
    PgConnection connection(PQconnectdb(url.c_str()));
    if (PQstatus(connection.get()) != CONNECTION_OK) {
        throw std::runtime_error(PQerrorMessage(connection.get()));
    }
    PQsetNoticeProcessor(
        connection.get(), [](void*, const char*) {}, nullptr
    );
    return connection;
}

std::string ask(PGconn& connection, const std::string& sql) {
    const std::unique_ptr<PGresult, FreedBy<PQclear>> result(PQexec(&connection, sql.c_str()));
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        throw std::runtime_error(sql + ": " + PQerrorMessage(&connection));
    }
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

/// A connection to the metadata file.
std::unique_ptr<sqlite3, FreedBy<sqlite3_close>> open_sqlite(const std::filesystem::path& file) {
    constexpr int kBusyMilliseconds = 60'000;
    sqlite3* handle = nullptr;
    sqlite3_open(file.c_str(), &handle);
    std::unique_ptr<sqlite3, FreedBy<sqlite3_close>> database(handle);
    sqlite3_busy_timeout(handle, kBusyMilliseconds);
    return database;
}

}  // namespace

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string ask_postgresql(const std::string& url, const std::string& sql) {
    return ask(*connect(url), sql);
}

std::string with_database(const std::string& url, const std::string& name) {
    return url.substr(0, url.rfind('/') + 1) + name;
}

void wait_until(const std::string& what, const std::function<bool()>& holds) {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > give_up) {
            throw std::runtime_error("waited in vain until " + what);
        }
        std::this_thread::sleep_for(kLookAgain);
    }
}

struct Site::Connection {
    PgConnection handle;
};

Site::Site(Driver driver, std::string server_url)
    : driver_(driver),
      server_url_(std::move(server_url)),
      connection_(std::make_unique<Connection>()) {
    if (on_sqlite()) {
        std::filesystem::create_directories(folder_.path() / "db");
        url_ = folder_.path() / "db" / "metadata.db";
    } else if (on_mariadb()) {
        mariadb_ = std::make_unique<MariadbServer>(server_url_);
        url_ = server_url_;
    } else {
        name_ = random_name();
        ask_postgresql(server_url_, "create database " + name_);
        url_ = with_database(server_url_, name_);
    }
    for (const char* folder : {"catalog", "stores"}) {
        std::filesystem::create_directories(folder_.path() / "migrations" / folder);
    }
    folder_.write(
        "migrator.yaml",
        "baseLocation: " + (folder_.path() / "migrations").string() + "\ndriver: " +
            (on_sqlite()    ? "sqlite"
             : on_mariadb() ? "mysql"
                            : "postgres") +
            "\ndataSource: \"" + url_ +
            "\"\nsingleMigrations: [catalog]\ntenantMigrations: [stores]\nlockTimeout: 120s\n"
            "listenAddress: 127.0.0.1\nport: 0\n"
    );
}

Site::~Site() {
    connection_->handle.reset();
    if (on_sqlite() || on_mariadb()) return;
    try {
        ask_postgresql(
            server_url_,
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name_ + "'"
        );
        ask_postgresql(server_url_, "drop database " + name_);
    } catch (const std::exception& error) {
        ADD_FAILURE() << "can't drop " << name_ << ": " << error.what();
    }
}

void Site::write(const std::string& relative, const std::string& contents) const {
    // A service that works meanwhile sees the whole file or none.
    const auto whole = folder_.write("written/" + relative, contents);
    const auto path = folder_.path() / "migrations" / relative;
    std::filesystem::create_directories(path.parent_path());
    std::filesystem::rename(whole, path);
}

void Site::write_logs() const {
    // `others`: how many transactions of other runs were still open at that moment.
    const std::string table = "create table {schema}.log (file varchar(100), others integer);\n";
    write("catalog/000_log.sql", (on_sqlite() ? "" : "create schema {schema};\n") + table);
    write("stores/001_log.sql", table);
}

void Site::write_entry(const std::string& relative, const std::string& more) const {
    const std::string file = relative.substr(relative.find('/') + 1);
    const std::string others =
        on_sqlite() || on_mariadb()
            ? "0"
            : "(select count(*) from pg_locks where locktype = 'advisory' and (classid"
              "::bigint << 32) + objid::bigint = 7883946363647717235 and pid <> "
              "pg_backend_pid() and database = (select oid from pg_database where datname "
              "= current_database()))";
    write(relative, "insert into {schema}.log values ('" + file + "', " + others + ");\n" + more);
}

std::vector<std::string> Site::command(
    const std::vector<std::string>& arguments, const std::vector<std::string>& prefix
) const {
    std::vector<std::string> result = prefix;
    result.push_back(migrator_binary());
    result.insert(result.end(), arguments.begin(), arguments.end());
    result.insert(result.end(), {"-c", folder_.path() / "migrator.yaml"});
    return result;
}

std::unique_ptr<Process> Site::start(const std::vector<std::string>& arguments) const {
    return std::make_unique<Process>(command(arguments));
}

Process::Result Site::run(const std::vector<std::string>& arguments) const {
    return start(arguments)->wait();
}

std::string Site::value(const std::string& sql) const {
    if (on_mariadb()) return mariadb_->ask(sql);
    if (!on_sqlite()) {
        PgConnection& handle = connection_->handle;
        if (!handle) handle = connect(url_);
        try {
            return ask(*handle, sql);
        } catch (const std::runtime_error&) {
            if (PQstatus(handle.get()) == CONNECTION_OK) throw;
            handle = connect(url_);  // the server has been away since the last question
            return ask(*handle, sql);
        }
    }
    const auto database = open_sqlite(url_);
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path() / "db")) {
        const std::string name = entry.path().stem();
        // Ten at most can be attached: only those that are asked for.
        if (entry.path().extension() != ".db" || sql.find(name + ".") == std::string::npos)
            continue;
        ask_sqlite(database.get(), "attach '" + entry.path().string() + "' as " + name);
    }
    return ask_sqlite(database.get(), sql);
}

std::string Site::applied(const std::string& condition) const {
    return value(
        "select count(*) from " + std::string(on_sqlite() ? "" : "migrator.") +
        "migrator_migrations where " + condition
    );
}

std::string Site::entries(const std::string& schema) const {
    if (on_mariadb()) {
        return value("select group_concat(file order by file) from " + schema + ".log");
    }
    return on_sqlite()
               ? value(
                     "select group_concat(file) from (select file from " + schema +
                     ".log order by file)"
                 )
               : value("select string_agg(file, ',' order by file) from " + schema + ".log");
}

std::string Site::recorded(const std::string& schema) const {
    const std::string rows = " where db_schema = '" + schema + "' and name not like '%log%'";
    if (on_mariadb()) {
        return value(
            "select group_concat(name order by name) from migrator.migrator_migrations" + rows
        );
    }
    return on_sqlite()
               ? value(
                     "select group_concat(name) from (select name from migrator_migrations" + rows +
                     " order by name)"
                 )
               : value(
                     "select string_agg(name, ',' order by name) from "
                     "migrator.migrator_migrations" +
                     rows
                 );
}

std::string Site::slow_statement(int seconds) const {
    if (on_mariadb()) return "do sleep(" + std::to_string(seconds) + ");\n";
    if (!on_sqlite()) return "select pg_sleep(" + std::to_string(seconds) + ");\n";
    constexpr std::int64_t kRowsPerSecond = 3'000'000;
    return "with recursive n(x) as (select 1 union all select x + 1 from n where x < " +
           std::to_string(seconds * kRowsPerSecond) + ") select max(x) from n;\n";
}

std::vector<std::string> named(const Site& site, const std::string& name) {
    return {"--set", "dataSource=" + site.url() + "?application_name=" + name};
}

}  // namespace migrator::test
