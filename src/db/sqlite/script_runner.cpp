#include "db/sqlite/script_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "core/ascii.hpp"
#include "db/sqlite/created_schema.hpp"
#include "db/sqlite/files.hpp"
#include "db/sqlite/result_code.hpp"

namespace migrator::db::sqlite {
namespace {

using sql::Failure;

std::uint32_t newlines(std::string_view text) {
    return static_cast<std::uint32_t>(std::ranges::count(text, '\n'));
}

/// The script's text with spaces where it says that something must not be sent; `copy` holds it
/// when it differs.
std::string_view without_omissions(const sql::ScriptRun& script, std::string& copy) {
    if (script.script->omissions.empty()) return script.text.whole();
    copy = script.text.whole();
    for (const script::Omission& omission : script.script->omissions) {
        for (std::size_t i = omission.begin; i < omission.end && i < copy.size(); ++i) {
            if (copy[i] != '\n') copy[i] = ' ';  // line numbers stay
        }
    }
    return copy;
}

bool is_vacuum(std::string_view statement) {
    constexpr std::string_view kVacuum = "vacuum";
    return same_name(statement.substr(0, kVacuum.size()), kVacuum);
}

Failure problem_of(const sql::ScriptRun& script) {
    return {.step = script.step, .message = script.script->problem};
}

}  // namespace

std::string_view ScriptRunner::Place::statement_text() const {
    return text.substr(statement().begin, statement().end - statement().begin);
}

std::string_view ScriptRunner::Place::sent_text() const {
    const auto sent = text.substr(statement().begin, statement().behind - statement().begin);
    return sent.substr(0, sent.find_last_not_of(kWhiteSpace) + 1);
}

std::optional<Failure> ScriptRunner::run(const sql::ScriptRun& script) {
    if (!script.script->problem.empty()) return problem_of(script);
    std::string copy;
    Place place{script, without_omissions(script, copy), 0};
    const std::size_t count = script.script->statements.size();
    for (; place.index < count; ++place.index) {
        const bool is_wrapper =
            script.script->wrapped && (place.index == 0 || place.index + 1 == count);
        if (is_wrapper) continue;
        auto failure = run_statement(place, Author::Script);
        if (!failure && !connection_.in_transaction()) {
            failure = failed(place, SQLITE_OK, {}, {});
            failure->message = "the statement ended the transaction of the run";
        }
        if (failure) return failure;
    }
    return std::nullopt;
}

std::optional<Failure> ScriptRunner::run_on_its_own(
    const sql::ScriptRun& script, const std::function<void(std::size_t statements)>& done
) {
    if (!script.script->problem.empty()) return problem_of(script);
    std::string copy;
    Place place{script, without_omissions(script, copy), 0};
    const std::size_t count = script.script->statements.size();
    for (; place.index < count; ++place.index) {
        const Author author =
            is_vacuum(place.statement_text()) ? Author::ScriptThatVacuums : Author::ScriptOnItsOwn;
        if (auto failure = run_statement(place, author)) return failure;
        // While a transaction of the script is open its files may be locked for who is told.
        if (done && !connection_.in_transaction()) done(place.index + 1);
    }
    if (!connection_.in_transaction()) return std::nullopt;
    --place.index;
    Failure failure = failed(place, SQLITE_OK, {}, {});
    failure.message = "the file left a transaction open, which was rolled back; end it with COMMIT";
    return failure;
}

std::optional<Failure> ScriptRunner::run_statement(const Place& place, Author author) {
    if (connection_.stop_requested()) return failed(place, SQLITE_INTERRUPT, {}, {});
    if ((place.statement().traits & script::kCreatesSchema) != 0) return skip_create_schema(place);
    connection_.speak_for(author, settings_.statement_timeout);
    auto failure = send(place, author);
    connection_.speak_for(Author::Us);
    // PRAGMA busy_timeout has replaced our way to wait.
    if (connection_.pragmas_touched()) connection_.install_callbacks();
    return failure;
}

std::optional<Failure> ScriptRunner::send(const Place& place, Author author) {
    const std::string_view sent = place.sent_text();
    connection_.start_clock();
    // One turn, unless the scanner took two statements for one.
    for (std::string_view rest = sent; !rest.empty();) {
        // A wrapped ATTACH can't hide behind VACUUM: the rest of the text isn't the VACUUM.
        if (rest.data() != sent.data() && author == Author::ScriptThatVacuums) {
            connection_.speak_for(Author::ScriptOnItsOwn, settings_.statement_timeout);
            connection_.start_clock();
        }
        const std::string_view before = rest;
        Statement statement;
        int code = connection_.prepare(rest, statement);
        if (code == SQLITE_OK && !statement) break;
        if (code == SQLITE_OK) code = connection_.run(statement.get());
        if (code != SQLITE_OK) return failed(place, code, sent, before);
    }
    return std::nullopt;
}

std::optional<Failure> ScriptRunner::skip_create_schema(const Place& place) const {
    const auto name = created_schema(place.statement_text());
    if (name && is_schema_(*name)) return std::nullopt;
    Failure failure = failed(place, SQLITE_OK, {}, {});
    failure.message = "SQLite does not support CREATE SCHEMA";
    if (name) {
        failure.message += fmt::format(", and '{}' is not a schema of this run", *name);
    }
    failure.hint =
        "on SQLite, migrator creates a file for every tenant and every single directory; `create "
        "schema NAME` is skipped for these schemas; remove it for others";
    return failure;
}

// `rest` is the part of `sent` that SQLite was given last; both are empty when it was given
// nothing.
Failure ScriptRunner::failed(
    const Place& place, int code, std::string_view sent, std::string_view rest
) const {
    Failure failure{
        .step = place.script.step,
        .statement = place.index + 1,
        .line = place.statement().line,
        .message = code == SQLITE_OK ? std::string() : connection_.message(code),
        .context = code_name(code),
    };
    if (code == SQLITE_OK || sent.empty()) return failure;
    const int offset = sqlite3_error_offset(connection_.handle());
    if (offset >= 0) {
        const auto at = sent.size() - rest.size() + static_cast<std::size_t>(offset);
        failure.line += newlines(sent.substr(0, at));
    }
    return failure;
}

}  // namespace migrator::db::sqlite
