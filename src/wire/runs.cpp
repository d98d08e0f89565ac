#include "wire/runs.hpp"

#include "core/time.hpp"

namespace migrator::wire {

namespace json = boost::json;

namespace {

void add_counts(Columns<Summary>& columns, Runs runs) {
    for (const Kind& kind : kKinds) {
        if (kind.runs != runs) continue;
        columns.push_back({std::string(kind.key), kind.files});
        if (kind.for_tenants) columns.push_back({std::string(kind.key) + "Total", kind.executions});
    }
}

const Columns<Summary>& count_columns() {
    static const Columns<Summary> columns = [] {
        Columns<Summary> made = {{"tenants", &Summary::tenants}};
        add_counts(made, Runs::Once);
        made.push_back({"migrationsGrandTotal", &Summary::migrations_grand_total});
        add_counts(made, Runs::Always);
        made.push_back({"scriptsGrandTotal", &Summary::scripts_grand_total});
        return made;
    }();
    return columns;
}

Column<Summary> of_fleet(const char* name, std::int64_t FleetSummary::*count) {
    return {name, [count](const Summary& summary) {
                return summary.fleet ? json::value(*summary.fleet.*count) : json::value(nullptr);
            }};
}

Columns<Summary> make_summary_columns() {
    Columns<Summary> columns = {
        {"versionId", &Summary::version_id},
        {"startedAt",
         [](const Summary& summary) { return json::value(format_rfc3339(summary.started_at)); }},
        {"duration", [](const Summary& summary) { return summary.duration.count(); }}};
    columns.insert(columns.end(), count_columns().begin(), count_columns().end());
    columns.push_back(of_fleet("tenantsDone", &FleetSummary::tenants_done));
    columns.push_back(of_fleet("tenantsFailed", &FleetSummary::tenants_failed));
    columns.push_back(of_fleet("tenantsSkipped", &FleetSummary::tenants_skipped));
    columns.push_back(of_fleet("retries", &FleetSummary::retries));
    return columns;
}

}  // namespace

const Columns<Summary>& summary_columns() {
    static const Columns<Summary> columns = make_summary_columns();
    return columns;
}

const Columns<TenantFailure>& failure_columns() {
    static const Columns<TenantFailure> columns = {
        {"tenant", [](const TenantFailure& failure) { return text(failure.tenant); }},
        {"file", [](const TenantFailure& failure) { return text(failure.file); }},
        {"statement", &TenantFailure::statement},
        {"sqlstate", [](const TenantFailure& failure) { return text(failure.sqlstate); }},
        {"message", [](const TenantFailure& failure) { return text(failure.message); }}};
    return columns;
}

const Columns<Notice>& notice_columns() {
    static const Columns<Notice> columns = {
        {"file", [](const Notice& notice) { return text(notice.file); }},
        {"schema", [](const Notice& notice) { return text(notice.schema); }},
        {"line", &Notice::line},
        {"level", [](const Notice& notice) { return text(notice.level); }},
        {"sqlstate", [](const Notice& notice) { return text(notice.sqlstate); }},
        {"message", [](const Notice& notice) { return text(notice.message); }}};
    return columns;
}

std::string_view name_of(ServerOutcome::End end) {
    switch (end) {
        case ServerOutcome::End::Done:
            return "done";
        case ServerOutcome::End::Failed:
            return "failed";
        case ServerOutcome::End::Unreachable:
            return "unreachable";
        case ServerOutcome::End::Locked:
            return "locked";
        case ServerOutcome::End::NotBegun:
            return "not begun";
    }
    return "unknown";
}

const Columns<ServerOutcome>& server_columns() {
    static const Columns<ServerOutcome> columns = {
        {"name", [](const ServerOutcome& server) { return text(server.server); }},
        {"outcome", [](const ServerOutcome& server) { return text(name_of(server.end)); }},
        {"versionId", &ServerOutcome::version_id},
        {"message", [](const ServerOutcome& server) { return text(server.message); }}};
    return columns;
}

json::array servers(const std::vector<ServerOutcome>& servers) {
    json::array all;
    for (const ServerOutcome& server : servers) {
        all.emplace_back(object_of(server_columns(), server));
    }
    return all;
}

json::object summary(const Summary& summary) {
    json::object object;
    for (const Column<Summary>& column : summary_columns()) {
        json::value value = column.value(summary);
        if (!value.is_null()) object.emplace(column.name, std::move(value));
    }
    return object;
}

json::object counts(const Summary& summary) { return object_of(count_columns(), summary); }

json::array notices(const std::vector<Notice>& notices) {
    json::array all;
    for (const Notice& notice : notices) all.emplace_back(object_of(notice_columns(), notice));
    return all;
}

json::object failure(const TenantFailure& failure) { return object_of(failure_columns(), failure); }

}  // namespace migrator::wire
