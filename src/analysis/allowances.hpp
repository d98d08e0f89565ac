#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace migrator::analysis {

/// The rules that comments `-- migrator:allow RULE: reason` allow in `comments`, the text between
/// statements. What is wrong with one goes to `problems`: a rule that is not there, no reason.
std::set<std::string> allowances_in(std::string_view comments, std::vector<std::string>& problems);

}  // namespace migrator::analysis
