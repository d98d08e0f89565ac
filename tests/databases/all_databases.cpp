// The databases that the tests of this folder run on. A new one is a row here.
#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "databases/test_database.hpp"

namespace migrator::test {
namespace {

constexpr const char* kRecursion =
    "with recursive n(x) as (select 1 union all select x + 1 from n where x < 100000000) "
    "select max(x) from n";
// MariaDB ends a recursion early.
constexpr const char* kCrossJoin =
    "select count(*) from information_schema.collations a, information_schema.collations b, "
    "information_schema.collations c, information_schema.collations d";

std::string earlier_in_sqlite(const std::string& by) {
    return "strftime('%Y-%m-%d %H:%M:%f', changed, '-" + by + "')";
}

std::string earlier_in_postgresql(const std::string& by) {
    return "changed - interval '" + by + "'";
}

/// "2 hours" is `2 hour` there.
std::string earlier_in_mysql(const std::string& by) {
    return "changed - interval " + (by.ends_with('s') ? by.substr(0, by.size() - 1) : by);
}

std::string rows_in_sqlite(const std::string& table) {
    return "select group_concat(id || '=' || coalesce(v, '-'), ', ') from (select * from " + table +
           " order by id, v)";
}

std::string rows_in_postgresql(const std::string& table) {
    return "select string_agg(concat(id, '=', coalesce(v, '-')), ', ' order by id, v) from " +
           table;
}

std::string rows_in_mysql(const std::string& table) {
    return "select group_concat(id, '=', coalesce(v, '-') order by id, v separator ', ') from " +
           table;
}

std::string drop_in_postgresql(const std::string& schema) {
    return "drop schema if exists " + schema + " cascade";
}

std::string drop_in_mysql(const std::string& schema) { return "drop database if exists " + schema; }

bool is_required(const std::string& server) {
    const char* required = std::getenv("MIGRATOR_TEST_REQUIRE");
    return required != nullptr && std::string(required).find(server) != std::string::npos;
}

}  // namespace

const std::vector<DatabaseKind>& all_databases() {
    static const std::vector<DatabaseKind> all = {
        {.name = "Sqlite",
         .url_variable = nullptr,
         .required_as = "",
         .make = make_sqlite_database,
         .prefix = "",
         .schemas_are_files = true,
         .dry_run_tells_rows = false,
         .refuses_transaction = "vacuum",
         .slow_query = kRecursion,
         .earlier = earlier_in_sqlite,
         .list_rows = rows_in_sqlite,
         .drop_schema = nullptr},
        {.name = "Postgresql",
         .url_variable = "MIGRATOR_TEST_POSTGRESQL_URL",
         .required_as = "postgresql",
         .make = make_postgresql_database,
         .prefix = "migrator.",
         .has_default_schema = true,
         .refuses_transaction = "vacuum",
         .slow_query = kRecursion,
         .earlier = earlier_in_postgresql,
         .list_rows = rows_in_postgresql,
         .drop_schema = drop_in_postgresql},
        {.name = "Mariadb",
         .url_variable = "MIGRATOR_TEST_MARIADB_URL",
         .required_as = "mariadb",
         .make = make_mariadb_database,
         .prefix = "migrator.",
         .commits_each_file = true,
         .dry_run_tells_rows = false,
         .slow_query = kCrossJoin,
         .earlier = earlier_in_mysql,
         .list_rows = rows_in_mysql,
         .drop_schema = drop_in_mysql},
    };
    return all;
}

const DatabaseKind& database_called(const std::string& name) {
    return *std::ranges::find(all_databases(), name, &DatabaseKind::name);
}

std::unique_ptr<TestDatabase> make_test_database(const DatabaseKind& kind) {
    if (kind.url_variable == nullptr) return kind.make("");
    const char* url = std::getenv(kind.url_variable);
    if (url != nullptr) return kind.make(url);
    if (is_required(kind.required_as)) {
        throw std::runtime_error(std::string(kind.url_variable) + " is not set, but required");
    }
    return nullptr;
}

}  // namespace migrator::test
