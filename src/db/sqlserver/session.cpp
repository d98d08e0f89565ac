#include "db/sqlserver/session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/utf8.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/transaction.hpp"
#include "db/sqlserver/dialect.hpp"
#include "db/sqlserver/row_insert.hpp"
#include "db/sqlserver/rows.hpp"
#include "db/sqlserver/script_scan.hpp"

namespace migrator::db::sqlserver {
namespace {

/// SQLSTATE of a statement that was cancelled: Microsoft's driver, FreeTDS's.
bool is_cancelled(const ServerError& error) {
    return error.sqlstate == "HY008" || error.sqlstate == "S1008";
}

sql::Failure failure_of(
    const ServerError& error,
    std::size_t step = 0,
    std::size_t statement = 0,
    std::uint32_t line = 0
) {
    return {
        .step = step,
        .statement = statement,
        .line = line,
        .message = error.message,
        .detail = error.detail,
        .sqlstate = error.sqlstate,
        .connection_lost = error.connection_lost};
}

/// The script's text with blanks where it says that something must not be sent; `copy` holds it
/// when it differs. Line numbers stay.
std::string_view without_omissions(const sql::ScriptRun& script, std::string& copy) {
    if (script.script->omissions.empty()) return script.text.whole();
    copy = script.text.whole();
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

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
}

}  // namespace

Session::Session(std::unique_ptr<Connection> connection, ServerFacts facts, Metadata metadata)
    : connection_(std::move(connection)),
      facts_(std::move(facts)),
      metadata_(std::move(metadata)) {}

// Closing rolls back, and the locks go with the connection.
Session::~Session() = default;

void Session::watch(std::stop_token stop) { connection_->canceller().watch(std::move(stop)); }

void Session::execute(const std::string& batch) {
    if (const auto error = connection_->run(batch)) throw own_sql_error(*error);
}

void Session::set_patience(std::optional<std::chrono::milliseconds> patience) {
    patience_ = patience ? patience : sql::kLockPatience;
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
        if (!sql::query_bool(
                *this,
                fence_query(metadata_.dialect->prefix, metadata_.fence),
                {std::string(run_id)}
            )) {
            throw sql::lost_lock_error(*this, *metadata_.dialect);
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
            "a script ended the transaction of the run or began a transaction and did not end it; "
            "nothing was recorded"
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
            .message = "the transaction was no longer open: a statement in it ended it"};
    }
    return sql::Failure{
        .message = before.state < 0
                       ? "the transaction had already failed and can only be rolled back"
                       : "a script began a transaction and did not end it"};
}

std::optional<ServerError> Session::run_undisturbed(const std::string& batch) {
    connection_->canceller().set_undisturbed(true);
    const auto limit = connection_->time_limit();
    connection_->set_time_limit(sql::kCleaningPatience);
    std::optional<ServerError> error;
    for (int i = 0; i < sql::kCleaningTries; ++i) {
        error = connection_->run(batch);
        // A cancel that was on its way may hit this batch instead of the one it was meant for.
        if (!error || !is_cancelled(*error)) break;
    }
    connection_->set_time_limit(limit);
    connection_->canceller().set_undisturbed(false);
    return error;
}

void Session::rollback() noexcept try {
    in_transaction_ = false;
    patience_is_set_ = false;
    connection_->set_time_limit(std::nullopt);
    if (connection_->is_lost()) {
        log::debug("Nothing to roll back: the connection to the database was lost");
        return;
    }
    auto error = run_undisturbed(rollback_batch());
    if (!error) error = run_undisturbed(reset_batch(facts_, {}, identity_insert_));
    identity_insert_.clear();
    if (!error) return;
    log::warn("Could not roll back: " + describe(*error));
    connection_->close();  // which rolls back whatever is left
} catch (const std::exception& error) {
    log::warn(std::string("Could not roll back: ") + error.what());
    connection_->close();
}

