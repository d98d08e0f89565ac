#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "db/postgresql/connection.hpp"
#include "db/postgresql/message.hpp"
#include "db/postgresql/settings.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::postgresql {

class Session final : public sql::Session {
public:
    /// `settings`: run-time parameters of the data source.
    Session(std::unique_ptr<Connection> connection, KeyValues settings, const ServerFacts& facts);
    ~Session() override;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    std::unique_ptr<sql::RowSource> open(
        std::string_view sql, std::span<const sql::Value> parameters
    ) override;
    bool is_lost() const noexcept override;
    void watch(std::stop_token stop) override;
    void use_schemas(std::span<const std::string> /*schemas*/) override {}
    void begin(const sql::WorkSettings& settings) override;
    std::optional<sql::Failure> run_scripts(std::span<const sql::ScriptRun> scripts) override;
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
    bool standard_conforming_strings() const override;
    bool through_pooler() override;

private:
    /// Our own statements, as one message; throws as `open` does.
    void execute(const std::vector<std::string>& statements);
    /// The same where the first of them are the data source's own parameters, from `offset` on.
    void execute_with_settings(const std::vector<std::string>& statements, std::size_t offset);
    std::vector<std::string> setting_statements(Scope scope) const;
    void take_role();
    std::optional<sql::Failure> run_message(
        const Message& message, std::span<const sql::ScriptRun> scripts, bool in_transaction
    );
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
    std::stop_token stop_;
    sql::WorkSettings work_;        ///< of the open transaction
    bool role_is_due_ = false;      ///< the scripts' role is not set yet
    bool one_script_each_ = false;  ///< the scanner has miscounted once
    bool dirty_ = false;            ///< scripts may have left something behind
    std::optional<bool> through_pooler_;
};

}  // namespace migrator::db::postgresql
