#pragma once

#include <mutex>
#include <stop_token>
#include <string>

#include "core/progress.hpp"
#include "core/time.hpp"
#include "db/run_records.hpp"

namespace migrator::coordinator {

/// A run of this process that its client does not wait for, as far as all its threads know it, and
/// as it should stand in `migrator_runs`. Thread-safe.
class DetachedRun {
public:
    explicit DetachedRun(db::RunRecord run) : run_(std::move(run)) {}

    /// For `VersionRequest::progress`.
    void progressed(const Progress& progress);
    /// Requested when somebody asks for the run's end, here or through another process.
    std::stop_token stop() const { return stop_.get_token(); }
    void cancel();
    /// Its work was cancelled, whoever asked for that.
    void work_was_cancelled();

    /// The answer that its client would have got.
    void finish(int status, std::string answer, TimePoint now);

    db::RunRecord snapshot() const;
    bool has_ended() const;

    /// Writes it to the database, and obeys the mark it finds there. True: its end is written,
    /// nothing more is to be done. What fails is logged and tried again at the next call.
    bool write(db::RunRecords& records);

private:
    mutable std::mutex mutex_;
    db::RunRecord run_;
    Progress progress_;
    bool end_wanted_ = false;
    bool work_was_cancelled_ = false;
    std::stop_source stop_;

    std::mutex writing_;  ///< one write at a time, so that an older one never comes last
    bool warned_ = false;
};

}  // namespace migrator::coordinator
