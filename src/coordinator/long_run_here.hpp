#pragma once

#include <mutex>
#include <stop_token>
#include <string>

#include "coordinator/long_runs.hpp"

namespace migrator::coordinator {

/// A run of this process as far as all its threads know it, and as it should stand in
/// `migrator_runs`. Thread-safe.
class LongRuns::Active {
public:
    explicit Active(db::StoredRun run) : run_(std::move(run)) {}

    void progressed(const Progress& progress);
    void finish(int status, std::string answer, bool cancelled, TimePoint now);
    void cancel();
    std::stop_token stop() const { return stop_.get_token(); }

    db::StoredRun snapshot() const;
    bool has_ended() const;

    /// Writes it to the database, and obeys the mark it finds there. True: its end is written,
    /// nothing more is to be done. What fails is logged and tried again at the next call.
    bool write(db::Connector& connector);

private:
    db::StoredRun stored() const;  // with `mutex_` held

    mutable std::mutex mutex_;
    db::StoredRun run_;
    Progress progress_;
    bool cancelled_ = false;  ///< somebody asked for its end
    std::stop_source stop_;

    std::mutex writing_;  ///< one write at a time, so that an older one never comes last
    bool warned_ = false;
};

}  // namespace migrator::coordinator
