#include "db/sqlite/lexis.hpp"

namespace migrator::db::sqlite {
namespace {

using enum script::Trait;

constexpr auto kOpens = kTransactionControl | kOpensTransaction;
constexpr auto kCloses = kTransactionControl | kClosesTransaction;

constexpr auto kTemporary = kChangesSession | kMakesTemporary;

constexpr script::Lexis::Rule kRules[] = {
    {"begin", kOpens},  // with DEFERRED, IMMEDIATE or EXCLUSIVE, and TRANSACTION
    {"commit", kCloses},
    {"end", kCloses},
    {"rollback", kTransactionControl},
    {"savepoint", kTransactionControl},
    {"release", kTransactionControl},
    {"vacuum", kRefusesTransaction},
    {"attach", kForbidden},
    {"detach", kForbidden},
    {"pragma", kChangesSession},  // see pragmas.cpp

    {"select", kCallsFunctions},
    {"with", kCallsFunctions},
    {"values", kCallsFunctions},
    {"insert", kCallsFunctions},
    {"replace", kCallsFunctions},
    {"update", kCallsFunctions},
    {"delete", kCallsFunctions},
    {"create * as", kCallsFunctions},
    {"create * temp", kTemporary},
    {"create * temporary", kTemporary},
    {"create schema", kCreatesSchema},
};

constexpr script::Lexis::Named kFunctions[] = {
    {"changes", kReadsKeys},
    {"last_insert_rowid", kReadsKeys},
};

}  // namespace

constinit const script::Lexis kSqliteLexis{
    .backtick_identifiers = true,
    .bracket_identifiers = true,
    .trigger_bodies = true,
    .open_comment_is_fine = true,
    .rules = kRules,
    .functions = kFunctions,
    .system_schema = "main",
};

}  // namespace migrator::db::sqlite
