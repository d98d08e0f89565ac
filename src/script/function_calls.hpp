#pragma once

#include <cstdint>
#include <string_view>

#include "script/lexis.hpp"

namespace migrator::script {

/// What the functions that `statement` calls do to its session (`Lexis::functions`). Looks at each
/// '(' of the plain text, those in strings and comments too: it may find too much, never too
/// little.
std::uint32_t traits_of_calls(std::string_view statement, const Lexis& lexis);

/// The traits of `name`, in any case, in a list that is sorted by name; `otherwise` when it is not
/// there.
std::uint32_t traits_of_name(
    std::span<const Lexis::Named> list, std::string_view name, std::uint32_t otherwise = kNoTraits
);

}  // namespace migrator::script
