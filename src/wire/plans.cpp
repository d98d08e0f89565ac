#include "wire/plans.hpp"

#include "plan/plan.hpp"
#include "wire/migrations.hpp"

namespace migrator::wire {

namespace json = boost::json;

namespace {

json::array planned(const Plan& plan, bool scripts) {
    json::array array;
    for (const PlannedFile& file : plan.files) {
        if (is_script(file.migration->type) != scripts) continue;
        array.emplace_back(planned_file(file, plan.tenants));
    }
    return array;
}

}  // namespace

json::object planned_file(const PlannedFile& planned, const std::vector<std::string>& tenants) {
    json::object object = migration(*planned.migration);
    object["executions"] = planned.schemas->size();
    if (!is_for_tenants(planned.migration->type) || *planned.schemas != tenants) {
        object["schemas"] = texts(*planned.schemas);
    }
    return object;
}

json::array planned_migrations(const Plan& plan) { return planned(plan, false); }

json::array planned_scripts(const Plan& plan) { return planned(plan, true); }

json::array phases(const Plan& plan) {
    json::array array;
    for (const plan::Phase& phase : plan::phases(plan)) {
        json::array files;
        for (const PlannedFile& file : phase.files) {
            files.emplace_back(planned_file(file, plan.tenants));
        }
        array.push_back(json::object{{"forTenants", phase.for_tenants}, {"files", std::move(files)}}
        );
    }
    return array;
}

json::array lagging(const std::vector<LaggingTenant>& tenants) {
    json::array array;
    for (const LaggingTenant& each : tenants) {
        array.push_back(json::object{
            {"tenant", text(each.tenant)}, {"missing", texts(each.missing)}});
    }
    return array;
}

const Columns<plan::Findings>& findings_columns() {
    using plan::Findings;
    static const Columns<Findings> columns = {
        {"base",
         [](const Findings& all) {
             return json::object{
                 {"today", text_or_null(all.base.today)},
                 {"adopted", text_or_null(all.base.adopted.value_or(""))},
                 {"elsewhere", texts(all.base.elsewhere)},
                 {"whyNot", text_or_null(all.base.why_not)}};
         }},
        {"moved",
         [](const Findings& all) {
             json::array array;
             for (const plan::Move& move : all.moved) {
                 array.push_back(json::object{{"from", text(move.from)}, {"to", text(move.to)}});
             }
             return array;
         }},
        {"late",
         [](const Findings& all) {
             json::array array;
             for (const plan::LateFile& late : all.late) {
                 array.push_back(json::object{
                     {"file", text(late.file)}, {"before", text(late.before)}});
             }
             return array;
         }},
        {"missingFiles", [](const Findings& all) { return texts(all.missing); }}};
    return columns;
}

json::object checks(const db::CheckReport& report) {
    json::array failed;
    const auto& all = report.failed;
    for (std::size_t i = 0; i < all.size();) {
        const db::FailedCheck& first = all[i];
        json::array schemas;
        for (; i < all.size() && all[i].file == first.file && all[i].line == first.line; ++i) {
            schemas.push_back(json::object{
                {"schema", text(all[i].schema)}, {"message", text(all[i].why)}});
        }
        failed.push_back(json::object{
            {"file", text(first.file)},
            {"line", first.line},
            {"check", text(first.check)},
            {"schemas", std::move(schemas)}});
    }
    return {{"asked", report.asked}, {"failed", std::move(failed)}};
}

json::array problems(const std::vector<db::ScriptProblem>& problems) {
    json::array array;
    for (const db::ScriptProblem& each : problems) {
        array.push_back(json::object{{"file", text(each.file)}, {"message", text(each.message)}});
    }
    return array;
}

}  // namespace migrator::wire
