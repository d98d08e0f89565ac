#include "api/plan.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <unordered_map>

#include "api/content_types.hpp"
#include "api/query.hpp"
#include "api/requests.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/number.hpp"
#include "plan/rollout_steps.hpp"
#include "wire/analysis.hpp"
#include "wire/migrations.hpp"
#include "wire/plans.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using coordinator::Preview;

constexpr std::size_t kNamesOfFile = 20;
constexpr std::size_t kTenantsBehind = 100;
constexpr std::size_t kContentsOfPlannedFile = 64UL * 1024;
constexpr std::size_t kContentsOfPlan = 4UL * 1024 * 1024;
constexpr std::size_t kContentsOfFile = 1024UL * 1024;

/// What is asked about a plan.
struct PlanWanted {
    plan::Selection tenants;
    json::object selection;  ///< the same as the members of a request
    bool reconcile = false;
    std::string schema;  ///< to be put in; empty: the placeholder stays
};

/// As the body of a POST would have it, to be checked in the same way.
json::object selection_members(const Query& query) {
    json::object selection;
    const std::vector<std::string> names = query.list("tenants");
    if (query.has("tenants") && query.has("tenant")) {
        throw Error(ErrorKind::InvalidRequest, "give either tenant or tenants");
    }
    if (query.has("tenants")) selection["tenants"] = wire::texts(names);
    if (query.has("tenant")) selection["tenants"] = json::array{query.required("tenant")};
    if (const auto canary = query.text("canary")) {
        const auto number = parse_number<std::int64_t>(*canary);
        selection["canary"] = number ? json::value(*number) : json::value(*canary);
    }
    if (query.has("waves")) selection["waves"] = wire::texts(query.list("waves"));
    return selection;
}

PlanWanted plan_wanted(Services services, const Query& query) {
    PlanWanted wanted{.selection = selection_members(query), .reconcile = query.flag("reconcile")};
    wanted.tenants = parse_selection(wanted.selection);
    if (const auto tenant = query.text("tenant")) {
        if (tenant->find('*') != std::string::npos) {
            throw Error(
                ErrorKind::InvalidRequest, "tenant must be one name; for patterns: tenants"
            );
        }
        wanted.schema = *tenant;
    }
    services.coordinator.check_selection({.tenants = wanted.tenants});
    return wanted;
}

/// At most so many bytes, and no half character at the end.
std::string shortened(const std::string& text, std::size_t most) {
    if (text.size() <= most) return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end);
}

void add_contents(json::object& file, const std::string& text, std::size_t most) {
    file["contents"] = wire::text(shortened(text, most));
    file["contentsSize"] = text.size();
    file["truncated"] = text.size() > most;
}

json::array checks_of(const db::FileText& text) {
    json::array checks;
    for (const auto& check : text.checks) {
        checks.push_back(json::object{{"line", check.line}, {"check", wire::text(check.text)}});
    }
    return checks;
}

json::array first_names(const std::vector<std::string>& names, std::size_t most) {
    json::array first;
    for (std::size_t i = 0; i < std::min(most, names.size()); ++i) {
        first.emplace_back(wire::text(names[i]));
    }
    return first;
}

/// The files of a plan as JSON; contents up to a size of all together.
class PlannedFiles {
public:
    PlannedFiles(Services services, const PlanWanted& wanted, const Preview& preview, bool contents)
        : services_(services), wanted_(wanted), contents_(contents) {
        for (const plan::LateFile& late : preview.findings.late) {
            late_.emplace(late.file, late.before);
        }
    }

    json::object file(const PlannedFile& planned) {
        const Migration& migration = *planned.migration;
        json::object object = wire::migration(migration);
        object["executions"] = planned.schemas->size();
        object["schemas"] = first_names(*planned.schemas, kNamesOfFile);
        object["schemasTotal"] = planned.schemas->size();
        const auto late = late_.find(migration.file);
        object["late"] = late == late_.end() ? nullptr : wire::text_or_null(late->second);
        // Without a schema to put in, that of any tenant shows the same.
        const bool has_own = !is_for_tenants(migration.type);
        const std::string schema =
            has_own ? std::string(schema_of_directory(migration.source_dir)) : wanted_.schema;
        const db::FileText text =
            services_.coordinator.inspection().file_text(migration, schema_to_put_in(schema));
        object["checks"] = checks_of(text);
        object["outsideTransaction"] = text.outside_transaction;
        if (!contents_) return object;
        const std::size_t most = std::min(kContentsOfPlannedFile, left_);
        add_contents(object, schema.empty() ? migration.contents : text.text, most);
        left_ -= object["contents"].get_string().size();
        return object;
    }

private:
    static std::string schema_to_put_in(const std::string& schema) {
        return schema.empty() ? "tenant" : schema;
    }

