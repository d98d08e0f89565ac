#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "db/mysql/connection.hpp"
#include "db/mysql/followed_script.hpp"
#include "db/mysql/held_lock.hpp"
#include "db/mysql/recorded_message.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::mysql {

/// A connection that works for a run.
struct WorkConnection {
    std::shared_ptr<Connection> connection;
    std::string lock;                ///< the name of the lock that it holds
    std::unique_ptr<HeldLock> held;  ///< keeps that lock; null: somebody else does
    /// What a run has set for its own statements and gives back before the first script:
    /// statements, or empty.
    std::string gives_back;
};

class Session final : public sql::Session {
public:
    /// Another connection with the same lock, in place of one that was closed. It obeys the token.
    /// Throws as `sql::RunLock::connect_worker`.
    using Reopen = std::function<WorkConnection(const std::stop_token&)>;

    /// For reading, or whatever else is not a run's.
    explicit Session(std::shared_ptr<Connection> connection, std::string prefix = "migrator.");
    /// `reopen` may be null: the session can't be reset then. `prefix`: of migrator's own tables.
    Session(WorkConnection work, Reopen reopen, std::string prefix = "migrator.");
    ~Session() override;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    std::unique_ptr<sql::RowSource> open(
        std::string_view sql, std::span<const sql::Value> parameters
    ) override;
    bool is_lost() const noexcept override;
    void watch(std::stop_token stop) override;
    std::string id() const override { return std::to_string(work_.connection->id()); }
    void observe(sql::Observer* observer) override { observer_ = observer; }
    void use_schemas(std::span<const std::string> /*schemas*/) override {}
    void begin(const sql::WorkSettings& settings, std::string_view run_id) override;
    /// One statement a message.
    std::optional<sql::Failure> run_scripts(std::span<const sql::ScriptRun> scripts) override;
    /// Each statement commits by itself. `done` is not told of statements in a transaction of the
    /// script that is still open: our own would end it.
    std::optional<sql::Failure> run_without_transaction(
        const sql::ScriptRun& script,
        const sql::WorkSettings& settings,
        const std::function<void(std::size_t statements)>& done
    ) override;
    std::optional<sql::Failure> run_recorded(
        const sql::VersionRow& version,
        std::span<const sql::RecordedScript> scripts,
        const sql::WorkSettings& settings
    ) override;
    /// TiDB does not tell who holds a lock: there the run's own session works alone.
    std::size_t most_workers() const override;
    std::size_t max_message_bytes() const override {
        return work_.connection->max_allowed_packet();
    }
    /// Nothing undoes what a script has left, but for the end of the server's session, which ends
    /// its locks, too: after scripts, closes the connection and opens another. No transaction is
    /// open then. When it throws, the session is lost.
    void reset() override;
    /// `created` is left to its default: the column's type depends on the session's time zone.
    void insert_rows(
        std::int64_t version_id, const std::string& created, std::span<const sql::MetadataRow> rows
    ) override;
    std::optional<sql::Failure> commit() override;
    void rollback() noexcept override;
    bool standard_conforming_strings() const override {
        return work_.connection->backslashes_escape();
    }

private:
    struct Message;
    struct Recording;

    RecordedAs recorded_as(bool with_version) const;
    void execute(const std::string& text);
    /// Whether `quoted_literal` reads as it is meant to.
    bool is_plain() const { return plain_ && work_.connection->backslashes_escape(); }
    void set_limits(const sql::WorkSettings& settings);
    std::optional<sql::Failure> run_statement(const sql::ScriptRun& script, std::size_t index);
    /// Runs a message and tells the observer of it.
    Connection::Answer run_observed(const Recording& recording, const Message& message);
    /// Tells the observer of a statement whose warnings were counted, and not asked for in time.
    void tell_unlisted();
    /// Tells the observer of the warnings of the statement that has just run.
    void tell_warnings(const sql::ScriptRun& script, std::size_t index);
    /// So many statements have run: finds those that follow as the server reads them now.
    std::optional<sql::Failure> read_on(FollowedScript& script, std::size_t statements);
    /// Puts script number `index` into messages, and sends those that are complete.
    std::optional<sql::Failure> record(Recording& recording, std::size_t index);
    std::optional<sql::Failure> add(Recording& recording, Part part);
    /// Sends what waits.
    std::optional<sql::Failure> send(Recording& recording);
    sql::Failure failure_at(
        const Part& part, const ServerError& error, const sql::RecordedScript& script
    );
    /// After a message that can't be told from what follows: another connection in place of one
    /// that was closed for it. False: there is none.
    bool replace_closed() noexcept;
    static bool is_uncommitted(const Part& part, const sql::RecordedScript& script);
    bool rolls_back_whole();
    /// After a failure: rolls back, and finds out what of the script stays.
    std::size_t what_stays(const Part& part, const sql::RecordedScript& script);
    /// A procedure may have let go of the lock. Throws Locked.
    void check_lock();

    /// Before scripts run: the settings are theirs.
    void begin_scripts();

    WorkConnection work_;
    const Reopen reopen_;
    const std::string prefix_;
    std::stop_token stop_;
    sql::Observer* observer_ = nullptr;
    /// The newest statement with warnings that have not been told.
    struct Warned {
        const sql::ScriptRun* run = nullptr;  ///< null: there is none
        std::uint32_t line = 0;
        unsigned count = 0;
    };
    Warned warned_;
    bool plain_;                     ///< quoted literals are read as they are meant
    bool has_limits_ = false;        ///< the time limits are set
    bool ran_scripts_ = false;       ///< on this connection
    bool version_recorded_ = false;  ///< by `run_recorded`
    /// TiDB parses a whole message before it runs the first statement of it: a syntax error would
    /// tell of no statement. Also for time limits that the server has not.
    bool one_statement_each_;
};

}  // namespace migrator::db::mysql
