#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/dependencies.hpp"
#include "coordinator/options.hpp"
#include "coordinator/source_check.hpp"
#include "core/migration.hpp"
#include "core/plan.hpp"
#include "loader/report.hpp"
#include "plan/fleet.hpp"
#include "plan/plan.hpp"
#include "plan/selection.hpp"
#include "plan/status_report.hpp"

namespace migrator::coordinator {

/// What `migrator plan` shows.
struct Preview {
    Plan plan;  ///< points into `sources`
    /// How many tenants with files each step of the selection brings up in all; empty when there is
    /// one step.
    std::vector<std::size_t> waves;
    std::size_t owed = 0;                  ///< tenants that the selection leaves for a later run
    std::vector<TenantFailure> set_aside;  ///< that no run can work for, as the run would say
    std::shared_ptr<const std::vector<Migration>> sources;
    Summary summary;
    std::vector<Migration> changed;
    std::vector<LaggingTenant> lagging;
    std::vector<db::ScriptProblem> problems;
    std::vector<std::string> notes;  ///< of the source
    plan::Findings findings;
    SourceCheck source;
    std::vector<plan::ServerStanding> servers;  ///< as in `plan::StatusReport`
};

/// What `migrator plan --analyze` adds.
struct Examination {
    Analysis analysis;
    std::optional<TraceReport> traced;  ///< when a trace was asked for
};

/// What `migrator validate` shows: everything wrong that can be seen without writing.
struct Validation {
    std::size_t files = 0;
    std::vector<Migration> changed;
    std::vector<db::ScriptProblem> problems;
    std::vector<db::ScriptProblem> warnings;  ///< what runs, but maybe not as it is meant
    plan::Findings findings;
    SourceCheck source;
};

/// The files, and what reading them had to say.
struct Source {
    std::vector<Migration> files;  ///< in source order
    loader::Report report;
};

/// What an edited file has become, set against the text that was recorded when it was applied.
struct FileDifference {
    std::string file;
    /// As `diff -u`; or one sentence where lines can't tell, such as a text that is not recorded.
    std::vector<std::string> lines;
};

/// What can be seen without changing anything: files, plan, status. Thread-safe.
class Inspection {
public:
    /// `dependencies` lives longer.
    Inspection(const Dependencies& dependencies, const Options& options);

    /// All files in source order, without the database. `report` gets what the load has to say;
    /// without one its warnings are logged, once in the life of the process.
    std::vector<Migration> files(loader::Report* report = nullptr) const;

    /// The same with the report; its warnings are logged, once in the life of the process.
    Source source() const;
    /// What is applied, set against what the load has left out. Throws Configuration when the files
    /// of a directory are gone.
    Applied applied(const Source& source) const;

    plan::StatusReport status() const;
    /// Where the tenants stand, one page of them. A few statements, however many there are.
    plan::FleetStandings fleet(const plan::FleetPage& page) const;
    /// The same of what is read already.
    plan::FleetStandings fleet(
        const Source& source, const Applied& applied, const plan::FleetPage& page
    ) const;
    /// Shows in the metrics where the tenants stand, after a run. Never throws an Error.
    void show_fleet_after_run(const std::vector<Migration>& sources, const loader::Report& report)
        const;
    /// Of an apply by command. Throws NotFound as `plan::chosen` does, InvalidRequest as
    /// `plan::check_names`.
    Preview preview(bool reconcile, const plan::Selection& tenants = {}) const;
    /// What the files of the preview would do to an application in use; where `request` asks for
    /// it, they also run there and are rolled back. `request.on` may hold patterns; its maker is
    /// known here. One at a time: throws Busy while another one is at work. Throws NotFound when a
    /// name or pattern means none of the preview's tenants, and what `Connector::analyze` and
    /// `Connector::trace` throw.
    Examination examine(const Preview& preview, db::TraceRequest request) const;
    /// What the checks of the planned files say now.
    db::CheckReport run_checks(const Preview& preview) const;
    /// The text that would be sent for each planned file and schema, with comments for people.
    std::string preview_sql(const Preview& preview) const;
    /// A file as it is sent for `schema`.
    db::FileText file_text(const Migration& file, const std::string& schema) const;
    Validation validate() const;
    /// What can be said of the files without the database: not what is pending or edited.
    Validation validate_files() const;

    /// What a person has to know of what does not fit.
    SourceCheck check(const plan::Findings& findings, const Plan& pending) const {
        return check_source(findings, pending, options_);
    }
    /// How edited files differ from what was applied; of the first few, as texts are long.
    std::vector<FileDifference> differences(const std::vector<Migration>& changed) const;
    /// The text that is recorded for the migration under one of these names; nothing when there is
    /// no such row, or no text in it.
    std::optional<std::string> recorded_text(const std::vector<std::string>& names) const;
    /// By which rule files are pending.
    plan::Options plan_options(bool reconcile) const;

private:
    /// What is applied, set against what the load has left out. Throws Configuration when the files
    /// of a directory are gone.
    Applied read_applied(const std::vector<Migration>& sources, const loader::Report& report) const;
    std::optional<RunOwner> lock_owner() const;
    void show_fleet(const plan::FleetStandings& fleet) const;
    /// Edited files; none when checksums are not verified.
    std::vector<Migration> changed(const std::vector<Migration>& sources, const Applied& applied)
        const;

    const Dependencies& dependencies_;
    const Options options_;
    mutable std::mutex examining_;  ///< held for the length of an examination
};

}  // namespace migrator::coordinator
