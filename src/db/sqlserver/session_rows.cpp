// Rows of migrator_migrations.
#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/utf8.hpp"
#include "db/sqlserver/row_insert.hpp"
#include "db/sqlserver/session.hpp"

namespace migrator::db::sqlserver {
namespace {

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
}

}  // namespace

/// The names' columns are varchar: a character that the database's code page lacks would become a
/// '?', and the file would never be known again.
void Session::check_that_names_fit(std::span<const sql::MetadataRow> rows) {
    for (const sql::MetadataRow& row : rows) {
        const Migration& migration = *row.migration;
        for (const std::string* name :
             {&migration.name, &migration.source_dir, &migration.file, row.schema}) {
            if (is_ascii(*name)) continue;
            bool fits = false;
            const sql::Value parameter = *name;
            query(kNameFits, {&parameter, 1}, [&](const sql::Row& found) {
                fits = found.front() == "1";
            });
            if (fits) continue;
            throw Error(
                ErrorKind::MigrationFailed,
                fmt::format(
                    "Failed to add migration entry: the name {} has characters that the "
                    "database's code page lacks: rename it",
                    *name
                )
            );
        }
    }
}

void Session::insert_rows(
    std::int64_t version_id, const std::string& created, std::span<const sql::MetadataRow> rows
) {
    check_that_names_fit(rows);
    while (!rows.empty()) {
        const std::size_t count = rows_that_fit(rows);
        const RowInsert insert = insert_of(version_id, created, rows.first(count));
        try {
            query(insert.sql, insert.parameters, nullptr);
        } catch (const Error& error) {
            throw Error(
                error.kind(), std::string("Failed to add migration entry: ") + error.what()
            );
        }
        rows = rows.subspan(count);
    }
}

}  // namespace migrator::db::sqlserver
