#include "db/postgresql/lexis.hpp"

namespace migrator::db::postgresql {
namespace {

using enum script::Trait;

constexpr auto kOpens = kTransactionControl | kOpensTransaction;
constexpr auto kCloses = kTransactionControl | kClosesTransaction;
constexpr auto kBuildsIndex = kRefusesTransaction | kBuildsIndexConcurrently;

constexpr script::Lexis::Rule kRules[] = {
    {"begin", kTransactionControl},
    {"begin $", kOpens},
    {"begin work $", kOpens},
    {"begin transaction $", kOpens},
    {"start transaction", kTransactionControl},
    {"start transaction $", kOpens},
    {"commit", kTransactionControl},
    {"commit $", kCloses},
    {"commit work $", kCloses},
    {"commit transaction $", kCloses},
    {"end", kTransactionControl},
    {"end $", kCloses},
    {"end work $", kCloses},
    {"end transaction $", kCloses},
    {"rollback", kTransactionControl},
    {"abort", kTransactionControl},
    {"savepoint", kTransactionControl},
    {"release", kTransactionControl},
    {"prepare transaction", kTransactionControl},

    {"set", kChangesSession},  // SET LOCAL, too: it reaches the later files of the run
    {"set transaction", kNoTraits},
    {"set local transaction", kNoTraits},
    {"set constraints", kNoTraits},
    {"reset", kChangesSession},
    {"prepare", kChangesSession},
    {"prepare transaction as", kChangesSession},  // a statement of that name
    {"deallocate", kChangesSession},
    {"listen", kChangesSession},
    {"unlisten", kChangesSession},
    {"declare", kChangesSession},
    {"load", kChangesSession},
    {"discard", kChangesSession},
    {"discard all", kChangesSession | kRefusesTransaction},

    {"create index concurrently", kBuildsIndex},
    {"create unique index concurrently", kBuildsIndex},
    {"drop index concurrently", kRefusesTransaction},
    {"reindex * concurrently", kBuildsIndex},
    {"reindex * concurrently off", kNoTraits},  // reindex (concurrently off) table t
    {"reindex * concurrently false", kNoTraits},
    {"reindex schema", kRefusesTransaction},
    {"reindex database", kRefusesTransaction},
    {"reindex system", kRefusesTransaction},
    {"reindex verbose schema", kRefusesTransaction},
    {"reindex verbose database", kRefusesTransaction},
    {"reindex verbose system", kRefusesTransaction},
    {"reindex schema concurrently", kBuildsIndex},
    {"reindex database concurrently", kBuildsIndex},
    {"reindex verbose schema concurrently", kBuildsIndex},
    {"reindex verbose database concurrently", kBuildsIndex},
    {"vacuum", kRefusesTransaction},
    {"cluster $", kRefusesTransaction},
    {"cluster verbose $", kRefusesTransaction},
    {"create database", kRefusesTransaction},
    {"drop database", kRefusesTransaction},
    {"alter database ? set tablespace", kRefusesTransaction},
    {"create tablespace", kRefusesTransaction},
    {"drop tablespace", kRefusesTransaction},
    {"alter system", kRefusesTransaction},
    {"alter table * detach partition * concurrently", kRefusesTransaction},

    {"create schema", kCreatesSchema},
};

}  // namespace

constinit const script::Lexis kPostgresqlLexis{
    .dollar_quotes = true,
    .nested_comments = true,
    .escape_strings = true,
    .begin_atomic_bodies = true,
    .parentheses_hold_semicolons = true,
    .copy_data = true,
    .psql_commands = true,
    .carriage_return_ends_line = true,
    .rules = kRules,
};

}  // namespace migrator::db::postgresql
