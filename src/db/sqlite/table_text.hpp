#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace migrator::db::sqlite {

/// A statement as SQLite keeps it, with comments left out, and each run of white space as one blank
/// where words need one.
std::string plain_text(std::string_view sql);

/// What stands in the parentheses of a plain CREATE TABLE, and behind them.
struct TableText {
    std::vector<std::string> parts;  ///< columns and constraints, in order
    std::string options;             ///< "WITHOUT ROWID"
    bool is_table = false;           ///< false: it is another statement
};
TableText table_text(std::string_view plain);

/// The name at the beginning of a column's text, without quotes; empty for a constraint.
std::string column_of(std::string_view part);

}  // namespace migrator::db::sqlite
