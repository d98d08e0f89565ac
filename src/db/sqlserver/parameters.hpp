#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace migrator::db::sqlserver {

/// A statement with `?` for its parameters, as ODBC takes it.
struct BoundText {
    std::string text;
    std::vector<std::size_t> order;  ///< for each `?` the index of its value, from 0
};

/// Puts a `?` for each `@p1`, `@p2`, … that is no part of a string, comment or longer name; one may
/// stand several times. A text without any is left as it is, with its own `?` in order.
BoundText bind_names(std::string_view sql);

}  // namespace migrator::db::sqlserver
