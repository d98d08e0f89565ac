#include "db/sqlserver/script_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/ascii.hpp"
#include "core/utf8.hpp"
#include "db/sqlserver/batches.hpp"
#include "db/sqlserver/keywords.hpp"
#include "db/sqlserver/script_watcher.hpp"

namespace migrator::db::sqlserver {
namespace {

using script::TokenKind;

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
    return fmt::format("line {}: the file is not UTF-8; save it as UTF-8", line);
}

/// FreeTDS's driver takes a NUL for the end of the text.
std::string nul_problem(std::string_view text) {
    const std::size_t nul = text.find('\0');
    if (nul == std::string_view::npos) return {};
    return fmt::format(
        "line {}: the file contains a NUL character; remove it, or save the file as UTF-8",
        script::line_of(text, nul)
    );
}

}  // namespace

script::Script scan(
    std::string_view text, const script::Lexis& lexis, bool standard_conforming_strings
) {
    script::Script script;
    script.standard_conforming_strings = standard_conforming_strings;
    if (text.size() >= std::numeric_limits<std::uint32_t>::max()) {
        script.problem = "the file is larger than 4 GiB; split it";
        return script;
    }
    script.problem = is_valid_utf8(text) ? nul_problem(text) : encoding_problem(text);
    ScriptWatcher watcher(text, script);
    const Batches batches = split_batches(text, [&](const TsqlToken& token, std::size_t batch) {
        watcher.see(token, batch);
    });
    if (script.problem.empty()) script.problem = batches.problem;
    watcher.finish();
    // The comments before the first statement are read as on every server.
    const std::size_t code = script.statements.empty() ? text.size() : script.statements[0].begin;
    script::Script head = script::scan(text.substr(0, code), lexis);
    script.no_transaction_marker = head.no_transaction_marker;
    script.checks = std::move(head.checks);
    if (script.problem.empty() && head.statements.empty()) script.problem = head.problem;
    // What is a comment further on only the batches tell.
    if (script.problem.empty() && text.find("migrator:check", code) != std::string_view::npos) {
        script.problem = "checks stand before the first statement of a file";
    }
    return script;
}

bool changes_user(std::string_view batch) {
    Tokens tokens(batch);
    bool behind_execute = false;
    for (TsqlToken token = tokens.next(); token.kind != TokenKind::End; token = tokens.next()) {
        const std::string_view word = tokens.text_of(token);
        if (behind_execute && token.keyword && equal_ignoring_case(word, "as")) return true;
        behind_execute = token.keyword && is_one_of_ignoring_case(word, {"exec", "execute"});
    }
    return false;
}

bool calls_procedures(std::string_view batch) {
    Tokens tokens(batch);
    bool is_first = true;
    for (TsqlToken token = tokens.next(); token.kind != TokenKind::End; token = tokens.next()) {
        if (token.kind == TokenKind::Semicolon) continue;
        const std::string_view word = tokens.text_of(token);
        if (token.keyword && is_one_of_ignoring_case(word, {"exec", "execute"})) return true;
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
            const bool on = token.keyword && equal_ignoring_case(word, "on");
            const bool off = token.keyword && equal_ignoring_case(word, "off");
            if (on || off || token.kind == TokenKind::Semicolon) {
                if (on) left_on = name;
                if (off) left_on.clear();
                in_name = false;
            } else {
                name += word;
            }
            continue;
        }
        in_name = behind_set && token.keyword && equal_ignoring_case(word, "identity_insert");
        if (in_name) name.clear();
        behind_set = token.keyword && equal_ignoring_case(word, "set");
    }
    return left_on;
}

}  // namespace migrator::db::sqlserver