    const Services services_;
    const PlanWanted& wanted_;
    const bool contents_;
    std::size_t left_ = kContentsOfPlan;
    std::unordered_map<std::string_view, std::string_view> late_;
};

std::string_view phase_of(const Migration& file) {
    if (!is_script(file.type)) return "migrations";
    return is_for_tenants(file.type) ? "tenantScripts" : "singleScripts";
}

/// A stretch of files of one phase each, in the order in which they run.
json::array phases_of(PlannedFiles& files, const Plan& plan) {
    json::array phases;
    std::string_view last;
    for (const PlannedFile& file : plan.files) {
        const std::string_view phase = phase_of(*file.migration);
        if (phase != last) {
            phases.push_back(json::object{{"phase", wire::text(phase)}, {"files", json::array()}});
            last = phase;
        }
        phases.back().get_object()["files"].get_array().emplace_back(files.file(file));
    }
    return phases;
}

/// Tenants that migrations are pending for, and how many.
void add_behind(json::object& answer, const Plan& plan) {
    std::unordered_map<std::string_view, std::size_t> files;
    for (const PlannedFile& file : plan.files) {
        if (!is_tenant_migration(file.migration->type)) continue;
        for (const std::string& tenant : *file.schemas) ++files[tenant];
    }
    json::array behind;
    for (const std::string& tenant : plan.tenants) {
        if (behind.size() == kTenantsBehind) break;
        const auto found = files.find(tenant);
        if (found == files.end()) continue;
        behind.push_back(json::object{{"tenant", wire::text(tenant)}, {"files", found->second}});
    }
    answer["tenantsBehind"] = files.size();
    answer["behind"] = std::move(behind);
}

json::array steps_of(const Preview& preview, const plan::Selection& selection) {
    json::array steps;
    for (const auto& step : plan::rollout_steps(preview.plan, preview.waves, selection)) {
        steps.push_back(json::object{
            {"name", wire::text(step.name)},
            {"tenants", step.tenants.size()},
            {"first", first_names(step.tenants, kNamesOfFile)}});
    }
    return steps;
}

/// Why an apply would end before it runs anything; null: it would not.
json::value refusal_of(const Preview& preview) {
    if (!preview.changed.empty()) {
        return "Checksum verification failed. Please review offending migrations.";
    }
    if (!preview.source.refusals.empty()) {
        return json::value(wire::text(preview.source.refusals.front().message));
    }
    return nullptr;
}

/// For a shell.
std::string quoted_word(const std::string& word) {
    static const std::string plain = std::string(kLettersAndDigits) + "-_.%,/";
    if (consists_of(word, plain)) return word;
    std::string quoted = "'";
    for (const char c : word) quoted += c == '\'' ? R"('\'')" : std::string(1, c);
    return quoted + "'";
}

std::string command_of(const PlanWanted& wanted) {
    std::string command = "migrator apply";
    if (wanted.reconcile) command += " --reconcile";
    for (const std::string& name : wanted.tenants.names)
        command += " --tenant " + quoted_word(name);
    const auto text = [](const Share& share) {
        return std::to_string(share.value) + (share.is_percent ? "%" : "");
    };
    if (wanted.tenants.canary) command += " --canary " + text(*wanted.tenants.canary);
    std::string waves;
    for (const Share& wave : wanted.tenants.waves) waves += (waves.empty() ? "" : ",") + text(wave);
    return waves.empty() ? command : command + " --waves " + waves;
}

json::object request_of(const PlanWanted& wanted, const std::string& prefix) {
    json::object body{{"mode", "apply"}, {"response", "summary"}};
    for (const auto& member : wanted.selection) body.insert(member);
    if (wanted.reconcile) body["reconcile"] = true;
    return {{"method", "POST"}, {"path", prefix + "/v1/migrations"}, {"body", std::move(body)}};
}

void add_analysis(json::object& answer, Services services, const Preview& preview) try {
    answer["analysis"] =
        wire::analysis(services.coordinator.inspection().examine(preview, {}).analysis);
} catch (const Error& error) {
    if (error.kind() != ErrorKind::InvalidRequest) throw;
    answer["analysis"] = nullptr;
    answer["analysisProblem"] = wire::text(error.what());
}

