#include <fmt/format.h>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/utf8.hpp"
#include "db/postgresql/results.hpp"
#include "db/postgresql/session.hpp"

namespace migrator::db::postgresql {
namespace {

using sql::Failure;
using sql::ScriptRun;

/// Byte of character `position` (from 1) of `text`, as the server counts characters.
std::size_t byte_of(std::string_view text, std::size_t position, bool bytes_are_characters) {
    return bytes_are_characters ? std::min(position - 1, text.size())
                                : utf8_offset(text, position - 1);
}

}  // namespace

std::optional<Failure> Session::run_scripts(std::span<const ScriptRun> scripts) {
    dirty_ = true;
    if (role_is_due_) {
        waiting_.push_back({"set local role " + quote_identifier(work_.role), Kind::Role});
    }
    role_is_due_ = false;
    const auto limits = limit_statements(work_, facts_, Scope::Transaction);
    MessageQueue queue(
        scripts,
        {.limits = join(limits),
         .limit_count = limits.size(),
         .one_statement = limits_whole_messages()}
    );
    while (auto message = queue.next(!one_script_each_)) {
        const auto leading = join_waiting(*message);
        if (auto failure = run_message(*message, scripts, true, leading)) return failure;
    }
    return std::nullopt;
}

/// Before 13 the time limit is for the whole message.
bool Session::limits_whole_messages() const {
    return facts_.version < 130'000 && work_.statement_timeout &&
           work_.statement_timeout->count() > 0;
}

std::vector<OwnStatement> Session::join_waiting(Message& message) {
    if (waiting_.empty()) return {};
    if (sets_reading() || limits_whole_messages() || !message.counted || message.copy_data) {
        send_waiting();
        return {};
    }
    begin_waits_ = false;
    auto leading = std::exchange(waiting_, {});
    prepend(message, join(leading), leading.size());
    return leading;
}

std::optional<Failure> Session::run_message(
    const Message& message,
    std::span<const ScriptRun> scripts,
    bool in_transaction,
    std::span<const OwnStatement> leading
) {
    if (message.text.find('\0') != std::string::npos) {
        // libpq takes C strings: what is behind the NUL, other files included, would not be sent.
        Failure failure;
        failure.step = scripts[message.pieces.front().run].step;
        failure.message = "the script holds a NUL byte";
        return failure;
    }
    Results results;
    const auto error = connection_->run(
        message.text, [&](const PGresult& result) { results.add(result); }, message.copy_data
    );
    // Without any result the server has not got past reading the whole text.
    const bool was_read = error && (error->connection_lost || results.count > 0);
    if (was_read && results.count < leading.size()) refuse(leading[results.count], *error);
    if (error) return failure_of(*error, message, scripts, results.count);
    if (in_transaction && connection_->transaction_status() != PQTRANS_INTRANS) {
        const std::size_t before = results.end_of_transaction.value_or(results.count);
        ServerError ended;
        ended.message =
            "the script ended the transaction of the run; what ran before it is committed or "
            "rolled back, as the script said";
        return failure_of(ended, message, scripts, before);
    }
    if (message.counted && results.count != message.expected() && !one_script_each_) {
        one_script_each_ = true;
        log::warn(fmt::format(
            "The server ran {} statements where {} were counted: scripts are sent one a message "
            "from here on. Please report this with the script",
            results.count,
            message.expected()
        ));
    }
    return std::nullopt;
}

Failure Session::failure_of(
    const ServerError& error,
    const Message& message,
    std::span<const ScriptRun> scripts,
    std::size_t results
) const {
    std::optional<std::size_t> position;
    if (error.position > 0) {
        const bool bytes = connection_->parameter("server_encoding") == "SQL_ASCII";
        position = byte_of(message.text, error.position, bytes);
    }
    const Place place = locate(message, scripts, results, position);
    Failure failure;
    failure.step = scripts[place.run].step;
    failure.statement = place.statement;
    failure.line = place.line;
    failure.message = error.message;
    failure.detail = error.detail;
    failure.hint = error.hint;
    failure.context = error.context;
    failure.sqlstate = error.sqlstate;
    failure.connection_lost = error.connection_lost;
    return failure;
}

void Session::prepare_without_transaction(const sql::WorkSettings& settings) {
    wait_settings(Scope::Session);
    sql::WorkSettings limits = settings;
    // A concurrent index build that times out on a lock leaves an invalid index behind.
    limits.lock_timeout = std::chrono::milliseconds(0);
    wait(limit_statements(limits, facts_, Scope::Session));
    if (!settings.role.empty()) wait({"set role " + quote_identifier(settings.role)});
    send_waiting();
}

std::optional<Failure> Session::run_without_transaction(
    const ScriptRun& script,
    const sql::WorkSettings& settings,
    const std::function<void(std::size_t statements)>& done
) {
    dirty_ = true;
    prepare_without_transaction(settings);
    const std::span<const ScriptRun> scripts(&script, 1);
    const auto& statements = script.script->statements;
    std::optional<Failure> failure;
    for (std::size_t i = 0; i < statements.size() && !failure; ++i) {
        failure = run_message(message_of(script, 0, i, i + 1, true), scripts, false);
        if (!failure && done) done(i + 1);
    }
    auto left_open = clean_up_without_transaction(script);
    return failure ? failure : left_open;
}

std::optional<Failure> Session::clean_up_without_transaction(const ScriptRun& script) {
    if (connection_->is_lost()) return std::nullopt;
    // Not the session's advisory locks: the fence is one of them.
    std::vector<std::string> statements = cleaning_statements(false);
    const bool open = connection_->transaction_status() != PQTRANS_IDLE;
    if (open) statements.insert(statements.begin(), "rollback");
    if (const auto error = run_undisturbed(statements)) {
        log::warn("Cleaning the session up: " + describe(*error));
    }
    if (!open) return std::nullopt;
    Failure failure;
    failure.step = script.step;
    failure.statement = script.script->statements.size();
    failure.message =
        "the script left a transaction open, which was rolled back: end it with COMMIT";
    return failure;
}

}  // namespace migrator::db::postgresql
