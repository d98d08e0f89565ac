#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/time.hpp"
#include "db/sql/session.hpp"

/// Short forms for migrator's own statements. All throw what `Session::query` throws.
namespace migrator::db::sql {

using Parameters = std::vector<Value>;

/// Runs a statement whose rows nobody needs.
void execute(Session& session, std::string_view sql, const Parameters& parameters = {});

/// The first row, or nothing.
std::optional<Row> query_row(
    Session& session, std::string_view sql, const Parameters& parameters = {}
);

/// Whether the first column of the first row is true. False when there is no row.
bool query_bool(Session& session, std::string_view sql, const Parameters& parameters = {});

/// "1", "t" and "true" are true; all else, and NULL, is false.
bool is_true(const Value& value);

/// The text in a column; empty for NULL.
std::string text_of(const Value& value);

/// A time as the database prints it; the epoch for NULL.
TimePoint to_time(const Value& value);

/// The number in a column; 0 for NULL. Throws Internal when it is none.
std::int64_t to_integer(const Value& value);

/// Runs a read; our own SQL that the server refuses is told in the words people search for.
template <typename Read>
decltype(auto) told_as(std::string_view what, Read&& read) try {
    return std::forward<Read>(read)();
} catch (const Error& error) {
    if (error.kind() != ErrorKind::Internal) throw;
    throw error.as(ErrorKind::Unavailable, std::string(what) + ": " + error.what());
}

/// `text` with each `quote` in it twice, as SQL has them inside quotes.
std::string doubled(std::string_view text, char quote);

/// Objects that a statement left half made, each with what to do about it.
std::vector<std::string> broken_objects(Session& session, const Dialect& dialect);

/// A JSON array of strings, as `Dialect::json_list` takes it.
std::string json_array(std::span<const std::string> texts);

/// "type in (1, 2)": the rows of migrations; `type` is the column.
std::string migration_rows(std::string_view type = "type");
/// The same of migrations for tenants.
std::string tenant_migration_rows(std::string_view type = "type");

}  // namespace migrator::db::sql
