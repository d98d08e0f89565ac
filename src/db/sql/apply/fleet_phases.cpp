#include "db/sql/apply/fleet_phases.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "plan/plan.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

/// The tenants that the plan has files for, in the order of its tenants, and where they are in it.
class Places {
public:
    explicit Places(const Plan& plan) {
        std::unordered_map<std::string_view, std::size_t> listed;
        for (std::size_t i = 0; i < plan.tenants.size(); ++i) listed.emplace(plan.tenants[i], i);
        std::vector<bool> works(plan.tenants.size());
        const std::vector<std::string>* last = nullptr;
        for (const PlannedFile& file : plan.files) {
            if (!is_for_tenants(file.migration->type) || file.schemas.get() == last) continue;
            last = file.schemas.get();
            for (const std::string& tenant : *last) works.at(listed.at(tenant)) = true;
        }
        for (std::size_t i = 0; i < works.size(); ++i) {
            if (!works[i]) continue;
            places_.emplace(plan.tenants[i], names_.size());
            names_.push_back(&plan.tenants[i]);
        }
    }

    std::size_t of(const std::string& tenant) const { return places_.at(tenant); }
    const std::string* name(std::size_t place) const { return names_[place]; }
    std::size_t count() const { return names_.size(); }

private:
    std::vector<const std::string*> names_;
    std::unordered_map<std::string_view, std::size_t> places_;
};

std::vector<TenantPart> make_parts(
    std::span<const PlannedFile> files, std::size_t first_file, const Places& places
) {
    std::vector<TenantPart> parts;
    std::vector<std::size_t> part_of(places.count(), kNowhere);
    for (std::size_t i = 0; i < files.size(); ++i) {
        for (const std::string& tenant : *files[i].schemas) {
            const std::size_t place = places.of(tenant);
            std::size_t& index = part_of[place];
            if (index == kNowhere) {
                index = parts.size();
                parts.push_back({.place = place, .tenant = places.name(place), .files = {}});
            }
            parts[index].files.push_back(static_cast<std::uint32_t>(first_file + i));
        }
    }
    std::ranges::sort(parts, {}, &TenantPart::place);
    return parts;
}

void mark_last(std::vector<FleetPhase>& phases, std::size_t tenants) {
    std::vector<bool> seen(tenants);
    bool single_seen = false;
    for (auto phase = phases.rbegin(); phase != phases.rend(); ++phase) {
        if (!phase->for_tenants) {
            phase->last_single = !single_seen;
            single_seen = true;
        }
        for (TenantPart& part : phase->parts) {
            part.last = !seen[part.place];
            seen[part.place] = true;
        }
    }
}

}  // namespace

std::span<const TenantPart> FleetPhase::wave(std::size_t begin, std::size_t end) const {
    const auto first = std::ranges::lower_bound(parts, begin, {}, &TenantPart::place);
    const auto last = std::ranges::lower_bound(parts, end, {}, &TenantPart::place);
    return {first, last};
}

std::vector<FleetPhase> fleet_phases(const Plan& plan) {
    const Places places(plan);
    std::vector<FleetPhase> phases;
    for (const plan::Phase& phase : plan::phases(plan)) {
        const auto first = static_cast<std::size_t>(phase.files.data() - plan.files.data());
        phases.push_back(
            {.for_tenants = phase.for_tenants,
             .files = phase.files,
             .first_file = first,
             .parts = {}}
        );
        if (phase.for_tenants) phases.back().parts = make_parts(phase.files, first, places);
    }
    mark_last(phases, places.count());
    return phases;
}

std::size_t tenants_at_work(const std::vector<FleetPhase>& phases) {
    std::size_t tenants = 0;
    for (const FleetPhase& phase : phases) {
        if (!phase.parts.empty()) tenants = std::max(tenants, phase.parts.back().place + 1);
    }
    return tenants;
}

std::vector<Unit> units_of(
    const TenantPart& part, const Plan& plan, const std::vector<bool>& outside, bool each_file
) {
    const auto schemas = std::make_shared<const std::vector<std::string>>(1, *part.tenant);
    std::vector<Unit> units;
    for (const std::uint32_t position : part.files) {
        const bool is_outside = position < outside.size() && outside[position];
        if (units.empty() || is_outside || each_file || !units.back().in_transaction) {
            units.push_back(
                {.files = {},
                 .schemas = *schemas,
                 .in_transaction = !is_outside,
                 .finished = {},
                 .tenant = *part.tenant}
            );
        }
        units.back().files.push_back({plan.files[position].migration, schemas});
    }
    if (part.last) units.back().finished.push_back(*part.tenant);
    return units;
}

}  // namespace migrator::db::sql::apply
