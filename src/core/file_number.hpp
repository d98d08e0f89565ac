#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace migrator {

/// The number that the name of a migration begins with: `0012_orders.sql`, `V1.2__orders.sql`,
/// `1.2.3-orders.sql`, `20261128093000_orders.sql`, `2026_11_28_093000_orders.sql`.
struct FileNumber {
    std::string prefix;              ///< "V", "v" or nothing
    std::vector<std::string> parts;  ///< digits, as they are written
    char separator = '.';            ///< between the parts
    std::string rest;                ///< "_orders.sql"

    /// All but the rest.
    std::string text() const;
};

/// Nothing when the name begins with no number.
std::optional<FileNumber> file_number(std::string_view name);

/// By the numbers alone: below 0 when `left` is lower, 0 when they are equal.
int compare(const FileNumber& left, const FileNumber& right);

}  // namespace migrator
