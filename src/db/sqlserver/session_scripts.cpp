// Scripts, batch by batch.
#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "db/sqlserver/script_scan.hpp"
#include "db/sqlserver/session.hpp"

namespace migrator::db::sqlserver {
namespace {

/// The script's text with blanks where it says that something must not be sent; `copy` holds it
/// when it differs. Line numbers stay.
std::string_view without_omissions(const sql::ScriptRun& script, std::string& copy) {
    if (script.script->omissions.empty()) return script.text;
    copy = script.text;
    for (const script::Omission& omission : script.script->omissions) {
        for (std::size_t i = omission.begin; i < omission.end && i < copy.size(); ++i) {
            if (copy[i] != '\n') copy[i] = ' ';
        }
    }
    return copy;
}

bool changes_session(const script::Script& script) {
    return (script.traits & script::kChangesSession) != 0;
}

/// Puts the server's line into `failure`, whose line is that of the batch. FreeTDS's driver does
/// not say whether a line is one of the batch or of a procedure or trigger, and drivers give 16
/// bits of it.
void place(sql::Failure& failure, const ServerError& error, std::string_view batch) {
    constexpr std::uint32_t kMostLines = 0xFFFF;
    if (error.line == 0) return;
    const auto lines = static_cast<std::uint32_t>(std::ranges::count(batch, '\n')) + 1;
    if (lines > kMostLines) return;
    if (!error.procedure.empty()) {
        failure.context = fmt::format("procedure {}, line {}", error.procedure, error.line);
    } else if (error.line > lines) {
        failure.context = fmt::format("line {} of a procedure or trigger", error.line);
    } else if (calls_procedures(batch)) {
        failure.context =
            fmt::format("line {} of the batch, or of a procedure that it calls", error.line);
    } else {
        failure.line += error.line - 1;
    }
}

/// While it lives, each call has the limit of `settings`.
class TimeLimit {
public:
    TimeLimit(Connection& connection, const sql::WorkSettings& settings) : connection_(connection) {
        connection_.set_time_limit(settings.statement_timeout);
    }
    ~TimeLimit() { connection_.set_time_limit(std::nullopt); }
    TimeLimit(const TimeLimit&) = delete;
    TimeLimit& operator=(const TimeLimit&) = delete;

private:
    Connection& connection_;
};

}  // namespace

std::optional<sql::Failure> Session::run_scripts(std::span<const sql::ScriptRun> scripts) {
    for (const sql::ScriptRun& script : scripts) {
        if (auto failure = run_script(script)) return failure;
    }
    return std::nullopt;
}

std::optional<sql::Failure> Session::run_script(const sql::ScriptRun& script) {
    const auto failed = [&](std::string message) {
        return sql::Failure{.step = script.step, .message = std::move(message)};
    };
    if (!script.script->problem.empty()) return failed(script.script->problem);
    std::string copy;
    const std::string_view text = without_omissions(script, copy);
    std::size_t number = 0;
    for (const ScriptBatch& batch : split_batches(text).batches) {
        ++number;
        for (std::uint32_t i = 0; i < batch.count; ++i) {
            if (connection_->canceller().stop_requested()) return failed("it was cancelled");
            if (auto failure = run_batch(script, batch, number, text)) return failure;
        }
    }
    // What else can end the transaction is an error of the server.
    return changes_session(*script.script) ? check_transaction(script) : std::nullopt;
}

std::optional<sql::Failure> Session::run_batch(
    const sql::ScriptRun& script,
    const ScriptBatch& batch,
    std::size_t number,
    std::string_view text
) {
    const std::string_view sent = text.substr(batch.begin, batch.end - batch.begin);
    if (changes_session(*script.script)) {
        const std::string left_on = identity_insert_left_on(sent);
        if (!left_on.empty()) identity_insert_ = left_on;
    }
    const TimeLimit limit(*connection_, work_);
    const auto error = connection_->run(sent);
    if (!error) return std::nullopt;
    sql::Failure failure{
        .step = script.step,
        .statement = number,
        .line = batch.line,
        .message = error->message,
        .detail = error->detail,
        .sqlstate = error->sqlstate,
        .connection_lost = error->connection_lost};
    place(failure, *error, sent);
    return failure;
}

std::optional<sql::Failure> Session::check_transaction(const sql::ScriptRun& script) {
    State state;
    const auto error = ask_state(check_batch(work_), state);
    sql::Failure failure{.step = script.step};
    if (error) {
        failure.message = error->message;
        failure.detail = error->detail;
        failure.sqlstate = error->sqlstate;
        failure.connection_lost = error->connection_lost;
        return failure;
    }
    if (state.open == 1 && state.state == 1) return std::nullopt;
    if (state.open == 0) {
        failure.message = "the file has ended the transaction that migrator runs files in";
    } else if (state.state < 0) {
        failure.message =
            "the file has caught an error after which the transaction can only be rolled back";
    } else {
        failure.message = "the file has begun a transaction of its own and not ended it";
    }
    return failure;
}

std::optional<sql::Failure> Session::run_without_transaction(
    const sql::ScriptRun& script,
    const sql::WorkSettings& settings,
    const std::function<void(std::size_t statements)>& done
) {
    if (!script.script->problem.empty()) {
        return sql::Failure{.step = script.step, .message = script.script->problem};
    }
    work_ = settings;
    patience_is_set_ = false;
    execute(lock_timeout_batch(settings.lock_timeout));
    State state;
    std::size_t number = 0;
    for (const ScriptBatch& batch : split_batches(script.text).batches) {
        ++number;
        for (std::uint32_t i = 0; i < batch.count; ++i) {
            auto failure = run_batch(script, batch, number, script.text);
            if (failure) {
                rollback();
                return failure;
            }
        }
        if (const auto error = ask_state("select @@trancount, xact_state()", state)) {
            sql::Failure failure{.step = script.step, .statement = number, .line = batch.line};
            failure.message = error->message;
            failure.sqlstate = error->sqlstate;
            failure.connection_lost = error->connection_lost;
            return failure;
        }
        if (done && state.open == 0) done(number);
    }
    const bool left_open = state.open > 0;
    rollback();
    if (!left_open) return std::nullopt;
    return sql::Failure{
        .step = script.step,
        .statement = number,
        .message = "the file began a transaction and did not commit it: it was rolled back"};
}

}  // namespace migrator::db::sqlserver
