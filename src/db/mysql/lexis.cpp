#include "db/mysql/lexis.hpp"

namespace migrator::db::mysql {
namespace {

using enum script::Trait;

constexpr auto kOpens = kTransactionControl | kOpensTransaction;
constexpr auto kCloses = kTransactionControl | kClosesTransaction;
constexpr auto kSets = kChangesSession | kKeepsTransaction;
constexpr auto kSetsLexing = kSets | kChangesLexing;
constexpr auto kRunsAnything = kUncountedResults | kChangesSession;

// What is not said to keep the transaction is taken to commit it: every DDL statement does
// (https://dev.mysql.com/doc/refman/8.0/en/implicit-commit.html).
constexpr script::Lexis::Rule kRules[] = {
    {"insert", kKeepsTransaction},
    {"replace", kKeepsTransaction},
    {"update", kKeepsTransaction},
    {"delete", kKeepsTransaction},
    {"select", kKeepsTransaction},
    {"select release_all_locks", kForbidden},
    {"with", kKeepsTransaction},
    {"values", kKeepsTransaction},
    {"table", kKeepsTransaction},
    {"do", kKeepsTransaction},
    {"do release_all_locks", kForbidden},
    {"show", kKeepsTransaction},
    {"explain", kKeepsTransaction},
    {"describe", kKeepsTransaction},
    {"desc", kKeepsTransaction},
    {"help", kKeepsTransaction},
    {"handler", kKeepsTransaction},
    {"load data", kKeepsTransaction},
    {"load xml", kKeepsTransaction},
    {"create temporary table", kSets},
    {"drop temporary table", kSets},
    {"use", kSets},

    {"set", kSets},
    {"set password", kNoTraits},
    {"set default role", kNoTraits},
    {"set names", kSetsLexing},
    {"set character set", kSetsLexing},
    {"set charset", kSetsLexing},
    {"set * sql_mode", kSetsLexing},
    {"set * character_set_client", kSetsLexing},
    {"set autocommit", kTransactionControl},
    {"set session autocommit", kTransactionControl},
    {"set local autocommit", kTransactionControl},
    {"set * autocommit", kTransactionControl},
    {"prepare", kSets},
    {"deallocate", kSets},
    {"execute", kRunsAnything},
    {"call", kRunsAnything},
    {"set statement * for", kRunsAnything},  // MariaDB: for any statement

    {"begin", kTransactionControl},
    {"begin $", kOpens},
    {"begin work $", kOpens},
    {"begin not atomic", kRunsAnything},
    {"start transaction", kTransactionControl},
    {"start transaction $", kOpens},
    {"start transaction with consistent snapshot $", kOpens},
    {"start transaction read write $", kOpens},
    {"commit", kTransactionControl},
    {"commit $", kCloses},
    {"commit work $", kCloses},
    {"rollback", kTransactionControl},
    {"savepoint", kTransactionControl},
    {"release savepoint", kTransactionControl},
    {"xa", kTransactionControl},

    {"lock tables", kLocksTables},
    {"lock table", kLocksTables},
    {"flush * with read lock", kForbidden},

    {"create schema", kCreatesSchema},
    {"create database", kCreatesSchema},
};

}  // namespace

constinit const script::Lexis kMysqlLexis{
    .backtick_identifiers = true,
    .hash_comments = true,
    .dashes_need_blank = true,
    .executable_comments = true,
    .double_quoted_strings = true,
    .backslash_strings = true,
    .compound_bodies = true,
    .delimiter_command = true,
    .rules = kRules,
};

}  // namespace migrator::db::mysql