http::Response plan_file(Services services, const http::Request& request) {
    const Query query(request.query);
    const std::string identity = query.required("file");
    const auto& inspection = services.coordinator.inspection();
    const std::vector<Migration> files = inspection.files();
    const auto found = std::ranges::find(files, identity, &Migration::file);
    if (found == files.end()) {
        throw Error(ErrorKind::NotFound, "the source has no file " + identity);
    }
    std::string schema = query.text("tenant").value_or("");
    if (!is_for_tenants(found->type)) schema = std::string(schema_of_directory(found->source_dir));
    json::object answer = wire::migration(*found);
    answer["schema"] = wire::text_or_null(schema);
    add_contents(
        answer,
        schema.empty() ? found->contents : inspection.file_text(*found, schema).text,
        kContentsOfFile
    );
    return {.content_type = kJson, .body = json::serialize(answer)};
}

}  // namespace

json::object plan_json(
    Services services,
    const Query& query,
    const coordinator::Asker& asker,
    const std::string& request_id,
    const std::string& prefix
) {
    const bool analyze = query.flag("analyze");
    if (analyze) {
        services.gate.permit(asker, "GET /v1/plan?analyze=true", request_id, Role::Plan);
    }
    const PlanWanted wanted = plan_wanted(services, query);
    const auto& inspection = services.coordinator.inspection();
    const Preview preview = inspection.preview(wanted.reconcile, wanted.tenants);
    json::object answer;
    answer["tenants"] = preview.plan.tenants.size();
    add_behind(answer, preview.plan);
    answer["executions"] =
        preview.summary.migrations_grand_total() + preview.summary.scripts_grand_total();
    PlannedFiles files(services, wanted, preview, query.flag("contents"));
    answer["phases"] = phases_of(files, preview.plan);
    answer["changed"] = json::array();
    for (const Migration& file : preview.changed) {
        answer["changed"].get_array().emplace_back(wire::text(file.file));
    }
    for (const auto& [name, value] : wire::findings_columns()) {
        answer[name] = value(preview.findings);
    }
    answer["refusal"] = refusal_of(preview);
    answer["problems"] = wire::problems(preview.problems);
    answer["notes"] = wire::texts(preview.notes);
    answer["waves"] = steps_of(preview, wanted.tenants);
    answer["left"] = preview.owed;
    if (analyze) add_analysis(answer, services, preview);
    answer["command"] = wire::text(command_of(wanted));
    answer["request"] = request_of(wanted, prefix);
    return answer;
}

json::object rollout_json(Services services, const Query& query) {
    const PlanWanted wanted = plan_wanted(services, query);
    const Preview preview =
        services.coordinator.inspection().preview(wanted.reconcile, wanted.tenants);
    json::array set_aside;
    for (const TenantFailure& failure : preview.set_aside) {
        set_aside.push_back(json::object{
            {"tenant", wire::text(failure.tenant)}, {"message", wire::text(failure.message)}});
    }
    json::array waves;
    std::size_t working = 0;
    for (const auto& step : plan::rollout_steps(preview.plan, preview.waves, wanted.tenants)) {
        working += step.tenants.size();
        waves.push_back(json::object{
            {"name", wire::text(step.name)},
            {"tenants", step.tenants.size()},
            {"names", wire::texts(step.tenants)}});
    }
    return {
        {"waves", std::move(waves)},
        {"selected", preview.plan.tenants.size()},
        {"working", working},
        {"left", preview.owed},
        {"setAside", std::move(set_aside)},
        {"notes", wire::texts(preview.notes)}};
}

void add_plan(Routes& routes, Services services) {
    using http::Lane;
    const auto plan = [=, prefix = routes.prefix()](const http::Request& request) {
        const Query query(request.query);
        return http::Response{
            .content_type = kJson,
            .body =
                json::serialize(plan_json(services, query, asker_of(request), request.id, prefix))};
    };
    const auto file = [=](const http::Request& request) { return plan_file(services, request); };
    const auto preview = [=](const http::Request& request) {
        return http::Response{
            .content_type = kJson,
            .body = json::serialize(rollout_json(services, Query(request.query)))};
    };
    routes.add("GET", "/v1/plan", Lane::Work, plan);
    routes.add("GET", "/v1/plan/file", Lane::Work, file);
    routes.add("GET", "/v1/rollout-preview", Lane::Work, preview);
}

}  // namespace migrator::api
