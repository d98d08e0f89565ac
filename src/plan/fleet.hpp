#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/plan.hpp"
#include "plan/findings.hpp"

namespace migrator::plan {

/// How a tenant stands to the tenant migrations that are recorded for anybody.
enum class Standing : std::uint8_t {
    Current,     ///< has them all
    Lagging,     ///< lacks some
    Unmanaged,   ///< has none
    Unfinished,  ///< a run has begun to work for it and has not come to its end
    Failed,      ///< it failed in the last run
    Planned,     ///< a run has planned files for it, and has not begun or has left them for later
};
inline constexpr std::size_t kStandings = 6;

/// "current", "lagging", "unmanaged", "unfinished", "failed", "planned".
std::string_view name_of(Standing standing);
/// Nothing for another name.
std::optional<Standing> standing_called(std::string_view name);

/// Where one tenant stands.
struct TenantStanding {
    std::string tenant;
    Standing standing = Standing::Current;
    std::string level;  ///< identity; has everything up to it; empty: not even the first
    std::vector<std::string> missing;  ///< identities, in source order
    std::optional<TenantState> state;  ///< of the run that did not end well
};

/// Tenants that have everything up to this file, and lack the next.
struct FleetLevel {
    std::string file;  ///< identity; empty: they lack the first
    std::size_t tenants = 0;
};

/// Where all tenants stand, and a page of them.
struct FleetStandings {
    std::size_t tenants = 0;
    std::array<std::size_t, kStandings> standings{};  ///< how many tenants, by Standing
    std::vector<FleetLevel> levels;                   ///< in source order, those with tenants
    std::vector<std::string> pending;                 ///< tenant migrations that nobody has
    std::vector<std::string> unlisted;                ///< as `plan::unlisted`
    std::size_t matching = 0;          ///< tenants that the page may hold, on whatever page
    std::vector<TenantStanding> page;  ///< in the order that was asked for
    bool has_more = false;             ///< behind the page
    std::string next;                  ///< `FleetPage::after` of the next page, if there is one
    Findings findings;                 ///< of all files, single ones, too
};

/// Which tenants the page holds, and in which order.
struct FleetPage {
    enum class Order : std::uint8_t {
        List,       ///< of the tenant list; a tenant that has gone has no page behind it
        Name,       ///< by name, byte by byte
        Attention,  ///< failed, unfinished, planned, lagging, unmanaged, current; then by name
    };
    std::optional<Standing> standing;  ///< those alone
    std::size_t limit = 0;
    /// The page begins behind this: a tenant, or what `FleetStandings::next` said; empty: with the
    /// first. By Name and Attention the tenant need not be there any more.
    std::string after;
    std::optional<std::string> level;  ///< an identity: those alone; empty: not even the first file
    std::string search;                ///< a part of the name, in any case
    std::optional<std::string> tenant;  ///< this one alone
    Order order = Order::List;

    auto operator<=>(const FleetPage&) const = default;
};

/// Counts all tenants, whatever the page holds. Throws InvalidRequest when `page.after` is none of
/// its order.
FleetStandings fleet_standings(
    const std::vector<Migration>& sources, const Applied& applied, const FleetPage& page
);

}  // namespace migrator::plan
