#include "core/trace.hpp"

#include <algorithm>
#include <iterator>

namespace migrator {
namespace {

/// From the weakest to the strongest; what each keeps others from.
constexpr struct {
    std::string_view mode;
    std::string_view for_people;
    bool blocks_reads;
    bool blocks_writes;
} kModes[] = {
    {"AccessShareLock", "ACCESS SHARE", false, false},
    {"RowShareLock", "ROW SHARE", false, false},
    {"RowExclusiveLock", "ROW EXCLUSIVE", false, false},
    {"ShareUpdateExclusiveLock", "SHARE UPDATE EXCLUSIVE", false, false},
    {"ShareLock", "SHARE", false, true},
    {"ShareRowExclusiveLock", "SHARE ROW EXCLUSIVE", false, true},
    {"ExclusiveLock", "EXCLUSIVE", false, true},
    {"AccessExclusiveLock", "ACCESS EXCLUSIVE", true, true},
};

std::size_t strength(std::string_view mode) {
    const auto* found = std::ranges::find(kModes, mode, [](const auto& m) { return m.mode; });
    return static_cast<std::size_t>(std::distance(std::begin(kModes), found));
}

}  // namespace

bool blocks_reads(std::string_view mode) {
    const std::size_t at = strength(mode);
    return at < std::size(kModes) && kModes[at].blocks_reads;
}

bool blocks_writes(std::string_view mode) {
    const std::size_t at = strength(mode);
    return at < std::size(kModes) && kModes[at].blocks_writes;
}

std::string mode_for_people(std::string_view mode) {
    const std::size_t at = strength(mode);
    return std::string(at < std::size(kModes) ? kModes[at].for_people : mode);
}

std::vector<Blocked> blocked_by(const Trace& trace) {
    std::vector<Blocked> result;
    std::chrono::microseconds left{0};
    for (const TracedStatement& statement : trace.statements) left += statement.time;
    for (const TracedStatement& statement : trace.statements) {
        for (const RelationLock& lock : statement.locks) {
            if (!blocks_writes(lock.mode)) continue;
            const auto same = std::ranges::find_if(result, [&](const Blocked& other) {
                return other.schema == lock.schema && other.relation == lock.relation;
            });
            if (same == result.end()) {
                result.push_back({lock.schema, lock.relation, lock.mode, left});
            } else if (strength(lock.mode) > strength(same->mode)) {
                same->mode = lock.mode;
            }
        }
        left -= statement.time;
    }
    return result;
}

}  // namespace migrator
