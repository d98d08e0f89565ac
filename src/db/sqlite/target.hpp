#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace migrator::db::sqlite {

/// A name in a statement, which may name its schema.
struct TargetName {
    std::string schema;   ///< without its quotes; empty: none is written
    std::string name;     ///< likewise
    std::string written;  ///< `name` as the statement has it
    std::size_t offset = 0;

    bool empty() const { return written.empty(); }
};

/// What a statement makes, changes or drops, by its words alone: SQLite's grammar has it in front.
struct Target {
    enum class Kind : std::uint8_t {
        Rows,     ///< of INSERT, UPDATE, DELETE, REPLACE
        Creates,  ///< `place` is what is made
        Alters,   ///< ALTER, DROP
        Tends,    ///< REINDEX, ANALYZE, VACUUM: without a name they are about several schemas
        Sets,     ///< PRAGMA: `place` is the setting
    };
    Kind kind = Kind::Rows;
    TargetName place;
    TargetName on;  ///< the table of an index or trigger that is made
    bool is_temporary = false;
    bool is_code = false;              ///< a view or trigger, whose names SQLite looks up later
    std::optional<std::string> value;  ///< of a PRAGMA
    std::vector<std::string> renamed;  ///< words behind TO
    std::string_view verb{};           ///< "reindex", "analyze", "vacuum", of those
};

/// Nothing for statements that change nothing, EXPLAIN among them, and for what SQLite will refuse.
std::optional<Target> target_of(std::string_view statement);

/// What a text says of an object.
struct Mentions {
    bool qualified = false;                  ///< "schema.name"
    bool names_schema = false;               ///< "schema.", whatever follows
    std::optional<std::size_t> unqualified;  ///< where `name` first stands alone
};

/// Of a statement or several. Too much may be found where a column, a string or another name is
/// written as the object is.
Mentions mentions_of(std::string_view text, std::string_view schema, std::string_view name);

/// Whether a WITH of the text makes `name`.
bool makes_common_table(std::string_view text, std::string_view name);

}  // namespace migrator::db::sqlite
