#pragma once

#include <cstddef>

namespace migrator::graphql {

/// What a document may cost before it is refused with an error that names the limit and its value.
struct Limits {
    std::size_t document_bytes = 262'144;
    std::size_t tokens = 20'000;
    std::size_t depth = 24;           ///< nested selection sets, fragments followed
    std::size_t complexity = 10'000;  ///< fields to execute, fragments followed each time
    std::size_t aliases = 500;        ///< in one document
    std::size_t errors = 100;         ///< validation stops there
};

}  // namespace migrator::graphql
