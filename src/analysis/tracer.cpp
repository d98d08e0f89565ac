#include "analysis/tracer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/ascii.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/migration.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/transaction.hpp"
#include "script/first_words.hpp"
#include "script/script.hpp"

namespace migrator::analysis {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
namespace sql = db::sql;

/// With less left no statement is begun.
constexpr milliseconds kLeastTime{10};
/// The server ends a transaction whose client has stopped, so much later than we would.
constexpr milliseconds kSilence{200};
constexpr std::string_view kCancelled = "57014";
constexpr std::string_view kLockNotAvailable = "55P03";

/// What the session of that number has locked of what existed before: others see nothing that is
/// not committed. Asks for no lock on it.
constexpr std::string_view kLocks = R"(
select c.oid, n.nspname, c.relname, c.relkind, l.mode, c.relfilenode
from pg_catalog.pg_locks l
join pg_catalog.pg_class c on c.oid = l.relation
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where l.pid = $1 and l.locktype = 'relation' and l.granted
  and l.database = (select oid from pg_catalog.pg_database
                    where datname = pg_catalog.current_database())
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
order by 2, 3, 5)";

/// The table to which a relation belongs: its own, or that of the index. Counts are those of the
/// transaction.
constexpr std::string_view kFacts = R"(
select c.oid, c.relfilenode, coalesce(i.indrelid, c.oid),
       pg_catalog.pg_stat_get_xact_numscans(c.oid),
       pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)
           + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
           + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)
from pg_catalog.pg_class c left join pg_catalog.pg_index i on i.indexrelid = c.oid
where c.oid = any ($1::pg_catalog.oid[]))";

constexpr std::string_view kConstraints = R"(
select o.conrelid || '.' || o.conname, c.relname || '.' || o.conname
from pg_catalog.pg_constraint o join pg_catalog.pg_class c on c.oid = o.conrelid
where o.convalidated and o.contype in ('c', 'f') and o.conrelid = any ($1::pg_catalog.oid[])
order by 2)";

/// ALTER SEQUENCE gives it another file, which the rollback throws away together with the values
/// that were taken from it.
constexpr std::string_view kSequences = R"(
select pg_catalog.format('alter sequence %I.%I cache %s', n.nspname, c.relname, s.seqcache)
from pg_catalog.pg_sequence s
join pg_catalog.pg_class c on c.oid = s.seqrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 order by 1)";

/// A statement of a file, and what is sent for it: data of COPY included.
struct Piece {
    const script::Statement* statement;
    std::size_t number;
    std::string text;
};

std::vector<Piece> pieces_of(const sql::apply::PreparedScript& prepared) {
    const auto& statements = prepared.script->statements;
    const std::size_t skipped = prepared.script->wrapped ? 1 : 0;  // BEGIN and COMMIT
    std::vector<Piece> pieces;
    for (std::size_t i = skipped; i + skipped < statements.size(); ++i) {
        const std::size_t end =
            i + 1 < statements.size() ? statements[i + 1].begin : prepared.text.size();
        pieces.push_back({&statements[i], i + 1, prepared.text.piece(statements[i].begin, end)});
    }
    return pieces;
}

std::string why_not_in_a_transaction(std::uint32_t traits) {
    if ((traits & script::kRefusesTransaction) != 0) return "cannot run inside a transaction";
    if ((traits & script::kTransactionControl) != 0) return "controls the transaction";
    return {};
}

/// For people, who know the statement from the file: the schema before a dot is the placeholder
/// again.
std::string with_placeholder(
    std::string_view text, const std::string& schema, const std::string& placeholder
) {
    // What is shown are the first words alone.
    constexpr std::size_t kLooked = 500;
    std::string result(text.substr(0, kLooked));
    const std::string name = schema + ".";
    for (std::size_t at = result.find(name); at != std::string::npos;
         at = result.find(name, at + placeholder.size())) {
        const bool is_word = at == 0 || !(is_letter(result[at - 1]) || is_digit(result[at - 1]) ||
                                          result[at - 1] == '_' || result[at - 1] == '-');
        if (is_word) result.replace(at, schema.size(), placeholder);
    }
    return result;
}

