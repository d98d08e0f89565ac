#include "db/postgresql/lexis.hpp"

#include <algorithm>
#include <array>

#include "db/postgresql/harmless_functions.hpp"

namespace migrator::db::postgresql {
namespace {

using enum script::Trait;
using script::Lexis;

constexpr auto kOpens = kTransactionControl | kOpensTransaction;
constexpr auto kCloses = kTransactionControl | kClosesTransaction;
constexpr auto kBuildsIndex = kRefusesTransaction | kBuildsIndexConcurrently;
constexpr auto kTemporary = kChangesSession | kMakesTemporary;
constexpr auto kReads = kCallsFunctions | kMaySelectInto;
constexpr auto kSetsPath = kChangesSession | kMovesPath;
constexpr auto kSetsRole = kChangesSession | kMovesRole;
constexpr auto kResetsPath = kChangesSession | kRestoresPath;
constexpr auto kResetsRole = kChangesSession | kRestoresRole;

constexpr Lexis::Rule kRules[] = {
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
    {"set transaction", kRefusesTransaction},
    {"set local transaction", kRefusesTransaction},
    {"set constraints", kBoundToTransaction},
    {"set constraints * immediate", kUndoesBound},
    {"set search_path", kSetsPath},
    {"set session search_path", kSetsPath},
    {"set local search_path", kSetsPath | kUntilCommit},
    {"set search_path default $", kResetsPath},
    {"set search_path to default $", kResetsPath},
    {"set schema", kSetsPath},
    {"set session schema", kSetsPath},
    {"set local schema", kSetsPath | kUntilCommit},
    {"set role", kSetsRole},
    {"set session role", kSetsRole},
    {"set local role", kSetsRole | kUntilCommit},
    {"set role none", kResetsRole},
    {"set session authorization", kSetsRole},
    {"set local session authorization", kSetsRole | kUntilCommit},
    {"set session authorization default", kResetsRole},
    {"reset", kChangesSession},
    {"reset all", kResetsPath},
    {"reset search_path", kResetsPath},
    {"reset role", kResetsRole},
    {"reset session authorization", kResetsRole},
    {"prepare", kChangesSession},
    {"prepare transaction as", kChangesSession},  // a statement of that name
    {"deallocate", kChangesSession},
    {"listen", kChangesSession},
    {"unlisten", kChangesSession},
    {"declare", kChangesSession},
    {"load", kChangesSession | kBoundToSession},
    {"discard", kChangesSession},
    {"discard all", kResetsPath | kResetsRole | kRefusesTransaction},

    {"select", kReads},
    {"with", kReads},
    {"values", kCallsFunctions},
    {"insert", kCallsFunctions},
    {"update", kCallsFunctions},
    {"delete", kCallsFunctions},
    {"merge", kCallsFunctions},
    {"copy select", kCallsFunctions},  // copy (select …) to
    {"copy with", kCallsFunctions},
    {"copy insert", kCallsFunctions},
    {"copy update", kCallsFunctions},
    {"copy delete", kCallsFunctions},
    {"explain", kReads},
    {"execute", kCallsFunctions},
    {"create * as", kCallsFunctions},  // TABLE … AS, MATERIALIZED VIEW
    {"do", kChangesSession | kCallsFunctions | kIsCode},
    {"call", kChangesSession | kCallsFunctions},

    {"create * temp", kTemporary},
    {"create * temporary", kTemporary},
    {"create * pg_temp", kTemporary},
    {"create function", kMakesCode},
    {"create or replace function", kMakesCode},
    {"create procedure", kMakesCode},
    {"create or replace procedure", kMakesCode},

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

constexpr Lexis::Named kTellingFunctions[] = {
    {"currval", kReadsKeys},
    {"lastval", kReadsKeys},
    {"pg_advisory_xact_lock", kBoundToTransaction},
    {"pg_advisory_xact_lock_shared", kBoundToTransaction},
    {"pg_try_advisory_xact_lock", kBoundToTransaction},
    {"pg_try_advisory_xact_lock_shared", kBoundToTransaction},
    {"set_config", kChangesSession | kSetsByName},
    {"setseed", kBoundToSession},
};

constexpr auto kHarmless = std::ranges::count(kHarmlessFunctions, ' ');

constexpr auto all_functions() {
    std::array<Lexis::Named, kHarmless + std::size(kTellingFunctions)> functions{};
    auto next = std::ranges::copy(kTellingFunctions, functions.begin()).out;
    for (std::string_view rest = kHarmlessFunctions; !rest.empty(); ++next) {
        next->name = rest.substr(0, rest.find(' '));
        rest.remove_prefix(next->name.size() + 1);
    }
    std::ranges::sort(functions, {}, &Lexis::Named::name);
    return functions;
}

constexpr auto kFunctions = all_functions();

constexpr Lexis::Named kSettings[] = {
    {"role", kMovesRole},
    {"search_path", kMovesPath},
    {"session_authorization", kMovesRole},
};

// The query of the dialect looks for the same (kStatefulCode).
constexpr std::string_view kStatefulWords[] = {
    "currval",
    "deallocate",
    "discard",
    "execute",
    "lastval",
    "listen",
    "load",
    "pg_temp",
    "prepare",
    "reset",
    "setseed",
    "temp",
    "temporary",
    "unlisten",
    "set_config",
};

constexpr auto sorted_words() {
    auto words = std::to_array(kStatefulWords);
    std::ranges::sort(words);
    return words;
}

constexpr auto kSortedWords = sorted_words();

constexpr std::string_view kPlainLanguages[] = {"sql", "plpgsql"};

constexpr std::string_view kTargets[] = {
    "insert into ^",
    "update ^",
    "update only ^",
    "delete from ^",
    "delete from only ^",
    "merge into ^",
    "merge into only ^",
    "with * insert into ^",
    "with * delete from ^",
    "truncate ^",
    "truncate only ^",
    "truncate table ^",
    "truncate table only ^",
    "copy ^",
    "create table ^",
    "create table if not exists ^",
    "create unlogged table ^",
    "create unlogged table if not exists ^",
    "create foreign table ^",
    "create foreign table if not exists ^",
    "create view ^",
    "create or replace view ^",
    "create recursive view ^",
    "create or replace recursive view ^",
    "create materialized view ^",
    "create materialized view if not exists ^",
    "create sequence ^",
    "create sequence if not exists ^",
    "create unlogged sequence ^",
    "create type ^",
    "create domain ^",
    "create function ^",
    "create or replace function ^",
    "create procedure ^",
    "create or replace procedure ^",
    "create aggregate ^",
    "create or replace aggregate ^",
    "create index * on ^",
    "create index * on only ^",
    "create unique index * on ^",
    "create unique index * on only ^",
    "create trigger * on ^",
    "create or replace trigger * on ^",
    "create constraint trigger * on ^",
    "create policy ? on ^",
    "create rule * to ^",
    "create or replace rule * to ^",
    "alter table ^",
    "alter table only ^",
    "alter table if exists ^",
    "alter table if exists only ^",
    "alter foreign table ^",
    "alter view ^",
    "alter view if exists ^",
    "alter materialized view ^",
    "alter materialized view if exists ^",
    "alter sequence ^",
    "alter sequence if exists ^",
    "alter index ^",
    "alter index if exists ^",
    "alter type ^",
    "alter domain ^",
    "alter function ^",
    "alter procedure ^",
    "drop table ^",
    "drop table if exists ^",
    "drop view ^",
    "drop view if exists ^",
    "drop materialized view ^",
    "drop materialized view if exists ^",
    "drop sequence ^",
    "drop sequence if exists ^",
    "drop index ^",
    "drop index if exists ^",
    "drop type ^",
    "drop type if exists ^",
    "drop domain ^",
    "drop domain if exists ^",
    "drop function ^",
    "drop function if exists ^",
    "drop procedure ^",
    "drop procedure if exists ^",
    "drop trigger * on ^",
    "drop policy * on ^",
    "comment on table ^",
    "comment on view ^",
    "comment on function ^",
    "refresh materialized view ^",
    "refresh materialized view concurrently ^",
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
    .functions = kFunctions,
    .unlisted_function = kChangesSession,
    .system_schema = "pg_catalog",
    .settings = kSettings,
    .stateful_words = kSortedWords,
    .plain_languages = kPlainLanguages,
    .targets = kTargets,
};

}  // namespace migrator::db::postgresql
