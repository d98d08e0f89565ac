#include "databases/random_migrations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <span>
#include <stdexcept>
#include <string_view>

namespace migrator::test {
namespace {

// In all statements `#` stands for 0 or 1 and `@` for a number that is used once.

constexpr std::string_view kPlain[] = {
    "insert into {schema}.t# values (@, 'plain')",
    "update {schema}.t# set v = concat(v, '.')",
    "delete from {schema}.t# where id = @ - 3",
    "create table {schema}.u# (id int, v text)",
};

constexpr std::string_view kPostgresql[] = {
    "insert into t# values (@, 'unqualified')",
    "set search_path = {schema}",
    "set search_path = {schema}, public",
    "reset search_path",
    "select set_config('search_path', '{schema}', false)",
    "set datestyle = 'German'",
    "set local timezone = 'Asia/Tokyo'",
    "reset all",
    "discard plans",
    "insert into {schema}.t# values (@, date '2026-02-01'::text)",
    "insert into {schema}.t# values (@, current_setting('timezone'))",
    "insert into {schema}.t# values (@, current_setting('search_path'))",
    "do $$ begin perform set_config('datestyle', 'SQL', true); end $$",
    "do $$ begin execute 'set time zone ''Asia/Kolkata'''; end $$",
    "set role pg_write_all_data",
    "reset role",
    "set session authorization pg_monitor; reset session authorization",
    "insert into {schema}.t# values (@, current_user)",
    "create temp table if not exists x# (i int)",
    "select 1 as i into temp x#",
    "do $$ begin create temp table if not exists x# (i int); end $$",
    "create temp table y# (i int primary key, j int references y# deferrable initially deferred); "
    "insert into y# values (1, 1)",
    "insert into {schema}.t# select @, (pg_catalog.to_regclass('pg_temp.x#') is null)::text",
    "insert into {schema}.t# select @, count(*)::text from x#",
    "prepare p# as insert into {schema}.t# values (@, 'prepared')",
    "execute p#",
    "insert into {schema}.t# select @, count(*)::text from pg_catalog.pg_prepared_statements",
    "declare c# cursor with hold for select 1",
    "insert into {schema}.t# select @, count(*)::text from pg_catalog.pg_cursors",
    "listen l#",
    "insert into {schema}.t# select @, count(*)::text from pg_catalog.pg_listening_channels()",
    "select pg_advisory_lock(#)",
    "insert into {schema}.t# select @, count(*)::text from pg_catalog.pg_locks where locktype = "
    "'advisory' and objid < 10 and pid = pg_catalog.pg_backend_pid()",
    "create sequence if not exists {schema}.s#; select nextval('{schema}.s#')",
    "insert into {schema}.t# values (@, currval('{schema}.s#')::text)",
    "insert into {schema}.t# values (@, lastval()::text)",
    "create or replace function {schema}.g() returns trigger language plpgsql as $$ begin perform "
    "set_config('datestyle', 'Postgres', false); return new; end $$; "
    "drop trigger if exists g on {schema}.t#; "
    "create trigger g before insert on {schema}.t# for each row execute function {schema}.g()",
    "select setseed(0.5)",
    "set constraints all deferred",
    "set session_replication_role = replica",
    "set statement_timeout = '50s'",
    "insert into {schema}.t# values (@, current_setting('statement_timeout'))",
    "set standard_conforming_strings = off",
    "insert into {schema}.t# values (@, 'a\\\\b')",
    "set client_encoding = 'latin1'",
    "insert into {schema}.t# values (@, 'é')",
};

constexpr std::string_view kSqlite[] = {
    "create temp table if not exists x# (i)",
    "create temp view if not exists w# as select 1",
    "insert into {schema}.t# select @, count(*) from temp.sqlite_schema",
    "insert into {schema}.t# select @, count(*) from x#",
    "pragma recursive_triggers = on",
    "insert into {schema}.t# select @, recursive_triggers from pragma_recursive_triggers",
    "pragma case_sensitive_like = on",
    "insert into {schema}.t# values (@, 'a' like 'A')",
    "pragma reverse_unordered_selects = on",
    "insert into {schema}.t# select @, reverse_unordered_selects from "
    "pragma_reverse_unordered_selects",
    "pragma foreign_keys = on",
    "pragma foreign_keys = 0",
    "pragma query_only = off",
    "insert into {schema}.t# values (@, last_insert_rowid())",
    "insert into {schema}.t# values (@, changes())",
};

constexpr std::string_view kMariadb[] = {
    "insert into t# values (@, 'unqualified')",
    "use {schema}",
    "set @a = @",
    "insert into {schema}.t# values (@, @a)",
    "set sql_mode = 'ANSI_QUOTES'",
    "set time_zone = '+05:30'",
    "insert into {schema}.t# values (@, @@time_zone)",
    "insert into {schema}.t# values (@, @@sql_mode)",
    "create temporary table if not exists {schema}.x# (i int)",
    "insert into {schema}.t# select @, count(*) from {schema}.x#",
    "prepare p# from 'insert into {schema}.t# values (@, ''prepared'')'",
    "execute p#",
    "set foreign_key_checks = 0",
    "insert into {schema}.t# values (@, @@foreign_key_checks)",
    "set sql_select_limit = 1",
    "insert into {schema}.t# values (@, last_insert_id())",
    "set last_insert_id = 7",
    "select 5 into @a",
    "select @ab := #",
    "insert into {schema}.t# values (@, @ab)",
    "create or replace trigger {schema}.g# before insert on {schema}.t# for each row set @ab = 9",
    "create or replace procedure {schema}.p() set time_zone = '+03:00', @a = 4",
    "call {schema}.p()",
    "create or replace function {schema}.f() returns int begin set @a = 8; return 1; end",
    "insert into {schema}.t# values (@, {schema}.f())",
    "begin not atomic set @a = 6; end",
    "execute immediate 'set @ab = 3'",
    "select get_lock('lock#', 0)",
    "insert into {schema}.t# select @, is_used_lock('lock#') is not null",
    "create or replace temporary table {schema}.y# (i int)",
    "insert into {schema}.t# select @, count(*) from {schema}.y#",
    "handler {schema}.t# open as h",
    "set autocommit = 0",
    "set names latin1",
    "insert into {schema}.t# values (@, length('é'))",
    "/*!40101 set character_set_client = utf8mb4 */",
    "set session transaction isolation level serializable",
    "insert into {schema}.t# values (@, @@tx_isolation)",
    "set session sql_auto_is_null = 1, sql_safe_updates = 1",
    "insert into {schema}.t# values (@, found_rows())",
    "insert into {schema}.t# values (@, row_count())",
};

std::span<const std::string_view> statements_of(const std::string& database) {
    if (database == "Postgresql") return kPostgresql;
    if (database == "Sqlite") return kSqlite;
    if (database == "Mariadb") return kMariadb;
    throw std::invalid_argument("no statements for " + database);
}

class Generator {
public:
    Generator(const std::string& database, unsigned seed)
        : random_(seed),
          statements_(statements_of(database)),
          may_be_wrapped_(database != "Mariadb") {
        if (database != "Sqlite") create_schema_ = "create schema {schema};\n";
    }

