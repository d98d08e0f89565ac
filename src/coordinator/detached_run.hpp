#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "coordinator/run_events.hpp"
#include "core/migration.hpp"
#include "core/progress.hpp"
#include "core/time.hpp"
#include "db/run_records.hpp"
#include "plan/failure_groups.hpp"
#include "plan/selection.hpp"

namespace migrator::coordinator {

/// What a run is for, as those who look at it are told.
struct RunDetails {
    std::string version_name;
    bool dry_run = false;
    Action action = Action::Apply;
    std::string asked_by;  ///< "ci (token)"; empty: nobody knows
    plan::Selection tenants;
};

/// A run of this process that its client does not wait for, as far as all its threads know it, and
/// as it should stand in `migrator_runs`. Thread-safe.
class DetachedRun {
public:
    /// `clock` gives the times of its events; without one they are 0.
    explicit DetachedRun(db::RunRecord run, Clock clock = nullptr)
        : run_(std::move(run)), events_(std::move(clock)) {}

    void describe(RunDetails details);
    /// For `VersionRequest::progress`.
    void progressed(const Progress& progress);
    /// Requested when somebody asks for the run's end, here or through another process.
    std::stop_token stop() const { return stop_.get_token(); }
    void cancel();
    /// Its work was cancelled, whoever asked for that.
    void work_was_cancelled();

    /// The answer that its client would have got.
    void finish(int status, std::string answer, TimePoint now);

    /// Its `progress` holds, beside the numbers, what it is for, its failures in groups, and the
    /// number of the newest event as `seq`.
    db::RunRecord snapshot() const;
    RunEvents::Since events_since(std::uint64_t since) const;
    bool has_ended() const;

    /// Writes it to the database, and obeys the mark it finds there. True: its end is written,
    /// nothing more is to be done. What fails is logged and tried again at the next call.
    bool write(db::RunRecords& records);

private:
    mutable std::mutex mutex_;
    db::RunRecord run_;
    Progress progress_;
    RunEvents events_;
    plan::FailureGroups failures_;
    std::optional<RunDetails> details_;
    bool end_wanted_ = false;
    bool work_was_cancelled_ = false;
    std::stop_source stop_;

    std::mutex writing_;  ///< one write at a time, so that an older one never comes last
    bool warned_ = false;
};

}  // namespace migrator::coordinator
