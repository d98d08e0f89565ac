#include "wire/status.hpp"

#include "core/time.hpp"
#include "wire/migrations.hpp"
#include "wire/plans.hpp"

namespace migrator::wire {

namespace json = boost::json;
using plan::FleetLevel;
using plan::FleetStandings;
using plan::StatusReport;
using plan::TenantStanding;

namespace {

json::value time(TimePoint point) { return json::value(format_rfc3339(point)); }

json::object states_of(const FleetStandings& fleet) {
    json::object states;
    for (std::size_t i = 0; i < plan::kStandings; ++i) {
        states.emplace(plan::name_of(static_cast<plan::Standing>(i)), fleet.standings[i]);
    }
    return states;
}

template <typename T>
json::array objects_of(const Columns<T>& columns, const std::vector<T>& all) {
    json::array array;
    array.reserve(all.size());
    for (const T& each : all) array.emplace_back(object_of(columns, each));
    return array;
}

json::value latest_version(const StatusReport& status) {
    if (status.latest.empty()) return nullptr;
    return version(status.latest.front());
}

json::value lock(const StatusReport& status) {
    if (!status.lock_owner) return nullptr;
    const RunOwner& owner = *status.lock_owner;
    return json::object{
        {"runId", text(owner.run_id)},
        {"owner", text(owner.owner)},
        {"requestId", text(owner.request_id)},
        {"versionName", text(owner.version_name)},
        {"since", time(owner.since)}};
}

const Columns<TenantFailure>& bad_tenant_columns() {
    static const Columns<TenantFailure> columns = {
        {"tenant", [](const TenantFailure& bad) { return text(bad.tenant); }},
        {"message", [](const TenantFailure& bad) { return text(bad.message); }}};
    return columns;
}

const Columns<StatusReport>& report_columns() {
    static const Columns<StatusReport> columns = {
        {"version", latest_version},
        {"applied", &StatusReport::applied_files},
        {"tenants", [](const StatusReport& status) { return texts(status.tenants); }},
        {"badTenants",
         [](const StatusReport& status) {
             return objects_of(bad_tenant_columns(), status.bad_tenants);
         }},
        {"pending", [](const StatusReport& status) { return planned_migrations(status.pending); }},
        {"scripts", [](const StatusReport& status) { return planned_scripts(status.pending); }},
        {"changed", [](const StatusReport& status) { return migrations(status.changed); }},
        {"lagging", [](const StatusReport& status) { return lagging(status.lagging); }},
        {"unmanaged", [](const StatusReport& status) { return texts(status.unmanaged); }},
        {"withoutSchema", [](const StatusReport& status) { return texts(status.without_schema); }},
        {"unfinished",
         [](const StatusReport& status) {
             return objects_of(unfinished_columns(), status.unfinished);
         }},
        {"brokenObjects", [](const StatusReport& status) { return texts(status.broken_objects); }},
        {"lock", lock},
        {"servers", [](const StatusReport& status) { return servers_or_null(status.servers); }}};
    return columns;
}

Columns<FleetStandings> with_findings(Columns<FleetStandings> columns) {
    for (const auto& [name, value] : findings_columns()) {
        columns.push_back({name, [value = value](const FleetStandings& fleet) {
                               return value(fleet.findings);
                           }});
    }
    return columns;
}

}  // namespace

const Columns<FleetStandings>& fleet_columns() {
    static const Columns<FleetStandings> columns = with_findings(
        {{"tenants", &FleetStandings::tenants},
         {"states", states_of},
         {"levels",
          [](const FleetStandings& fleet) { return objects_of(level_columns(), fleet.levels); }},
         {"pending", [](const FleetStandings& fleet) { return texts(fleet.pending); }},
         {"unlisted", [](const FleetStandings& fleet) { return texts(fleet.unlisted); }}}
    );
    return columns;
}

const Columns<TenantStanding>& tenant_columns() {
    static const Columns<TenantStanding> columns = {
        {"tenant", [](const TenantStanding& tenant) { return text(tenant.tenant); }},
        {"state", [](const TenantStanding& tenant) { return text(name_of(tenant.standing)); }},
        {"level", [](const TenantStanding& tenant) { return text_or_null(tenant.level); }},
        {"missing", [](const TenantStanding& tenant) { return texts(tenant.missing); }}};
    return columns;
}

const Columns<FleetLevel>& level_columns() {
    static const Columns<FleetLevel> columns = {
        {"file", [](const FleetLevel& level) { return text_or_null(level.file); }},
        {"tenants", &FleetLevel::tenants}};
    return columns;
}

const Columns<TenantState>& unfinished_columns() {
    static const Columns<TenantState> columns = {
        {"tenant", [](const TenantState& state) { return text(state.tenant); }},
        {"versionId", &TenantState::version_id},
        {"firstFile", [](const TenantState& state) { return text(state.first_file); }},
        {"state", [](const TenantState& state) { return text(state.state); }},
        {"file", [](const TenantState& state) { return text(state.file); }},
        {"statement", &TenantState::statement},
        {"sqlstate", [](const TenantState& state) { return text(state.sqlstate); }},
        {"message", [](const TenantState& state) { return text(state.message); }},
        {"changed", [](const TenantState& state) { return time(state.changed); }}};
    return columns;
}

json::object tenant_standing(const TenantStanding& tenant) {
    json::object object = object_of(tenant_columns(), tenant);
    if (!tenant.state) return object;
    // `tenant` and `state` are there already, as the tenant has them.
    for (const auto& column : object_of(unfinished_columns(), *tenant.state)) object.insert(column);
    if (tenant.state->file.empty()) object["file"] = nullptr;
    return object;
}

json::value next_page(const FleetStandings& fleet) { return text_or_null(fleet.next); }

json::object tenant_row(const TenantStanding& tenant) {
    json::object object{
        {"tenant", text(tenant.tenant)},
        {"state", text(name_of(tenant.standing))},
        {"level", text_or_null(tenant.level)},
        {"missing", tenant.missing.size()}};
    if (!tenant.state) return object;
    const TenantState& state = *tenant.state;
    object["versionId"] = state.version_id;
    object["runState"] = text(state.state);
    object["file"] = text_or_null(state.file);
    object["statement"] = state.statement;
    object["sqlstate"] = text(state.sqlstate);
    object["message"] = text(state.message);
    object["changed"] = time(state.changed);
    return object;
}

json::object tenant_page_head(const FleetStandings& fleet) {
    return {
        {"tenants", fleet.tenants},
        {"matching", fleet.matching},
        {"states", states_of(fleet)},
        {"levels", objects_of(level_columns(), fleet.levels)},
        {"next", next_page(fleet)}};
}

json::object fleet_standings(const FleetStandings& fleet) {
    return object_of(fleet_columns(), fleet);
}

json::value servers_or_null(const std::vector<plan::ServerStanding>& servers) {
    if (servers.empty()) return nullptr;
    json::array all;
    for (const plan::ServerStanding& server : servers) {
        json::object object{{"name", text(server.name)}};
        object["problem"] = text_or_null(server.problem);
        object["tenants"] = server.problem.empty() ? json::value(server.tenants) : nullptr;
        all.push_back(std::move(object));
    }
    return all;
}

json::object status_report(const StatusReport& status) {
    json::object object = object_of(report_columns(), status);
    if (status.servers.empty()) object.erase("servers");
    for (const auto& column : fleet_standings(status.fleet)) object.insert(column);
    return object;
}

}  // namespace migrator::wire
