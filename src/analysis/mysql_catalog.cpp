#include "analysis/mysql_catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "analysis/mysql_types.hpp"
#include "core/ascii.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::analysis {
namespace {

using db::sql::text_of;

/// A statement names so many schemas at most.
constexpr std::size_t kSchemasAtOnce = 1'000;

// InnoDB keeps the rows in the primary key: data_length is that of the table without its other
// indexes.
constexpr std::string_view kTables = R"(
select table_schema, table_name, table_type, coalesce(engine, ''), coalesce(table_rows, 0),
       coalesce(data_length, 0)
from information_schema.tables
where table_schema in ({}) and table_name in ({}))";

constexpr std::string_view kColumns = R"(
select table_schema, table_name, column_name, column_type, is_nullable,
       coalesce(character_set_name, ''),
       case when character_maximum_length > 0
            then cast(ceiling(character_octet_length / character_maximum_length) as signed)
            else 1 end
from information_schema.columns
where table_schema in ({}) and table_name in ({}))";

std::string column_key(
    const std::string& schema, const std::string& table, const std::string& column
) {
    // Names of columns are the same in any case.
    return schema + '\0' + table + '\0' + lower_case(column);
}

}  // namespace

MysqlCatalog::MysqlCatalog(
    db::sql::Session& session, const db::sql::Dialect& dialect, const MysqlWanted& wanted
) {
    const auto here = db::sql::query_row(
        session, "select coalesce(database(), ''), @@lower_case_table_names <> 0"
    );
    if (here) {
        current_ = text_of(here->at(0));
        ignores_case_ = db::sql::is_true(here->at(1));
    }
    // MySQL 8 would tell sizes of yesterday; MariaDB has no such setting, and passes over this.
    db::sql::execute(
        session,
        "set @migrator_analysis = 1 /*!80000 , session information_schema_stats_expiry = 0 */"
    );
    std::set<std::string> all = wanted.schemas;
    if (!current_.empty()) all.insert(current_);
    if (wanted.tables.empty() || all.empty()) return;
    const std::vector<std::string> names(wanted.tables.begin(), wanted.tables.end());
    const std::string tables = dialect.literals(names);
    const std::vector<std::string> schemas(all.begin(), all.end());
    for (std::size_t i = 0; i < schemas.size(); i += kSchemasAtOnce) {
        const std::size_t count = std::min(kSchemasAtOnce, schemas.size() - i);
        const std::string some = dialect.literals({schemas.data() + i, count});
        read_tables(session, some, tables);
        if (wanted.columns) read_columns(session, some, tables);
    }
}

void MysqlCatalog::read_tables(
    db::sql::Session& session, const std::string& schemas, const std::string& tables
) {
    session.query(fmt::format(kTables, schemas, tables), {}, [&](const db::sql::Row& row) {
        tables_[folded(text_of(row[1]))].push_back(
            {.schema = text_of(row[0]),
             .is_view = text_of(row[2]).ends_with("VIEW"),
             .engine = text_of(row[3]),
             .rows = db::sql::to_integer(row[4]),
             .bytes = db::sql::to_integer(row[5])}
        );
    });
}

void MysqlCatalog::read_columns(
    db::sql::Session& session, const std::string& schemas, const std::string& tables
) {
    session.query(fmt::format(kColumns, schemas, tables), {}, [&](const db::sql::Row& row) {
        columns_[column_key(text_of(row[0]), folded(text_of(row[1])), text_of(row[2]))] = {
            .type = mysql_type(text_of(row[3])),
            .is_nullable = text_of(row[4]) == "YES",
            .character_bytes = static_cast<int>(db::sql::to_integer(row[6])),
            .charset = text_of(row[5])};
    });
}

std::string MysqlCatalog::folded(const std::string& name) const {
    return ignores_case_ ? lower_case(name) : name;
}

std::vector<const MysqlTable*> MysqlCatalog::find(
    const Name& name, const std::vector<std::string>& schemas
) const {
    std::vector<const MysqlTable*> found;
    const auto all = tables_.find(folded(name.name));
    if (all == tables_.end()) return found;
    const bool own = name.schema == kOwnSchema;
    std::unordered_set<std::string> wanted;
    for (const std::string& schema : own ? schemas : std::vector<std::string>()) {
        wanted.insert(folded(schema));
    }
    if (!own) wanted.insert(folded(name.schema.empty() ? current_ : name.schema));
    for (const MysqlTable& table : all->second) {
        if (wanted.contains(folded(table.schema))) found.push_back(&table);
    }
    return found;
}

AffectedTable MysqlCatalog::affected(
    const Name& name,
    const std::vector<std::string>& schemas,
    const std::function<bool(const MysqlTable&)>& counts
) const {
    AffectedTable affected;
    affected.table = name.schema.empty() || name.schema == kOwnSchema
                         ? name.name
                         : name.schema + "." + name.name;
    for (const MysqlTable* table : find(name, schemas)) {
        if (!counts(*table)) continue;
        ++affected.schemas;
        if (affected.schemas > 1 && table->rows <= affected.rows) continue;
        affected.largest = table->schema;
        affected.rows = table->rows;
        affected.bytes = table->bytes;
    }
    return affected;
}

const MysqlColumnFact* MysqlCatalog::column(
    const std::string& schema, const std::string& table, const std::string& name
) const {
    const auto found = columns_.find(column_key(schema, folded(table), name));
    return found == columns_.end() ? nullptr : &found->second;
}

}  // namespace migrator::analysis
