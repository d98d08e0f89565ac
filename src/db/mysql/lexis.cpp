#include "db/mysql/lexis.hpp"

#include <string_view>

namespace migrator::db::mysql {
namespace {

using enum script::Trait;
using script::Lexis;

constexpr auto kControl = kTransactionControl | kChangesSession;
constexpr auto kOpens = kTransactionControl | kOpensTransaction;
constexpr auto kCloses = kTransactionControl | kClosesTransaction;
constexpr auto kSets = kChangesSession | kKeepsTransaction;
constexpr auto kSetsLexing = kSets | kChangesLexing;
constexpr auto kRunsAnything = kUncountedResults | kChangesSession | kMakesStatefulCode;
constexpr auto kReadsOrWrites = kKeepsTransaction | kCallsFunctions;
/// What it locks is known to the server alone.
constexpr auto kLocksForItself = kLocksTables | kRefusesTransaction | kChangesSession;
constexpr auto kLoadsLocal = kKeepsTransaction | kReadsClientFile;

// What is not said to keep the transaction is taken to commit it: every DDL statement does
// (https://dev.mysql.com/doc/refman/8.0/en/implicit-commit.html).
constexpr Lexis::Rule kRules[] = {
    {"insert", kReadsOrWrites},
    {"replace", kReadsOrWrites},
    {"update", kReadsOrWrites},
    {"delete", kReadsOrWrites},
    {"select", kReadsOrWrites},
    {"select release_all_locks", kForbidden},
    {"with", kReadsOrWrites},
    {"values", kReadsOrWrites},
    {"table", kKeepsTransaction},
    {"do", kReadsOrWrites},
    {"do release_all_locks", kForbidden},
    {"show", kKeepsTransaction},
    {"explain", kReadsOrWrites},
    {"describe", kKeepsTransaction},
    {"desc", kKeepsTransaction},
    {"help", kKeepsTransaction},
    {"handler", kSets},
    {"load data", kKeepsTransaction},
    {"load data local", kLoadsLocal},
    {"load data ? local", kLoadsLocal},
    {"load xml", kKeepsTransaction},
    {"load xml local", kLoadsLocal},
    {"load xml ? local", kLoadsLocal},
    {"create * as", kCallsFunctions},
    {"create * select", kCallsFunctions},
    {"create temporary", kChangesSession},
    {"create or replace temporary", kChangesSession},
    {"create temporary table", kSets},
    {"drop temporary table", kSets},
    {"use", kSets | kMovesPath},

    {"set", kSets},
    {"set password", kNoTraits},
    {"set default role", kNoTraits},
    {"set names", kSetsLexing},
    {"set character set", kSetsLexing},
    {"set charset", kSetsLexing},
    {"set * sql_mode", kSetsLexing},
    {"set * character_set_client", kSetsLexing},
    {"set autocommit", kControl},
    {"set session autocommit", kControl},
    {"set local autocommit", kControl},
    {"set * autocommit", kControl},
    {"prepare", kSets},
    {"deallocate", kSets},
    {"execute", kRunsAnything},
    {"call", kRunsAnything},
    // MariaDB: for any statement, with settings of its own that the answer tells of.
    {"set statement * for", kRunsAnything | kChangesLexing},
    {"set statement * for load", kRunsAnything | kChangesLexing | kReadsClientFile},

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
    {"xa", kControl},

    {"lock tables", kLocksTables | kChangesSession},
    {"lock table", kLocksTables | kChangesSession},
    {"flush * with read lock", kForbidden},
    {"flush * for export", kLocksForItself},
    {"backup lock", kLocksForItself},
    {"backup stage", kLocksForItself},
    {"lock instance for backup", kChangesSession},

    {"create * function", kMakesCode},
    {"create * procedure", kMakesCode},
    {"create * trigger", kMakesCode},
    {"create * event", kMakesCode},
    {"create * package", kMakesCode},

    {"create schema", kCreatesSchema},
    {"create database", kCreatesSchema},
};

constexpr Lexis::Named kFunctions[] = {
    {"found_rows", kReadsKeys},
    {"get_lock", kChangesSession},
    {"last_insert_id", kReadsKeys | kChangesSession},
    {"lastval", kReadsKeys},
    {"release_all_locks", kChangesSession},
    {"release_lock", kChangesSession},
    {"row_count", kReadsKeys},
};

// The query of the dialect looks for the same (kStatefulCode).
constexpr std::string_view kStatefulWords[] = {
    "deallocate",
    "execute",
    "found_rows",
    "get_lock",
    "last_insert_id",
    "lastval",
    "prepare",
    "previous",
    "release_all_locks",
    "release_lock",
    "row_count",
    "temporary",
};

constexpr std::string_view kTargets[] = {
    "insert ^",
    "insert ignore ^",
    "insert into ^",
    "insert ignore into ^",
    "insert low_priority into ^",
    "insert high_priority into ^",
    "insert delayed into ^",
    "replace ^",
    "replace into ^",
    "update ^",
    "update ignore ^",
    "update low_priority ^",
    "delete from ^",
    "delete ignore from ^",
    "delete quick from ^",
    "delete low_priority from ^",
    "with * update ^",
    "with * delete from ^",
    "load data * into table ^",
    "load xml * into table ^",
    "truncate ^",
    "truncate table ^",
    "create table ^",
    "create table if not exists ^",
    "create or replace table ^",
    "create sequence ^",
    "create sequence if not exists ^",
    "create or replace sequence ^",
    "create view ^",
    "create view if not exists ^",
    "create or replace view ^",
    "create * view ^",
    "create index * on ^",
    "create unique index * on ^",
    "create fulltext index * on ^",
    "create spatial index * on ^",
    "create or replace index * on ^",
    "create function ^",
    "create function if not exists ^",
    "create or replace function ^",
    "create * function ^",
    "create procedure ^",
    "create procedure if not exists ^",
    "create or replace procedure ^",
    "create * procedure ^",
    "create trigger ? before * on ^",
    "create trigger ? after * on ^",
    "create event ^",
    "create event if not exists ^",
    "alter table ^",
    "alter online table ^",
    "alter ignore table ^",
    "alter table if exists ^",
    "alter view ^",
    "alter * view ^",
    "alter sequence ^",
    "alter function ^",
    "alter procedure ^",
    "alter event ^",
    "rename table ^",
    "drop table ^",
    "drop table if exists ^",
    "drop view ^",
    "drop view if exists ^",
    "drop sequence ^",
    "drop sequence if exists ^",
    "drop index * on ^",
    "drop function ^",
    "drop function if exists ^",
    "drop procedure ^",
    "drop procedure if exists ^",
    "drop trigger ^",
    "drop trigger if exists ^",
    "drop event ^",
    "drop event if exists ^",
};

}  // namespace

constinit const Lexis kMysqlLexis{
    .backtick_identifiers = true,
    .hash_comments = true,
    .dashes_need_blank = true,
    .executable_comments = true,
    .double_quoted_strings = true,
    .backslash_strings = true,
    .compound_bodies = true,
    .mysql_commands = true,
    .user_variables = true,
    .rules = kRules,
    .functions = kFunctions,
    .path = "current database",
    .stateful_words = kStatefulWords,
    .targets = kTargets,
};

}  // namespace migrator::db::mysql
