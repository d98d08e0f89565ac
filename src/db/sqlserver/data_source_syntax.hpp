#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace migrator::db::sqlserver {

/// One `name=value` as it stands in a data source, unquoted and decoded. Names are in lower case.
struct SyntaxPair {
    std::string name;
    std::string value;
};

/// The pairs of a data source in any of its three forms: `sqlserver://…`, where the parts of the
/// address become `server`, `port`, `instance`, `user id`, `password`; ADO's
/// `server=h;user id=u;…`, values with ';' in double or single quotes; ODBC's `odbc:server=h;…`,
/// values with ';' in braces. In the order of the text. Throws what `data_source_error` makes.
std::vector<SyntaxPair> parse_pairs(std::string_view text);

/// An Error of kind Configuration: "data source: …". Never with a value.
Error data_source_error(const std::string& what);

}  // namespace migrator::db::sqlserver
