#include "coordinator/drift_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

#include "coordinator/levels.hpp"
#include "core/error.hpp"
#include "drift/survey.hpp"
#include "plan/plan.hpp"
#include "plan/selection.hpp"
#include "plan/tenant_rows.hpp"

namespace migrator::coordinator {
namespace {

constexpr int kMostAttempts = 3;

/// One look at all tenants.
class Look {
public:
    Look(
        db::Connector& connector,
        const Source& source,
        const Applied& applied,
        const Levels& levels,
        const DriftRequest& request,
        const db::CatalogWanted& wanted,
        const std::string& maker
    )
        : connector_(connector),
          source_(source),
          applied_(applied),
          wanted_(wanted),
          maker_(maker),
          levels_(levels),
          is_built_(request.scratch) {
        for (const std::string& name :
             plan::chosen(plan::distinct_tenants(applied), request.tenants))
            asked_.insert(name);
    }

    drift::Report run() {
        collect();
        const auto catalog = connector_.catalog(wanted_);
        drift::Report report = drift::survey(
            *catalog,
            grouped_,
            is_built_ ? [this](std::size_t level) { return build(level); } : drift::Build()
        );
        for (drift::NotCompared& each : not_compared_)
            report.not_compared.push_back(std::move(each));
        narrow(report);
        return report;
    }

private:
    /// Tenants by level; those at levels that nobody asks for are left out.
    void collect() {
        std::unordered_set<std::string_view> bad;
        for (const BadTenant& each : applied_.bad_tenants) {
            if (each.files != nullptr) continue;
            bad.insert(each.tenant);
            not_compared_.push_back({.tenant = each.tenant, .why = each.message, .is_error = true});
        }
        std::map<std::string, std::vector<std::string>> by_level;
        for (const std::string& tenant : plan::distinct_tenants(applied_)) {
            if (bad.contains(tenant)) continue;
            const std::string key = levels_.key_of(tenant);
            if (!key.empty()) {
                by_level[key].push_back(tenant);
            } else {
                not_compared_.push_back({.tenant = tenant, .why = "no file is recorded for it"});
            }
        }
        std::erase_if(by_level, [&](const auto& level) {
            return std::ranges::none_of(level.second, [&](const auto& tenant) {
                return asked_.contains(tenant);
            });
        });
        for (const auto& [key, tenants] : by_level) {
            keys_.push_back(key);
            grouped_.push_back(
                {.name = levels_.name_of(key),
                 .tenants = connector_.tenant_schemas(tenants, source_.files)}
            );
        }
    }

    db::SchemaContents build(std::size_t level) {
        return connector_.built_schema(levels_.files_of(keys_[level]), wanted_, maker_);
    }

    /// Leaves those out that nobody asks for.
    void narrow(drift::Report& report) const {
        const auto is_other = [&](const std::string& tenant) { return !asked_.contains(tenant); };
        std::size_t others = 0;
        report.drifted = 0;
        for (drift::Group& group : report.groups) {
            std::erase_if(group.tenants, is_other);
            report.drifted += group.tenants.size();
        }
        std::erase_if(report.groups, [](const auto& group) { return group.tenants.empty(); });
        for (const drift::Level& level : grouped_) {
            if (level.tenants.size() == 1 && !is_built_) continue;
            others += static_cast<std::size_t>(std::ranges::count_if(
                level.tenants, [&](const db::TenantSchema& each) { return is_other(each.tenant); }
            ));
        }
        report.compared -= others;
        const bool all = others == 0 && asked_.size() == plan::distinct_tenants(applied_).size();
        std::erase_if(report.not_compared, [&](const drift::NotCompared& each) {
            return !all && is_other(each.tenant);
        });
    }

    db::Connector& connector_;
    const Source& source_;
    const Applied& applied_;
    const db::CatalogWanted& wanted_;
    const std::string& maker_;
    const Levels& levels_;
    const bool is_built_;
    std::unordered_set<std::string> asked_;
    std::vector<std::string> keys_;
    std::vector<drift::Level> grouped_;
    std::vector<drift::NotCompared> not_compared_;
};

/// Whether a run has brought tenants to another level.
bool has_moved(const Levels& before, const Levels& now, const Applied& applied) {
    return std::ranges::any_of(plan::distinct_tenants(applied), [&](const std::string& tenant) {
        return before.key_of(tenant) != now.key_of(tenant);
    });
}

/// Where DDL commits, the schema of a tenant changes before its files are recorded.
void take_out_running(drift::Report& report, const Applied& applied, db::Connector& connector) {
    std::unordered_set<std::string_view> running;
    for (const TenantState& state : applied.states) {
        if (state.state == "running" || state.state == "planned") running.insert(state.tenant);
    }
    const bool any = std::ranges::any_of(report.groups, [&](const drift::Group& group) {
        return std::ranges::any_of(group.tenants, [&](const auto& name) {
            return running.contains(name);
        });
    });
    if (!any || !connector.lock_owner()) return;
    std::size_t taken = 0;
    for (drift::Group& group : report.groups) {
        std::erase_if(group.tenants, [&](const std::string& tenant) {
            if (!running.contains(tenant)) return false;
            report.not_compared.push_back(
                {.tenant = tenant, .why = "a run is working for it", .is_error = true}
            );
            ++taken;
            return true;
        });
    }
    report.compared -= taken;
    report.drifted -= taken;
    std::erase_if(report.groups, [](const auto& group) { return group.tenants.empty(); });
}

}  // namespace

drift::Report DriftCheck::run(const DriftRequest& request) const {
    plan::check_names(request.tenants);
    db::CatalogWanted wanted{
        .comments = options_.drift.comments,
        .owners = options_.drift.owners,
        .ignored = options_.drift.ignore,
        .stop = request.stop};
    wanted.ignored.insert(wanted.ignored.end(), request.ignored.begin(), request.ignored.end());
    const Source source = inspection_.source();
    for (int attempt = 1; attempt <= kMostAttempts; ++attempt) {
        const Applied applied = inspection_.applied(source);
        const Levels levels(source.files, applied);
        Look look(
            dependencies_.connector, source, applied, levels, request, wanted, dependencies_.owner
        );
        drift::Report report = look.run();
        if (!report.groups.empty()) {
            // What was read while a run went on may be of two levels.
            const Applied now = inspection_.applied(source);
            if (has_moved(levels, Levels(source.files, now), applied)) continue;
            take_out_running(report, now, dependencies_.connector);
        }
        const bool of_all = request.tenants.empty() && request.ignored.empty();
        if (of_all && dependencies_.metrics != nullptr) {
            dependencies_.metrics->drift_seen(report.drifted);
        }
        return report;
    }
    throw Error(
        ErrorKind::Busy,
        "A run applied files while the schemas were compared; try again when it has ended"
    );
}

}  // namespace migrator::coordinator