std::optional<sql::Failure> Session::run_scripts(std::span<const sql::ScriptRun> scripts) {
    for (const sql::ScriptRun& script : scripts) {
        if (script.undone != script::kNoTraits) reset();
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
            if (connection_->canceller().stop_requested()) return failed("canceled");
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
    const auto error = run_observed(script, batch, sent);
    if (!error) return std::nullopt;
    sql::Failure failure = failure_of(*error, script.step, number, batch.line);
    failure.lock_timed_out = error->number == kLockTimeout;
    place(failure, *error, sent);
    return failure;
}

std::optional<ServerError> Session::run_observed(
    const sql::ScriptRun& script, const ScriptBatch& batch, std::string_view sent
) {
    if (observer_ == nullptr) return connection_->run(sent);
    const auto& statements = script.script->statements;
    const auto statement = std::ranges::find_if(statements, [&](const script::Statement& each) {
        return each.begin >= batch.begin && each.begin < batch.end;
    });
    const std::size_t count = statement == statements.end() ? 0 : 1;
    const sql::SentPart part{
        &script, static_cast<std::size_t>(statement - statements.begin()), count};
    const sql::Observed observed(
        observer_, {.session = facts_.session, .parts = {&part, 1}, .is_told_of_each = false}
    );
    connection_->tell_infos([&](const ServerError& info) {
        const std::uint32_t line = info.procedure.empty() ? info.line : 0;
        observer_->said(
            script,
            {.file = {},
             .schema = {},
             .line = batch.line + (line > 0 ? line - 1 : 0),
             .level = info.number == 0 ? "PRINT" : "WARNING",
             .sqlstate = info.sqlstate,
             .message = info.message,
             .is_warning = info.number != 0}
        );
    });
    const auto error = connection_->run(sent);
    connection_->tell_infos(nullptr);
    return error;
}

std::optional<sql::Failure> Session::check_transaction(const sql::ScriptRun& script) {
    State state;
    const auto error = ask_state(check_batch(work_), state);
    if (error) return failure_of(*error, script.step);
    sql::Failure failure{.step = script.step};
    if (state.open == 1 && state.state == 1) return std::nullopt;
    if (state.open == 0) {
        failure.message = "the file ended the transaction of the run";
    } else if (state.state < 0) {
        failure.message =
            "the file caught an error after which the transaction can only be rolled back";
    } else {
        failure.message = "the file began a transaction and did not end it";
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
    for (const ScriptBatch& batch : split_batches(script.text.whole()).batches) {
        ++number;
        for (std::uint32_t i = 0; i < batch.count; ++i) {
            auto failure = run_batch(script, batch, number, script.text.whole());
            if (failure) {
                rollback();
                return failure;
            }
        }
        if (const auto error = ask_state("select @@trancount, xact_state()", state)) {
            return failure_of(*error, script.step, number, batch.line);
        }
        if (done && state.open == 0) done(number);
    }
    const bool left_open = state.open > 0;
    rollback();
    if (!left_open) return std::nullopt;
    return sql::Failure{
        .step = script.step,
        .statement = number,
        .message = "the file left a transaction open, which was rolled back; end it with COMMIT"};
}

/// The names' columns are varchar: a character that the database's code page lacks would become a
/// '?', and the file would never be known again.
void Session::check_that_names_fit(std::span<const sql::MetadataRow> rows) {
    for (const sql::MetadataRow& row : rows) {
        const Migration& migration = *row.migration;
        for (const std::string* name :
             {&migration.name, &migration.source_dir, &migration.file, row.schema}) {
            if (is_ascii(*name)) continue;
            bool fits = false;
            const sql::Value parameter = *name;
            query(kNameFits, {&parameter, 1}, [&](const sql::Row& found) {
                fits = found.front() == "1";
            });
            if (fits) continue;
            throw Error(
                ErrorKind::MigrationFailed,
                fmt::format(
                    "Failed to add migration entry: the name {} contains characters that are not "
                    "in the code page of the database; rename it",
                    *name
                )
            );
        }
    }
}

void Session::insert_rows(
    std::int64_t version_id, const std::string& created, std::span<const sql::MetadataRow> rows
) {
    check_that_names_fit(rows);
    while (!rows.empty()) {
        const std::size_t count = rows_that_fit(rows);
        const RowInsert insert =
            insert_of(metadata_.dialect->prefix, version_id, created, rows.first(count));
        in_context("Failed to add migration entry", [&] {
            query(insert.sql, insert.parameters, nullptr);
        });
        rows = rows.subspan(count);
    }
}

}  // namespace migrator::db::sqlserver
