#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/migration.hpp"
#include "db/catalog.hpp"
#include "db/sql/dialect.hpp"
#include "db/sql/observer.hpp"
#include "script/script.hpp"
#include "script/text.hpp"

namespace migrator::db::sql {

/// A column value as text; nothing for NULL. Booleans are "1"/"t"/"true" or anything else.
using Value = std::optional<std::string>;
using Row = std::vector<Value>;
using RowSink = std::function<void(const Row&)>;

/// A script to run for one schema.
struct ScriptRun {
    std::size_t step = 0;  ///< the caller's number; comes back in a Failure
    script::Text text;     ///< what `script` was scanned from
    const script::Script* script = nullptr;
    std::string_view schema{};             ///< that it runs for; empty: none
    const Migration* migration = nullptr;  ///< for people; may be null
    /// Traits of the scripts before it whose session state is to be undone first, as by
    /// `Session::reset`; `kNoTraits`: there is none.
    std::uint32_t undone = script::kNoTraits;
};

/// What a server said when it refused a script or a COMMIT.
struct Failure {
    std::size_t step = 0;       ///< of the ScriptRun
    std::size_t statement = 0;  ///< number in its script, from 1; 0 when unknown
    std::uint32_t line = 0;     ///< in its script, from 1; 0 when unknown
    std::string message;        ///< the server's main message
    std::string detail;         ///< may be empty, as the others below
    std::string hint;
    std::string context;  ///< constraint and table, or the function it happened in
    std::string sqlstate;
    bool connection_lost = false;
    bool lock_timed_out = false;  ///< a lock was not free in time
    /// Statements of the script that have run and stay, where no transaction holds them.
    std::size_t kept = 0;
    /// A lock that was not free in time, or a deadlock, and nothing of the script stays: it may be
    /// sent again. Where DDL does not commit, `Dialect::passing_sqlstates` may say so alone.
    bool may_repeat = false;
};

/// Settings of a transaction that runs scripts.
struct WorkSettings {
    std::optional<std::chrono::milliseconds> statement_timeout;
    std::optional<std::chrono::milliseconds> lock_timeout;
    std::string role;          ///< role to run the scripts as; empty: the login
    bool keeps_state = false;  ///< scripts see what those before them have left in the session
};

/// One row for `migrator_migrations`. The pointers lend.
struct MetadataRow {
    const Migration* migration = nullptr;
    const std::string* schema = nullptr;
};

/// The version that a run makes.
struct VersionRow {
    std::int64_t id = 0;
    std::string name;
};

/// One execution where DDL commits: a script and what is recorded with it. The pointers lend.
struct RecordedScript {
    ScriptRun run;
    MetadataRow row;
    std::string tenant;            ///< of its row in `migrator_tenant_state`
    bool ends_tenant = false;      ///< the last of the run for the tenant: its state row goes
    std::size_t skipped = 0;       ///< statements at the beginning that are not sent
    std::size_t known_before = 0;  ///< statements that an earlier run is known to have run
    bool is_interrupted = false;   ///< an earlier run, or try, ended in this script
};

/// Rows that are read one by one, as the server sends them: memory for one at a time. It lends its
/// session, which can do nothing else and has to stay until the source is destroyed. To destroy it
/// before the end is safe; the session may be lost then (`Session::is_lost`).
class RowSource {
public:
    virtual ~RowSource() = default;
    /// The next row; false after the last. Throws what `Session::query` throws; then it is over.
    virtual bool next(Row& row) = 0;
};

/// One connection to one server. One thread at a time; destroying it closes the connection and
/// rolls back. Functions that don't return a Failure throw Error: Unavailable when the connection
/// is gone, Internal when our own SQL is refused (the message is the server's).
class Session {
public:
    virtual ~Session() = default;

    /// Our own SQL: one statement, parameters always bound.
    virtual std::unique_ptr<RowSource> open(
        std::string_view sql, std::span<const Value> parameters
    ) = 0;

    /// The same to its end. `row` may be null.
    void query(std::string_view sql, std::span<const Value> parameters, const RowSink& row);

    /// Whether the connection is known to be gone, or the server says so by itself. Asks nobody.
    virtual bool is_lost() const noexcept { return false; }

    /// How long our own statements wait for a file that somebody else has locked; unset: as long
    /// as usual. Does nothing where readers and writers don't wait for each other.
    virtual void set_patience(std::optional<std::chrono::milliseconds> /*patience*/) {}

    /// From now on, when `stop` is requested, what is running is cancelled in the database and
    /// fails soon. `query`, `run_scripts` and the others then fail as the server says.
    virtual void watch(std::stop_token stop) = 0;

    /// What the server calls it, for others that ask about it; empty where there is no such thing.
    virtual std::string id() const { return {}; }

    /// From now on `observer`, which is lent, is told of the scripts that run. Null: nobody is.
    virtual void observe(Observer* /*observer*/) {}

    /// Before `begin`: the schemas that the next transaction works in. Databases with one
    /// namespace for all schemas do nothing.
    virtual void use_schemas(std::span<const std::string> schemas) = 0;

    /// Our own SQL whose answer nobody needs: the database may see it only with what is asked next,
    /// `commit` included, which then throws what this would have thrown.
    virtual void execute_later(std::string_view sql, std::span<const Value> parameters) {
        query(sql, parameters, nullptr);
    }

    /// Lets the database see what has been put off, and throws what it is refused with.
    virtual void send_waiting() {}

