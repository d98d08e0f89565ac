#include "coordinator/tenant_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "core/error.hpp"
#include "core/statement_place.hpp"
#include "plan/plan.hpp"

namespace migrator::coordinator {
namespace {

std::vector<std::string> pending_of(const Plan& pending, const std::string& tenant) {
    std::vector<std::string> files;
    const std::vector<std::string>* last = nullptr;  // files for the same tenants share one list
    bool is_in_last = false;
    for (const PlannedFile& file : pending.files) {
        if (!is_tenant_migration(file.migration->type)) continue;
        if (file.schemas.get() != last) {
            last = file.schemas.get();
            is_in_last = std::ranges::find(*last, tenant) != last->end();
        }
        if (is_in_last) files.push_back(file.migration->file);
    }
    return files;
}

/// What the server advises, if it does.
std::string hint_in(const std::string& message) {
    constexpr std::string_view kMark = "\nHINT: ";
    const auto begin = message.find(kMark);
    if (begin == std::string::npos) return {};
    const auto text = begin + kMark.size();
    return message.substr(text, message.find('\n', text) - text);
}

std::string advice_for(const TenantState& state) {
    if (state.state == "planned") return "The next apply brings this tenant its files.";
    const std::string again =
        fmt::format("apply again; for this tenant alone: migrator apply --tenant {}", state.tenant);
    if (state.state == "failed") {
        return "Fix the file, or the data of this tenant, then " + again;
    }
    return "If no run is working for this tenant, the last one was interrupted: " + again;
}

plan::TenantTrouble trouble_of(
    const TenantState& state, const std::vector<Migration>& files, const Inspection& inspection
) {
    plan::TenantTrouble trouble{.state = state};
    const std::string hint = hint_in(state.message);
    trouble.hint =
        (hint.empty() ? "" : hint + (hint.ends_with('.') ? " " : ". ")) + advice_for(state);
    const auto place = take_place(trouble.state.message);
    if (!place) return trouble;
    trouble.failed_statement = place->statement;
    trouble.line = place->line;
    const auto file = std::ranges::find(files, state.file, &Migration::file);
    if (file == files.end()) return trouble;
    const db::FileText text = inspection.file_text(*file, state.tenant);
    if (place->statement <= text.statements.size()) {
        trouble.statement_text = text.statements[place->statement - 1].text;
    }
    return trouble;
}

}  // namespace

plan::TenantReport report_on(Coordinator& coordinator, const std::string& tenant) {
    const Inspection& inspection = coordinator.inspection();
    const Source source = inspection.source();
    const Applied applied = inspection.applied(source);
    plan::FleetStandings fleet = inspection.fleet(source, applied, {.limit = 1, .tenant = tenant});
    if (fleet.page.empty()) {
        throw Error(ErrorKind::NotFound, fmt::format("tenant {} does not exist", tenant));
    }
    plan::TenantReport report{.standing = std::move(fleet.page.front())};
    report.pending =
        pending_of(plan::pending(source.files, applied, inspection.plan_options(false)), tenant);
    std::unordered_map<std::int64_t, Version> versions;
    for (Version& version : coordinator.versions({})) versions.emplace(version.id, version);
    const auto rows = coordinator.applied_migrations({.schema = tenant});
    for (AppliedMigration row; rows->next(row);) {
        if (row.schema != tenant) continue;  // names that differ in case, for some servers
        ++report.files_total;
        const auto version = versions.find(row.version_id);
        if (version != versions.end()) {
            report.versions.push_back(std::move(version->second));
            versions.erase(version);
        }
        if (report.files.size() < plan::TenantReport::kMostFiles)
            report.files.push_back(std::move(row));
    }
    if (report.standing.state) {
        report.trouble = trouble_of(*report.standing.state, source.files, inspection);
        const std::int64_t id = report.standing.state->version_id;
        if (const auto of_it = coordinator.version(id)) report.trouble->version_name = of_it->name;
    }
    return report;
}

}  // namespace migrator::coordinator
