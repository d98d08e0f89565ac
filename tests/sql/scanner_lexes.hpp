#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/sql/lexis.hpp"
#include "db/sql/script.hpp"

/// Two ways of reading SQL for the tests of the scanner, with just the rules that they need. The
/// servers' own stand in the folders of the servers.
namespace migrator::test {

inline constexpr db::sql::Lexis::Rule kTestRules[] = {
    {"begin", db::sql::kTransactionControl},
    {"begin $", db::sql::kTransactionControl | db::sql::kOpensTransaction},
    {"commit", db::sql::kTransactionControl},
    {"commit $", db::sql::kTransactionControl | db::sql::kClosesTransaction},
    {"end $", db::sql::kTransactionControl | db::sql::kClosesTransaction},
    {"rollback", db::sql::kTransactionControl},
    {"set", db::sql::kChangesSession},
    {"reset", db::sql::kChangesSession},
    {"discard", db::sql::kChangesSession},
    {"vacuum", db::sql::kRefusesTransaction},
    {"alter ? set", db::sql::kForbidden},
    {"reindex * concurrently", db::sql::kBuildsIndexConcurrently},
    {"reindex * concurrently off", db::sql::kNoTraits},
    {"create schema", db::sql::kCreatesSchema},
};

/// As PostgreSQL.
inline constexpr db::sql::Lexis kServerLexis{
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
inline constexpr db::sql::Lexis kFileLexis{
    .backtick_identifiers = true,
    .bracket_identifiers = true,
    .trigger_bodies = true,
    .open_comment_is_fine = true,
    .rules = kTestRules,
};

/// The texts of the statements.
inline std::vector<std::string> texts(std::string_view text, const db::sql::Script& script) {
    std::vector<std::string> result;
    for (const db::sql::Statement& statement : script.statements) {
        result.emplace_back(text.substr(statement.begin, statement.end - statement.begin));
    }
    return result;
}

}  // namespace migrator::test
