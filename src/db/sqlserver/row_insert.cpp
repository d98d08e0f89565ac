#include "db/sqlserver/row_insert.hpp"

#include <fmt/format.h>

#include "core/utf8.hpp"

namespace migrator::db::sqlserver {
namespace {

constexpr std::size_t kMostRows = 300;  // six parameters each, and one for all
constexpr std::size_t kMostBytes = 1U << 20U;

}  // namespace

std::size_t rows_that_fit(std::span<const sql::MetadataRow> rows) {
    std::size_t count = 0;
    std::size_t bytes = 0;
    for (const sql::MetadataRow& row : rows) {
        bytes += row.migration->contents.size();
        if (count == kMostRows || (count > 0 && bytes > kMostBytes)) break;
        ++count;
    }
    return count;
}

// By way of a select: only with `order by` does the server promise the order of identity values.
// datetime2 first: how text is read as a datetime depends on the session's language.
RowInsert insert_of(
    std::string_view prefix,
    std::int64_t version_id,
    const std::string& created,
    std::span<const sql::MetadataRow> rows
) {
    RowInsert insert;
    insert.sql = fmt::format(
        "insert into {}migrator_migrations (name, source_dir, filename, type, db_schema, "
        "created, contents, checksum, version_id)\n"
        "select name, source_dir, filename, type, db_schema, cast(cast(? as datetime2(3)) as "
        "datetime), contents, checksum, {}\n"
        "from (values",
        prefix,
        version_id
    );
    insert.parameters.emplace_back(created);
    std::size_t position = 0;
    for (const sql::MetadataRow& row : rows) {
        const Migration& migration = *row.migration;
        insert.sql += fmt::format(
            "{}\n    ({}, ?, ?, ?, {}, ?, cast(? as nvarchar(max)), ?)",
            position == 0 ? "" : ",",
            position,
            static_cast<int>(migration.type)
        );
        for (const std::string* value :
             {&migration.name, &migration.source_dir, &migration.file, row.schema}) {
            insert.parameters.emplace_back(*value);
        }
        insert.parameters.emplace_back(to_valid_utf8(migration.contents));
        insert.parameters.emplace_back(migration.check_sum);
        ++position;
    }
    insert.sql +=
        "\n) as rows_to_add (position, name, source_dir, filename, type, db_schema, contents, "
        "checksum)\norder by position";
    return insert;
}

}  // namespace migrator::db::sqlserver
