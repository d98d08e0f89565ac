#include "db/sqlserver/session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/transaction.hpp"
#include "db/sqlserver/dialect.hpp"
#include "db/sqlserver/rows.hpp"

namespace migrator::db::sqlserver {
namespace {

constexpr std::chrono::seconds kCleaningPatience{30};
constexpr int kCleaningTries = 3;

/// SQLSTATE of a statement that was cancelled: Microsoft's driver, FreeTDS's.
bool is_cancelled(const ServerError& error) {
    return error.sqlstate == "HY008" || error.sqlstate == "S1008";
}

sql::Failure failure_of(const ServerError& error) {
    return {
        .message = error.message,
        .detail = error.detail,
        .sqlstate = error.sqlstate,
        .connection_lost = error.connection_lost};
}

}  // namespace

Session::Session(std::unique_ptr<Connection> connection, ServerFacts facts)
    : connection_(std::move(connection)), facts_(std::move(facts)) {}

// Closing rolls back, and the locks go with the connection.
Session::~Session() = default;

void Session::watch(std::stop_token stop) { connection_->canceller().watch(std::move(stop)); }

void Session::execute(const std::string& batch) {
    if (const auto error = connection_->run(batch)) throw own_sql_error(*error);
}

void Session::set_patience(std::optional<std::chrono::milliseconds> patience) {
    patience_ = patience ? patience : kPatience;
    patience_is_set_ = false;
}

std::unique_ptr<sql::RowSource> Session::open(
    std::string_view sql, std::span<const sql::Value> parameters
) {
    if (!in_transaction_ && !patience_is_set_) {
        execute(lock_timeout_batch(patience_));
        patience_is_set_ = true;
    }
    return std::make_unique<Rows>(*connection_, sql, parameters);
}

void Session::begin(const sql::WorkSettings& settings, std::string_view run_id) {
    work_ = settings;
    patience_is_set_ = false;
    execute(begin_batch(settings));
    in_transaction_ = true;
    if (run_id.empty()) return;
    try {
        if (!sql::query_bool(*this, fence_query(), {std::string(run_id)})) {
            throw sql::lost_lock_error(*this, dialect());
        }
    } catch (...) {
        rollback();
        throw;
    }
}

void Session::reset() {
    execute(reset_batch(facts_, work_, identity_insert_));
    identity_insert_.clear();
    State state;
    if (const auto error = ask_state(check_batch(work_), state)) throw own_sql_error(*error);
    if (state.open != 1 || state.state != 1) {
        throw Error(
            ErrorKind::MigrationFailed,
            "something in the scripts has ended the transaction that migrator runs files in, or "
            "has begun one of its own: nothing was recorded"
        );
    }
}

std::optional<ServerError> Session::ask_state(const std::string& batch, State& state) {
    return connection_->run(batch, [&](const sql::Row& row) {
        state.open = static_cast<int>(sql::to_integer(row.at(0)));
        state.state = static_cast<int>(sql::to_integer(row.at(1)));
    });
}

std::optional<sql::Failure> Session::commit() {
    State before;
    const auto error = ask_state(commit_batch(), before);
    if (error) return failure_of(*error);
    if (before.open == 1 && before.state == 1) {
        in_transaction_ = false;
        return std::nullopt;
    }
    if (before.open == 0) {
        return sql::Failure{
            .message = "no transaction was open any more: something in it has ended it"};
    }
    return sql::Failure{
        .message = before.state < 0
                       ? "the transaction has failed before and can only be rolled back"
                       : "a script has begun a transaction of its own and not ended it"};
}

std::optional<ServerError> Session::run_undisturbed(const std::string& batch) {
    const Canceller::Pause pause(connection_->canceller());
    const auto limit = connection_->time_limit();
    connection_->set_time_limit(kCleaningPatience);
    std::optional<ServerError> error;
    for (int i = 0; i < kCleaningTries; ++i) {
        error = connection_->run(batch);
        // A cancel that was on its way may hit this batch instead of the one it was meant for.
        if (!error || !is_cancelled(*error)) break;
    }
    connection_->set_time_limit(limit);
    return error;
}

void Session::rollback() noexcept try {
    in_transaction_ = false;
    patience_is_set_ = false;
    connection_->set_time_limit(std::nullopt);
    if (connection_->is_lost()) {
        log::debug("Nothing to roll back: the connection to the database is gone");
        return;
    }
    auto error = run_undisturbed(rollback_batch());
    if (!error) error = run_undisturbed(reset_batch(facts_, {}, identity_insert_));
    identity_insert_.clear();
    if (!error) return;
    log::warn("Rolling back: " + describe(*error));
    connection_->close();  // which rolls back whatever is left
} catch (const std::exception& error) {
    log::warn(std::string("Rolling back: ") + error.what());
    connection_->close();
}

}  // namespace migrator::db::sqlserver
