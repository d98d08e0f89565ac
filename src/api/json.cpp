#include "api/json.hpp"

#include <boost/json.hpp>

#include "core/time.hpp"
#include "core/utf8.hpp"

namespace migrator::api {

namespace json = boost::json;

json::string json_text(const std::string& text) {
    return is_valid_utf8(text) ? json::string(text) : json::string(to_valid_utf8(text));
}

json::object to_json(const Migration& migration, Contents contents) {
    json::object object;
    object["name"] = json_text(migration.name);
    object["sourceDir"] = json_text(migration.source_dir);
    object["file"] = json_text(migration.file);
    object["migrationType"] = static_cast<int>(migration.type);
    if (contents == Contents::Show && !migration.contents.empty()) {
        object["contents"] = json_text(migration.contents);
    }
    object["checkSum"] = json_text(migration.check_sum);
    return object;
}

json::object to_json(const AppliedMigration& applied) {
    json::object object = to_json(applied.migration, Contents::Show);
    const std::string created = format_rfc3339(applied.created);
    object["id"] = applied.id;
    object["schema"] = json_text(applied.schema);
    object["appliedAt"] = created;
    object["created"] = created;
    return object;
}

json::object to_json(const Summary& summary) {
    json::object object;
    object["versionId"] = summary.version_id;
    object["startedAt"] = format_rfc3339(summary.started_at);
    object["duration"] = summary.duration.count();
    object["tenants"] = summary.tenants;
    object["singleMigrations"] = summary.single_migrations;
    object["tenantMigrations"] = summary.tenant_migrations;
    object["tenantMigrationsTotal"] = summary.tenant_migrations_total;
    object["migrationsGrandTotal"] = summary.migrations_grand_total();
    object["singleScripts"] = summary.single_scripts;
    object["tenantScripts"] = summary.tenant_scripts;
    object["tenantScriptsTotal"] = summary.tenant_scripts_total;
    object["scriptsGrandTotal"] = summary.scripts_grand_total();
    if (summary.fleet) {
        object["tenantsDone"] = summary.fleet->tenants_done;
        object["tenantsFailed"] = summary.fleet->tenants_failed;
        object["tenantsSkipped"] = summary.fleet->tenants_skipped;
        object["retries"] = summary.fleet->retries;
    }
    return object;
}

json::object to_json(const TenantFailure& failure) {
    json::object object;
    object["tenant"] = json_text(failure.tenant);
    object["file"] = json_text(failure.file);
    object["statement"] = failure.statement;
    object["sqlstate"] = json_text(failure.sqlstate);
    object["message"] = json_text(failure.message);
    return object;
}

std::string error_body(const std::string& message) {
    return json::serialize(json::object{{"error", json_text(message)}});
}

}  // namespace migrator::api
