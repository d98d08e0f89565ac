#include "cli/output_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "core/time.hpp"
#include "core/utf8.hpp"

namespace migrator::cli::json {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

value text(std::string_view bytes) { return value(to_valid_utf8(bytes)); }

value time(TimePoint point) { return value(format_rfc3339(point)); }

array texts(const std::vector<std::string>& all) {
    array result;
    result.reserve(all.size());
    for (const auto& each : all) result.push_back(text(each));
    return result;
}

/// The keys of v1, without `contents`.
object file_object(const Migration& file) {
    return {
        {"name", text(file.name)},
        {"sourceDir", text(file.source_dir)},
        {"file", text(file.file)},
        {"migrationType", static_cast<int>(file.type)},
        {"checkSum", text(file.check_sum)}};
}

array file_array(const std::vector<Migration>& files) {
    array result;
    result.reserve(files.size());
    for (const auto& file : files) result.push_back(file_object(file));
    return result;
}

/// Tenant files that all of `tenants` get don't repeat the list: it may be long.
object planned_object(const PlannedFile& planned, const std::vector<std::string>& tenants) {
    auto result = file_object(*planned.migration);
    result["executions"] = planned.schemas->size();
    if (!is_for_tenants(planned.migration->type) || *planned.schemas != tenants) {
        result["schemas"] = texts(*planned.schemas);
    }
    return result;
}

array planned_array(const Plan& plan, bool scripts) {
    array result;
    for (const auto& planned : plan.files) {
        if (is_script(planned.migration->type) == scripts) {
            result.push_back(planned_object(planned, plan.tenants));
        }
    }
    return result;
}

array lagging_array(const std::vector<LaggingTenant>& lagging) {
    array result;
    for (const auto& each : lagging) {
        result.push_back(object{{"tenant", text(each.tenant)}, {"missing", texts(each.missing)}});
    }
    return result;
}

object standings_object(const plan::FleetStatus& fleet) {
    object result;
    for (std::size_t i = 0; i < plan::kStandings; ++i) {
        result[plan::name_of(static_cast<plan::Standing>(i))] = fleet.standings[i];
    }
    return result;
}

/// The file is null where tenants lack the first.
array levels_array(const plan::FleetStatus& fleet) {
    array result;
    for (const auto& level : fleet.levels) {
        result.push_back(object{
            {"file", level.file.empty() ? value(nullptr) : text(level.file)},
            {"tenants", level.tenants}});
    }
    return result;
}

array problem_array(const std::vector<db::ScriptProblem>& problems) {
    array result;
    for (const auto& each : problems) {
        result.push_back(object{{"file", text(each.file)}, {"message", text(each.message)}});
    }
    return result;
}

array unfinished_array(const std::vector<TenantState>& states) {
    array result;
    for (const auto& state : states) {
        result.push_back(object{
            {"tenant", text(state.tenant)},
            {"versionId", state.version_id},
            {"firstFile", text(state.first_file)},
            {"state", text(state.state)},
            {"file", text(state.file)},
            {"statement", state.statement},
            {"sqlstate", text(state.sqlstate)},
            {"message", text(state.message)},
            {"changed", time(state.changed)}});
    }
    return result;
}

object version_object(const Version& version) {
    return {{"id", version.id}, {"name", text(version.name)}, {"created", time(version.created)}};
}

value lock_value(const std::optional<db::RunOwner>& owner) {
    if (!owner) return nullptr;
    return object{
        {"runId", text(owner->run_id)},
        {"owner", text(owner->owner)},
        {"requestId", text(owner->request_id)},
        {"versionName", text(owner->version_name)},
        {"since", time(owner->since)}};
}

/// The counts alone: a plan has no version and took no time.
object counts_object(const Summary& summary) {
    return {
        {"tenants", summary.tenants},
        {"singleMigrations", summary.single_migrations},
        {"tenantMigrations", summary.tenant_migrations},
        {"tenantMigrationsTotal", summary.tenant_migrations_total},
        {"migrationsGrandTotal", summary.migrations_grand_total()},
        {"singleScripts", summary.single_scripts},
        {"tenantScripts", summary.tenant_scripts},
        {"tenantScriptsTotal", summary.tenant_scripts_total},
        {"scriptsGrandTotal", summary.scripts_grand_total()}};
}

/// `results` of v1.
object results_object(const Summary& summary) {
    object results = {
        {"versionId", summary.version_id},
        {"startedAt", time(summary.started_at)},
        {"duration", summary.duration.count()}};
    for (auto& count : counts_object(summary)) results.insert(count);
    if (summary.fleet) {
        results["tenantsDone"] = summary.fleet->tenants_done;
        results["tenantsFailed"] = summary.fleet->tenants_failed;
        results["tenantsSkipped"] = summary.fleet->tenants_skipped;
        results["retries"] = summary.fleet->retries;
    }
    return results;
}

std::string document(const object& root) { return boost::json::serialize(root) + "\n"; }

}  // namespace

namespace {

void add_outcome(
    object& root, const coordinator::RunRequest& request, const coordinator::Outcome& outcome
) {
    root["results"] = results_object(outcome.summary);
    root["versionName"] = text(request.version_name);
    root["action"] = request.action == Action::Sync ? "Sync" : "Apply";
    root["dryRun"] = request.dry_run;
    if (request.tenant) root["tenant"] = text(*request.tenant);
    root["appliedMigrations"] = file_array(outcome.files);
    root["notes"] = texts(outcome.notes);
}

}  // namespace

