#include "script/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/ascii.hpp"
#include "core/nearest.hpp"
#include "script/characters.hpp"

namespace migrator::script {
namespace {

constexpr std::string_view kCheck = "migrator:check";
constexpr std::array<std::string_view, 1> kNames = {"check"};

/// With these a statement may begin that only reads.
constexpr std::string_view kReads[] = {"select", "with", "values"};
/// No statement that only reads has these outside of quotes. Some make a second statement on SQL
/// Server, where none needs a ';'.
constexpr std::string_view kWrites[] = {"alter",  "backup",   "create",   "dbcc",   "declare",
                                        "delete", "deny",     "drop",     "exec",   "execute",
                                        "grant",  "insert",   "into",     "merge",  "restore",
                                        "revoke", "shutdown", "truncate", "update", "waitfor"};

bool is_among(std::string_view word, std::span<const std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view each) {
        return equal_ignoring_case(word, each);
    });
}

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

/// What stands in a comment behind `--`, `#` or `/*`.
std::string_view text_in(std::string_view comment) {
    comment.remove_prefix(comment.starts_with('#') ? 1 : 2);
    return without_blanks(comment);
}

/// The word behind `migrator:`, as it is spelt.
std::string_view name_in(std::string_view text) {
    text = without_blanks(text.substr(text.find(':') + 1));
    const auto ends = [](char c) { return !is_word_char(c) && c != '-'; };
    return text.substr(
        0, static_cast<std::size_t>(std::ranges::find_if(text, ends) - text.begin())
    );
}

bool is_check(std::string_view comment) {
    const std::string_view text = text_in(comment);
    return comment.starts_with("--") && text.starts_with(kCheck) &&
           (text.size() == kCheck.size() || is_space(text[kCheck.size()]));
}

/// Where the line comment ends that the line behind `end` consists of; nothing when it does not.
std::optional<std::size_t> next_comment(std::string_view text, std::size_t end) {
    const std::size_t newline = text.find('\n', end);
    if (newline == std::string_view::npos) return std::nullopt;
    const std::size_t line_end = std::min(text.find('\n', newline + 1), text.size());
    const std::string_view line = without_blanks(text.substr(newline + 1, line_end - newline - 1));
    if (!line.starts_with("--") || begins_with_marker(line)) return std::nullopt;
    return line_end;
}

bool ends_statement(std::string_view comments) { return without_blanks(comments).ends_with(';'); }

/// The end of a check's last comment. Nothing when comments follow and no ';' says which of them
/// belong to it.
std::optional<std::size_t> end_of_check(std::string_view text, Range first) {
    std::size_t end = first.end;
    while (!ends_statement(text.substr(first.begin, end - first.begin))) {
        const auto next = next_comment(text, end);
        if (!next) return end == first.end ? std::optional(end) : std::nullopt;
        end = *next;
    }
    return end;
}

}  // namespace

bool begins_with_marker(std::string_view comment) {
    constexpr std::string_view kProgram = "migrator";
    if (comment.size() < kProgram.size() + 2) return false;
    const std::string_view text = text_in(comment);
    return equal_ignoring_case(text.substr(0, kProgram.size()), kProgram) &&
           without_blanks(text.substr(kProgram.size())).starts_with(':');
}

void find_checks(
    std::string_view text,
    std::size_t behind,
    const std::vector<Lexer::Marked>& marked,
    Script& script
) {
    std::uint32_t line = 1;
    std::size_t counted = 0;
    const auto refuse = [&](std::string_view why) {
        if (script.problem.empty()) script.problem = fmt::format("line {}: {}", line, why);
    };
    for (const Lexer::Marked& each : marked) {
        const auto [begin, end] = each.comment;
        if (begin >= behind) return;
        const std::string_view passed = text.substr(counted, begin - counted);
        line += static_cast<std::uint32_t>(std::ranges::count(passed, '\n'));
        counted = begin;
        const std::string_view comment = text.substr(begin, end - begin);
        if (!is_check(comment)) {
            if (!nearest(name_in(text_in(comment)), kNames).empty()) {
                refuse("a check begins with \"-- migrator:check \", spelt exactly so");
            }
            continue;
        }
        if (!each.between_statements) {
            refuse("a check stands inside a statement; move it to the beginning of the file");
            continue;
        }
        const auto last = end_of_check(text, each.comment);
        if (!last) {
            refuse("it is not clear where the check ends; end it with ';'");
            continue;
        }
        script.checks.push_back(
            {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(*last), line}
        );
    }
}

std::string check_statement(std::string_view comments) {
    std::string statement;
    while (!comments.empty()) {
        const std::size_t end = std::min(comments.find('\n'), comments.size());
        std::string_view line = text_in(without_blanks(comments.substr(0, end)));
        if (statement.empty()) line = without_blanks(line.substr(kCheck.size()));
        statement += line;
        comments.remove_prefix(std::min(end + 1, comments.size()));
        statement += '\n';
    }
    std::string_view sql = without_blanks(statement);
    if (sql.ends_with(';')) sql.remove_suffix(1);
    return std::string(without_blanks(sql));
}

std::string check_problem(std::string_view statement, const Lexis& lexis) {
    if (statement.empty()) return "the check is empty";
    const Script script = scan(statement, lexis);
    if (!script.sure || !script.problem.empty() || script.statements.size() != 1) {
        return "a check is a single statement, without a ';' in it and with all its quotes closed";
    }
    Lexer lexer(statement, lexis);
    bool is_first = true;
    TokenKind before = TokenKind::End;
    for (Token token = lexer.first_of_statement(); token.kind != TokenKind::End;
         before = token.kind, token = lexer.next()) {
        if (token.kind == TokenKind::Open && is_first) continue;
        const std::string_view word = statement.substr(token.begin, token.end - token.begin);
        const bool is_word = token.kind == TokenKind::Word;
        if (is_first && (!is_word || !is_among(word, kReads))) {
            return "a check begins with SELECT, WITH or VALUES";
        }
        is_first = false;
        if (token.kind == TokenKind::VersionComment ||
            (is_word && before != TokenKind::Dot && is_among(word, kWrites))) {
            return fmt::format("a check only reads; {} is not allowed in one", word);
        }
    }
    return is_first ? "the check is empty" : "";
}

}  // namespace migrator::script
