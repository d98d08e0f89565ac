#include "analysis/allowances.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/rule_names.hpp"

namespace migrator::analysis {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

std::set<std::string> allowances_in(std::string_view comments, std::vector<std::string>& problems) {
    constexpr std::string_view kMarker = "migrator:allow";
    std::set<std::string> allowed;
    while (!comments.empty()) {
        const std::size_t end = std::min(comments.find('\n'), comments.size());
        std::string_view line = trimmed(comments.substr(0, end));
        comments.remove_prefix(std::min(end + 1, comments.size()));
        if (!line.starts_with("--")) continue;
        line = trimmed(line.substr(2));
        if (!line.starts_with(kMarker)) continue;
        line.remove_prefix(kMarker.size());
        const std::size_t colon = line.find(':');
        const std::string rule(trimmed(line.substr(0, colon)));
        if (!is_rule(rule)) {
            problems.push_back(fmt::format("migrator:allow: there is no rule '{}'", rule));
        } else if (colon == std::string_view::npos || trimmed(line.substr(colon + 1)).empty()) {
            problems.push_back(fmt::format(
                "migrator:allow {}: a reason is missing; write `-- migrator:allow {}: why`",
                rule,
                rule
            ));
        } else {
            allowed.insert(rule);
        }
    }
    return allowed;
}

}  // namespace migrator::analysis
