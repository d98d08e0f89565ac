#include "script/changes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "script/scanner_lexes.hpp"

namespace migrator::script {
namespace {

constexpr std::array<std::string_view, 2> kNames = {"own_a", "own_b"};
constexpr TableFamily kFamily = {.schema = "own", .prefix = "own_", .names = kNames};

bool changes(std::string_view text) {
    return change_of(text, kFamily, test::kServerLexis).has_value();
}

TEST(Changes, AreFoundWhereverAStatementNamesATableOfTheFamily) {
    for (const char* text : {
             "insert into own.own_a values (1)",
             "INSERT INTO \"OWN\" . /* x */ \"own_a\" (b) values (1)",
             "insert own.own_a values (1)",
             "insert ignore into own.own_a values (1)",
             "insert into own_a values (1)",
             "replace into own.own_next values (1)",
             "update own.own_a set b = 1",
             "update only own.own_a x set b = 1",
             "update other o join own.own_a a on a.b = o.b set a.b = 1",
             "delete from own.own_a",
             "delete from only own.own_a",
             "delete own.own_a from own.own_a join other",
             "merge into own.own_a using other on (true) when matched then delete",
             "with x as (select 1) insert into own.own_a select * from x",
             "with x as (delete from own.own_a returning *) select * from x",
             "explain analyze delete from own.own_a",
             "truncate own.own_a",
             "truncate table other, only own.own_a cascade",
             "drop table if exists other, own.own_a",
             "drop schema own cascade",
             "drop schema if exists own",
             "alter schema own rename to x",
             "drop database own",
             "alter table if exists only own.own_a add column c int",
             "rename table own.own_a to x",
             "drop trigger g on own.own_a",
             "create index i on own.own_a (b)",
             "create unique index concurrently if not exists i on only own.own_a (b)",
             "create or replace trigger g after insert or update of b on own.own_a for each row x",
             "create trigger other.g after delete on other.t for each row delete from own.own_a",
             "create rule r as on insert to other do also insert into own.own_a values (1)",
             "copy own.own_a (b) from stdin",
             "copy own.own_a from '/x'",
             "load data infile 'x' into table own.own_a",
             "do $$ begin insert into own.own_a values (1); end $$",
             "do $$ begin execute 'delete from own.own_a where b = ''x'''; end $$",
             "create function f() returns int as $f$ begin if true then update own.own_a set b = "
             "1; "
             "end if; end $f$ language plpgsql",
             "prepare p as update own.own_b set b = 1",
             "prepare p from 'drop table own.own_b'",
             "exec('truncate table own.own_b')",
             "set @sql = N'delete from own.own_b'",
         }) {
        EXPECT_TRUE(changes(text)) << text;
    }
}

TEST(Changes, AreNotFoundWhereATableIsOnlyRead) {
    for (const char* text : {
             "select * from own.own_a",
             "select * from own.own_a for update",
             "select * from own.own_a for update of own_a",
             "insert into other select * from own.own_a",
             "insert into other (own_a) values (1)",
             "insert into other values ('insert into own.own_a values (1)')",
             "update other set b = (select max(b) from own.own_a)",
             "update other set b = own_a.b from own.own_a where own_a.c = other.c",
             "delete from other where b in (select b from own.own_a)",
             "delete from other using own.own_a where own_a.b = other.b",
             "merge into other using own.own_a on (true) when matched then update set b = own_a.b",
             "create table other.t (b int references own.own_a (b) on delete cascade)",
             "alter table other.t add constraint k foreign key (b) references own.own_a (b)",
             "create view other.v as select * from other.t join own.own_a on own.own_a.b = t.b",
             "create or replace view other.v as select replace(a, 'b', 'c') from own.own_a",
             "create table other.t as select * from own.own_a",
             "create materialized view other.v as select * from own.own_a",
             "copy own.own_a to stdout",
             "copy (select * from own.own_a) to stdout",
             "comment on table own.own_a is 'x'",
             "grant select on own.own_a to x",
             "drop table other; select * from own.own_a",
             "do $$ begin perform b from own.own_a; insert into other values (1); end $$",
             "create function f() returns int as $$ select count(*) from own.own_a $$ language sql",
             "insert into tenant.own_a values (1)",
             "drop role own",
             "-- insert into own.own_a\nselect 1 /* drop table own.own_a */",
         }) {
        EXPECT_FALSE(changes(text)) << text;
    }
}

TEST(Changes, TellWhere) {
    const std::string text = "delete from own.own_a where true";
    const auto at = change_of(text, kFamily, test::kServerLexis);
    ASSERT_TRUE(at);
    EXPECT_EQ(*at, text.find("where"));
}

}  // namespace
}  // namespace migrator::script
