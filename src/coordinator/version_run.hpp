#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "coordinator/asker.hpp"
#include "coordinator/audit.hpp"
#include "coordinator/dependencies.hpp"
#include "coordinator/inspection.hpp"
#include "coordinator/line.hpp"
#include "coordinator/options.hpp"
#include "coordinator/source_check.hpp"
#include "core/error.hpp"
#include "core/migration.hpp"
#include "core/notice.hpp"
#include "core/plan.hpp"
#include "core/progress.hpp"
#include "db/connector.hpp"
#include "plan/plan.hpp"
#include "plan/selection.hpp"

namespace migrator::coordinator {

/// A version to create: what is pending is run (or recorded) for everybody, or, with a tenant,
/// for that new tenant.
struct VersionRequest {
    std::string version_name;           ///< up to 200 characters; may be empty
    std::optional<std::string> tenant;  ///< create this tenant
    /// Of several servers the one that the new tenant is to be on; empty: where the fewest are.
    std::string server{};
    Action action = Action::Apply;
    bool dry_run = false;
    /// Whether a new tenant may get a schema that holds objects; unset: as the options say.
    std::optional<db::AdoptSchemas> adopt_schemas = std::nullopt;
    bool reconcile = false;  ///< bring every tenant all the files it lacks
    /// What becomes of unmanaged tenants, unless the options say.
    UnmanagedTenants unmanaged = UnmanagedTenants::Apply;
    /// A sync also records files for tenants whose last run has failed or was interrupted, and
    /// forgets that; otherwise it is refused for them.
    bool settles_unfinished = false;
    /// Which tenants, and in which steps. Of a sync that names some: tenant migrations alone, and
    /// none that nobody has yet while there are other tenants. Canary and waves need an apply with
    /// Atomicity::Tenant, or, for a canary alone, any apply.
    plan::Selection tenants;
    std::string request_id;
    Asker asker;            ///< for the audit
    ProgressSink progress;  ///< may be null
    std::stop_token stop;   ///< cancels in the database and rolls back
    /// A dry run keeps what it rolled back, where the database can tell (`Outcome::rolled_back`).
    bool keep_rolled_back = false;
    std::optional<std::size_t> resume_at_statement;  ///< as in `db::ApplyRequest`
    std::optional<Share> max_failures;               ///< the same
};

/// What a run did. When `changed` is not empty, nothing was done: these files were edited after
/// they were applied.
struct Outcome {
    Summary summary;
    std::vector<Migration> files;  ///< each file once, in source order
    std::vector<std::string> notes;
    std::vector<Notice> notices;  ///< what the server said of files, a few of each
    /// Tenants that failed while the others went on (`is_partly_failed`).
    std::vector<TenantFailure> failures;
    /// Only of a run over several servers: each of them, or, where nothing was to be done, those
    /// that could not be read.
    std::vector<ServerOutcome> servers;
    std::vector<Migration> changed;
    std::optional<db::RolledBack> rolled_back;

    /// Something was not done that should have been, while the rest was:
    /// ErrorKind::PartlyFailed.
    bool is_partly_failed() const;
    /// A version was made, on whichever server.
    bool has_version() const;
};

/// "3 of 100 tenants failed, the first: t7: SQL migration …", and which servers were not reached.
/// Of an outcome that is partly failed.
std::string partly_failed_text(const Outcome& outcome);

/// A run from its first reading to its last commit. For one thread, once.
class VersionRun {
public:
    /// What it is made from lives longer. `stop` cancels it.
    VersionRun(
        const Dependencies& dependencies,
        const Inspection& inspection,
        Audit& audit,
        const Options& options,
        const VersionRequest& request,
        std::unique_ptr<Line::Place> place,
        std::stop_token stop
    );

    /// Blocks until it has ended. Throws what ends it: Locked after `lock_timeout`,
    /// MigrationFailed, Cancelled, ….
    Outcome run();

private:
    void work();
    void load_sources();
    /// Reads what is applied, verifies and plans. False: there is nothing to do, the outcome says
    /// why.
    bool make_plan();
    /// Of what is planned, and of what the load had to say: throws, or notes it for the answer.
    void check_source(Applied& applied);
    plan::Narrowed plan_from(const Applied& applied);
    Plan plan_of_sync(const Applied& applied, const Plan& all, const plan::Selection& tenants)
        const;
    bool is_sync_of_some() const;
    /// The tenants whom the run is for, without those that nobody can work for: they have failed.
    /// Throws MigrationFailed where that ends the run.
    plan::Selection workable(const Plan& pending, const Applied& applied);
    void set_drifted_aside(
        const Plan& pending, const Applied& applied, const plan::Selection& tenants
    );
    void store_fingerprints();
    /// Of a sync: throws MigrationFailed for what is half done, or remembers to settle it.
    void look_at_unfinished(const Applied& applied);
    void end_for_failures(const std::string& advice);
    void log_others(const Applied& applied) const;
    db::ApplyRequest apply_request() const;
    /// Of several servers: remembers what each has, and which could not be read.
    void note_servers(Applied& applied);
    std::int64_t considered_tenants() const;
    void add_failed_before(FleetSummary& fleet) const;
    /// Waits for our turn, and for the lock.
    void wait();
    void apply();
    void begin_audit();
    /// Of a run that did not fail as a whole.
    void end_audit();
    /// Of one that has ended before its row "asked" was written.
    void audit_not_begun(std::string_view why, ErrorKind kind);
    /// A dry run where nothing can be rolled back: what can be seen without running anything.
    void tell_plan(const std::string& note);
    void finish(const db::ApplyResult& result);
    /// The end of a run that did not fail: gives up lock and place, counts, notifies.
    void conclude();
    void notify() const;
    void report(const char* phase) const;
    void report_wait(const std::string& news);
    /// Adds the time since `began` to the phase's metric.
    void count_phase(const char* phase, std::chrono::steady_clock::time_point began) const;
    void count_end(std::string_view result) const;
    void log_gaps(const Applied& applied) const;

    const Dependencies& dependencies_;
    const Inspection& inspection_;
    Audit& audit_;
    const Options& options_;
    const VersionRequest& request_;
    std::unique_ptr<Line::Place> place_;
    const std::stop_token stop_;
    std::vector<Migration> sources_;
    loader::Report report_;                  ///< of their load
    std::vector<std::string> source_notes_;  ///< what the answer says of the files
    std::vector<std::string> tenant_notes_;  ///< and of tenants that are set aside
    Plan plan_;
    BaseFinding base_;
    std::unordered_map<std::string, std::string> renamed_;  ///< as `Applied::renamed`
    std::vector<OwedTenant> owed_;        ///< tenants that the selection leaves out
    std::vector<std::string> settled_;    ///< tenants whose state is to go; empty: single files
    std::vector<std::size_t> waves_;      ///< as `db::ApplyRequest::waves`
    std::vector<std::string> ignored_;    ///< tenants that are owed nothing
    std::vector<ServerRecords> servers_;  ///< as in `Applied`, like the next
    FileSet catalog_only_;
    std::optional<db::PlanBasis> basis_of_servers_;  ///< unset: there is one server
    std::unique_ptr<db::Run> run_;
    bool is_audited_ = false;
    Audit::Entry entry_;
    std::string newest_wait_;  ///< what was said of the wait for the lock
    TimePoint started_at_;
    std::chrono::steady_clock::time_point started_;
    Outcome outcome_;
};

}  // namespace migrator::coordinator
