#pragma once

#include <string_view>

#include "db/sql/apply/scripts.hpp"

namespace migrator::db::sql::apply {

/// Whether a file may be about migrator's own schema `schema`, or the default one, in any case.
/// Without that it names no table of them.
bool may_name_own_schema(std::string_view text, std::string_view schema);

/// Whether a file may be about migrator's own tables: it has the beginning of their names, in any
/// case.
bool may_name_own_tables(std::string_view text);

/// Whether `object`, of `Dialect::objects_in`, shows that a schema is the metadata schema of a
/// migrator.
bool shows_metadata_schema(std::string_view object);

/// The first statement that changes one of them, or their schema, as far as its text shows; null:
/// none does. Looks at each statement: ask `may_name_own_schema` first.
const script::Statement* change_of_own_table(
    const PreparedScript& prepared, const script::Lexis& lexis, std::string_view schema
);

/// What a statement is told that would change them, behind a quotation of it.
inline constexpr std::string_view kOwnTablesAdvice =
    "would change migrator's own tables, which no file can change. To add a tenant, use "
    "create-tenant; to keep tenants in another table, set tenantSelect and tenantInsert";

}  // namespace migrator::db::sql::apply
