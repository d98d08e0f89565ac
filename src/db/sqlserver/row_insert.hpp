#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/sql/session.hpp"

namespace migrator::db::sqlserver {

/// One statement that inserts rows into migrator_migrations, with `?` for its parameters.
struct RowInsert {
    std::string sql;
    std::vector<sql::Value> parameters;
};

/// How many of `rows`, from the first on, one statement takes: the server allows 2,100 parameters,
/// and a message should not become large. At least one.
std::size_t rows_that_fit(std::span<const sql::MetadataRow> rows);

/// Their ids follow their order.
RowInsert insert_of(
    std::string_view prefix,
    std::int64_t version_id,
    const std::string& created,
    std::span<const sql::MetadataRow> rows
);

/// Query: 1 when a text is the same in the code page of the database, where names are kept.
inline constexpr std::string_view kNameFits =
    "select case when cast(@p1 as varchar(400)) = cast(@p1 as nvarchar(400)) "
    "collate Latin1_General_BIN2 then 1 else 0 end";

}  // namespace migrator::db::sqlserver
