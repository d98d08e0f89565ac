#include "db/postgresql/lexis.hpp"

#include <gtest/gtest.h>

#include "postgresql/scanner_corpus.hpp"
#include "postgresql/scanner_generator.hpp"
#include "script/script.hpp"
#include "script/targets.hpp"

namespace migrator::db::postgresql {
namespace {

using namespace script;  // NOLINT(google-build-using-namespace): the traits

constexpr std::uint32_t kOpens = kTransactionControl | kOpensTransaction;
constexpr std::uint32_t kCloses = kTransactionControl | kClosesTransaction;
constexpr std::uint32_t kBuildsIndex = kRefusesTransaction | kBuildsIndexConcurrently;
constexpr std::uint32_t kSession = kChangesSession;
constexpr std::uint32_t kTemporary = kChangesSession | kMakesTemporary;
constexpr std::uint32_t kReads = kChangesSession | kChangesLexing;

TEST(PostgresqlLexis, KnowsWhatStatementsDo) {
    const struct {
        const char* text;
        std::uint32_t traits;
    } cases[] = {
        {"begin", kOpens},
        {"BEGIN WORK", kOpens},
        {"begin transaction", kOpens},
        {"start transaction", kOpens},
        {"begin isolation level serializable", kTransactionControl},
        {"begin transaction read only", kTransactionControl},
        {"start transaction read write", kTransactionControl},
        {"commit", kCloses},
        {"commit work", kCloses},
        {"commit transaction", kCloses},
        {"end", kCloses},
        {"end work", kCloses},
        {"End Transaction", kCloses},
        {"commit and chain", kTransactionControl},
        {"end transaction and no chain", kTransactionControl},
        {"commit prepared 'x'", kTransactionControl},
        {"rollback", kTransactionControl},
        {"rollback to savepoint x", kTransactionControl},
        {"rollback prepared 'x'", kTransactionControl},
        {"abort", kTransactionControl},
        {"savepoint x", kTransactionControl},
        {"release x", kTransactionControl},
        {"prepare transaction 'x'", kTransactionControl},
        {"prepare transaction as select 1", kChangesSession},
        {"prepare x as select 1", kChangesSession},

        {"set search_path = a", kSession | kMovesPath},
        {"set search_path to default", kSession | kRestoresPath},
        {"set local search_path = a", kSession | kMovesPath | kUntilCommit},
        {"set schema 'a'", kSession | kMovesPath},
        {"set session authorization a", kSession | kMovesRole},
        {"set role a", kSession | kMovesRole},
        {"set role none", kSession | kRestoresRole},
        {"set time zone 'UTC'", kChangesSession},
        {"set transaction read only", kRefusesTransaction},
        {"set local transaction read only", kRefusesTransaction},
        {"set constraints all deferred", kBoundToTransaction},
        {"set constraints a, s.b immediate", kUndoesBound},
        {"reset role", kSession | kRestoresRole},
        {"reset search_path", kSession | kRestoresPath},
        {"reset all", kReads | kRestoresPath},
        {"discard plans", kChangesSession},
        {"discard all", kReads | kRestoresPath | kRestoresRole | kRefusesTransaction},
        {"deallocate all", kChangesSession},
        {"listen a", kChangesSession},
        {"unlisten *", kChangesSession},
        {"notify a", kNoTraits},
        {"declare c cursor with hold for select 1", kChangesSession},
        {"load 'auto_explain'", kSession | kBoundToSession},
        {"set client_encoding = 'latin1'", kReads},
        {"set standard_conforming_strings = on", kReads},
        {"set names 'utf8'", kReads},
        {"select set_config('a.b', 'c', false)", kChangesSession},
        {"create temp table t (a int)", kTemporary},
        {"create or replace temporary view v as select 1", kTemporary},
        {"create function pg_temp.f() returns int language sql as 'select 1'", kTemporary},
        {"create table pg_temp.t (a int)", kTemporary},
        {"create table t (temporary int)", kTemporary},  // costs a reset
        {"select 1 into temp t", kTemporary},
        {"select pg_advisory_lock(1)", kSession},
        {"alter role a set search_path = b", kNoTraits},

        {"create index concurrently i on t (a)", kBuildsIndex},
        {"create unique index concurrently if not exists i on t (a)", kBuildsIndex},
        {"create index i on t (a)", kNoTraits},
        {"drop index concurrently i", kRefusesTransaction},
        {"drop index i", kNoTraits},
        {"reindex index concurrently i", kBuildsIndex},
        {"reindex (verbose) table concurrently t", kBuildsIndex},
        {"reindex (concurrently) table t", kBuildsIndex},
        {"reindex (concurrently false) table t", kNoTraits},
        {"reindex table t", kNoTraits},
        {"reindex table \"concurrently\"", kNoTraits},
        {"reindex schema s", kRefusesTransaction},
        {"reindex schema concurrently s", kBuildsIndex},
        {"reindex database", kRefusesTransaction},
        {"reindex system d", kRefusesTransaction},
        {"vacuum full t", kRefusesTransaction},
        {"create database d", kRefusesTransaction},
        {"drop database if exists d", kRefusesTransaction},
        {"alter database d set tablespace s", kRefusesTransaction},
        {"alter database d set search_path = tablespace", kNoTraits},
        {"create tablespace s location '/x'", kRefusesTransaction},
        {"drop tablespace s", kRefusesTransaction},
        {"alter system set a = 1", kRefusesTransaction},
        {"cluster", kRefusesTransaction},
        {"cluster verbose", kRefusesTransaction},
        {"cluster (verbose)", kRefusesTransaction},
        {"cluster t using i", kNoTraits},
        {"cluster \"t\"", kNoTraits},
        {"alter table if exists only a.b detach partition c.d concurrently", kRefusesTransaction},
        {"alter table a detach partition b finalize", kNoTraits},
        {"alter table a detach partition b", kNoTraits},
        {"refresh materialized view concurrently v", kNoTraits},
        {"alter type t add value 'x'", kNoTraits},
        {"drop subscription s", kNoTraits},

        {"create schema s", kCreatesSchema},
        {"create schema if not exists s authorization a", kCreatesSchema},
        {"copy t from stdin", kCopyFromStdin},
        {"copy t to stdout", kCopyToStdout},
        {"insert into t values (1)", kNoTraits},

        {"insert into s.t (a, b) values (now(), (1)), (lower('x'), 2)", kNoTraits},
        {"insert into \"t\" (a) select count(*) from u as v (c) where a in (1)", kNoTraits},
        {"insert into t values (f (1))", kSession},
        {"insert into t values (\"f\"(1))", kSession},
        {"insert into t values (pg_catalog.length('x'), s.length('x'))", kSession},
        {"insert into t values (pg_catalog.length('x'))", kNoTraits},
        {"select now /* here */ (1)", kSession},
        {"select now -- here\n (1)", kSession},
        {"update t set a = x(b) where c = 'y (z)'", kSession},
        {"delete from t where a = any (array(select 1))", kNoTraits},
        {"create table t (a numeric(1), b my_type(2), check (f(a)))", kNoTraits},
        {"create table t as select f()", kSession},
        {"create materialized view v as select f(1)", kSession},
        {"copy t (a, b) from stdin", kCopyFromStdin},
        {"copy (select f()) to stdout", kSession | kCopyToStdout},
        {"select currval('s')", kReadsKeys},
        {"insert into t values (LastVal())", kReadsKeys},
        {"select setseed(0.5)", kBoundToSession},
        {"select pg_try_advisory_xact_lock(1)", kBoundToTransaction},
        {"select set_config('search_path', 'a', false)", kSession | kMovesPath},
        {"select set_config('search_path', '', false)", kSession | kRestoresPath},
        {"select set_config('Role', 'a', false)", kSession | kMovesRole},
        {"call p()", kSession},

        {"do $$ begin perform 1; end $$", kSession},
        {"do $$ begin create temp table t (a int); end $$", kTemporary},
        {"do $$ begin perform set_config('search_path', 'a', true); end $$", kSession | kMovesPath},
        {"do 'begin perform set_config(''search_path'', ''a'', true); end'", kSession | kMovesPath},
        {"do $$ begin set local search_path to a; end $$", kSession | kMovesPath},
        {"do $$ begin perform currval('s'), setseed(0); end $$",
         kSession | kReadsKeys | kBoundToSession},
        {"do $$ begin execute 'create function f() …'; end $$", kSession | kMakesStatefulCode},
        {"create function f() returns int language sql as 'select 1'", kNoTraits},
        {"create function f() returns int language plpgsql set search_path = s as $$ begin update "
         "t "
         "set a = 1; return 1; end $$",
         kNoTraits},
        {"create function f() returns int language plpgsql as $$ begin -- note\n set role a; end "
         "$$",
         kMakesStatefulCode},
        {"create or replace function f() returns int language plpgsql as $$ begin execute x; end "
         "$$",
         kMakesStatefulCode},
        {"create function f() returns text language sql as 'select set_config(''a'', ''b'', "
         "false)'",
         kMakesStatefulCode},
        {"create procedure p() language plpython3u as 'pass'", kMakesStatefulCode},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const Script script = scan(c.text, kPostgresqlLexis);
        ASSERT_EQ(script.statements.size(), 1U);
        EXPECT_EQ(script.statements[0].traits, c.traits);
    }
}

/// Offsets inside the text and in order, whatever the text is.
void expect_sane(std::string_view text, const Script& script) {
    std::uint32_t end = 0;
    for (const Statement& s : script.statements) {
        ASSERT_GE(s.begin, end);
        ASSERT_LT(s.begin, s.end);
        ASSERT_LE(s.end, text.size());
        ASSERT_LE(s.data_begin, s.data_end);
        ASSERT_LE(s.data_end, text.size());
        end = s.end;
    }
}

TEST(PostgresqlLexis, FindsTargetsThatNameNoSchema) {
    const struct {
        const char* text;
        std::string_view target;
    } cases[] = {
        {"insert into t values (1)", "t"},
        {"insert into s.t values (1)", ""},
        {"insert into \"s\" . \"t\" values (1)", ""},
        {"insert into \"t\" values (1)", "\"t\""},
        {"update only t set a = 1", "t"},
        {"delete from s.t using u", ""},
        {"with x as (select 1) insert into t select * from x", "t"},
        {"create table if not exists t (a int)", "t"},
        {"create table if not exists s.t (a int)", ""},
        {"create temp table t (a int)", ""},
        {"create unique index concurrently i on s.t (a)", ""},
        {"create index i on t (a)", "t"},
        {"create trigger g after update of a on s.t execute function f()", ""},
        {"alter table if exists only t add a int", "t"},
        {"drop table t", "t"},
        {"create schema t", ""},
        {"select a from t", ""},
        {"do $$ begin if true then insert into t values (1); end if; end $$", "t"},
        {"do $$ begin insert into s.t values (1) on conflict do update set a = 1; end $$", ""},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const Script script = scan(c.text, kPostgresqlLexis);
        ASSERT_EQ(script.statements.size(), 1U);
        const std::string statement(c.text, script.statements[0].end);
        EXPECT_EQ(script::unqualified_target(statement, kPostgresqlLexis), c.target);
    }
}

TEST(PostgresqlLexis, ReadsEveryBeginningOfAScript) {
    const auto check = [](const std::string& text, bool standard_strings) {
        SCOPED_TRACE(text);
        for (std::size_t length = 0; length <= text.size(); ++length) {
            // A copy of its own, so that reading behind the end is noticed.
            const std::vector<char> part(text.begin(), text.begin() + static_cast<long>(length));
            const std::string_view view(part.data(), part.size());
            ASSERT_NO_FATAL_FAILURE(
                expect_sane(view, scan(view, kPostgresqlLexis, standard_strings))
            );
        }
    };
    for (const auto& script : test::scanner_corpus()) check(script.text, script.standard_strings);
    test::ScriptGenerator generator(3, true);
    for (int i = 0; i < 200; ++i) check(generator.script(), true);
    check("\\restrict a\ncopy t from stdin; copy u from stdin; x\r\n1\n\\.\r\n2\n\\.\n\\d", true);
}

TEST(PostgresqlLexis, ReadsADumpOfPgDump) {
    const std::string text =
        "--\n-- PostgreSQL database dump\n--\n\n\\restrict Xy1\n\n"
        "SET statement_timeout = 0;\nSET client_encoding = 'UTF8';\n"
        "SET standard_conforming_strings = on;\n"
        "SELECT pg_catalog.set_config('search_path', '', false);\n\n"
        "CREATE FUNCTION public.f() RETURNS text\n    LANGUAGE sql\n    AS $$select ';'$$;\n\n"
        "CREATE FUNCTION public.g() RETURNS integer\n    LANGUAGE sql\n    BEGIN ATOMIC\n"
        " SELECT 1 AS \"?column?\";\nEND;\n\n"
        "CREATE TABLE public.t (\n    a integer,\n    b text DEFAULT ';'::text\n);\n\n"
        "COPY public.t (a, b) FROM stdin;\n1\tdon't; -- stop\n2\t/* \\\\N\n\\.\n\n\n"
        "SELECT pg_catalog.setval('public.s', 1, true);\n\n\\unrestrict Xy1\n\n";
    const Script script = scan(text, kPostgresqlLexis);
    EXPECT_EQ(script.problem, "");
    EXPECT_TRUE(script.sure);
    EXPECT_EQ(script.statements.size(), 9U);
    EXPECT_EQ(script.omissions.size(), 2U);
    EXPECT_EQ(script.traits, kReads | kRestoresPath | kCopyFromStdin);
}

}  // namespace
}  // namespace migrator::db::postgresql
