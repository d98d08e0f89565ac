#include "db/sqlite/lexis.hpp"

namespace migrator::db::sqlite {
namespace {

using enum script::Trait;

constexpr auto kOpens = kTransactionControl | kOpensTransaction;
constexpr auto kCloses = kTransactionControl | kClosesTransaction;

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
    {"pragma", kChangesSession},
    {"create schema", kCreatesSchema},
};

}  // namespace

constinit const script::Lexis kSqliteLexis{
    .backtick_identifiers = true,
    .bracket_identifiers = true,
    .trigger_bodies = true,
    .open_comment_is_fine = true,
    .rules = kRules,
};

}  // namespace migrator::db::sqlite