/// Whether it may take values of a sequence: all but DDL may.
bool may_advance_sequences(std::string_view excerpt) {
    for (const std::string_view word :
         {"alter",
          "create index",
          "create unique",
          "drop",
          "comment",
          "grant",
          "revoke",
          "set ",
          "reset",
          "truncate"}) {
        if (excerpt.size() >= word.size() &&
            std::ranges::equal(excerpt.substr(0, word.size()), word, [](char a, char b) {
                return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
            })) {
            return false;
        }
    }
    return true;
}

std::string told(const sql::Failure& failure) {
    std::string text = failure.message;
    if (!failure.sqlstate.empty()) text += fmt::format(" (SQLSTATE {})", failure.sqlstate);
    return text;
}

}  // namespace

/// What is known of the transaction after each statement, to tell what the next one has done.
class Tracer::Look {
public:
    Look(sql::Session& work, sql::Session& observer) : work_(work), observer_(observer) {
        pid_ = sql::query_row(work_, "select pg_catalog.pg_backend_pid()").value().front();
    }

    /// Takes in what is there now; `statement` gets what is new, where there is one.
    void after(TracedStatement* statement, bool has_failed) {
        const std::vector<Held> now = locks();
        for (const Held& held : now) {
            if (!held_.insert(held.lock).second) continue;
            if (statement == nullptr) {
                ours_.insert(held.lock);
            } else {
                statement->locks.push_back(held.lock);
            }
        }
        if (has_failed) return;  // the server has let go of the locks, too
        read_facts(now, statement);
        read_constraints(now, statement);
    }

    /// What blocks others, of what statements have taken.
    std::vector<RelationLock> blocking() const {
        std::vector<RelationLock> result;
        std::ranges::copy_if(held_, std::back_inserter(result), [this](const RelationLock& lock) {
            return migrator::blocks_writes(lock.mode) && !ours_.contains(lock);
        });
        return result;
    }

private:
    struct Held {
        std::string oid;
        std::string kind;
        std::string file;  ///< relfilenode before the trace
        RelationLock lock;
    };
    struct Facts {
        std::string file;
        std::int64_t scans = 0;
        std::int64_t changes = 0;
    };

    std::vector<Held> locks() {
        std::vector<Held> result;
        observer_.query(kLocks, std::vector<sql::Value>{pid_}, [&](const sql::Row& row) {
            result.push_back(
                {.oid = sql::text_of(row[0]),
                 .kind = sql::text_of(row[3]),
                 .file = sql::text_of(row[5]),
                 .lock = {sql::text_of(row[1]), sql::text_of(row[2]), sql::text_of(row[4])}}
            );
        });
        return result;
    }

    static std::vector<sql::Value> oids_of(const std::vector<Held>& held) {
        std::set<std::string> oids;
        for (const Held& one : held) oids.insert(one.oid);
        return {fmt::format("{{{}}}", fmt::join(oids, ","))};
    }

    void read_facts(const std::vector<Held>& now, TracedStatement* statement) {
        std::map<std::string, const Held*> by_oid;
        for (const Held& held : now) by_oid.emplace(held.oid, &held);
        std::map<std::string, TouchedTable> touched;  // by oid of the table
        work_.query(kFacts, oids_of(now), [&](const sql::Row& row) {
            const std::string oid = sql::text_of(row[0]);
            const Facts facts{
                .file = sql::text_of(row[1]),
                .scans = sql::to_integer(row[3]),
                .changes = sql::to_integer(row[4])};
            const Held& held = *by_oid.at(oid);
            const Facts before = std::exchange(
                known_.try_emplace(oid, Facts{.file = held.file}).first->second, facts
            );
            if (statement == nullptr) return;
            if (held.kind == "S") {
                if (statement->locks.end() != std::ranges::find(statement->locks, held.lock)) {
                    note_sequence(held, *statement);
                }
                return;
            }
            const std::string table = sql::text_of(row[2]);
            const bool is_index = table != oid;
            const auto owner = by_oid.find(table);
            if (owner == by_oid.end()) return;
            const bool rewritten = facts.file != before.file;
            const bool scanned = !is_index && facts.scans > before.scans;
            const std::int64_t changed = is_index ? 0 : facts.changes - before.changes;
            if (!rewritten && !scanned && changed == 0) return;
            TouchedTable& one = touched[table];
            one.schema = owner->second->lock.schema;
            one.name = owner->second->lock.relation;
            one.is_rewritten = one.is_rewritten || rewritten;
            one.is_scanned = one.is_scanned || scanned;
            one.rows_changed += changed;
        });
        for (auto& [oid, table] : touched) statement->touched.push_back(std::move(table));
        if (statement != nullptr) {
            std::ranges::sort(statement->touched, {}, [](const TouchedTable& table) {
                return std::pair(table.schema, table.name);
            });
        }
    }

