#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/estimate.hpp"

namespace migrator {

/// A lock on a relation that existed before the trace.
struct RelationLock {
    std::string schema;
    std::string relation;
    std::string mode;  ///< as pg_locks spells it: "AccessExclusiveLock"

    auto operator<=>(const RelationLock&) const = default;
};

/// Whether such a lock keeps others from reading, or from writing, until the transaction ends.
bool blocks_reads(std::string_view mode);
bool blocks_writes(std::string_view mode);

/// "ACCESS EXCLUSIVE", as the manual and LOCK TABLE spell it.
std::string mode_for_people(std::string_view mode);

/// What a statement did to a table that existed before the trace.
struct TouchedTable {
    std::string schema;
    std::string name;
    bool is_rewritten = false;      ///< itself or one of its indexes got a new file
    bool is_scanned = false;        ///< read from its beginning: a validation, an index, an update
    std::int64_t rows_changed = 0;  ///< inserted, updated, deleted

    bool operator==(const TouchedTable&) const = default;
};

struct TracedStatement {
    std::string file;
    std::size_t number = 0;  ///< in its file, from 1
    std::uint32_t line = 0;  ///< in its file, from 1
    std::string text;        ///< its first words, for people
    /// Not empty: it did not run, and this is why. Nothing of the rest is known then.
    std::string not_traced{};
    std::chrono::microseconds time{0};  ///< as the client sees it
    std::vector<RelationLock> locks{};  ///< that it took, by relation; not those held before
    /// Held when it began, by the statements before it; only those that block reads or writes.
    std::vector<RelationLock> held{};
    std::vector<TouchedTable> touched{};
    std::vector<std::string> validated{};  ///< constraints that are valid now: "orders.positive"
    /// Sequences that existed before and gave away values, which no rollback takes back.
    std::vector<std::string> advanced{};
};

/// What the pending files did in one schema before they were rolled back.
struct Trace {
    std::string schema;
    std::vector<TracedStatement> statements;  ///< in order; also those that did not run
    /// Not empty: the statement that failed, and why. It is the last that ran.
    std::string failure;
    bool is_timed_out = false;          ///< the failure is a limit of ours, not the statement's
    std::chrono::microseconds held{0};  ///< from the first statement to the end of the rollback
};

/// How long others could not read (or write) each relation when all is done in one transaction:
/// from the statement that took the lock to the end.
struct Blocked {
    std::string schema;
    std::string relation;
    std::string mode;                   ///< the strongest
    std::chrono::microseconds time{0};  ///< of the statements from the one that took it on
};
std::vector<Blocked> blocked_by(const Trace& trace);

/// What `plan --analyze` has measured.
struct TraceReport {
    std::optional<Trace> scratch;      ///< in a schema that was built for it
    std::vector<Trace> traces;         ///< of live tenants, from the smallest to the largest
    std::optional<Estimate> estimate;  ///< only when a live tenant was traced
    /// What a run would fail with. The files are not fit to run.
    std::vector<std::string> problems;
    std::vector<std::string> notes;  ///< what was not traced, and what is left of earlier traces
};

}  // namespace migrator