    /// Begins a transaction and applies the settings to it alone. `run_id`: the run that it works
    /// for, if any. Where the RunLock is no proof of that, the transaction keeps a later run
    /// waiting until it has ended, and Locked is thrown when another run has taken over ("lost the
    /// migration lock to …"). Errors may come as those of `execute_later` do.
    virtual void begin(const WorkSettings& settings, std::string_view run_id = {}) = 0;

    /// Runs scripts in order in the open transaction, as few messages as the server understands;
    /// their results are thrown away. At the first failure returns it; the transaction then has
    /// failed. Before one with `ScriptRun::undone`, and after one that changes session state when
    /// that is kept, the settings of `begin` are set again.
    /// Scripts that need a message of their own (`kChangesLexing`, COPY, not `sure`) get one.
    virtual std::optional<Failure> run_scripts(std::span<const ScriptRun> scripts) = 0;

    /// Runs one script outside a transaction, statement by statement; `done` is told the number
    /// of statements that have run after each. The script's own transaction control is sent.
    virtual std::optional<Failure> run_without_transaction(
        const ScriptRun& script,
        const WorkSettings& settings,
        const std::function<void(std::size_t statements)>& done
    ) = 0;

    /// Where DDL commits (`Dialect::transactional_ddl` is false): runs scripts in order, each with
    /// its progress in the tenant's state row and its row in `migrator_migrations`, and commits
    /// each. The first puts `version` in, if it is not there. At the first failure what is not
    /// committed of that script is rolled back, `Failure::kept` says what stays, and the scripts
    /// before it are recorded. A lost connection: the metadata say what has run once the server's
    /// session has gone.
    virtual std::optional<Failure> run_recorded(
        const VersionRow& version,
        std::span<const RecordedScript> scripts,
        const WorkSettings& settings
    );

    /// How many sessions of one run may work at once, this one included; 0: any number.
    virtual std::size_t most_workers() const { return 0; }

    /// The longest message that the server takes, in bytes, and the longest value; 0: no limit that
    /// matters.
    virtual std::size_t max_message_bytes() const { return 0; }

    /// Makes the session ours again after scripts: role, settings, prepared statements, temporary
    /// objects and session locks are as on a new connection, and the transaction goes on. Where
    /// scripts commit none is open, and the session may have been lost when it throws.
    virtual void reset() = 0;

    /// Behind `reset` and before rows are written: has the transaction fail with MigrationFailed
    /// and `otherwise` when a script in it has changed migrator's own tables, as far as the server
    /// can tell; `makes_tenant`: we have added one. Errors may come as those of `execute_later` do.
    virtual void forbid_own_tables(bool /*makes_tenant*/, const std::string& /*otherwise*/) {}

    /// Writes rows in this order, in the open transaction, after `reset`. `created` is a database
    /// time in UTC; not looked at where there is `Dialect::now_created`. Errors may come as those
    /// of `execute_later` do.
    virtual void insert_rows(
        std::int64_t version_id, const std::string& created, std::span<const MetadataRow> rows
    ) = 0;

    /// Commits. A Failure with `connection_lost`: nobody knows whether it took place; all that was
    /// asked before `reset` has been answered then. Throws what `execute_later` has left.
    virtual std::optional<Failure> commit() = 0;

    /// Rolls back what is open, and leaves nothing of a script in the session, not even for the
    /// next client of a connection pooler. Safe at any time; what fails is logged.
    virtual void rollback() noexcept = 0;

    /// The server's `standard_conforming_strings` as it is now; true where there is no such thing.
    virtual bool standard_conforming_strings() const = 0;

    /// Those of `names` that are no schema yet, where no query can tell (`Dialect::schemas`).
    virtual std::vector<std::string> missing_schemas(std::span<const std::string> /*names*/) {
        return {};
    }

    /// Whether a pooler between us and the server may give one session to several clients.
    virtual bool through_pooler() { return false; }
};

/// The lock that keeps other runs out, held until destroyed.
class RunLock {
public:
    virtual ~RunLock() = default;
    /// Calls `on_lost` once, from any thread, when the lock is found to be gone.
    virtual void notify(std::function<void()> on_lost) = 0;
    virtual bool lost() const noexcept = 0;
    /// The session to work on when that is what holds the lock; null when the lock has a connection
    /// of its own. At most once; the session is destroyed before the lock.
    virtual std::unique_ptr<Session> take_session() { return nullptr; }
    /// A session for worker `number` (0: the run's own), which holds a lock of its own that keeps
    /// later runs out while the server's session lives. Waits for the end of the one that the
    /// worker had before, half a minute at most, or until `stop`.
    /// Throws Unavailable, or Locked when the run's own lock is gone. Null where a lock of its own
    /// is not wanted. From any thread.
    virtual std::unique_ptr<Session> connect_worker(
        std::size_t /*number*/, const std::stop_token& /*stop*/
    ) {
        return nullptr;
    }
};

/// One database server (or file) as the data source names it; makes connections. Thread-safe.
class Server {
public:
    virtual ~Server() = default;
    virtual const Dialect& dialect() const = 0;
    /// A new connection. Throws Unavailable ("failed to connect to database: …").
    virtual std::unique_ptr<Session> connect() = 0;
    /// One short try; null when another run holds it. The lock lends the server.
    virtual std::unique_ptr<RunLock> try_lock() = 0;
    /// The catalog, over a connection of its own; null where schemas can't be compared.
    virtual std::unique_ptr<Catalog> catalog(const CatalogWanted& /*wanted*/) { return nullptr; }
};

}  // namespace migrator::db::sql
