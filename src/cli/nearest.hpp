#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace migrator::cli {

/// The candidate that takes the fewest changes of a letter to become `word`, upper and lower case
/// being the same; empty when none is near enough to be meant.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace migrator::cli
