#include "db/sqlserver/script_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <optional>
#include <vector>

#include "core/utf8.hpp"
#include "db/sql/characters.hpp"
#include "db/sqlserver/batches.hpp"

namespace migrator::db::sqlserver {
namespace {

using sql::TokenKind;

constexpr auto kOpens = sql::kTransactionControl | sql::kOpensTransaction;
constexpr auto kCloses = sql::kTransactionControl | sql::kClosesTransaction;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view w) {
        return sql::equals_lower(word, w);
    });
}

/// Options of SET: behind any other word SET belongs to UPDATE or is an assignment.
bool is_set_option(std::string_view word) {
    return is_one_of(
        word,
        {"ansi_defaults",
         "ansi_null_dflt_off",
         "ansi_null_dflt_on",
         "ansi_nulls",
         "ansi_padding",
         "ansi_warnings",
         "arithabort",
         "arithignore",
         "concat_null_yields_null",
         "context_info",
         "cursor_close_on_commit",
         "datefirst",
         "dateformat",
         "deadlock_priority",
         "fips_flagger",
         "fmtonly",
         "forceplan",
         "identity_insert",
         "implicit_transactions",
         "language",
         "lock_timeout",
         "nocount",
         "noexec",
         "numeric_roundabort",
         "offsets",
         "parseonly",
         "query_governor_cost_limit",
         "quoted_identifier",
         "remote_proc_transactions",
         "rowcount",
         "showplan_all",
         "showplan_text",
         "showplan_xml",
         "statistics",
         "textsize",
         "transaction",
         "xact_abort"}
    );
}

/// A batch that begins with another word calls a procedure.
bool begins_statement(std::string_view word) {
    return is_one_of(
        word, {"add",    "alter",  "backup", "begin",     "bulk",        "checkpoint", "close",
               "create", "dbcc",   "deny",   "declare",   "delete",      "deallocate", "disable",
               "drop",   "enable", "fetch",  "grant",     "if",          "insert",     "kill",
               "merge",  "open",   "print",  "raiserror", "reconfigure", "restore",    "revoke",
               "save",   "select", "set",    "throw",     "truncate",    "update",     "waitfor",
               "while",  "with",   "commit", "rollback"}
    );
}

/// Looks at the tokens of a script from left to right.
class Watcher {
public:
    Watcher(std::string_view text, sql::Script& script) : text_(text), script_(script) {}

    void see(const TsqlToken& token, std::size_t batch) {
        if (!in_batch_ || batch != batch_) begin_batch(token, batch);
        shift({token, token.kind == TokenKind::Word ? word_of(token) : std::string_view()});
        batch_statement().end = offset32(token.end);
        note_wrapper(token);
        if (token.kind == TokenKind::Semicolon) return;
        if (first_token_ == kNowhere) {
            first_token_ = token.begin;
            if (token.keyword && !begins_statement(word(0))) batch_trait(sql::kChangesSession);
        }
        if (token.keyword && !in_body_) see_keyword();
        if (token.kind == TokenKind::Other) see_command(token);
    }

    void finish();

private:
    struct Seen {
        TsqlToken token;
        std::string_view word;  ///< empty unless it is a word
    };
    static constexpr std::size_t kNowhere = std::string_view::npos;

    static std::uint32_t offset32(std::size_t offset) { return static_cast<std::uint32_t>(offset); }
    std::string_view word_of(const TsqlToken& token) const {
        return text_.substr(token.begin, token.end - token.begin);
    }
    /// The word `back` tokens ago (0: the newest); empty if it is no keyword.
    std::string_view word(std::size_t back) const {
        return seen_[back].token.keyword ? seen_[back].word : std::string_view();
    }
    bool is(std::size_t back, std::string_view lower) const {
        return sql::equals_lower(word(back), lower);
    }
    void shift(const Seen& seen) {
        std::ranges::move_backward(seen_.begin(), seen_.end() - 1, seen_.end());
        seen_.front() = seen;
    }
    sql::Statement& batch_statement() { return script_.statements.at(batch_at_); }
    void batch_trait(std::uint32_t trait) { batch_statement().traits |= trait; }
    std::uint32_t line_at(std::size_t offset);