    /// nextval() holds ROW EXCLUSIVE; the name of one that was kept is held otherwise already.
    void note_sequence(const Held& held, TracedStatement& statement) const {
        const bool is_kept = held_.contains({held.lock.schema, held.lock.relation, kKeeps});
        if (held.lock.mode != "RowExclusiveLock" || is_kept) return;
        statement.advanced.push_back(held.lock.schema + "." + held.lock.relation);
    }

    /// Those of tables that existed before. A table that is seen for the first time was locked by
    /// this statement: what others see of it is how it was.
    void read_constraints(const std::vector<Held>& now, TracedStatement* statement) {
        std::vector<Held> fresh;
        std::ranges::copy_if(now, std::back_inserter(fresh), [&](const Held& held) {
            return seen_.insert(held.oid).second;
        });
        if (!fresh.empty()) {
            observer_.query(kConstraints, oids_of(fresh), [&](const sql::Row& row) {
                valid_.insert(sql::text_of(row[0]));
            });
        }
        work_.query(kConstraints, oids_of(now), [&](const sql::Row& row) {
            if (!valid_.insert(sql::text_of(row[0])).second || statement == nullptr) return;
            statement->validated.push_back(sql::text_of(row[1]));
        });
    }

    static constexpr const char* kKeeps = "ShareRowExclusiveLock";

    sql::Session& work_;
    sql::Session& observer_;
    sql::Value pid_;
    std::set<RelationLock> held_;
    std::set<RelationLock> ours_;         ///< of them, those that no statement of a file has taken
    std::map<std::string, Facts> known_;  ///< by oid
    std::set<std::string> seen_;          ///< oids
    std::set<std::string> valid_;         ///< constraints, by oid of the table and name
};

Tracer::Tracer(
    sql::Session& work, sql::Session& observer, sql::apply::Scripts& scripts, TraceLimits limits
)
    : work_(work), observer_(observer), scripts_(scripts), limits_(std::move(limits)) {}

Trace Tracer::run(const std::string& schema, const std::vector<TracedFile>& files) {
    Trace trace{.schema = schema, .statements = {}, .failure = {}};
    sequences_are_kept_ = false;
    began_ = Clock::now();
    {
        sql::Transaction transaction(
            work_,
            {.statement_timeout = limits_.max_hold,
             .lock_timeout = limits_.lock_timeout,
             .role = limits_.role},
            ""
        );
        Look look(work_, observer_);
        look.after(nullptr, false);
        for (const TracedFile& file : files) {
            if (!run_file(look, file, trace)) break;
        }
        if (trace.failure.empty() && !files.empty()) {
            check_deferred(files.back().migration->name, trace);
        }
        if (trace.failure.empty() && last_verdict_) trace.failure = last_verdict_(work_);
    }
    trace.held = duration_cast<microseconds>(Clock::now() - began_);
    return trace;
}

std::optional<milliseconds> Tracer::time_left() const {
    if (!limits_.max_hold) return std::nullopt;
    return *limits_.max_hold - duration_cast<milliseconds>(Clock::now() - began_);
}

/// A file may have set others. False when there is no time left.
bool Tracer::prepare_limits() {
    const auto left = time_left();
    if (left && *left < kLeastTime) return false;
    const milliseconds lock = left ? std::min(*left, limits_.lock_timeout) : limits_.lock_timeout;
    const auto set = [&](std::string_view name, milliseconds value) {
        sql::execute(
            work_,
            "select pg_catalog.set_config($1, $2, true)",
            {std::string(name), fmt::to_string(value.count())}
        );
    };
    set("lock_timeout", lock);
    if (left) {
        set("idle_in_transaction_session_timeout", *left + kSilence);
        set("statement_timeout", *left);
    }
    return true;
}

