#include "plan/fleet.hpp"

#include <algorithm>
#include <span>
#include <unordered_map>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "plan/plan.hpp"
#include "plan/tenant_rows.hpp"

namespace migrator::plan {
namespace {

constexpr std::array<std::string_view, kStandings> kNames = {
    "current", "lagging", "unmanaged", "unfinished", "failed", "planned"};

using Files = std::vector<const std::string*>;

/// How many of `files` the tenant has before the first that it lacks.
std::size_t level_of(const TenantRows& rows, const Files& files) {
    if (rows.has_all()) return files.size();
    const auto lacking =
        std::ranges::find_if(files, [&](const std::string* file) { return !rows.has(*file); });
    return static_cast<std::size_t>(lacking - files.begin());
}

bool lacks_something(const TenantRows& rows, const Files& files, std::size_t level) {
    return level < files.size() && !rows.has_all();
}

Standing standing_of(const TenantRows& rows, bool lacks, const TenantState* state) {
    if (state != nullptr) {
        if (state->state == "planned") return Standing::Planned;
        return state->state == "failed" ? Standing::Failed : Standing::Unfinished;
    }
    if (!lacks) return Standing::Current;
    return rows.is_managed() ? Standing::Lagging : Standing::Unmanaged;
}

const std::string kNoLevel;

/// A tenant, before it is known whether the page has room for it.
struct Place {
    const std::string* tenant = nullptr;  ///< in the list of all
    std::size_t level = 0;                ///< files that it has before the first that it lacks
    Standing standing = Standing::Current;
    const TenantState* state = nullptr;
};

class Filter {
public:
    explicit Filter(const FleetPage& page) : page_(page), search_(lower_case(page.search)) {}

    bool lets_through(const Place& place, const std::string& level) const {
        if (page_.standing && *page_.standing != place.standing) return false;
        if (page_.level && *page_.level != level) return false;
        if (page_.tenant && *page_.tenant != *place.tenant) return false;
        return search_.empty() || lower_case(*place.tenant).find(search_) != std::string::npos;
    }

private:
    const FleetPage& page_;
    const std::string search_;
};

/// The place of a standing among those that need attention, from 0.
char rank_of(Standing standing) {
    constexpr std::array kMostFirst = {
        Standing::Failed,
        Standing::Unfinished,
        Standing::Planned,
        Standing::Lagging,
        Standing::Unmanaged,
        Standing::Current};
    const auto* found = std::ranges::find(kMostFirst, standing);
    return static_cast<char>('0' + (found - kMostFirst.begin()));
}

/// By Name and Attention, places are in the order of their keys.
std::string key_of(const Place& place, FleetPage::Order order) {
    if (order != FleetPage::Order::Attention) return *place.tenant;
    return std::string(1, rank_of(place.standing)) + "." + *place.tenant;
}

void sort(std::vector<Place>& places, FleetPage::Order order) {
    if (order == FleetPage::Order::List) return;
    std::ranges::sort(places, [=](const Place& left, const Place& right) {
        if (order == FleetPage::Order::Attention && left.standing != right.standing) {
            return rank_of(left.standing) < rank_of(right.standing);
        }
        return *left.tenant < *right.tenant;
    });
}

std::vector<Place>::const_iterator first_behind(
    const std::vector<std::string>& tenants, const std::vector<Place>& places, const FleetPage& page
) {
    if (page.after.empty()) return places.begin();
    if (page.order == FleetPage::Order::List) {
        const auto last = std::ranges::find(tenants, page.after);
        if (last == tenants.end()) return places.end();
        return std::ranges::find_if(places, [&](const Place& place) {
            return place.tenant > &*last;
        });
    }
    const bool has_rank = page.after.size() > 1 && page.after[1] == '.' && page.after[0] >= '0' &&
                          page.after[0] < static_cast<char>('0' + kStandings);
    if (page.order == FleetPage::Order::Attention && !has_rank) {
        throw Error(ErrorKind::InvalidRequest, "after must be the value of next of another page");
    }
    return std::ranges::find_if(places, [&](const Place& place) {
        return key_of(place, page.order) > page.after;
    });
}

TenantStanding shown(const Place& place, const Applied& applied, const Files& recorded) {
    TenantStanding shown{.tenant = *place.tenant, .standing = place.standing};
    if (place.level > 0) shown.level = *recorded[place.level - 1];
    if (place.state != nullptr) shown.state = *place.state;
    const TenantRows rows(applied, *place.tenant);
    for (std::size_t i = place.level; i < recorded.size() && !rows.has_all(); ++i) {
        if (!rows.has(*recorded[i])) shown.missing.push_back(*recorded[i]);
    }
    return shown;
}

}  // namespace

std::string_view name_of(Standing standing) { return kNames[static_cast<std::size_t>(standing)]; }

std::optional<Standing> standing_called(std::string_view name) {
    const auto found = std::ranges::find(kNames, name);
    if (found == kNames.end()) return std::nullopt;
    return static_cast<Standing>(found - kNames.begin());
}

FleetStandings fleet_standings(
    const std::vector<Migration>& sources, const Applied& applied, const FleetPage& page
) {
    FleetStandings fleet;
    fleet.findings = findings(sources, applied);
    fleet.unlisted = unlisted(applied);
    Files recorded;
    for (const Migration& source : sources) {
        if (!is_tenant_migration(source.type)) continue;
        if (is_recorded(applied, source)) {
            recorded.push_back(&source.file);
        } else {
            fleet.pending.push_back(source.file);
        }
    }
    std::unordered_map<std::string_view, const TenantState*> states;
    for (const TenantState& state : applied.states) states.emplace(state.tenant, &state);
    std::vector<std::size_t> levels(recorded.size() + 1);
    const std::vector<std::string> tenants = distinct_tenants(applied);
    std::vector<Place> places;
    const Filter filter(page);
    for (const std::string& tenant : tenants) {
        const TenantRows rows(applied, tenant);
        const auto state = states.find(tenant);
        Place place{.tenant = &tenant, .level = level_of(rows, recorded)};
        if (state != states.end()) place.state = state->second;
        place.standing =
            standing_of(rows, lacks_something(rows, recorded, place.level), place.state);
        ++levels[place.level];
        ++fleet.standings[static_cast<std::size_t>(place.standing)];
        const std::string& level = place.level == 0 ? kNoLevel : *recorded[place.level - 1];
        if (filter.lets_through(place, level)) places.push_back(place);
    }
    fleet.tenants = tenants.size();
    fleet.matching = places.size();
    sort(places, page.order);
    const auto begin = first_behind(tenants, places, page);
    const auto left = static_cast<std::size_t>(places.end() - begin);
    fleet.has_more = left > page.limit;
    for (const Place& place : std::span(begin, std::min(left, page.limit))) {
        fleet.page.push_back(shown(place, applied, recorded));
    }
    if (fleet.has_more && page.limit > 0) {
        fleet.next = key_of(*(begin + static_cast<std::ptrdiff_t>(page.limit) - 1), page.order);
    }
    for (std::size_t i = 0; i < levels.size(); ++i) {
        if (levels[i] == 0) continue;
        fleet.levels.push_back({i == 0 ? std::string() : *recorded[i - 1], levels[i]});
    }
    return fleet;
}

}  // namespace migrator::plan
