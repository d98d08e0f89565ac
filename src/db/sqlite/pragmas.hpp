#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "db/sqlite/places.hpp"

namespace migrator::db::sqlite {

/// A PRAGMA of a script.
struct Pragma {
    std::string_view schema;  ///< empty: none is written
    std::string_view name;
    std::optional<std::string_view> value;
};

/// Refuses settings that SQLite would ignore in a transaction or put into the metadata file, and
/// those that are the run's. `written`: the schema as the file has it.
Refusal judge_pragma(const Pragma& pragma, bool in_transaction, std::string_view written);

/// Whether it asks about the tables or the header of a file, and so depends on the schema.
bool is_about_a_file(std::string_view pragma);

/// Settings that are part of a file and that SQLite may leave as they were without an error.
bool may_have_no_effect(std::string_view pragma);
/// Whether `value`, as it is set, is what SQLite says when asked.
bool is_value(std::string_view pragma, std::string_view value, std::string_view answer);

}  // namespace migrator::db::sqlite
