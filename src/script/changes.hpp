#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "script/lexis.hpp"

namespace migrator::script {

/// Tables of one schema that share the beginning of their names.
struct TableFamily {
    std::string_view schema;
    std::string_view prefix;
    std::span<const std::string_view> names;  ///< that count without the schema, too
};

/// Where `text`, a statement, names a table of the family, or its schema, in order to change it:
/// rows, the table, or an index or trigger on it. Nothing when it only reads it, or does not name
/// it. The texts in code, as of DO or EXECUTE, count: they are likely to run.
/// May find too much where a statement both changes a table and joins one of the family.
std::optional<std::size_t> change_of(
    std::string_view text, const TableFamily& family, const Lexis& lexis
);

}  // namespace migrator::script
