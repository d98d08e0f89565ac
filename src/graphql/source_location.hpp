#pragma once

#include <cstdint>

namespace migrator::graphql {

/// A place in a document. Columns count UTF-16 code units, as the reference implementation does.
struct Location {
    std::uint32_t line = 1;    ///< from 1
    std::uint32_t column = 1;  ///< from 1

    bool operator==(const Location&) const = default;
};

}  // namespace migrator::graphql
