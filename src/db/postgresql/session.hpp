#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "db/postgresql/connection.hpp"
#include "db/postgresql/message.hpp"
#include "db/postgresql/own_statement.hpp"
#include "db/postgresql/settings.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::postgresql {

/// Where migrator's own tables are, and its locks.
struct Metadata {
    std::string schema;
    const sql::Dialect* dialect;  ///< outlives the session
    LockKeys locks;
    bool lists_tenants = true;  ///< otherwise `tenantSelect` does
};

/// To send little: what opens a transaction goes with its first script, and what ends it is one
/// message with COMMIT. Never both in one, as whoever asks what became of a COMMIT relies on locks
/// that the beginning takes (`LostCommit`).
class Session final : public sql::Session {
public:
    /// `settings`: run-time parameters of the data source. `begin`: what begins a transaction.
    Session(
        std::unique_ptr<Connection> connection,
        KeyValues settings,
        const ServerFacts& facts,
        std::string begin,
        Metadata metadata
    );
    ~Session() override;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    std::unique_ptr<sql::RowSource> open(
        std::string_view sql, std::span<const sql::Value> parameters
    ) override;
    void execute_later(std::string_view sql, std::span<const sql::Value> parameters) override;
    void send_waiting() override;
    bool is_lost() const noexcept override;
    void watch(std::stop_token stop) override;
    std::string id() const override { return id_; }
    void observe(sql::Observer* observer) override { observer_ = observer; }
    void use_schemas(std::span<const std::string> /*schemas*/) override {}
    void begin(const sql::WorkSettings& settings, std::string_view run_id) override;
    std::optional<sql::Failure> run_scripts(std::span<const sql::ScriptRun> scripts) override;
    std::optional<sql::Failure> run_without_transaction(
        const sql::ScriptRun& script,
        const sql::WorkSettings& settings,
        const std::function<void(std::size_t statements)>& done
    ) override;
    void reset() override;
    void forbid_own_tables(bool makes_tenant, const std::string& otherwise) override;
    void insert_rows(
        std::int64_t version_id, const std::string& created, std::span<const sql::MetadataRow> rows
    ) override;
    std::optional<sql::Failure> commit() override;
    void rollback() noexcept override;
    bool standard_conforming_strings() const override;
    bool through_pooler() override;
    /// Of PostgreSQL's own: MaxAllocSize, less than 1 GiB, for a message, a row of COPY, a value.
    std::size_t max_message_bytes() const override { return 0x3fffffff; }

private:
    using Kind = OwnStatement::Kind;

    void wait(std::vector<std::string> texts);
    void wait_settings(Scope scope);
    std::string setting_statement(const std::string& name, const std::string& value, Scope scope)
        const;
    /// What undoes the state of scripts with these traits, in the open transaction, and sets what
    /// `begin` and the role of the scripts have set.
    MessageQueue::Own reset_for(std::uint32_t traits) const;
    /// Puts it in front of `message` when they can share one, else sends it. Returns what it was.
    std::vector<OwnStatement> join_waiting(Message& message);
    /// The server has refused `statement`: throws.
    [[noreturn]] void refuse(const OwnStatement& statement, const ServerError& error);
    void wait_fence(std::string_view run_id);
    void wait_check(const std::string& condition, std::string_view otherwise, Kind kind);
    bool sets_reading() const;
    /// A script has changed how the server reads a message.
    bool reads_otherwise() const;
    bool sends_single_statements() const;
    void copy_rows(std::int64_t version_id, std::span<const sql::MetadataRow> rows);
    std::optional<sql::Failure> run_message(
        const Message& message,
        std::span<const sql::ScriptRun> scripts,
        bool in_transaction,
        std::span<const OwnStatement> leading = {}
    );
    /// Tells the observer what the server says while `results` of the message have come.
    void tell_notice(
        const ServerError& said,
        const Message& message,
        std::span<const sql::ScriptRun> scripts,
        std::size_t results
    ) const;
    sql::Failure failure_of(
        const ServerError& error,
        const Message& message,
        std::span<const sql::ScriptRun> scripts,
        std::size_t results
    ) const;
    void prepare_without_transaction(const sql::WorkSettings& settings);
    /// After a script without a transaction: returns what it left open.
    std::optional<sql::Failure> clean_up_without_transaction(const sql::ScriptRun& script);
    /// Ends what is running, and runs `statements` as one message that no stop request cancels.
    std::optional<ServerError> run_undisturbed(const std::vector<std::string>& statements);

    std::unique_ptr<Connection> connection_;
    KeyValues settings_;
    ServerFacts facts_;
    const std::string begin_;
    const Metadata metadata_;
    const std::string row_columns_;  ///< `migrator_migrations (…)`, with its schema
    const std::string id_;
    sql::Observer* observer_ = nullptr;
    std::stop_token stop_;
    std::vector<OwnStatement> waiting_;  ///< for the next message
    bool begin_waits_ = false;           ///< the first of them is BEGIN
    std::string own_tables_changed_;     ///< what is said then
    sql::WorkSettings work_;             ///< of the open transaction
    bool role_is_due_ = false;           ///< the scripts' role is not set yet
    bool reads_plain_strings_ = true;    ///< when the transaction began
    std::uint32_t left_ = 0;             ///< traits of its scripts
    bool one_script_each_ = false;       ///< the scanner has miscounted once
    bool dirty_ = false;                 ///< scripts may have left something behind
    std::optional<bool> through_pooler_;
};

}  // namespace migrator::db::postgresql
