#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/progress.hpp"
#include "core/time.hpp"
#include "db/connector.hpp"

namespace migrator::coordinator {

/// How a long run stands, as the API shows it.
struct LongRunView {
    std::string id;
    std::string state;  ///< "queued", "waiting", "running", "cancelling", "done", "failed", …
    TimePoint started;
    std::optional<TimePoint> ended;
    std::string progress;  ///< JSON
    int status = 0;        ///< of the answer; 0: there is none yet
    std::string answer;    ///< JSON
};

/// A run that this process works on and nobody waits for. Made by `LongRuns::admit`. One thread
/// at a time. Destroyed without `finish`, it has failed.
class LongRun {
public:
    virtual ~LongRun() = default;

    /// The answer that the caller would have got. `cancelled`: because it was asked to end.
    virtual void finish(int status, std::string answer, bool cancelled) = 0;
};

/// Runs over HTTP that their clients don't wait for, in `migrator_runs`, where every process on
/// the database can read them and ask for their end. Safe for all threads.
class LongRuns {
public:
    /// `connector` lives longer. `owner` is host and process, for people. `lock_timeout` is how
    /// long `admit` may wait for migrator's tables.
    LongRuns(
        db::Connector& connector,
        Clock clock,
        std::string owner,
        std::chrono::milliseconds lock_timeout,
        std::chrono::milliseconds beat = std::chrono::seconds(1)
    );
    /// Writes what is not written yet, once. All its runs have ended by then.
    ~LongRuns();
    LongRuns(const LongRuns&) = delete;
    LongRuns& operator=(const LongRuns&) = delete;

    /// A place for a run of this id; it takes several tries while tables have to be made.
    class Admission {
    public:
        virtual ~Admission() = default;
        /// For `RunRequest::progress`; may outlive the run.
        virtual ProgressSink sink() = 0;
        /// Requested when somebody asks for the run's end, here or through another process.
        virtual std::stop_token stop() const = 0;
        /// Whether a run of this id is there already. Throws InvalidRequest as `advance` does.
        virtual bool is_known() = 0;
        /// True: decided, see `run`. False: call again after `wait`. Throws InvalidRequest when
        /// the id belongs to another request, Locked when the tables could not be made in time,
        /// Busy when the database was not free in time.
        virtual bool advance() = 0;
        virtual std::chrono::milliseconds wait() const = 0;
        /// The run to work on; null when a run of this id was there already: `state` is its state.
        virtual std::unique_ptr<LongRun> run() = 0;
        virtual const std::string& state() const = 0;
    };
    /// `request` is method, path and checksum of the body: the same id with another is refused.
    std::unique_ptr<Admission> admit(std::string id, std::string request);

    /// Throws NotFound.
    LongRunView find(const std::string& id);
    /// Newest first.
    void read(const std::function<void(const LongRunView&)>& run);
    /// Asks for its end, whoever works on it; nothing happens when it has ended. Throws NotFound.
    void cancel(const std::string& id);

private:
    class Active;
    class LongRunHere;
    class AdmissionInProgress;

    LongRunView view(const db::StoredRun& stored) const;
    void beat(const std::stop_token& stop);
    void beat_once();
    std::shared_ptr<Active> active(const std::string& id);

    db::Connector& connector_;
    const Clock clock_;
    const std::string owner_;
    const std::chrono::milliseconds lock_timeout_;
    const std::chrono::milliseconds beat_every_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Active>> active_;  ///< until their end is written
    std::jthread beater_;                                    // the last member: it uses the others
};

}  // namespace migrator::coordinator
