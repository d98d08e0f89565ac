#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace migrator::db::postgresql {

/// One `key=value` as it stands in a data source, unquoted and decoded.
struct SyntaxPair {
    std::string key;
    std::string value;
    std::size_t position = 1;  ///< of the key, from 1
};

/// Both throw what `data_source_error` makes.
std::vector<SyntaxPair> parse_key_values(std::string_view text);
/// `text` begins with postgres:// or postgresql://.
std::vector<SyntaxPair> parse_url(std::string_view text);
bool is_url(std::string_view text);

/// An Error of kind Configuration: "data source: …".
Error data_source_error(const std::string& what);

}  // namespace migrator::db::postgresql
