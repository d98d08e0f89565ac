#include "plan/owed_files.hpp"

#include <algorithm>

#include "core/path.hpp"

namespace migrator::plan {

OwedFiles::OwedFiles(const std::vector<Migration>& sources, const Applied& applied)
    : sources_(sources), applied_(applied) {
    if (applied.states.empty()) return;
    for (Position i = 0; i < sources.size(); ++i) positions_.emplace(sources[i].file, i);
    for (const TenantState& state : applied.states) {
        const Position from = position_of(state.first_file);
        const auto [known, is_new] = from_.emplace(state.tenant, from);
        if (!is_new) known->second = std::min(known->second, from);
    }
}

OwedFiles::Position OwedFiles::from(const std::string& tenant) const {
    const auto found = from_.find(tenant);
    return found == from_.end() ? kNever : found->second;
}

/// Of a file that has gone: where the first migration is that sorts like it or after it.
OwedFiles::Position OwedFiles::position_of(const std::string& file) {
    const auto known = positions_.find(file);
    if (known != positions_.end()) return known->second;
    const Position position = is_gone_script(file) ? kNever : position_by_name(file_name_of(file));
    positions_.emplace(file, position);
    return position;
}

bool OwedFiles::is_gone_script(const std::string& file) const {
    const auto row = applied_.files.find(file);
    return row != applied_.files.end() && !row->second.as_migration();
}

OwedFiles::Position OwedFiles::position_by_name(std::string_view name) const {
    const auto found = std::ranges::find_if(sources_, [&](const Migration& source) {
        return !is_script(source.type) && source.name >= name;
    });
    return found == sources_.end() ? kNever : static_cast<Position>(found - sources_.begin());
}

}  // namespace migrator::plan
