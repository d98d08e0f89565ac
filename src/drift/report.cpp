#include "drift/report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migrator::drift {

bool Report::has_errors() const {
    return std::ranges::any_of(not_compared, &NotCompared::is_error);
}

std::string summary_of(const Group& group, std::size_t most) {
    if (group.lacks_schema) return "the schema is missing";
    std::string text;
    const std::size_t shown = std::min(most, group.differences.size());
    for (std::size_t i = 0; i < shown; ++i) {
        if (i > 0) text += "; ";
        text += for_people(group.differences[i]);
    }
    if (shown < group.differences.size()) {
        text += fmt::format("; and {} more", group.differences.size() - shown);
    }
    return text;
}

}  // namespace migrator::drift