std::string outcome(const coordinator::RunRequest& request, const coordinator::Outcome& outcome) {
    object root;
    add_outcome(root, request, outcome);
    return document(root);
}

std::string partly_failed(
    const coordinator::RunRequest& request, const coordinator::Outcome& outcome, int exit_code
) {
    object root;
    root["error"] = text(coordinator::partly_failed_text(outcome));
    root["code"] = edge_codes(ErrorKind::PartlyFailed).graphql_code;
    root["exitCode"] = exit_code;
    array failures;
    for (const auto& failure : outcome.failures) {
        failures.push_back(object{
            {"tenant", text(failure.tenant)},
            {"file", text(failure.file)},
            {"statement", failure.statement},
            {"sqlstate", text(failure.sqlstate)},
            {"message", text(failure.message)}});
    }
    root["failures"] = std::move(failures);
    add_outcome(root, request, outcome);
    return document(root);
}

std::string status(const coordinator::Status& status) {
    object root;
    root["version"] =
        status.latest.empty() ? value(nullptr) : value(version_object(status.latest.front()));
    root["applied"] = status.applied_files;
    root["tenants"] = texts(status.tenants);
    root["pending"] = planned_array(status.pending, false);
    root["scripts"] = planned_array(status.pending, true);
    root["changed"] = file_array(status.changed);
    root["lagging"] = lagging_array(status.lagging);
    root["unmanaged"] = texts(status.unmanaged);
    root["unfinished"] = unfinished_array(status.unfinished);
    root["brokenObjects"] = texts(status.broken_objects);
    root["lock"] = lock_value(status.lock_owner);
    root["states"] = standings_object(status.fleet);
    root["levels"] = levels_array(status.fleet);
    return document(root);
}

std::string preview(const coordinator::Preview& preview, const std::string* sql) {
    object root;
    root["counts"] = counts_object(preview.summary);
    root["tenants"] = texts(preview.plan.tenants);
    array phases;
    const auto& files = preview.plan.files;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const bool for_tenants = is_for_tenants(files[i].migration->type);
        if (i == 0 || is_for_tenants(files[i - 1].migration->type) != for_tenants) {
            phases.push_back(object{{"forTenants", for_tenants}, {"files", array()}});
        }
        phases.back().as_object()["files"].as_array().push_back(
            planned_object(files[i], preview.plan.tenants)
        );
    }
    root["phases"] = std::move(phases);
    root["changed"] = file_array(preview.changed);
    root["lagging"] = lagging_array(preview.lagging);
    root["problems"] = problem_array(preview.problems);
    if (sql != nullptr) root["sql"] = text(*sql);
    return document(root);
}

std::string validation(
    const coordinator::Validation& validation, const std::vector<std::string>& unknown_keys
) {
    object root;
    root["valid"] =
        unknown_keys.empty() && validation.changed.empty() && validation.problems.empty();
    root["files"] = validation.files;
    root["unknownKeys"] = texts(unknown_keys);
    root["changed"] = file_array(validation.changed);
    root["problems"] = problem_array(validation.problems);
    return document(root);
}

std::string tenants(const std::vector<std::string>& tenants) {
    return document({{"tenants", texts(tenants)}});
}

std::string versions(const std::vector<Version>& versions) {
    array all;
    all.reserve(versions.size());
    for (const auto& version : versions) all.push_back(version_object(version));
    return document({{"versions", std::move(all)}});
}

std::string version(const Version& version, const std::vector<AppliedMigration>& migrations) {
    array rows;
    rows.reserve(migrations.size());
    for (const auto& row : migrations) {
        auto each = file_object(row.migration);
        each["id"] = row.id;
        each["schema"] = text(row.schema);
        each["appliedAt"] = time(row.created);
        rows.push_back(std::move(each));
    }
    auto root = version_object(version);
    root["appliedMigrations"] = std::move(rows);
    return document(root);
}

std::string configuration(const std::string& driver, const std::string& yaml) {
    return document({{"driver", text(driver)}, {"yaml", text(yaml)}});
}

std::string accepted(const coordinator::Coordinator::Change& change, bool accepted) {
    return document(
        {{"file", text(change.migration.file)},
         {"recordedCheckSum", text(change.recorded_check_sum)},
         {"checkSum", text(change.migration.check_sum)},
         {"accepted", accepted}}
    );
}

std::string forgotten(
    const std::string& tenant, const std::vector<Migration>& files, bool forgotten
) {
    return document(
        {{"tenant", text(tenant)}, {"files", file_array(files)}, {"forgotten", forgotten}}
    );
}

std::string program(const std::string& version_text) {
    return document({{"version", text(version_text)}});
}

std::string reachable() { return document({{"reachable", true}}); }

std::string error(
    ErrorKind kind, const std::string& message, int exit_code, const std::vector<Migration>& changed
) {
    object root;
    root["error"] = text(message);
    root["code"] = edge_codes(kind).graphql_code;
    root["exitCode"] = exit_code;
    if (!changed.empty()) root["details"] = file_array(changed);
    return document(root);
}

}  // namespace migrator::cli::json
