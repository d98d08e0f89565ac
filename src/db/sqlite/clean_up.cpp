#include "db/sqlite/clean_up.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "db/sqlite/cursor.hpp"
#include "db/sqlite/dialect.hpp"

namespace migrator::db::sqlite {
namespace {

/// Settings of a connection that SQLite takes inside a transaction. Not among them:
/// defer_foreign_keys, which ends with the transaction by itself; setting it back before would
/// make SQLite forget the violations that it still has to find at COMMIT. foreign_keys is ignored
/// inside a transaction and set outside.
constexpr std::array<std::string_view, 17> kSettings = {
    "query_only",  // first: it forbids all else
    "writable_schema",
    "foreign_keys",
    "recursive_triggers",
    "ignore_check_constraints",
    "reverse_unordered_selects",
    "full_column_names",
    "short_column_names",
    "count_changes",
    "empty_result_callbacks",
    "legacy_alter_table",
    "cell_size_check",
    "trusted_schema",
    "read_uncommitted",
    "automatic_index",
    "checkpoint_fullfsync",
    "fullfsync",
};

std::string value_of(Connection& connection, const std::string& sql) {
    std::string value;
    const int code = connection.read_value(sql, value);
    if (code != SQLITE_OK) connection.fail(code);
    return value;
}

void restore_settings(Connection& connection, const Attachments& attachments) {
    // Its defaults depend on how the library was built: a new connection has them.
    Connection fresh;
    for (const std::string_view setting : kSettings) {
        const std::string value = value_of(fresh, fmt::format("pragma {}", setting));
        if (!value.empty()) connection.execute(fmt::format("pragma {} = {}", setting, value));
    }
    connection.execute("pragma case_sensitive_like = off");  // can't be read
    const std::string pages = value_of(fresh, "pragma max_page_count");
    connection.execute(fmt::format("pragma main.max_page_count = {}", pages));
    for (const std::string& name : attachments.names()) {
        connection.execute(fmt::format("pragma \"{}\".max_page_count = {}", name, pages));
    }
}

void drop_temporary_objects(Connection& connection) {
    std::vector<std::string> drops;
    // Triggers before what they stand on; virtual tables before the tables that hold their data
    // and go with them. "sqlite_…" are SQLite's own and can't be dropped.
    Cursor objects(
        connection,
        "select type, name from temp.sqlite_schema where type in ('trigger', 'view', 'table')"
        "  and name not like 'sqlite\\_%' escape '\\' "
        "order by type = 'table', type = 'view', sql not like 'create virtual%'"
    );
    for (sql::Row row; objects.next(row);) {
        const std::string name = dialect().quote(row.at(1).value_or(""));
        drops.push_back(fmt::format("drop {} if exists temp.{}", row.at(0).value_or(""), name));
    }
    for (const std::string& drop : drops) connection.execute(drop);
}

}  // namespace

void clean_up(Connection& connection, const Attachments& attachments) {
    connection.speak_for(Author::Us);
    if (connection.take_pragmas_touched()) {
        connection.install_callbacks();
        restore_settings(connection, attachments);
    }
    drop_temporary_objects(connection);
}

void forget_keys(Connection& connection) {
    connection.speak_for(Author::Us);
    // A DELETE sets the number of changes, a DDL statement would not.
    connection.execute("delete from main.migrator_versions where false");
    sqlite3_set_last_insert_rowid(connection.handle(), 0);
}

}  // namespace migrator::db::sqlite
