// Where the tenants stand.
#include "coordinator/coordinator.hpp"
#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::coordinator {

plan::FleetStandings Coordinator::fleet(const plan::FleetPage& page) {
    const std::vector<Migration> sources = files();
    const Applied applied = dependencies_.connector.read_applied(sources);
    plan::FleetStandings fleet = plan::fleet_standings(sources, applied, page);
    show_fleet(fleet);
    return fleet;
}

void Coordinator::show_fleet(const plan::FleetStandings& fleet) const {
    if (dependencies_.metrics == nullptr) return;
    for (std::size_t i = 0; i < plan::kStandings; ++i) {
        dependencies_.metrics->tenants_seen(
            plan::name_of(static_cast<plan::Standing>(i)), fleet.standings[i]
        );
    }
}

void Coordinator::look_at_fleet(const std::vector<Migration>& sources) const {
    if (dependencies_.metrics == nullptr) return;
    try {
        const Applied applied = dependencies_.connector.read_applied(sources);
        show_fleet(plan::fleet_standings(sources, applied, {}));
    } catch (const Error& error) {
        // The run is done; the next look will tell.
        log::warn(std::string("Reading where the tenants stand: ") + error.what());
    }
}

}  // namespace migrator::coordinator
