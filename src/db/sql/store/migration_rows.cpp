#include "db/sql/store/migration_rows.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/error.hpp"
#include "core/path.hpp"
#include "core/utf8.hpp"

namespace migrator::db::sql::store {
namespace {

constexpr std::string_view kTable = "migrator_migrations";

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

/// "from … where …" with one parameter.
std::string rows_of_tenant(const Tables& tables) {
    return fmt::format(
        "from {} where type in ({}, {}) and db_schema = {}",
        tables.name(kTable),
        static_cast<int>(MigrationType::TenantMigration),
        static_cast<int>(MigrationType::TenantScript),
        tables.dialect.placeholder(1)
    );
}

std::string select_migrations(
    const Tables& tables,
    const MetadataShape& shape,
    const RowsWanted& wanted,
    Parameters& parameters
) {
    const std::string_view version = shape.version_id ? "version_id" : "0";
    std::string sql = fmt::format("select id, {}", version);
    for (const auto& [column, name] : kColumns) {
        if (wanted.columns.has(column)) sql += fmt::format(", {}", name);
    }
    sql += " from " + tables.name(kTable);
    std::string_view conjunction = "where";
    if (wanted.version_id) {
        sql += fmt::format(" {} {} = {}", conjunction, version, *wanted.version_id);
        conjunction = "and";
    }
    if (wanted.id) {
        sql += fmt::format(" {} id = {}", conjunction, *wanted.id);
        conjunction = "and";
    }
    if (wanted.schema) {
        parameters.emplace_back(*wanted.schema);
        sql += fmt::format(
            " {} type in ({}, {}) and db_schema = {}",
            conjunction,
            static_cast<int>(MigrationType::TenantMigration),
            static_cast<int>(MigrationType::TenantScript),
            tables.dialect.placeholder(static_cast<int>(parameters.size()))
        );
        conjunction = "and";
    }
    if (!wanted.newest_of.empty()) {
        sql += fmt::format(
            " {} id = (select max(id) from {} where {} and filename {})",
            conjunction,
            tables.name(kTable),
            migration_rows(),
            tables.in_list(wanted.newest_of, parameters)
        );
    }
    if (wanted.order == RowsWanted::Order::NameDirectoryId) {
        return sql + " order by name, source_dir, id";
    }
    return sql + (shape.version_id ? " order by version_id desc, id" : " order by id");
}

}  // namespace

std::unique_ptr<RowSource> MigrationRows::open(
    const MetadataShape& shape, const RowsWanted& wanted
) {
    if (!shape.migrations) return nullptr;
    Parameters parameters;
    const std::string sql = select_migrations(tables_, shape, wanted, parameters);
    return tables_.session.open(sql, parameters);
}

void MigrationRows::take(Row& row, const Columns& columns, AppliedMigration& migration) {
    migration = {};
    migration.id = to_integer(row.at(0));
    migration.version_id = to_integer(row.at(1));
    std::size_t index = 2;
    for (const auto& [column, name] : kColumns) {
        if (columns.has(column)) take_value(row.at(index++), column, migration);
    }
}

std::vector<AppliedMigration> MigrationRows::of_tenant(
    const MetadataShape& shape, const std::string& tenant
) {
    std::vector<AppliedMigration> rows;
    if (!shape.migrations || !shape.version_id) return rows;
    std::string columns = "id, version_id";
    for (const auto& [column, name] : kColumns) columns += fmt::format(", {}", name);
    const std::string sql =
        fmt::format("select {} {} order by id", columns, rows_of_tenant(tables_));
    tables_.session.query(sql, Parameters{tenant}, [&](const Row& row) {
        Row values = row;
        take(values, Columns::all(), rows.emplace_back());
    });
    // A column may compare without regard to letter case.
    std::erase_if(rows, [&](const AppliedMigration& row) { return row.schema != tenant; });
    return rows;
}

void MigrationRows::add(const AppliedMigration& row, std::int64_t version_id) {
    const Migration& file = row.migration;
    Parameters parameters{std::to_string(version_id)};
    std::string columns = "version_id";
    std::string values = tables_.dialect.placeholder(1);
    const auto append = [&](std::string_view column, Value value) {
        parameters.push_back(std::move(value));
        columns += fmt::format(", {}", column);
        values += ", " + tables_.dialect.placeholder(static_cast<int>(parameters.size()));
    };
    append("name", file.name);
    append("source_dir", file.source_dir);
    append("filename", file.file);
    append("type", std::to_string(static_cast<int>(file.type)));
    append("db_schema", row.schema);
    append("checksum", file.check_sum.empty() ? Value() : Value(file.check_sum));
    append("contents", to_valid_utf8(file.contents));
    if (row.created != TimePoint{}) append("created", format_database_time(row.created));
    execute(
        tables_.session,
        fmt::format("insert into {} ({}) values ({})", tables_.name(kTable), columns, values),
        parameters
    );
}

void MigrationRows::accept(const Migration& migration, const std::string& name) {
    const std::string sql = fmt::format(
        "update {} set checksum = {}, contents = {} where filename = {} and {}",
        tables_.name(kTable),
        tables_.dialect.placeholder(1),
        tables_.dialect.placeholder(2),
        tables_.dialect.placeholder(3),
        migration_rows()
    );
    execute(tables_.session, sql, {migration.check_sum, to_valid_utf8(migration.contents), name});
}

void MigrationRows::rename(const std::string& from, const std::string& to) {
    const auto& [session, dialect, options] = tables_;
    const std::string sql = fmt::format(
        "update {} set name = {}, source_dir = {}, filename = {} where filename = {}",
        tables_.name(kTable),
        dialect.placeholder(1),
        dialect.placeholder(2),
        dialect.placeholder(3),
        dialect.placeholder(4)
    );
    execute(session, sql, {std::string(file_name_of(to)), std::string(directory_of(to)), to, from});
}

void MigrationRows::remove(const std::string& tenant, std::span<const std::string> files) {
    Parameters parameters;
    const std::string in_files = tables_.in_list(files, parameters);
    parameters.emplace_back(tenant);
    const std::string rows = fmt::format(
        "from {} where {} and filename {} and db_schema = {}",
        tables_.name(kTable),
        tenant_migration_rows(),
        in_files,
        tables_.dialect.placeholder(static_cast<int>(parameters.size()))
    );
    remove_rows(rows, parameters);
}

void MigrationRows::remove_all(const std::string& tenant) {
    remove_rows(rows_of_tenant(tables_), {tenant});
}

std::size_t MigrationRows::count(const std::string& tenant) {
    std::size_t rows = 0;
    const std::string sql =
        fmt::format("select db_schema, count(*) {} group by db_schema", rows_of_tenant(tables_));
    std::string other;
    tables_.session.query(sql, Parameters{tenant}, [&](const Row& row) {
        rows += static_cast<std::size_t>(to_integer(row[1]));
        if (const std::string name = text_of(row[0]); name != tenant) other = name;
    });
    if (other.empty()) return rows;
    throw Error(
        ErrorKind::MigrationFailed,
        fmt::format(
            "the database takes the records of {} for those of {}; correct db_schema in {} first",
            other,
            tenant,
            tables_.name(kTable)
        )
    );
}

/// `from_where`: "from … where …".
void MigrationRows::remove_rows(const std::string& from_where, const Parameters& parameters) {
    std::string versions;
    const std::string sql = "select distinct version_id " + from_where;
    tables_.session.query(sql, parameters, [&](const Row& row) {
        versions += (versions.empty() ? "" : ", ") + std::to_string(to_integer(row[0]));
    });
    execute(tables_.session, "delete " + from_where, parameters);
    if (versions.empty()) return;
    // A Go program on the same database can't list versions once one has no rows.
    execute(
        tables_.session,
        fmt::format(
            "delete from {0} where id in ({1}) and id not in (select version_id from {2})",
            tables_.name("migrator_versions"),
            versions,
            tables_.name(kTable)
        )
    );
}

bool MigrationRows::has(
    std::int64_t version_id, const std::string& file, const std::string& schema
) {
    const std::string sql = fmt::format(
        "select 1 from {} where version_id = {} and filename = {} and db_schema = {}",
        tables_.name(kTable),
        version_id,
        tables_.dialect.placeholder(1),
        tables_.dialect.placeholder(2)
    );
    return query_row(tables_.session, sql, {file, schema}).has_value();
}

}  // namespace migrator::db::sql::store