    void begin_batch(const TsqlToken& token, std::size_t batch);
    void see_keyword();
    void see_transaction_word();
    void see_session_word();
    void see_created();
    void see_refusing_word();
    void see_command(const TsqlToken& token);
    /// A place that a run has to know of, which begins `back` tokens ago.
    void note(std::size_t back, std::uint32_t traits);
    void note_wrapper(const TsqlToken& token);
    bool behind_permission(std::size_t back) const;
    void say_problem(std::size_t back, std::string_view problem);

    std::string_view text_;
    sql::Script& script_;
    std::array<Seen, 5> seen_{};  ///< the newest first
    std::size_t batch_ = 0;
    bool in_batch_ = false;
    std::size_t batch_at_ = 0;            ///< of the batch in `statements`
    std::size_t first_token_ = kNowhere;  ///< of the batch, without ';'
    bool in_body_ = false;                ///< of a procedure, function or trigger
    bool creates_schema_ = false;         ///< CREATE SCHEMA, which may hold other CREATEs
    std::size_t counted_ = 0;             ///< newlines before this offset are in `line_`
    std::uint32_t line_ = 1;

    // The wrapper. Offsets of BEGIN TRANSACTION at the start and COMMIT at the end.
    enum class Wrapper { Unseen, Opening, Opened, None };
    Wrapper wrapper_ = Wrapper::Unseen;
    std::size_t opening_begin_ = 0;
    std::size_t opening_end_ = 0;
    std::optional<std::size_t>
        closing_begin_;  ///< of the last COMMIT, while only words of it follow
    std::size_t closing_end_ = 0;
};

std::uint32_t Watcher::line_at(std::size_t offset) {
    if (offset < counted_) return sql::line_of(text_, offset);
    const std::string_view passed = text_.substr(counted_, offset - counted_);
    line_ += offset32(static_cast<std::size_t>(std::ranges::count(passed, '\n')));
    counted_ = offset;
    return line_;
}

void Watcher::begin_batch(const TsqlToken& token, std::size_t batch) {
    in_batch_ = true;
    batch_ = batch;
    first_token_ = kNowhere;
    in_body_ = false;
    creates_schema_ = false;
    seen_ = {};
    batch_at_ = script_.statements.size();
    sql::Statement statement;
    statement.begin = offset32(token.begin);
    statement.line = line_at(token.begin);
    script_.statements.push_back(statement);
}

void Watcher::say_problem(std::size_t back, std::string_view problem) {
    if (!script_.problem.empty()) return;
    script_.problem = fmt::format("line {}: {}", line_at(seen_[back].token.begin), problem);
}

void Watcher::note(std::size_t back, std::uint32_t traits) {
    sql::Statement statement;
    statement.begin = offset32(seen_[back].token.begin);
    statement.line = line_at(statement.begin);
    const std::size_t newline =
        std::min(text_.find_first_of(";\r\n", statement.begin), text_.size());
    statement.end = offset32(newline);
    statement.traits = traits;
    script_.statements.push_back(statement);
    script_.traits |= traits;
}

void Watcher::see_keyword() {
    see_transaction_word();
    see_session_word();
    see_created();
    see_refusing_word();
}

void Watcher::see_transaction_word() {
    const bool is_tran = is_one_of(word(0), {"tran", "transaction"});
    if (is_tran && is(1, "begin")) note(1, kOpens);
    if (is_tran && is(1, "distributed") && is(2, "begin")) note(2, sql::kTransactionControl);
    if (is_tran && is(1, "save")) note(1, sql::kTransactionControl);
    if (is(0, "commit")) note(0, kCloses);
    if (is(0, "rollback")) note(0, sql::kTransactionControl);
}

void Watcher::see_session_word() {
    if (is_one_of(word(0), {"exec", "execute", "use", "revert"})) {
        batch_trait(sql::kChangesSession);
    }
    if (is(1, "set") && is_set_option(word(0))) batch_trait(sql::kChangesSession);
    if (is(0, "sp_setapprole")) {
        say_problem(
            0,
            "an application role can't be left again: migrator can't write its own "
            "rows then. Remove sp_setapprole"
        );
    }
    const bool no_way_back =
        (is(0, "revert") && is(1, "no") && is(2, "with")) || (is(0, "cookie") && is(1, "with"));
    if (no_way_back) {
        say_problem(
            0,
            "EXECUTE AS … WITH NO REVERT or WITH COOKIE can't be left again: migrator "
            "can't write its own rows then. Use EXECUTE AS without it"
        );
    }
}

