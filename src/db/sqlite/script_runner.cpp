#include "db/sqlite/script_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "core/ascii.hpp"
#include "db/sqlite/created_schema.hpp"
#include "db/sqlite/cursor.hpp"
#include "db/sqlite/files.hpp"
#include "db/sqlite/hints.hpp"
#include "db/sqlite/pragmas.hpp"
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
        if (!failure && !context_.connection.in_transaction()) {
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
        note_setting(place);
        // While a transaction of the script is open its files may be locked for who is told.
        if (done && !context_.connection.in_transaction()) done(place.index + 1);
    }
    if (!context_.connection.in_transaction()) return setting_without_effect(place);
    --place.index;
    Failure failure = failed(place, SQLITE_OK, {}, {});
    failure.message = "the file left a transaction open, which was rolled back; end it with COMMIT";
    return failure;
}

std::optional<Failure> ScriptRunner::run_statement(const Place& place, Author author) {
    if (context_.connection.stop_requested()) return failed(place, SQLITE_INTERRUPT, {}, {});
    if ((place.statement().traits & script::kCreatesSchema) != 0) return skip_create_schema(place);
    const sql::SentPart part{&place.script, place.index, 1};
    const sql::Observed observed(
        context_.observer, {.session = {}, .parts = {&part, 1}, .is_told_of_each = true}
    );
    context_.connection.speak_for(author, context_.settings.statement_timeout);
    auto failure = send(place, author);
    context_.connection.speak_for(Author::Us);
    // PRAGMA busy_timeout has replaced our way to wait.
    if (context_.connection.pragmas_touched()) context_.connection.install_callbacks();
    return failure;
}

std::optional<Failure> ScriptRunner::send(const Place& place, Author author) {
    const std::string_view sent = place.sent_text();
    context_.connection.start_clock();
    // One turn, unless the scanner took two statements for one.
    for (std::string_view rest = sent; !rest.empty();) {
        // A wrapped ATTACH can't hide behind VACUUM: the rest of the text isn't the VACUUM.
        if (rest.data() != sent.data() && author == Author::ScriptThatVacuums) {
            author = Author::ScriptOnItsOwn;
            context_.connection.speak_for(author, context_.settings.statement_timeout);
            context_.connection.start_clock();
        }
        const std::string_view before = rest;
        Statement statement;
        int code = context_.connection.prepare(rest, statement);
        if (code == SQLITE_OK && !statement) break;
        // Of a statement that SQLite refuses it does not say where it ends.
        const auto compiled =
            code == SQLITE_OK ? before.substr(0, before.size() - rest.size()) : before;
        Places places(place.script.schema, context_.written_schema, context_.temporary);
        Refusal refusal = places.judge(compiled, context_.connection.in_transaction());
        if (!refusal && code == SQLITE_OK) refusal = judge_accesses(places, compiled, author);
        if (refusal) {
            return refused(
                place, author, refusal, sent.substr(0, sent.size() - before.size()), compiled
            );
        }
        if (code == SQLITE_OK) code = context_.connection.run(statement.get());
        if (code != SQLITE_OK) return failed(place, code, sent, before);
    }
    return std::nullopt;
}

Refusal ScriptRunner::judge_accesses(
    const Places& places, std::string_view statement, Author author
) {
    Connection& connection = context_.connection;
    const std::vector<Access> accesses = connection.take_accesses();
    return places.judge_accesses(statement, accesses, [&](const std::string& name) {
        connection.speak_for(Author::Us);
        std::string found = schema_of(name);
        connection.speak_for(author, context_.settings.statement_timeout);
        connection.start_clock();
        return found;
    });
}

/// Where SQLite finds a table or view without a schema; empty when there is none.
std::string ScriptRunner::schema_of(const std::string& name) {
    if (equal_ignoring_case(name, "sqlite_master")) return "main";
    if (equal_ignoring_case(name, "sqlite_schema")) return "main";
    std::vector<std::string> schemas = {"temp"};  // comes first
    Cursor files(context_.connection, "select name from pragma_database_list where name <> 'temp'");
    for (sql::Row row; files.next(row);) schemas.push_back(row.at(0).value_or(""));
    for (const std::string& schema : schemas) {
        Cursor found(
            context_.connection,
            fmt::format(
                "select 1 from \"{}\".sqlite_schema where type in ('table', 'view') and name = ?1 "
                "collate nocase",
                schema
            ),
            {sql::Value(name)}
        );
        if (sql::Row row; found.next(row)) return schema;
    }
    return {};
}

// `before` is the part of the statement's text in front of `compiled`.
Failure ScriptRunner::refused(
    const Place& place,
    Author author,
    const Refusal& refusal,
    std::string_view before,
    std::string_view compiled
) const {
    Failure failure = failed(place, SQLITE_OK, {}, {});
    failure.message =
        fmt::format("\"{}\" {}", script::excerpt(place.text, place.statement()), refusal.why);
    failure.line += newlines(before) + newlines(compiled.substr(0, refusal.offset));
    if (!refusal.wants_no_transaction) return failure;
    failure.hint = author == Author::Script
                       ? "begin the file with the comment \"-- migrator:no-transaction\""
                       : "put it in front of BEGIN";
    return failure;
}

void ScriptRunner::note_setting(const Place& place) {
    const auto target = target_of(place.statement_text());
    if (!target || target->kind != Target::Kind::Sets || !target->value) return;
    if (!may_have_no_effect(target->place.name)) return;
    std::erase_if(settings_made_, [&](const Setting& setting) {
        return same_name(setting.schema, target->place.schema) &&
               same_name(setting.name, target->place.name);
    });
    settings_made_.push_back({place.index, target->place.schema, target->place.name, *target->value}
    );
}

std::optional<Failure> ScriptRunner::setting_without_effect(const Place& place) {
    for (const Setting& setting : settings_made_) {
        std::string answer;
        const std::string ask = fmt::format("pragma \"{}\".{}", setting.schema, setting.name);
        const int code = context_.connection.read_value(ask, answer);
        if (code == SQLITE_OK && is_value(setting.name, setting.value, answer)) continue;
        Failure failure = failed({place.script, place.text, setting.statement}, SQLITE_OK, {}, {});
        failure.message = fmt::format(
            "PRAGMA {} had no effect: {} still has {}", setting.name, setting.schema, answer
        );
        failure.hint = fmt::format(
            "a file that has tables takes it with the next VACUUM: write vacuum {} behind it",
            context_.written_schema
        );
        return failure;
    }
    return std::nullopt;
}

std::optional<Failure> ScriptRunner::skip_create_schema(const Place& place) const {
    const auto name = created_schema(place.statement_text());
    if (name && context_.is_schema(*name)) return std::nullopt;
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
        .message = code == SQLITE_OK ? std::string() : context_.connection.message(code),
        .context = code_name(code),
    };
    if (code == SQLITE_OK || sent.empty()) return failure;
    failure.hint = hint_for(code, failure.message);
    const int offset = sqlite3_error_offset(context_.connection.handle());
    if (offset >= 0) {
        const auto at = sent.size() - rest.size() + static_cast<std::size_t>(offset);
        failure.line += newlines(sent.substr(0, at));
    }
    return failure;
}

}  // namespace migrator::db::sqlite
