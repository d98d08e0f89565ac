#include "db/sql/store/applied_rows.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/time.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::db::sql::store {
namespace {

constexpr std::pair<Column, std::string_view> kColumns[] = {
    {Column::Name, "name"},
    {Column::SourceDir, "source_dir"},
    {Column::File, "filename"},
    {Column::Type, "type"},
    {Column::Schema, "db_schema"},
    {Column::Created, "created"},
    {Column::CheckSum, "checksum"},
    {Column::Contents, "contents"},
};

/// Null is empty.
void take_value(Value& value, Column column, AppliedMigration& migration) {
    if (!value) return;
    Migration& file = migration.migration;
    switch (column) {
        case Column::Name:
            file.name = std::move(*value);
            break;
        case Column::SourceDir:
            file.source_dir = std::move(*value);
            break;
        case Column::File:
            file.file = std::move(*value);
            break;
        case Column::Type:
            file.type = static_cast<MigrationType>(to_integer(value));
            break;
        case Column::Schema:
            migration.schema = std::move(*value);
            break;
        case Column::Created:
            migration.created = parse_database_time(*value);
            break;
        case Column::CheckSum:
            file.check_sum = std::move(*value);
            break;
        case Column::Contents:
            file.contents = std::move(*value);
            break;
    }
}

}  // namespace

std::string select_migrations(
    const Dialect& dialect, const MetadataShape& shape, const RowsWanted& wanted
) {
    const std::string_view version = shape.version_id ? "version_id" : "0";
    std::string sql = fmt::format("select id, {}", version);
    for (const auto& [column, name] : kColumns) {
        if (wanted.columns.has(column)) sql += fmt::format(", {}", name);
    }
    sql += fmt::format(" from {}migrator_migrations", dialect.prefix);
    std::string_view conjunction = "where";
    if (wanted.version_id) {
        sql += fmt::format(" {} {} = {}", conjunction, version, *wanted.version_id);
        conjunction = "and";
    }
    if (wanted.id) sql += fmt::format(" {} id = {}", conjunction, *wanted.id);
    if (wanted.order == RowsWanted::Order::NameDirectoryId) {
        return sql + " order by name, source_dir, id";
    }
    return sql + (shape.version_id ? " order by version_id desc, id" : " order by id");
}

void take_migration(Row& row, const Columns& columns, AppliedMigration& migration) {
    migration = {};
    migration.id = to_integer(row.at(0));
    migration.version_id = to_integer(row.at(1));
    std::size_t index = 2;
    for (const auto& [column, name] : kColumns) {
        if (columns.has(column)) take_value(row.at(index++), column, migration);
    }
}

}  // namespace migrator::db::sql::store