/// Whether a list of permissions stands before: GRANT CREATE VIEW, CREATE TABLE TO ….
bool Watcher::behind_permission(std::size_t back) const {
    const Seen& before = seen_[back];
    const bool comma = before.token.kind == TokenKind::Other && text_[before.token.begin] == ',';
    return comma || is_one_of(word(back), {"grant", "deny", "revoke", "for"});
}

void Watcher::see_created() {
    const bool is_routine = is_one_of(word(0), {"procedure", "proc", "function", "trigger"});
    const bool is_view = is(0, "view");
    const bool is_other = is_one_of(word(0), {"default", "rule", "schema"});
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
            "{} {} must be the first statement of its batch: put a line with GO before it",
            is(start, "alter") && start == 1 ? "ALTER" : "CREATE",
            word(0)
        )
    );
}

void Watcher::see_refusing_word() {
    std::size_t start = 1;
    bool refuses = false;
    if (is(0, "database") && is_one_of(word(1), {"create", "alter", "drop", "backup", "restore"})) {
        refuses = true;
    }
    if (is(0, "fulltext") && is_one_of(word(1), {"create", "alter", "drop"})) refuses = true;
    if (is(0, "log") && is_one_of(word(1), {"backup", "restore"})) refuses = true;
    if (is_one_of(word(0), {"reconfigure", "kill"})) {
        refuses = true;
        start = 0;
    }
    if (refuses && !behind_permission(start + 1)) note(start, sql::kRefusesTransaction);
    // These begin with the same two words and do run in a transaction.
    const bool is_harmless =
        is(1, "database") && is_one_of(word(0), {"scoped", "audit", "encryption"});
    sql::Statement& last = script_.statements.back();
    if (is_harmless && last.traits == sql::kRefusesTransaction &&
        last.begin == seen_[2].token.begin) {
        script_.statements.pop_back();
    }
}

/// `:r`, `:setvar` and the like at the start of a line are for sqlcmd.
void Watcher::see_command(const TsqlToken& token) {
    if (text_[token.begin] != ':') return;
    const std::size_t line = text_.substr(0, token.begin).rfind('\n') + 1;
    const std::string_view before = text_.substr(line, token.begin - line);
    if (!std::ranges::all_of(before, sql::is_space)) return;
    const std::size_t end = std::min(text_.find_first_of(" \t\r\n", token.begin), text_.size());
    const std::string_view command = text_.substr(token.begin, end - token.begin);
    if (!is_one_of(
            command,
            {":r",
             ":setvar",
             ":on",
             ":connect",
             ":out",
             ":error",
             ":exit",
             ":quit",
             ":list",
             ":reset",
             ":perftrace",
             ":xml",
             ":help",
             ":ed",
             ":listvar",
             ":serverlist"}
        )) {
        return;
    }
    say_problem(
        0, fmt::format("{} is a command of sqlcmd: migrator runs T-SQL alone: remove it", command)
    );
}

/// `BEGIN TRANSACTION` with nothing behind it in its line but a ';' at the start of all, and
/// `COMMIT` with nothing behind it at the end.
void Watcher::note_wrapper(const TsqlToken& token) {
    if (wrapper_ == Wrapper::Unseen && token.kind != TokenKind::Semicolon) {
        wrapper_ = is(0, "begin") ? Wrapper::Opening : Wrapper::None;
        opening_begin_ = token.begin;
    } else if (wrapper_ == Wrapper::Opening) {
        if (opening_end_ == 0) {
            if (!is_one_of(word(0), {"tran", "transaction"})) wrapper_ = Wrapper::None;
            opening_end_ = token.end;
        } else {
            const auto between = text_.substr(opening_end_, token.begin - opening_end_);
            const bool ends =
                token.kind == TokenKind::Semicolon || between.find('\n') != std::string_view::npos;
            if (token.kind == TokenKind::Semicolon) opening_end_ = token.end;
            wrapper_ = ends ? Wrapper::Opened : Wrapper::None;
        }
    }
    if (is(0, "commit")) {
        closing_begin_ = token.begin;
        closing_end_ = token.end;
    } else if (closing_begin_) {
        const bool belongs =
            token.kind == TokenKind::Semicolon ||
            (is_one_of(word(0), {"tran", "transaction", "work"}) && is(1, "commit"));
        if (belongs) {
            closing_end_ = token.end;
        } else {
            closing_begin_.reset();
        }
    }
}

