// What can be seen without changing anything: status, plan, validation.
#include <fmt/format.h>

#include <algorithm>

#include "coordinator/coordinator.hpp"
#include "plan/plan.hpp"

namespace migrator::coordinator {
namespace {

std::shared_ptr<const std::vector<Migration>> shared(std::vector<Migration> sources) {
    return std::make_shared<const std::vector<Migration>>(std::move(sources));
}

}  // namespace

plan::Options Coordinator::plan_options(bool reconcile) const {
    const bool per_tenant = dependencies_.connector.atomicity() == db::Atomicity::Tenant;
    return {
        .rule = per_tenant ? plan::PendingRule::PerTenant : plan::PendingRule::PerFile,
        .reconcile = reconcile};
}

std::vector<Migration> Coordinator::changed(
    const std::vector<Migration>& sources, const Applied& applied
) const {
    if (options_.checksum_verification == ChecksumVerification::Off) return {};
    return plan::changed(sources, applied);
}

plan::StatusReport Coordinator::status() {
    db::Connector& connector = dependencies_.connector;
    plan::StatusReport status;
    status.sources = shared(files());
    const std::vector<Migration>& sources = *status.sources;
    Applied applied = connector.read_applied(sources);
    status.applied_files =
        static_cast<std::size_t>(std::ranges::count_if(sources, [&](const Migration& source) {
            const auto found = applied.files.find(source.file);
            return !is_script(source.type) && found != applied.files.end() &&
                   found->second.as_migration;
        }));
    status.pending = plan::pending(sources, applied, plan_options(false));
    status.changed = changed(sources, applied);
    status.lagging = plan::lagging(sources, applied);
    status.unmanaged = plan::unmanaged(sources, applied);
    status.fleet = plan::fleet_standings(sources, applied, {});
    show_fleet(status.fleet);
    status.unfinished = std::move(applied.states);
    status.tenants = std::move(applied.tenants);
    for (Version& version : connector.versions({})) {
        status.latest.push_back(std::move(version));
        break;
    }
    status.broken_objects = connector.broken_objects();
    status.lock_owner = connector.lock_owner();
    return status;
}

Preview Coordinator::preview(bool reconcile, const plan::Selection& tenants) {
    db::Connector& connector = dependencies_.connector;
    Preview preview;
    preview.sources = shared(files());
    const Applied applied = connector.read_applied(*preview.sources);
    const Plan all = plan::pending(*preview.sources, applied, plan_options(reconcile));
    preview.plan = plan::narrow(all, *preview.sources, applied, tenants).plan;
    preview.summary = plan::summarize(preview.plan);
    preview.changed = changed(*preview.sources, applied);
    preview.lagging = plan::lagging(*preview.sources, applied);
    preview.problems = connector.check(preview.plan);
    return preview;
}

std::string Coordinator::preview_sql(const Preview& preview) {
    std::string text;
    for (const PlannedFile& file : preview.plan.files) {
        for (const std::string& schema : *file.schemas) {
            text += fmt::format("-- {} for {}\n", file.migration->file, schema);
            text += dependencies_.connector.preview(*file.migration, schema);
            if (!text.ends_with('\n')) text += '\n';
            text += '\n';
        }
    }
    return text;
}

Validation Coordinator::validate() {
    const std::vector<Migration> sources = files();
    const Applied applied = dependencies_.connector.read_applied(sources);
    Plan all{.files = {}, .tenants = applied.tenants};
    const auto tenants = std::make_shared<const std::vector<std::string>>(applied.tenants);
    for (const Migration& source : sources) {
        auto schemas = tenants;
        if (!is_for_tenants(source.type)) {
            schemas = std::make_shared<const std::vector<std::string>>(
                1, std::string(schema_of_directory(source.source_dir))
            );
        }
        all.files.push_back({&source, std::move(schemas)});
    }
    return {
        .files = sources.size(),
        .changed = changed(sources, applied),
        .problems = dependencies_.connector.check(all)};
}

}  // namespace migrator::coordinator
