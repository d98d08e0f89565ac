#include "analysis/rule_names.hpp"

#include <algorithm>

#include "analysis/mysql_rules.hpp"
#include "analysis/rules.hpp"

namespace migrator::analysis {

bool is_rule(std::string_view name) {
    return std::ranges::find(rule_names(), name) != rule_names().end() ||
           std::ranges::find(mysql_rule_names(), name) != mysql_rule_names().end();
}

}  // namespace migrator::analysis
