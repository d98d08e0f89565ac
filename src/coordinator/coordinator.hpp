#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "coordinator/audit.hpp"
#include "coordinator/corrections.hpp"
#include "coordinator/dependencies.hpp"
#include "coordinator/drift_check.hpp"
#include "coordinator/inspection.hpp"
#include "coordinator/line.hpp"
#include "coordinator/options.hpp"
#include "coordinator/version_run.hpp"
#include "core/migration.hpp"
#include "db/connector.hpp"

/// The use cases. The only place where a loader meets a database.
namespace migrator::coordinator {

/// All functions may be called from several threads. They throw Error as the modules below do.
class Coordinator {
public:
    Coordinator(Dependencies dependencies, const Options& options);
    Coordinator(const Coordinator&) = delete;
    Coordinator& operator=(const Coordinator&) = delete;

    /// A run: blocks while others work, and until it has ended. Throws what `enter` and
    /// `VersionRun::run` throw.
    Outcome create_version(const VersionRequest& request);

    /// The same in two steps, for who has to know at once whether there is room. `enter` takes a
    /// place in the line of runs; throws Busy when it is full, InvalidRequest or MigrationFailed
    /// for names that can't be. Touches neither database nor storage.
    std::unique_ptr<Line::Place> enter(const VersionRequest& request);
    Outcome create_version(const VersionRequest& request, std::unique_ptr<Line::Place> place);

    /// Throws InvalidRequest for a selection that no run can have: canary or waves where there are
    /// none. Touches nothing.
    void check_selection(const VersionRequest& request) const;

    /// Cancels all runs of this process, and those to come.
    void cancel_all() { stop_.request_stop(); }
    /// Requested by `cancel_all`.
    std::stop_token stop() const { return stop_.get_token(); }

    /// All files in source order. Also asks the database to answer, as clients rely on it.
    std::vector<Migration> source_migrations();
    std::unique_ptr<db::AppliedRows> applied_migrations(const db::RowsWanted& wanted);
    TenantList tenant_list();
    /// The names of that list; what is wrong with others is logged.
    std::vector<std::string> tenants();
    std::vector<Version> versions(const db::VersionsWanted& wanted);
    /// Nothing when there is no such version.
    std::optional<Version> version(std::int64_t id);

    const Inspection& inspection() const { return inspection_; }
    const DriftCheck& drift() const { return drift_; }
    Corrections& corrections() { return corrections_; }
    Audit& audit() { return audit_; }

    /// Returns when the database answers; false after `timeout`.
    bool wait_for_database(std::chrono::milliseconds timeout, std::stop_token stop);

private:
    std::unique_ptr<Line::Place> checked_place(const VersionRequest& request);

    const Dependencies dependencies_;
    const Options options_;
    const Inspection inspection_;
    const DriftCheck drift_;
    Audit audit_;
    Corrections corrections_;
    Line line_;
    std::stop_source stop_;
};

}  // namespace migrator::coordinator
