#include "wire/tenants.hpp"

#include <unordered_map>

#include "core/time.hpp"
#include "wire/columns.hpp"
#include "wire/migrations.hpp"

namespace migrator::wire {

namespace json = boost::json;

namespace {

json::array applied_files(const plan::TenantReport& report) {
    std::unordered_map<std::int64_t, std::string_view> names;
    for (const Version& version : report.versions) names.emplace(version.id, version.name);
    json::array files;
    files.reserve(report.files.size());
    for (const AppliedMigration& row : report.files) {
        const auto name = names.find(row.version_id);
        files.push_back(json::object{
            {"id", row.id},
            {"name", text(row.migration.name)},
            {"file", text(row.migration.file)},
            {"migrationType", static_cast<int>(row.migration.type)},
            {"checkSum", text(row.migration.check_sum)},
            {"versionId", row.version_id},
            {"versionName", name == names.end() ? json::value(nullptr) : text(name->second)},
            {"created", format_rfc3339(row.created)}});
    }
    return files;
}

json::value trouble(const std::optional<plan::TenantTrouble>& trouble) {
    if (!trouble) return nullptr;
    const TenantState& state = trouble->state;
    return json::object{
        {"versionId", state.version_id},
        {"versionName", text_or_null(trouble->version_name)},
        {"runState", text(state.state)},
        {"firstFile", text(state.first_file)},
        {"file", text_or_null(state.file)},
        {"statement", state.statement},
        {"failedStatement",
         trouble->failed_statement == 0 ? json::value(nullptr) : trouble->failed_statement},
        {"line", trouble->line == 0 ? json::value(nullptr) : trouble->line},
        {"statementText", text_or_null(trouble->statement_text)},
        {"sqlstate", text(state.sqlstate)},
        {"message", text(state.message)},
        {"changed", format_rfc3339(state.changed)},
        {"hint", text(trouble->hint)}};
}

}  // namespace

json::object tenant_report(const plan::TenantReport& report) {
    json::array versions;
    for (const Version& each : report.versions) versions.emplace_back(version(each));
    return {
        {"tenant", text(report.standing.tenant)},
        {"state", text(plan::name_of(report.standing.standing))},
        {"level", text_or_null(report.standing.level)},
        {"missing", texts(report.standing.missing)},
        {"pending", texts(report.pending)},
        {"files", applied_files(report)},
        {"filesTotal", report.files_total},
        {"versions", std::move(versions)},
        {"failure", trouble(report.trouble)}};
}

boost::json::object removed_tenant(const db::TenantTraces& removed, bool drop_schema) {
    return {
        {"tenant", text(removed.tenant)},
        {"wasListed", removed.is_listed},
        {"rows", removed.rows},
        {"hadState", removed.has_state},
        {"schema", text_or_null(removed.schema)},
        {"schemaDropped", drop_schema && !removed.schema.empty()}};
}

}  // namespace migrator::wire