/// False when the trace ends with it.
bool Tracer::run_file(Look& look, const TracedFile& file, Trace& trace) {
    const auto prepared =
        scripts_.prepare(*file.migration, file.schema, work_.standard_conforming_strings());
    const auto& dialect = scripts_.dialect();
    if (!prepared.script->problem.empty()) {
        trace.failure = fmt::format("{}: {}", file.migration->name, prepared.script->problem);
        return false;
    }
    for (const Piece& piece : pieces_of(prepared)) {
        TracedStatement& statement = trace.statements.emplace_back();
        statement.file = file.migration->file;
        statement.number = piece.number;
        statement.line = piece.statement->line;
        statement.text = script::first_words(
            with_placeholder(piece.text, file.schema, scripts_.options().placeholder)
        );
        statement.not_traced = why_not_in_a_transaction(piece.statement->traits);
        if (statement.not_traced.empty() && prepared.outside_transaction) {
            statement.not_traced = "the file runs without a transaction";
        }
        if (statement.not_traced.empty() && objection_) {
            statement.not_traced = objection_(statement.file, statement.number, piece.text);
        }
        if (!statement.not_traced.empty()) continue;
        const script::Script alone =
            dialect.scan(piece.text, dialect.lexis, work_.standard_conforming_strings());
        if (keeps_sequences_ && may_advance_sequences(statement.text)) {
            keep_sequences_of(look, file.schema);
        }
        if (!run_statement(look, {.text = piece.text, .script = &alone}, trace)) return false;
    }
    if (scripts_.options().atomicity == db::Atomicity::File) {
        check_deferred(file.migration->name, trace);
        if (!trace.failure.empty()) return false;
    }
    work_.reset();
    return true;
}

/// What COMMIT would check. Afterwards everything is as deferred as before.
void Tracer::check_deferred(const std::string& at, Trace& trace) {
    if (!prepare_limits()) {
        trace.is_timed_out = true;
        trace.failure = fmt::format(
            "stopped after {}: deferred constraints are not checked",
            format_duration(*limits_.max_hold)
        );
        return;
    }
    const auto& dialect = scripts_.dialect();
    const auto run = [&](const std::string& text) {
        const script::Script script =
            dialect.scan(text, dialect.lexis, work_.standard_conforming_strings());
        const sql::ScriptRun one{.text = text, .script = &script};
        auto failure = work_.run_scripts({&one, 1});
        if (failure && failure->connection_lost) {
            throw Error(ErrorKind::Unavailable, failure->message);
        }
        return failure;
    };
    if (run("savepoint migrator_deferred")) return;
    const auto failure = run("set constraints all immediate");
    run("rollback to savepoint migrator_deferred");
    if (!failure) return;
    trace.failure = fmt::format("{}, at COMMIT: {}", at, told(*failure));
    const auto left = time_left();
    trace.is_timed_out = failure->sqlstate == kCancelled && left && *left < kLeastTime;
}

void Tracer::keep_sequences_of(Look& look, const std::string& schema) {
    if (std::exchange(sequences_are_kept_, true)) return;
    if (!prepare_limits()) return;  // the statement is not begun either
    std::vector<std::string> texts;
    work_.query(kSequences, std::vector<sql::Value>{schema}, [&](const sql::Row& row) {
        texts.push_back(sql::text_of(row.front()));
    });
    for (const std::string& text : texts) sql::execute(work_, text);
    look.after(nullptr, false);
}

/// The last of `trace.statements`. False when the trace ends with it.
bool Tracer::run_statement(Look& look, const sql::ScriptRun& script, Trace& trace) {
    TracedStatement& statement = trace.statements.back();
    statement.held = look.blocking();
    if (!prepare_limits()) {
        statement.not_traced = "the time to hold locks is used up";
        trace.is_timed_out = true;
        trace.failure = fmt::format("stopped after {}", format_duration(*limits_.max_hold));
        return false;
    }
    const auto begin = Clock::now();
    const auto failure = work_.run_scripts({&script, 1});
    statement.time = duration_cast<microseconds>(Clock::now() - begin);
    if (failure && failure->connection_lost) throw Error(ErrorKind::Unavailable, failure->message);
    look.after(&statement, failure.has_value());
    if (failure) {
        trace.failure = told(*failure);
        const auto left = time_left();
        trace.is_timed_out = failure->sqlstate == kLockNotAvailable ||
                             (failure->sqlstate == kCancelled && left && *left < kLeastTime);
        return false;
    }
    if (verdict_) trace.failure = verdict_(statement);
    return trace.failure.empty();
}

}  // namespace migrator::analysis
