#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "coordinator/options.hpp"
#include "core/migration.hpp"
#include "core/plan.hpp"
#include "core/progress.hpp"
#include "core/time.hpp"
#include "db/connector.hpp"
#include "loader/loader.hpp"
#include "metrics/metrics.hpp"
#include "notifier/notifier.hpp"
#include "plan/fleet.hpp"
#include "plan/plan.hpp"
#include "plan/selection.hpp"
#include "plan/status_report.hpp"
#include "workers/run_queue.hpp"

/// The use cases. The only place where a loader meets a database.
namespace migrator::coordinator {

/// A version to create: what is pending is run (or recorded) for everybody, or, with a tenant,
/// for that new tenant.
struct RunRequest {
    std::string version_name;           ///< up to 200 characters; may be empty
    std::optional<std::string> tenant;  ///< create this tenant; checked by `start`
    Action action = Action::Apply;
    bool dry_run = false;
    bool reconcile = false;  ///< bring every tenant all the files it lacks
    /// Which tenants, and in which steps. Of a sync that names some: tenant migrations alone, and
    /// none that nobody has yet while there are other tenants. Canary and waves need an apply with
    /// Atomicity::Tenant, or, for a canary alone, any apply.
    plan::Selection tenants;
    std::string request_id;
    ProgressSink progress;  ///< may be null
    std::stop_token stop;   ///< cancels as `PendingRun::cancel` does
    /// A dry run keeps what it rolled back, where the database can tell (`Outcome::rolled_back`).
    bool keep_rolled_back = false;
    std::optional<std::size_t> resume_at_statement;  ///< as in `db::ApplyRequest`
};

/// What a run did. When `changed` is not empty, nothing was done: these files were edited after
/// they were applied.
struct Outcome {
    Summary summary;
    std::vector<Migration> files;  ///< each file once, in source order
    std::vector<std::string> notes;
    /// Tenants that failed while the others went on: ErrorKind::PartlyFailed for who is told of the
    /// outcome (`partly_failed_text`).
    std::vector<TenantFailure> failures;
    std::vector<Migration> changed;
    std::optional<db::RolledBack> rolled_back;
};

/// "3 of 100 tenants failed, the first: t7: SQL migration …". Of an outcome with failures.
std::string partly_failed_text(const Outcome& outcome);

/// A run in progress, advanced in steps so that waiting for the lock holds no thread.
/// One thread at a time, but for `cancel`. Destroying it before the end gives up its place.
class PendingRun {
public:
    virtual ~PendingRun() = default;

    /// Goes on. True: done, `outcome` is there. False: another run works; call again after
    /// `wait`. Throws what ends the run: Locked after `lock_timeout`, Busy, MigrationFailed,
    /// Cancelled, ….
    virtual bool advance() = 0;
    /// How long to wait before the next `advance`.
    virtual std::chrono::milliseconds wait() const = 0;
    /// After `advance` has returned true.
    virtual Outcome& outcome() = 0;
    /// From any thread: cancels in the database and rolls back.
    virtual void cancel() = 0;
};

/// What `migrator plan` shows.
struct Preview {
    Plan plan;  ///< points into `sources`
    std::shared_ptr<const std::vector<Migration>> sources;
    Summary summary;
    std::vector<Migration> changed;
    std::vector<LaggingTenant> lagging;
    std::vector<db::ScriptProblem> problems;
};

/// What `migrator validate` shows: everything wrong that can be seen without writing.
struct Validation {
    std::size_t files = 0;
    std::vector<Migration> changed;
    std::vector<db::ScriptProblem> problems;
    std::vector<db::ScriptProblem> warnings;  ///< what runs, but maybe not as it is meant
};

/// How the coordinator reaches the world outside. Tests hand it fakes.
struct Dependencies {
    db::Connector& connector;
    std::function<std::unique_ptr<loader::Loader>()> open_loader;
    Clock clock;
    std::string owner;  ///< host and process, for those who wait for our lock
    /// Told of every run that did not fail, or failed for some tenants alone; may be null.
    notifier::Notifier* notifier = nullptr;
    metrics::Registry* metrics = nullptr;  ///< may be null
};

/// All functions may be called from several threads. They throw Error as the modules below do.
class Coordinator {
public:
    Coordinator(Dependencies dependencies, const Options& options);

    /// Takes a place in the line of runs; throws Busy when it is full, InvalidRequest or
    /// MigrationFailed for names that can't be. Touches neither database nor storage.
    std::unique_ptr<PendingRun> start(RunRequest request);

    /// Starts a run and blocks until it has ended; for the command line. `stop` cancels it.
    Outcome run(RunRequest request, std::stop_token stop);

    /// Cancels all runs in this process.
    void cancel_all();

    /// All files in source order. Also asks the database to answer, as clients rely on it.
    std::vector<Migration> source_migrations();
    /// All files in source order, without the database.
    std::vector<Migration> files();
    std::unique_ptr<db::AppliedRows> applied_migrations(const db::RowsWanted& wanted);
    std::vector<std::string> tenants();
    std::vector<Version> versions(const db::VersionsWanted& wanted);
    /// Nothing when there is no such version.
    std::optional<Version> version(std::int64_t id);

    plan::StatusReport status();
    /// Where the tenants stand, one page of them. A few statements, however many there are.
    plan::FleetStandings fleet(const plan::FleetPage& page);
    /// Throws NotFound as `plan::chosen` does.
    Preview preview(bool reconcile, const plan::Selection& tenants = {});
    /// The text that would be sent for each planned file and schema, with comments for people.
    std::string preview_sql(const Preview& preview);
    Validation validate();
    /// What can be said of the files without the database: not what is pending or edited.
    Validation validate_files();

    /// What `accept` would do: the file as it is, and its recorded checksum. Throws NotFound when
    /// the file is not in the source, or not recorded; `file` is an identity or its unique end.
    struct Change {
        Migration migration;
        std::string recorded_check_sum;
    };
    Change find_change(const std::string& file);
    /// Takes the lock; throws Locked.
    void accept(const Change& change, const std::string& request_id);

    /// The tenant's recorded migrations from `file` (identity or its unique end) on, in source
    /// order: what `forget` would make pending again. Throws NotFound.
    std::vector<Migration> find_forgettable(const std::string& tenant, const std::string& file);
    /// Takes the lock; throws Locked.
    void forget(
        const std::string& tenant,
        const std::vector<Migration>& files,
        const std::string& request_id
    );

    /// Returns when the database answers; false after `timeout`.
    bool wait_for_database(std::chrono::milliseconds timeout, std::stop_token stop);

private:
    class RunInProgress;
    plan::Options plan_options(bool reconcile) const;
    void show_fleet(const plan::FleetStandings& fleet) const;
    /// For the metrics, after a run; never throws an Error.
    void look_at_fleet(const std::vector<Migration>& sources) const;
    void check_selection(const RunRequest& request) const;
    /// Edited files; none when checksums are not verified.
    std::vector<Migration> changed(const std::vector<Migration>& sources, const Applied& applied)
        const;
    std::unique_ptr<db::Run> lock(const std::string& what, const std::string& request_id);

    Dependencies dependencies_;
    Options options_;
    workers::RunQueue queue_;
    struct Running;
    std::shared_ptr<Running> running_;
};

}  // namespace migrator::coordinator
