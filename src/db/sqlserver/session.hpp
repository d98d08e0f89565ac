#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "db/sql/session.hpp"
#include "db/sql/time_limits.hpp"
#include "db/sqlserver/batches.hpp"
#include "db/sqlserver/connection.hpp"
#include "db/sqlserver/settings.hpp"

namespace migrator::db::sqlserver {

/// Where migrator's own tables are, and the fence of their schema.
struct Metadata {
    const sql::Dialect* dialect;  ///< outlives the session
    std::string fence;
};

/// A session on SQL Server.
///
/// A script goes to the server batch by batch (`split_batches`), each as one message; the number of
/// a statement in a Failure is that of its batch, from 1, those that are blank not counted and a
/// repeated one (`GO 5`) counted once. The line is the server's own, where it tells one for the
/// batch itself; else the line that the batch begins in.
///
/// Temporary tables of a script stay until the connection is closed, `reset` leaves them: the next
/// file of the run sees them, as with the Go program.
class Session final : public sql::Session {
public:
    Session(std::unique_ptr<Connection> connection, ServerFacts facts, Metadata metadata);
    ~Session() override;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    std::unique_ptr<sql::RowSource> open(
        std::string_view sql, std::span<const sql::Value> parameters
    ) override;
    bool is_lost() const noexcept override { return connection_->is_lost(); }
    /// Without one, our own statements outside a transaction wait `kLockPatience`: readers and
    /// writers of SQL Server wait for each other, unless READ_COMMITTED_SNAPSHOT is on.
    void set_patience(std::optional<std::chrono::milliseconds> patience) override;
    void watch(std::stop_token stop) override;
    std::string id() const override { return facts_.session; }
    void observe(sql::Observer* observer) override { observer_ = observer; }
    void use_schemas(std::span<const std::string> /*schemas*/) override {}
    void begin(const sql::WorkSettings& settings, std::string_view run_id) override;
    std::optional<sql::Failure> run_scripts(std::span<const sql::ScriptRun> scripts) override;
    /// Batch by batch; `done` is not told of batches in a transaction of the script that is open.
    std::optional<sql::Failure> run_without_transaction(
        const sql::ScriptRun& script,
        const sql::WorkSettings& settings,
        const std::function<void(std::size_t statements)>& done
    ) override;
    void reset() override;
    void insert_rows(
        std::int64_t version_id, const std::string& created, std::span<const sql::MetadataRow> rows
    ) override;
    std::optional<sql::Failure> commit() override;
    void rollback() noexcept override;
    bool standard_conforming_strings() const override { return true; }

private:
    /// How many transactions are open, and whether the outermost can be committed.
    struct State {
        int open = 0;
        int state = 0;  ///< xact_state(): 1, 0, or -1 for one that can only be rolled back
    };

    /// Our own batch; throws `own_sql_error`.
    void execute(const std::string& batch);
    std::optional<ServerError> ask_state(const std::string& batch, State& state);
    std::optional<sql::Failure> run_script(const sql::ScriptRun& script);
    std::optional<sql::Failure> run_batch(
        const sql::ScriptRun& script,
        const ScriptBatch& batch,
        std::size_t number,
        std::string_view text
    );
    /// Runs the text and tells the observer of it, and of what the server says meanwhile.
    std::optional<ServerError> run_observed(
        const sql::ScriptRun& script, const ScriptBatch& batch, std::string_view sent
    );
    std::optional<sql::Failure> check_transaction(const sql::ScriptRun& script);
    void check_that_names_fit(std::span<const sql::MetadataRow> rows);
    std::optional<ServerError> run_undisturbed(const std::string& batch);

    std::unique_ptr<Connection> connection_;
    const ServerFacts facts_;
    const Metadata metadata_;
    sql::Observer* observer_ = nullptr;
    sql::WorkSettings work_;       ///< of the open transaction
    std::string identity_insert_;  ///< a table that a script has left it on for
    bool in_transaction_ = false;
    std::optional<std::chrono::milliseconds> patience_ = sql::kLockPatience;
    bool patience_is_set_ = false;  ///< the server knows it
};

}  // namespace migrator::db::sqlserver
