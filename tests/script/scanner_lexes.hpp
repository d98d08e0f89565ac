#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "script/lexis.hpp"
#include "script/script.hpp"

/// Two ways of reading SQL for the tests of the scanner, with just the rules that they need. The
/// servers' own stand in the folders of the servers.
namespace migrator::test {

inline constexpr script::Lexis::Rule kTestRules[] = {
    {"begin", script::kTransactionControl},
    {"begin $", script::kTransactionControl | script::kOpensTransaction},
    {"commit", script::kTransactionControl},
    {"commit $", script::kTransactionControl | script::kClosesTransaction},
    {"end $", script::kTransactionControl | script::kClosesTransaction},
    {"rollback", script::kTransactionControl},
    {"set", script::kChangesSession},
    {"reset", script::kChangesSession},
    {"discard", script::kChangesSession},
    {"vacuum", script::kRefusesTransaction},
    {"alter ? set", script::kForbidden},
    {"reindex * concurrently", script::kBuildsIndexConcurrently},
    {"reindex * concurrently off", script::kNoTraits},
    {"create schema", script::kCreatesSchema},
};

/// As PostgreSQL.
inline constexpr script::Lexis kServerLexis{
    .dollar_quotes = true,
    .nested_comments = true,
    .escape_strings = true,
    .begin_atomic_bodies = true,
    .parentheses_hold_semicolons = true,
    .copy_data = true,
    .psql_commands = true,
    .carriage_return_ends_line = true,
    .rules = kTestRules,
};

/// As SQLite.
inline constexpr script::Lexis kFileLexis{
    .backtick_identifiers = true,
    .bracket_identifiers = true,
    .trigger_bodies = true,
    .open_comment_is_fine = true,
    .rules = kTestRules,
};

/// The texts of the statements.
inline std::vector<std::string> texts(std::string_view text, const script::Script& script) {
    std::vector<std::string> result;
    for (const script::Statement& statement : script.statements) {
        result.emplace_back(text.substr(statement.begin, statement.end - statement.begin));
    }
    return result;
}

}  // namespace migrator::test
