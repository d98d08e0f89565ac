#include "coordinator/inspection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "coordinator/foreign_problems.hpp"
#include "coordinator/source_report.hpp"
#include "core/error.hpp"
#include "core/file_number.hpp"
#include "core/log.hpp"
#include "core/utf8.hpp"
#include "plan/bad_tenants.hpp"
#include "plan/tenant_rows.hpp"

namespace migrator::coordinator {
namespace {

std::shared_ptr<const std::vector<Migration>> shared(std::vector<Migration> sources) {
    return std::make_shared<const std::vector<Migration>>(std::move(sources));
}

/// Of what nobody is told otherwise.
void warn_once(const loader::Report& report) {
    static std::mutex mutex;
    static std::set<std::string> warned;
    for (const loader::Warning& warning : report.warnings) {
        const std::string text = warning.location + ": " + warning.text;
        const std::lock_guard lock(mutex);
        if (warned.insert(text).second) log::warn(text);
    }
}

/// All files, for `tenants` and for the schemas of single directories.
Plan plan_of_all(const std::vector<Migration>& sources, const std::vector<std::string>& tenants) {
    Plan all{.files = {}, .tenants = tenants};
    const auto for_tenants = std::make_shared<const std::vector<std::string>>(tenants);
    for (const Migration& source : sources) {
        auto schemas = for_tenants;
        if (!is_for_tenants(source.type)) {
            schemas = std::make_shared<const std::vector<std::string>>(
                1, std::string(schema_of_directory(source.source_dir))
            );
        }
        all.files.push_back({&source, std::move(schemas)});
    }
    return all;
}

/// Tenants that no run can work for, as what would stop one.
std::vector<db::ScriptProblem> problems_of(const std::vector<TenantFailure>& bad) {
    std::vector<db::ScriptProblem> problems;
    for (const TenantFailure& failure : bad) {
        problems.push_back({failure.file.empty() ? "tenant list" : failure.file, failure.message});
    }
    return problems;
}

std::uint32_t line_with_bad_utf8(std::string_view text) {
    std::uint32_t line = 1;
    while (!text.empty()) {
        const auto length = std::min(text.find('\n'), text.size() - 1) + 1;
        if (!is_valid_utf8(text.substr(0, length))) return line;
        text.remove_prefix(length);
        ++line;
    }
    return 0;
}

void warn_of_contents(const Migration& source, std::vector<db::ScriptProblem>& warnings) {
    if (const auto line = line_with_bad_utf8(source.contents); line != 0) {
        warnings.push_back({source.file, fmt::format("line {}: not valid UTF-8", line)});
    }
    if (!is_script(source.type) && !source.name.ends_with(".sql")) {
        warnings.push_back(
            {source.file, "the name does not end in .sql, but the file is run all the same"}
        );
    }
}

/// Names are compared letter by letter, so V10 runs before V2. `sources` are in source order.
void warn_of_order(
    const std::vector<Migration>& sources, std::vector<db::ScriptProblem>& warnings
) {
    const Migration* last = nullptr;
    for (const Migration& source : sources) {
        const auto number = file_number(source.name);
        if (is_script(source.type) || !number) continue;
        const auto before = last == nullptr ? std::nullopt : file_number(last->name);
        const int order =
            before && before->prefix == number->prefix ? compare(*before, *number) : -1;
        if (order > 0) {
            warnings.push_back(
                {source.file,
                 fmt::format(
                     "runs after {}: names are compared as text, not as numbers; use the same "
                     "number of digits in all names",
                     last->name
                 )}
            );
        } else if (order == 0 && last->source_dir == source.source_dir) {
            warnings.push_back({source.file, fmt::format("has the same number as {}", last->name)});
        }
        last = &source;
    }
}

}  // namespace

Inspection::Inspection(const Dependencies& dependencies, const Options& options)
    : dependencies_(dependencies), options_(options) {}

std::vector<Migration> Inspection::files(loader::Report* report) const {
    const auto began = std::chrono::steady_clock::now();
    const std::unique_ptr<loader::Loader> loader = dependencies_.open_loader();
    std::vector<Migration> files = loader->load();
    if (report != nullptr) {
        *report = loader->report();
    } else {
        warn_once(loader->report());
    }
    if (dependencies_.metrics != nullptr) {
        dependencies_.metrics->source_loaded(
            std::chrono::steady_clock::now() - began, files.size()
        );
    }
    return files;
}

plan::Options Inspection::plan_options(bool reconcile) const {
    const bool per_tenant = dependencies_.connector.atomicity() != db::Atomicity::Version;
    return {
        .rule = per_tenant ? plan::PendingRule::PerTenant : plan::PendingRule::PerFile,
        .reconcile = reconcile};
}

std::vector<Migration> Inspection::changed(
    const std::vector<Migration>& sources, const Applied& applied
) const {
    if (options_.checksum_verification == ChecksumVerification::Off) return {};
    return plan::changed(sources, applied);
}

Applied Inspection::read_applied(
    const std::vector<Migration>& sources, const loader::Report& report
) const {
    Applied applied = dependencies_.connector.read_applied(sources);
    refuse_emptied_directories(report, sources, applied);
    set_ignored_aside(report, applied);
    return applied;
}

plan::StatusReport Inspection::status() const {
    db::Connector& connector = dependencies_.connector;
    plan::StatusReport status;
    loader::Report report;
    status.sources = shared(files(&report));
    warn_once(report);
    const std::vector<Migration>& sources = *status.sources;
    Applied applied = read_applied(sources, report);
    status.applied_files =
        static_cast<std::size_t>(std::ranges::count_if(sources, [&](const Migration& source) {
            return !is_script(source.type) && plan::is_recorded(applied, source);
        }));
    status.pending = plan::pending(sources, applied, plan_options(false));
    status.bad_tenants = plan::unworkable(status.pending, applied, {});
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

Source Inspection::source() const {
    Source source;
    source.files = files(&source.report);
    warn_once(source.report);
    return source;
}

Applied Inspection::applied(const Source& source) const {
    return read_applied(source.files, source.report);
}

plan::FleetStandings Inspection::fleet(const plan::FleetPage& page) const {
    const Source read = source();
    return fleet(read, applied(read), page);
}

plan::FleetStandings Inspection::fleet(
    const Source& source, const Applied& applied, const plan::FleetPage& page
) const {
    plan::FleetStandings standings = plan::fleet_standings(source.files, applied, page);
    show_fleet(standings);
    return standings;
}

void Inspection::show_fleet(const plan::FleetStandings& fleet) const {
    metrics::Registry* metrics = dependencies_.metrics;
    if (metrics == nullptr) return;
    for (std::size_t i = 0; i < plan::kStandings; ++i) {
        metrics->tenants_seen(plan::name_of(static_cast<plan::Standing>(i)), fleet.standings[i]);
    }
    metrics->files_seen("moved", fleet.findings.moved.size());
    metrics->files_seen("late", fleet.findings.late.size());
    metrics->files_seen("missing", fleet.findings.missing.size());
}

void Inspection::show_fleet_after_run(
    const std::vector<Migration>& sources, const loader::Report& report
) const {
    if (dependencies_.metrics == nullptr) return;
    try {
        Applied applied = dependencies_.connector.read_applied(sources);
        set_ignored_aside(report, applied);
        show_fleet(plan::fleet_standings(sources, applied, {}));
    } catch (const Error& error) {
        // The run is done; the next look will tell.
        log::warn(std::string("Could not read the state of the tenants: ") + error.what());
    }
}

Preview Inspection::preview(bool reconcile, const plan::Selection& tenants) const {
    plan::check_names(tenants.names);
    db::Connector& connector = dependencies_.connector;
    Preview preview;
    loader::Report report;
    preview.sources = shared(files(&report));
    const Applied applied = read_applied(*preview.sources, report);
    refuse_no_files(report, &applied);
    preview.notes = notes_of(report, applied);
    const Plan all = plan::pending(*preview.sources, applied, plan_options(reconcile));
    plan::Selection workable = tenants;
    const std::vector<TenantFailure> bad = plan::unworkable(all, applied, tenants);
    for (const TenantFailure& failure : bad) workable.without.push_back(failure.tenant);
    preview.plan = plan::narrow(all, *preview.sources, applied, workable).plan;
    preview.summary = plan::summarize(preview.plan);
    preview.changed = changed(*preview.sources, applied);
    preview.lagging = plan::lagging(*preview.sources, applied);
    preview.problems = problems_of(bad);
    for (db::ScriptProblem& problem :
         with_foreign(preview.plan, *preview.sources, connector.check(preview.plan))) {
        preview.problems.push_back(std::move(problem));
    }
    preview.findings = plan::findings(*preview.sources, applied);
    preview.source = check(preview.findings, preview.plan);
    return preview;
}

Analysis Inspection::analyze(const Preview& preview) const {
    return dependencies_.connector.analyze(preview.plan);
}

db::CheckReport Inspection::run_checks(const Preview& preview) const {
    return dependencies_.connector.run_checks(preview.plan);
}

std::string Inspection::preview_sql(const Preview& preview) const {
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

Validation Inspection::validate() const {
    loader::Report report;
    const std::vector<Migration> sources = files(&report);
    const Applied applied = read_applied(sources, report);
    refuse_no_files(report, &applied);
    const auto problems = dependencies_.connector.check(plan_of_all(sources, applied.tenants));
    const Plan pending = plan::pending(sources, applied, plan_options(false));
    Validation validation{
        .files = sources.size(),
        .changed = changed(sources, applied),
        .problems = problems_of(plan::unworkable(pending, applied, {})),
        .warnings = warnings_of(report, applied),
        .findings = plan::findings(sources, applied)};
    for (db::ScriptProblem& problem : with_foreign(pending, sources, problems)) {
        validation.problems.push_back(std::move(problem));
    }
    validation.source = check(validation.findings, pending);
    return validation;
}

Validation Inspection::validate_files() const {
    loader::Report report;
    const std::vector<Migration> sources = files(&report);
    refuse_no_files(report, nullptr);
    const Plan all = plan_of_all(sources, {"tenant"});
    Validation validation{
        .files = sources.size(),
        .problems = with_foreign(all, sources, dependencies_.connector.check(all)),
        .warnings = warnings_of(report, {})};
    for (const Migration& source : sources) warn_of_contents(source, validation.warnings);
    warn_of_order(sources, validation.warnings);
    return validation;
}

}  // namespace migrator::coordinator
