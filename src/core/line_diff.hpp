#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace migrator {

/// What changed from `before` to `after`, line by line, as `diff -u` shows it without its first two
/// lines: "@@ -1,4 +1,5 @@", then lines that begin with ' ', '-' or '+'. Empty for equal texts.
/// Time and memory are bounded: where too much differs, all of it counts as replaced.
std::vector<std::string> unified_diff(std::string_view before, std::string_view after);

}  // namespace migrator