void Watcher::finish() {
    for (const sql::Statement& statement : script_.statements) script_.traits |= statement.traits;
    const auto controls = std::ranges::count_if(script_.statements, [](const auto& statement) {
        return (statement.traits & sql::kTransactionControl) != 0;
    });
    if (wrapper_ != Wrapper::Opened || !closing_begin_ || controls != 2) return;
    script_.wrapped = true;
    script_.omissions.push_back({offset32(opening_begin_), offset32(opening_end_)});
    script_.omissions.push_back({offset32(*closing_begin_), offset32(closing_end_)});
}

/// The line in which the first byte stands that is not UTF-8.
std::string encoding_problem(std::string_view text) {
    std::size_t begin = 0;
    std::size_t line = 1;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        if (!is_valid_utf8(text.substr(begin, end - begin))) break;
        begin = end + 1;
        ++line;
    }
    return fmt::format("line {}: the file is not UTF-8: save it as UTF-8", line);
}

}  // namespace

sql::Script scan(std::string_view text, const sql::Lexis& lexis, bool standard_conforming_strings) {
    sql::Script script;
    script.standard_conforming_strings = standard_conforming_strings;
    if (text.size() >= std::numeric_limits<std::uint32_t>::max()) {
        script.problem = "the file is larger than 4 GiB: split it";
        return script;
    }
    if (!is_valid_utf8(text)) script.problem = encoding_problem(text);
    Watcher watcher(text, script);
    const Batches batches = split_batches(text, [&](const TsqlToken& token, std::size_t batch) {
        watcher.see(token, batch);
    });
    if (script.problem.empty()) script.problem = batches.problem;
    watcher.finish();
    // The comments before the first statement are read as on every server.
    const std::size_t code = script.statements.empty() ? text.size() : script.statements[0].begin;
    script.no_transaction_marker = sql::scan(text.substr(0, code), lexis).no_transaction_marker;
    return script;
}

bool calls_procedures(std::string_view batch) {
    Tokens tokens(batch);
    bool is_first = true;
    for (TsqlToken token = tokens.next(); token.kind != TokenKind::End; token = tokens.next()) {
        if (token.kind == TokenKind::Semicolon) continue;
        const std::string_view word = tokens.text_of(token);
        if (token.keyword && is_one_of(word, {"exec", "execute"})) return true;
        const bool is_name = token.kind == TokenKind::Word || token.kind == TokenKind::QuotedName;
        if (is_first && is_name && !begins_statement(word)) return true;
        is_first = false;
    }
    return false;
}

std::string identity_insert_left_on(std::string_view batch) {
    Tokens tokens(batch);
    std::string left_on;
    std::string name;
    bool behind_set = false;
    bool in_name = false;
    for (TsqlToken token = tokens.next(); token.kind != TokenKind::End; token = tokens.next()) {
        const std::string_view word = tokens.text_of(token);
        if (in_name) {
            const bool on = token.keyword && sql::equals_lower(word, "on");
            const bool off = token.keyword && sql::equals_lower(word, "off");
            if (on || off || token.kind == TokenKind::Semicolon) {
                if (on) left_on = name;
                if (off) left_on.clear();
                in_name = false;
            } else {
                name += word;
            }
            continue;
        }
        in_name = behind_set && token.keyword && sql::equals_lower(word, "identity_insert");
        if (in_name) name.clear();
        behind_set = token.keyword && sql::equals_lower(word, "set");
    }
    return left_on;
}

}  // namespace migrator::db::sqlserver
