#pragma once

#include <string_view>

namespace migrator::graphql {

/// `@deprecated` without a reason (section 3.13.3 of the specification).
inline constexpr std::string_view kDefaultDeprecationReason = "No longer supported";

/// SDL of what every schema has: scalars, directives, and the types of introspection.
extern const std::string_view kBuiltInTypes;

}  // namespace migrator::graphql
