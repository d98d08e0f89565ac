#include "coordinator/inspection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "coordinator/foreign_problems.hpp"
#include "coordinator/set_aside.hpp"
#include "coordinator/source_report.hpp"
#include "core/error.hpp"
#include "core/file_number.hpp"
#include "core/line_diff.hpp"
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

constexpr std::size_t kMostDifferences = 10;
constexpr std::size_t kMostComparedBytes = 1U << 20U;

std::string without_carriage_returns(std::string text) {
    std::erase(text, '\r');
    return text;
}

std::vector<std::string> compared(
    const std::optional<std::string>& recorded, const Migration& file
) {
    if (!recorded) return {"the text that was applied is not recorded"};
    const std::string now = to_valid_utf8(file.contents);
    if (*recorded == now) return {"the texts are the same but for bytes that are not UTF-8"};
    if (without_carriage_returns(*recorded) == without_carriage_returns(now)) {
        const bool had = recorded->find('\r') != std::string::npos;
        return {fmt::format(
            "only line ends differ: {} were applied, the file has {}{}",
            had ? "those of Windows (CRLF)" : "those of Unix (LF)",
            now.find('\r') == std::string::npos ? "LF" : "CRLF",
            "; to keep Git from changing them: *.sql -text in .gitattributes"
        )};
    }
    return unified_diff(*recorded, now);
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

std::optional<std::string> Inspection::recorded_text(const std::vector<std::string>& names) const {
    const auto rows = dependencies_.connector.applied_migrations(
        {.columns = {db::Column::Contents}, .newest_of = names}
    );
    AppliedMigration row;
    if (!rows->next(row) || row.migration.contents.empty()) return std::nullopt;
    return std::move(row.migration.contents);
}

std::vector<FileDifference> Inspection::differences(const std::vector<Migration>& changed) const
    try {
    std::vector<FileDifference> differences;
    if (changed.empty()) return differences;
    const Applied applied = dependencies_.connector.read_applied(changed);
    for (const Migration& file : changed) {
        if (differences.size() == kMostDifferences) break;
        FileDifference& difference = differences.emplace_back();
        difference.file = file.file;
        if (file.contents.size() > kMostComparedBytes) {
            difference.lines = {"the file is too large to be compared here"};
            continue;
        }
        std::vector<std::string> names{file.file};
        for (const auto& [recorded, today] : applied.renamed) {
            if (today == file.file) names.push_back(recorded);
        }
        difference.lines = compared(recorded_text(names), file);
    }
    return differences;
} catch (const Error& error) {
    // That they were edited is what matters, and known already.
    log::warn(std::string("Could not compare edited files: ") + error.what());
    return {};
}

Applied Inspection::read_applied(
    const std::vector<Migration>& sources, const loader::Report& report
) const {
    Applied applied = dependencies_.connector.read_applied(sources);
    refuse_emptied_directories(report, sources, applied);
    set_ignored_aside(report, applied);
    return applied;
}

/// To look at the lock is to hold it for a moment: who meets another one's look would be told of a
/// run that has ended long ago.
std::optional<RunOwner> Inspection::lock_owner() const {
    constexpr std::chrono::milliseconds kLongerThanALook{100};
    auto owner = dependencies_.connector.lock_owner();
    if (!owner) return owner;
    dependencies_.time.pause(kLongerThanALook, {});
    return dependencies_.connector.lock_owner();
}

plan::StatusReport Inspection::status() const {
    db::Connector& connector = dependencies_.connector;
    plan::StatusReport status;
    loader::Report report;
    status.sources = shared(files(&report));
    warn_once(report);
    const std::vector<Migration>& sources = *status.sources;
    Applied applied = read_applied(sources, report);
    status.lock_owner = lock_owner();
    // A run that has ended between the two looks is not what its plan is waiting for any more.
    if (!status.lock_owner && !applied.states.empty()) applied = read_applied(sources, report);
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
    status.servers = plan::server_standings(applied.servers);
    status.without_schema = std::move(applied.without_schema);
    status.skips_without_schema = options_.missing_schemas == db::MissingSchemas::Skip;
    for (const std::string& tenant : status.without_schema) std::erase(status.unmanaged, tenant);
    const std::vector<std::string>& unlisted = status.fleet.unlisted;
    for (TenantState& state : applied.states) {
        // Something of it may be half done: nobody can say that its objects are there already.
        if (state.state != "planned") std::erase(status.unmanaged, state.tenant);
        if (std::ranges::binary_search(unlisted, state.tenant)) continue;
        status.unfinished.push_back(std::move(state));
    }
    status.tenants = std::move(applied.tenants);
    for (Version& version : connector.versions({})) {
        status.latest.push_back(std::move(version));
        break;
    }
    status.broken_objects = connector.broken_objects();
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
    const SetAside aside = set_aside(
        all,
        *preview.sources,
        applied,
        tenants,
        {.reconcile = reconcile, .unmanaged = UnmanagedTenants::Refuse},
        options_
    );
    for (const TenantFailure& failure : aside.failures) {
        workable.without.push_back(failure.tenant);
    }
    workable.ignored = aside.skipped;
    preview.notes.insert(preview.notes.end(), aside.notes.begin(), aside.notes.end());
    if (!aside.advice.empty()) preview.notes.push_back(aside.advice);
    plan::Narrowed narrowed = plan::narrow(all, *preview.sources, applied, workable);
    preview.plan = std::move(narrowed.plan);
    preview.waves = std::move(narrowed.waves);
    preview.owed = narrowed.owed.size();
    preview.set_aside = aside.failures;
    preview.summary = plan::summarize(preview.plan);
    preview.changed = changed(*preview.sources, applied);
    preview.lagging = plan::lagging(*preview.sources, applied);
    preview.problems = problems_of(aside.failures);
    for (db::ScriptProblem& problem :
         with_foreign(preview.plan, *preview.sources, connector.check(preview.plan))) {
        preview.problems.push_back(std::move(problem));
    }
    preview.findings = plan::findings(*preview.sources, applied);
    preview.source = check(preview.findings, preview.plan);
    preview.servers = plan::server_standings(applied.servers);
    return preview;
}

Examination Inspection::examine(const Preview& preview, db::TraceRequest request) const {
    const std::unique_lock only_one(examining_, std::try_to_lock);
    if (!only_one) throw Error(ErrorKind::Busy, "Another analysis is running, try again later");
    if (!request.on.empty()) {
        plan::check_names(request.on);
        request.on = plan::chosen(preview.plan.tenants, request.on);
    }
    request.maker = dependencies_.owner;
    db::Connector& connector = dependencies_.connector;
    Examination found{.analysis = connector.analyze(preview.plan, request), .traced = {}};
    if (request.any()) found.traced = connector.trace(preview.plan, *preview.sources, request);
    return found;
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

db::FileText Inspection::file_text(const Migration& file, const std::string& schema) const {
    return dependencies_.connector.file_text(file, schema);
}

Validation Inspection::validate() const {
    loader::Report report;
    const std::vector<Migration> sources = files(&report);
    const Applied applied = read_applied(sources, report);
    refuse_no_files(report, &applied);
    const auto problems = dependencies_.connector.check(plan_of_all(sources, applied.tenants));
    const Plan pending = plan::pending(sources, applied, plan_options(false));
    const SetAside aside =
        set_aside(pending, sources, applied, {}, {.unmanaged = UnmanagedTenants::Refuse}, options_);
    Validation validation{
        .files = sources.size(),
        .changed = changed(sources, applied),
        .problems = problems_of(aside.failures),
        .warnings = warnings_of(report, applied),
        .findings = plan::findings(sources, applied)};
    for (const ServerRecords& server : applied.servers) {
        if (server.problem.empty()) continue;
        validation.problems.push_back({"server " + server.name, server.problem});
    }
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
    const Applied nothing;
    Validation validation{
        .files = sources.size(),
        .problems = with_foreign(all, sources, dependencies_.connector.check(all)),
        .warnings = warnings_of(report, nothing)};
    for (const Migration& source : sources) warn_of_contents(source, validation.warnings);
    warn_of_order(sources, validation.warnings);
    return validation;
}

}  // namespace migrator::coordinator
