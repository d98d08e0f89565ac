#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/migration.hpp"
#include "core/trace.hpp"
#include "db/sql/apply/scripts.hpp"
#include "db/sql/session.hpp"

namespace migrator::analysis {

/// What a trace may do to whoever else works in the database.
struct TraceLimits {
    std::chrono::milliseconds lock_timeout{500};  ///< wait for each lock
    /// From the first statement on; what is not done by then is cancelled and rolled back. Unset:
    /// as long as it takes.
    std::optional<std::chrono::milliseconds> max_hold;
    std::string role;  ///< to run the statements as; empty: the login
};

/// A file to trace, for a schema.
struct TracedFile {
    const Migration* migration = nullptr;  ///< lent
    std::string schema;
};

/// Asked before each statement: why it is not to run; empty: it runs.
using Objection =
    std::function<std::string(const std::string& file, std::size_t number, std::string_view text)>;

/// Asked after each statement that ran, with what was seen: why the trace stops here; empty: it
/// goes on.
using Verdict = std::function<std::string(const TracedStatement& statement)>;

/// Runs files of PostgreSQL statement by statement in one transaction that is always rolled back,
/// and looks after each what it has done. A second session tells what existed before: it sees
/// none of what the first one does, but for its locks. One thread at a time.
class Tracer {
public:
    /// All is lent. `work` is of no use to anyone else afterwards: what statements leave in a
    /// session stays in it.
    Tracer(
        db::sql::Session& work,
        db::sql::Session& observer,
        db::sql::apply::Scripts& scripts,
        TraceLimits limits
    );

    void object(Objection objection) { objection_ = std::move(objection); }
    void judge(Verdict verdict) { verdict_ = std::move(verdict); }
    /// Asked in the transaction when all files have run: why that can't be; empty: it can.
    using LastVerdict = std::function<std::string(db::sql::Session& work)>;
    void judge_at_end(LastVerdict verdict) { last_verdict_ = std::move(verdict); }
    /// Sequences of these schemas give away no value for good: others wait for them while a
    /// statement that may take one is held.
    void keep_sequences() { keeps_sequences_ = true; }

    /// Constraints that are deferred are checked where a run commits: behind all files, or behind
    /// each with Atomicity::File. All `files` are of one tenant. `schema` names the trace. Throws
    /// Unavailable, and what `Session::begin` throws; a statement that fails is no exception.
    Trace run(const std::string& schema, const std::vector<TracedFile>& files);

private:
    class Look;

    bool prepare_limits();
    bool run_file(Look& look, const TracedFile& file, Trace& trace);
    void check_deferred(const std::string& at, Trace& trace);
    bool run_statement(Look& look, const db::sql::ScriptRun& script, Trace& trace);
    void keep_sequences_of(Look& look, const std::string& schema);
    std::optional<std::chrono::milliseconds> time_left() const;

    db::sql::Session& work_;
    db::sql::Session& observer_;
    db::sql::apply::Scripts& scripts_;
    const TraceLimits limits_;
    Objection objection_;
    Verdict verdict_;
    LastVerdict last_verdict_;
    bool keeps_sequences_ = false;
    bool sequences_are_kept_ = false;
    std::chrono::steady_clock::time_point began_;
};

}  // namespace migrator::analysis
