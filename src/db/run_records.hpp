#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/time.hpp"

namespace migrator::db {

/// A run over HTTP that its client does not wait for: one row of `migrator_runs`.
struct RunRecord {
    std::string id;        ///< `[A-Za-z0-9._-]{1,128}`
    std::string state;     ///< "queued", "waiting", "running", "cancelling", "done", "failed", …
    std::string request;   ///< method, path, sha256 of the body, who asked
    std::string progress;  ///< JSON
    int status = 0;        ///< HTTP status of the answer; 0: there is none yet
    std::string answer;    ///< its body; empty: there is none yet
    bool cancel = false;   ///< somebody asked for the end
    std::string owner;     ///< host and process that work on it
    TimePoint started;
    std::optional<TimePoint> ended;
    /// Since its process last wrote it, by the database's clock. Not stored.
    std::chrono::seconds silent_for{0};
};

/// The table `migrator_runs`, where every process on the database sees the runs that nobody waits
/// for. All functions may be called from several threads; they throw as the Connector's do. While
/// there is no such table they find nothing.
class RunRecords {
public:
    virtual ~RunRecords() = default;

    enum class Insertion : std::uint8_t {
        Inserted,
        Exists,   ///< there is a run of this id
        NoTable,  ///< migrator's tables are not there yet: begin a run to make them
    };
    /// Records a run that begins now, and deletes those that ended more than a day ago. Of several
    /// calls with one id, from anywhere, one inserts.
    virtual Insertion insert(const RunRecord& run) = 0;
    /// Writes state, progress, status, answer and end. Returns whether its end was asked for.
    virtual bool update(const RunRecord& run) = 0;
    /// Asks for the end of a run, whoever works on it. False: there is no such run.
    virtual bool cancel(const std::string& id) = 0;
    virtual std::optional<RunRecord> find(const std::string& id) = 0;
    /// All runs, newest first.
    virtual void read(const std::function<void(const RunRecord&)>& run) = 0;
};

}  // namespace migrator::db
