#include "cli/output_json.hpp"

#include <boost/json/serialize.hpp>

#include "cli/pending_code.hpp"
#include "wire/analysis.hpp"
#include "wire/audit.hpp"
#include "wire/drift.hpp"
#include "wire/migrations.hpp"
#include "wire/plans.hpp"
#include "wire/runs.hpp"
#include "wire/status.hpp"
#include "wire/tenants.hpp"
#include "wire/trace.hpp"

namespace migrator::cli::json {
namespace {

using boost::json::array;
using boost::json::object;
using wire::text;
using wire::texts;

std::string document(const object& root) { return boost::json::serialize(root) + "\n"; }

object version_by(const Version& version, const Creators& creators) {
    object root = wire::version(version);
    const auto creator = creators.find(version.id);
    root["createdBy"] = wire::text_or_null(creator == creators.end() ? "" : creator->second);
    return root;
}

void add_outcome(
    object& root, const coordinator::VersionRequest& request, const coordinator::Outcome& outcome
) {
    root["results"] = wire::summary(outcome.summary);
    root["versionName"] = text(request.version_name);
    root["action"] = request.action == Action::Sync ? "Sync" : "Apply";
    root["dryRun"] = request.dry_run;
    if (request.tenant) root["tenant"] = text(*request.tenant);
    root["appliedMigrations"] = wire::migrations(outcome.files);
    root["notes"] = texts(outcome.notes);
    root["notices"] = wire::notices(outcome.notices);
    if (!outcome.servers.empty()) root["servers"] = wire::servers(outcome.servers);
}

void add_source(
    object& root, const plan::Findings& findings, const coordinator::SourceCheck& check
) {
    for (const auto& column : wire::object_of(wire::findings_columns(), findings)) {
        root.insert(column);
    }
    array refusals;
    for (const auto& refusal : check.refusals) {
        refusals.push_back(object{
            {"code", text(edge_codes(refusal.kind).graphql_code)},
            {"message", text(refusal.message)}});
    }
    root["refusals"] = std::move(refusals);
}

}  // namespace

std::string outcome(
    const coordinator::VersionRequest& request, const coordinator::Outcome& outcome
) {
    object root;
    add_outcome(root, request, outcome);
    return document(root);
}

std::string partly_failed(
    const coordinator::VersionRequest& request, const coordinator::Outcome& outcome, int exit_code
) {
    object root;
    root["error"] = text(coordinator::partly_failed_text(outcome));
    root["code"] = edge_codes(ErrorKind::PartlyFailed).graphql_code;
    root["exitCode"] = exit_code;
    array failures;
    for (const auto& failure : outcome.failures) failures.emplace_back(wire::failure(failure));
    root["failures"] = std::move(failures);
    add_outcome(root, request, outcome);
    return document(root);
}

std::string status(
    const plan::StatusReport& status,
    const std::vector<coordinator::FileDifference>& differences,
    std::optional<int> exit_code
) {
    object root = wire::status_report(status);
    array edited;
    for (const auto& each : differences) {
        edited.push_back(object{{"file", text(each.file)}, {"lines", texts(each.lines)}});
    }
    root["differences"] = std::move(edited);
    if (!exit_code) return document(root);
    const Outstanding found = outstanding(status);
    root["exitCode"] = *exit_code;
    root["counted"] = {
        {"pending", found.pending},
        {"lagging", found.lagging},
        {"unmanaged", found.unmanaged},
        {"unfinished", found.unfinished}};
    return document(root);
}

std::string preview(
    const coordinator::Preview& preview,
    const std::string* sql,
    const Analysis* analysis,
    const TraceReport* traced,
    const db::CheckReport* checks
) {
    object root;
    root["counts"] = wire::counts(preview.summary);
    root["tenants"] = texts(preview.plan.tenants);
    root["phases"] = wire::phases(preview.plan);
    root["changed"] = wire::migrations(preview.changed);
    root["lagging"] = wire::lagging(preview.lagging);
    root["problems"] = wire::problems(preview.problems);
    root["notes"] = texts(preview.notes);
    add_source(root, preview.findings, preview.source);
    if (!preview.servers.empty()) root["servers"] = wire::servers_or_null(preview.servers);
    if (sql != nullptr) root["sql"] = text(*sql);
    if (analysis != nullptr) root["analysis"] = wire::analysis(*analysis);
    if (traced != nullptr) root["trace"] = wire::trace_report(*traced);
    if (checks != nullptr) root["checks"] = wire::checks(*checks);
    return document(root);
}

std::string validation(
    const coordinator::Validation& validation,
    const std::vector<std::string>& unknown_keys,
    const std::vector<std::string>& unset_variables
) {
    object root;
    root["valid"] = unknown_keys.empty() && unset_variables.empty() && validation.changed.empty() &&
                    validation.problems.empty() && validation.source.refusals.empty();
    root["files"] = validation.files;
    root["unknownKeys"] = texts(unknown_keys);
    if (!unset_variables.empty()) root["unsetVariables"] = texts(unset_variables);
    root["changed"] = wire::migrations(validation.changed);
    root["problems"] = wire::problems(validation.problems);
    root["warnings"] = wire::problems(validation.warnings);
    add_source(root, validation.findings, validation.source);
    return document(root);
}

std::string offline_validation(
    const coordinator::Validation& validation,
    const std::vector<std::string>& unknown_keys,
    const std::vector<std::string>& not_checked
) {
    object root;
    root["valid"] = nullptr;
    if (!unknown_keys.empty() || !validation.problems.empty()) root["valid"] = false;
    root["files"] = validation.files;
    root["unknownKeys"] = texts(unknown_keys);
    root["problems"] = wire::problems(validation.problems);
    root["warnings"] = wire::problems(validation.warnings);
    root["notChecked"] = texts(not_checked);
    return document(root);
}

std::string created(const std::vector<std::string>& paths) {
    return document({{"created", texts(paths)}});
}

std::string token(const std::string& token, const std::string& line) {
    return document({{"token", token}, {"line", line}});
}

std::string tenants(const std::vector<std::string>& tenants) {
    return document({{"tenants", texts(tenants)}});
}

std::string versions(const std::vector<Version>& versions, const Creators& creators) {
    array all;
    all.reserve(versions.size());
    for (const auto& version : versions) all.emplace_back(version_by(version, creators));
    return document({{"versions", std::move(all)}});
}

std::string version(
    const Version& version,
    const std::vector<AppliedMigration>& migrations,
    const Creators& creators
) {
    array rows;
    rows.reserve(migrations.size());
    for (const auto& row : migrations) rows.emplace_back(wire::applied_migration(row));
    auto root = version_by(version, creators);
    root["appliedMigrations"] = std::move(rows);
    return document(root);
}

std::string drift(const drift::Report& report) { return document(wire::drift_report(report)); }

std::string audit(const coordinator::AuditPage& page) {
    return document(wire::audit_page(page.head, page.rows, page.next));
}

std::string audit_check(const coordinator::AuditCheck& check) {
    object root{{"fits", check.fits()}, {"rows", check.rows}};
    root["head"] = check.head ? boost::json::value(wire::audit_head(*check.head)) : nullptr;
    if (!check.fits()) {
        root["row"] = check.bad_row;
        root["problem"] = text(check.problem);
    }
    root["notes"] = texts(check.notes);
    return document(root);
}

std::string configuration(const std::string& driver, const std::string& yaml) {
    return document({{"driver", text(driver)}, {"yaml", text(yaml)}});
}

std::string accepted(const coordinator::Corrections::Change& change, bool accepted) {
    return document(
        {{"file", text(change.migration.file)},
         {"recordedCheckSum", text(change.recorded_check_sum)},
         {"checkSum", text(change.migration.check_sum)},
         {"accepted", accepted}}
    );
}

std::string restored(const coordinator::Corrections::Change& change, bool restored) {
    return document(
        {{"file", text(change.migration.file)},
         {"checkSum", text(change.recorded_check_sum)},
         {"restored", restored}}
    );
}

std::string moved(const coordinator::Corrections::Moved& moved) {
    array renamed;
    for (const auto& [from, to] : moved.renames) {
        renamed.push_back(object{{"from", text(from)}, {"to", text(to)}});
    }
    return document({{"files", moved.files}, {"renamed", std::move(renamed)}, {"accepted", true}});
}

std::string as_new(const std::vector<std::string>& places) {
    return document({{"asNew", texts(places)}, {"accepted", true}});
}

std::string forgotten(
    const std::string& tenant, const std::vector<Migration>& files, bool forgotten
) {
    return document(
        {{"tenant", text(tenant)}, {"files", wire::migrations(files)}, {"forgotten", forgotten}}
    );
}

std::string removed_tenant(const db::TenantTraces& removed, bool drop_schema) {
    return document(wire::removed_tenant(removed, drop_schema));
}

std::string moved_tenant(
    const std::string& tenant, const std::string& from, const std::string& to
) {
    return document({{"tenant", text(tenant)}, {"from", text(from)}, {"to", text(to)}});
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
    if (!changed.empty()) root["details"] = wire::migrations(changed);
    return document(root);
}

}  // namespace migrator::cli::json
