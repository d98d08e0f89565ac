#pragma once

#include <string>
#include <string_view>

#include "db/catalog.hpp"

namespace migrator::drift {

/// Whether `left`, which stands in the schema `of_left`, and `right`, in `of_right`, say the same:
/// they are equal but for places where each has the name of its own schema, in quotes or outside.
/// Elsewhere such a name is a word like any other.
bool same_text(
    std::string_view left,
    const db::TenantSchema& of_left,
    std::string_view right,
    const db::TenantSchema& of_right
);

/// `text` with `{schema}` wherever the name of its schema stands as a word of its own, or as a part
/// of one between `_`: a form that most schemas have in common.
std::string neutral(std::string_view text, const db::TenantSchema& schema);

}  // namespace migrator::drift
