#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "coordinator/dependencies.hpp"
#include "coordinator/detached_run.hpp"
#include "core/time.hpp"
#include "db/run_records.hpp"

namespace migrator::coordinator {

/// How a detached run stands, as the API shows it.
struct DetachedRunView {
    std::string id;
    std::string state;  ///< "queued", "waiting", "running", "cancelling", "done", "failed", …
    TimePoint started;
    std::optional<TimePoint> ended;
    std::string progress;  ///< JSON
    int status = 0;        ///< of the answer; 0: there is none yet
    std::string answer;    ///< JSON
    std::string request;   ///< as it was given to `prepare`
};

/// Runs over HTTP that their clients don't wait for, in `migrator_runs`, where every process on
/// the database can read them and ask for their end. Safe for all threads.
class DetachedRuns {
public:
    /// Of `dependencies` the connector, which lives longer, the clocks and the owner are used.
    /// `lock_timeout` is how long `record` may wait for migrator's tables, until `stop`.
    DetachedRuns(
        Dependencies dependencies,
        std::chrono::milliseconds lock_timeout,
        std::stop_token stop,
        std::chrono::milliseconds beat = std::chrono::seconds(1)
    );
    /// Writes what is not written yet, once. All its runs have ended by then.
    ~DetachedRuns() = default;
    DetachedRuns(const DetachedRuns&) = delete;
    DetachedRuns& operator=(const DetachedRuns&) = delete;

    /// A run of this id that nobody has heard of yet. `request` is method, path, checksum of the
    /// body and who asked: the same id with another is refused.
    std::shared_ptr<DetachedRun> prepare(std::string id, std::string request) const;

    /// The state of the run of the same id, if there is one. Throws InvalidRequest when the id
    /// belongs to another request.
    std::optional<std::string> known_state(const DetachedRun& run);

    /// Records a run that this process is going to work on; then `finish` has to be called.
    /// Nothing is recorded when a run of this id is there already: gives its state. Waits while
    /// migrator's tables have to be made. Throws InvalidRequest as `known_state` does, Locked when
    /// the tables could not be made in time, Busy when the database was not free in time.
    std::optional<std::string> record(const std::shared_ptr<DetachedRun>& run);

    /// The end of its work, with the answer that its client would have got.
    void finish(DetachedRun& run, int status, std::string answer);

    /// Throws NotFound.
    DetachedRunView find(const std::string& id);
    /// The run as it is, and what has happened since event `since`. Of a run that another process
    /// works on, or whose end is written, no event is known: `whole` when anything may have
    /// happened. Throws NotFound.
    struct Events {
        DetachedRunView run;
        RunEvents::Since since;
    };
    Events events(const std::string& id, std::uint64_t since);
    /// Newest first.
    void read(const std::function<void(const DetachedRunView&)>& run);
    /// Asks for its end, whoever works on it; nothing happens when it has ended. Throws NotFound.
    void cancel(const std::string& id);

private:
    std::string state_to_show(const db::RunRecord& known, const db::RunRecord& wanted) const;
    DetachedRunView view(const db::RunRecord& record) const;
    void beat(const std::stop_token& stop);
    void beat_once();
    std::shared_ptr<DetachedRun> here(const std::string& id);

    const Dependencies dependencies_;
    db::RunRecords& records_;
    const std::chrono::milliseconds lock_timeout_;
    const std::stop_token stop_;
    const std::chrono::milliseconds beat_every_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<DetachedRun>> here_;  ///< until their end is written
    std::jthread beater_;  // the last member: it uses the others
};

}  // namespace migrator::coordinator
