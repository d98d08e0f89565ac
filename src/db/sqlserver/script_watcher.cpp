#include "db/sqlserver/script_watcher.hpp"

#include <fmt/format.h>

#include "core/ascii.hpp"
#include "db/sqlserver/keywords.hpp"
#include "script/characters.hpp"

namespace migrator::db::sqlserver {
namespace {

using script::TokenKind;

constexpr auto kOpens = script::kTransactionControl | script::kOpensTransaction;
constexpr auto kCloses = script::kTransactionControl | script::kClosesTransaction;

}  // namespace

void ScriptWatcher::see(const TsqlToken& token, std::size_t batch) {
    if (!in_batch_ || batch != batch_) begin_batch(token, batch);
    shift({token, token.kind == TokenKind::Word ? word_of(token) : std::string_view()});
    batch_statement().end = offset32(token.end);
    wrapper_.see(token, in_body_);
    if (token.kind == TokenKind::Semicolon) return;
    if (first_token_ == kNowhere) {
        first_token_ = token.begin;
        if (token.keyword && !begins_statement(word(0))) batch_trait(script::kChangesSession);
    }
    if (token.keyword && !in_body_) see_keyword();
    if (token.kind == TokenKind::Other) see_command(token);
}

std::uint32_t ScriptWatcher::line_at(std::size_t offset) {
    if (offset < counted_) return script::line_of(text_, offset);
    const std::string_view passed = text_.substr(counted_, offset - counted_);
    line_ += offset32(static_cast<std::size_t>(std::ranges::count(passed, '\n')));
    counted_ = offset;
    return line_;
}

void ScriptWatcher::begin_batch(const TsqlToken& token, std::size_t batch) {
    in_batch_ = true;
    batch_ = batch;
    first_token_ = kNowhere;
    in_body_ = false;
    creates_schema_ = false;
    seen_ = {};
    batch_at_ = script_.statements.size();
    script::Statement statement;
    statement.begin = offset32(token.begin);
    statement.line = line_at(token.begin);
    script_.statements.push_back(statement);
}

void ScriptWatcher::say_problem(std::size_t back, std::string_view problem) {
    if (!script_.problem.empty()) return;
    script_.problem = fmt::format("line {}: {}", line_at(seen_[back].token.begin), problem);
}

void ScriptWatcher::note(std::size_t back, std::uint32_t traits) {
    script::Statement statement;
    statement.begin = offset32(seen_[back].token.begin);
    statement.line = line_at(statement.begin);
    const std::size_t newline =
        std::min(text_.find_first_of(";\r\n", statement.begin), text_.size());
    statement.end = offset32(newline);
    statement.traits = traits;
    script_.statements.push_back(statement);
    script_.traits |= traits;
}

void ScriptWatcher::see_keyword() {
    see_transaction_word();
    see_session_word();
    see_created();
    see_refusing_word();
}

void ScriptWatcher::see_transaction_word() {
    const bool is_tran = is_one_of_ignoring_case(word(0), {"tran", "transaction"});
    if (is_tran && is(1, "begin")) note(1, kOpens);
    if (is_tran && is(1, "distributed") && is(2, "begin")) note(2, script::kTransactionControl);
    if (is_tran && is(1, "save")) note(1, script::kTransactionControl);
    if (is(0, "commit")) note(0, kCloses);
    if (is(0, "rollback")) note(0, script::kTransactionControl);
}

void ScriptWatcher::see_session_word() {
    if (is_one_of_ignoring_case(word(0), {"exec", "execute", "use", "revert"})) {
        batch_trait(script::kChangesSession);
    }
    if (is(1, "set") && is_set_option(word(0))) batch_trait(script::kChangesSession);
    if (is(0, "sp_setapprole")) {
        say_problem(
            0,
            "an application role cannot be unset, and migrator could not write its rows; remove "
            "sp_setapprole"
        );
    }
    const bool no_way_back =
        (is(0, "revert") && is(1, "no") && is(2, "with")) || (is(0, "cookie") && is(1, "with"));
    if (no_way_back) {
        say_problem(
            0,
            "EXECUTE AS … WITH NO REVERT or WITH COOKIE cannot be reverted, and migrator could not "
            "write its rows; use EXECUTE AS without it"
        );
    }
}

/// Whether a list of permissions stands before: GRANT CREATE VIEW, CREATE TABLE TO ….
bool ScriptWatcher::behind_permission(std::size_t back) const {
    const Seen& before = seen_[back];
    const bool comma = before.token.kind == TokenKind::Other && text_[before.token.begin] == ',';
    return comma || is_one_of_ignoring_case(word(back), {"grant", "deny", "revoke", "for"});
}

void ScriptWatcher::see_created() {
    const bool is_routine =
        is_one_of_ignoring_case(word(0), {"procedure", "proc", "function", "trigger"});
    const bool is_view = is(0, "view");
    const bool is_other = is_one_of_ignoring_case(word(0), {"default", "rule", "schema"});
    if (!is_routine && !is_view && !is_other) return;
    if (!is(1, "create") && !is(1, "alter")) return;
    // CREATE OR ALTER VIEW
    const bool with_or = is(1, "alter") && is(2, "or") && is(3, "create");
    const std::size_t start = with_or ? 3 : 1;
    if (is_other && !is(1, "create")) return;  // ALTER SCHEMA may stand anywhere
    if (behind_permission(start + 1)) return;
    const bool is_first = seen_[start].token.begin == first_token_;
    if (is_first && is(0, "schema")) creates_schema_ = true;
    if (is_routine) in_body_ = true;
    if (is_first || (creates_schema_ && is_view)) return;
    say_problem(
        start,
        fmt::format(
            "{} {} must be the first statement of its batch; add a line with GO before it",
            is(start, "alter") && start == 1 ? "ALTER" : "CREATE",
            word(0)
        )
    );
}

void ScriptWatcher::see_refusing_word() {
    std::size_t start = 1;
    bool refuses = false;
    if (is(0, "database") &&
        is_one_of_ignoring_case(word(1), {"create", "alter", "drop", "backup", "restore"})) {
        refuses = true;
    }
    if (is(0, "fulltext") && is_one_of_ignoring_case(word(1), {"create", "alter", "drop"}))
        refuses = true;
    if (is(0, "log") && is_one_of_ignoring_case(word(1), {"backup", "restore"})) refuses = true;
    if (is_one_of_ignoring_case(word(0), {"reconfigure", "kill"})) {
        refuses = true;
        start = 0;
    }
    if (refuses && !behind_permission(start + 1)) note(start, script::kRefusesTransaction);
    // These begin with the same two words and do run in a transaction.
    const bool is_harmless =
        is(1, "database") && is_one_of_ignoring_case(word(0), {"scoped", "audit", "encryption"});
    script::Statement& last = script_.statements.back();
    if (is_harmless && last.traits == script::kRefusesTransaction &&
        last.begin == seen_[2].token.begin) {
        script_.statements.pop_back();
    }
}

/// `:r`, `:setvar` and the like at the start of a line are for sqlcmd.
void ScriptWatcher::see_command(const TsqlToken& token) {
    if (text_[token.begin] != ':') return;
    const std::size_t line = text_.substr(0, token.begin).rfind('\n') + 1;
    const std::string_view before = text_.substr(line, token.begin - line);
    if (!std::ranges::all_of(before, script::is_space)) return;
    const std::size_t end = std::min(text_.find_first_of(" \t\r\n", token.begin), text_.size());
    const std::string_view command = text_.substr(token.begin, end - token.begin);
    if (!is_sqlcmd_command(command)) return;
    say_problem(
        0,
        fmt::format(
            "{} is a sqlcmd command: migrator runs T-SQL, not sqlcmd commands; remove it", command
        )
    );
}

void ScriptWatcher::finish() {
    for (const script::Statement& statement : script_.statements)
        script_.traits |= statement.traits;
    const auto controls = std::ranges::count_if(script_.statements, [](const auto& statement) {
        return (statement.traits & script::kTransactionControl) != 0;
    });
    const auto wrapper = wrapper_.found();
    if (!wrapper || controls != 2) return;
    script_.wrapped = true;
    for (const script::Range& range : {wrapper->first, wrapper->second}) {
        script_.omissions.push_back({offset32(range.begin), offset32(range.end)});
    }
}

}  // namespace migrator::db::sqlserver