    RandomMigrations set() {
        const std::string tables =
            "create table {schema}.t0 (id int, v text);\ncreate table {schema}.t1 (id int, v "
            "text);";
        add("catalog", create_schema_ + tables);
        add("stores", tables);
        for (int files = 2 + below(4); files > 0; --files) {
            add(below(2) == 0 ? "catalog" : "stores", text());
        }
        return std::move(set_);
    }

private:
    int below(int limit) {
        return static_cast<int>(random_() % static_cast<unsigned>(limit));  // alike everywhere
    }

    void add(const std::string& folder, std::string text) {
        set_.files.push_back(
            {fmt::format("{}/{:03}.sql", folder, set_.files.size()), std::move(text)}
        );
    }

    std::string text() {
        std::string text;
        for (int count = 1 + below(3); count > 0; --count) text += statement() + ";\n";
        return may_be_wrapped_ && below(6) == 0 ? "begin;\n" + text + "commit;\n" : text;
    }

    std::string statement() {
        const bool is_plain = below(4) == 0;
        const auto from = is_plain ? std::span<const std::string_view>(kPlain) : statements_;
        std::string text(from[static_cast<std::size_t>(below(static_cast<int>(from.size())))]);
        const char digit = static_cast<char>('0' + below(2));
        std::ranges::replace(text, '#', digit);
        // `@a` and `@@name` are variables.
        for (std::size_t at = text.find('@'); at != std::string::npos;
             at = text.find('@', at + 1)) {
            const char next = at + 1 < text.size() ? text[at + 1] : ' ';
            if (next == '@') ++at;
            if (next == '@' || next == 'a') continue;
            text.replace(at, 1, std::to_string(++number_));
        }
        return text;
    }

    std::mt19937 random_;
    std::span<const std::string_view> statements_;
    std::string create_schema_;
    bool may_be_wrapped_;
    int number_ = 10;
    RandomMigrations set_;
};

}  // namespace

std::string RandomMigrations::text() const {
    std::string text;
    for (const RandomFile& file : files) text += "-- " + file.path + "\n" + file.text + "\n";
    return text;
}

RandomMigrations random_migrations(const std::string& database, unsigned seed) {
    return Generator(database, seed).set();
}

}  // namespace migrator::test
