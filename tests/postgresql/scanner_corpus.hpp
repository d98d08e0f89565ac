#pragma once

#include <string>
#include <vector>

namespace migrator::test {

/// A script for a server with standard_conforming_strings as said: what is lexically odd, what
/// people write, and what servers refuse.
struct CorpusScript {
    std::string text;
    bool standard_strings = true;
};

/// Texts that mean the same under both settings.
inline const char* const kCorpus[] = {
    // nothing, or next to nothing
    "",
    ";",
    " ;; \n;\t;\r\n ; ",
    "-- only a comment",
    "-- only a comment;\n",
    "/* only a comment; */",
    "/* a /* nested */ one; */ ; -- and another",
    "select 1",
    "select 1\n",
    "select 1;\n-- the end",
    "select 1 -- no semicolon;",
    "select 1 /* no semicolon; */",
    "\f\fselect 1\f;\f",
    "select 1;\r\n\r\nselect 2;\r\n-- done\r\n",
    "select 1;;select 2;;;select 3",
    "select 1; -- a; b\rselect 2; select 3;",
    // comments
    "select 1 /* ; */ + /* /* ; */ ; */ 2; select 3",
    "select 1 /*/ ; */; select 2",
    "select 1 /***;***/; select 2 /**/;/**/ select 3 /*****/",
    "select 1 /* ' */; select '/*'; select '*/' /* \" */;",
    "select 1 -- '\n; select 2 -- $$\n; select 3 -- /*\n; select 4",
    "select 1 /* -- */; select 2 -- */ /* ;\n; select 3",
    "select 1/*a*/+/*b;*/2; select 3",
    "select 1+-- ;\n2; select 3",
    "select 1 +-2; select 1 - -2; select 1--2;\n; select 3",
    "select 2*/* ; */3; select 4",
    "select @-1; select @ /* ; */ -1; select |/ 4;",
    "select 1 <--2;\n 3; select 4",
    "select 1<-2, 2>=-1, 3!=-3; select -(-(1));",
    "select/**/1;select--\n2;select\t3",
    "/* a */ select 1 /* b */; /* c */ select 2 /* d */; /* e */",
    // strings
    "select 'a;b'; select 'a''b;'; select ''';'; select '';",
    "select 'a' 'b'; select 1",
    "select 'a'\n'b;'; select 'c' -- x;\n 'd;'; select 3",
    "select 'a'\r'b;'; select 'c' \t\n\n -- x\n -- y;\n 'd;';",
    "select E'a\\';b'; select e'\\\\'; select E'\\\\\\''; select 4",
    "select E'a'\n'\\';'; select E'b' -- c '\n 'd\\';'; select 3",
    "select E'a'\r\n'\\';' ; select E'a'\n\n\t-- x\n--y\r\n'\\'; b' ; select 3",
    "select E'\\101\\x41\\u0041\\U00000041;'; select 2",
    "select E'\n;\n\\\n;'; select 2",
    "select b'01', B'10', x'1F', X'ff', n'a;', N'b'; select 2",
    "select b'0'\n'1', x'a'\n'b'; select 2",
    "select type'x;'::text from (values (1)) v (type); select 2",
    "select date '2020-01-01', interval'1 day'; select 2",
    "select interval '1;' hour; select 2",
    "select 'é;', '漢字;'; select 'ü'",
    "select '$$;'; select '$a$;'; select $$'$$; select $a$'$a$;",
    "select '\";'; select \";'\" from (select 1 as \";'\") t; select 3",
    "select '\n\n;\n'; select 2",
    "select '-- ;'; select '/* ;'; select 3",
    // names
    "select 1 as \"a;b\"; select 2 as \"a\"\"b;\"; select 3 as \"--;\"",
    "select 1 as \"/*\"; select 2 as \"*/;\"; select 3 as \"'\";",
    "select 1 as a$b, 2 as a$b$, 3 as a$$, 4 as _$; select 2",
    "select 1 as a$b$c; select $b$;$b$ as d$b$; select 3",
    "select 1 as é, 2 as é$é$; select 3 as ü;",
    "select 1 as e, 2 as b, 3 as x, 4 as n, 5 as u; select 2",
    "select e.e from (select 1 as e) e where e.e <> 'a;'::text::int; select 2",
    "select u&\"d\\0061t\\+000061;\" from (select 1 as \"data;\") t; select 2",
    "select U&\"d!0061;\" uescape '!' from (select 1 as \"da;\") t; select 2",
    "select x&y from (select 1 as x, 2 as y) t; select u&u from (select 1 as u) t;",
    "select 1 as \"select\"; select 2 as \"begin\"; select 3 as \"end\"",
    // dollar quotes
    "select $$;$$; select $a$;$$;$b$;$a$; select $_1$;$_1$",
    "select $é$;$é$, $A$;$a$;$A$; select 2",
    "select $a$$b$;$a$; select $a$$$;$a$; select $$$a$;$$;",
    "select $a$;$a$||$a$;$a$; select $$a$$||$$;$$;",
    "select $a$ $aa$ ; $a$; select $aa$ $a$ ; $aa$;",
    "select $a$;$ a$;$a;$a$; select 2",
    "select $$\\$$; select $$'$$, $$\"$$, $$/*$$, $$--$$; select 3",
    "select $a$\n;\r\n;\n$a$; select 2",
    "do $$begin null; end$$; do $x$ begin perform 1; end $x$ language plpgsql;",
    "do language $$plpgsql$$$$begin null; end$$; select 2",
    "do language 'plpgsql' $a$ begin perform '$$;'; perform $$;$$; end; $a$; select 2",
    "do E'begin null; end'; do 'begin null; end' language plpgsql; select 3",
    "prepare p as select $1::text, $2::int; execute p('a;', 1); deallocate p;",
    "prepare p (int, int) as select $1+$2, $1-$2; execute p(1, 2); select 3",
    // numbers
    "select 1.5, .5, 5., 1e5, 1.5e-3, 1.e+2; select 2",
    "select 1::int, 1.::numeric, (array[1,2,3])[1:2]; select 2",
    "select 1as a; select 2",
    "select 0.1e1, 1e1, 1 e; select 2",
    // operators and parentheses
    "select (1), ((2)), (select (3)); select (((4)));",
    "select ('a;'), (\"a\") from (select ')' as \"a\") t; select '(';",
    "select 1 where (true); select 2 where (1) in ((1), (2));",
    "select array[1, (2)], row(1, (2)), (row(1, 2)).f1; select 2",
    "select 5 % 3, 2 ^ 3, 5 # 3, ~1, 1 | 2, 1 & 2, 1 << 2; select 2",
    "select 'a' ~ 'b;', 'a' !~* 'b', 'a' || 'b'; select 2",
    "select '{}'::jsonb ? 'a;', '{}'::jsonb ?| array['b'], '[]'::jsonb @> '[]'; select 2",
    "select '{\"a;\": 1}'::json -> 'a;', '{}'::json ->> 'b', '{}'::jsonb #>> '{a}'; select 2",
    "select point '(1,2)' ?- point '(3,2)'; select 1 operator(pg_catalog.+) 2; select 3",
    "select :: int; select 2",
    "select 1 = - 1, 1 =-1, 1 <>-1, 1*-1; select 2",
    "select case when true then 1 else 2 end; select case 1 when 1 then 'end;' end as end;",
    // rules hold several statements
    "create temp table t (a int); create rule r as on insert to t do also (select 1; select 2); "
    "insert into t values (1); select 2",
    "create temp table t (a int); create temp table u (a int);\n"
    "create rule r as on insert to t do instead (insert into u values (new.a); insert into u "
    "values (new.a + 1);); insert into t values (1), (2); select * from u;",
    "create temp table t (a int); create rule r as on delete to t do instead nothing; delete from "
    "t; drop rule r on t; delete from t",
    "create temp table t (a int); create rule r as on update to t do also ((select 1); notify x); "
    "update t set a = 1;",
    // routines
    "create function f() returns int language sql return 1; select f()",
    "create function f(a int) returns int begin atomic select a; end; select f(1);",
    "create function f(a int) returns int begin atomic; select 1; select a;; end; select f(1);",
    "create function f() returns void begin atomic end; select f();",
    "create or replace function f() returns int begin atomic select case when true then 1 else 2 "
    "end; end; select f()",
    "create function f() returns int begin atomic select case when true then case 1 when 1 then 2 "
    "end end; select 2; end; select f(); select 3",
    "create function f() returns int begin atomic select 1 as end; end; select f(); select 2",
    "create function f() returns int begin atomic select 1 end; end; select f(); select 2",
    "create function f() returns int begin atomic select t.end from (select 1 as end) t; end; "
    "select f();",
    "create function f() returns int begin atomic select 1 as case; select 2 case; end; select f()",
    "create function f() returns int begin atomic select begin atomic from (select 1 as begin) t; "
    "end; select f(); select 2;",
    "create function f(begin int, atomic int) returns int return begin + atomic; select f(1, 2);",
    "create function f(begin int) returns int return begin; select f(1); select 2",
    "create function begin(a int) returns int language sql as 'select a;'; select begin(1); "
    "select 2",
    "create function atomic() returns int begin atomic select 1; end; select atomic(); select 2",
    "create function f() returns int language sql begin/*;*/atomic select 1; -- ;\n end /* ; */; "
    "select f()",
    "CREATE PROCEDURE p() LANGUAGE SQL BEGIN ATOMIC VALUES (1); VALUES (2); END; CALL p(); select "
    "1",
    "create procedure p(inout a int) language plpgsql as $$ begin a := 1; end $$; call p(1); "
    "select 2",
    "create function f() returns setof int language plpgsql as $f$ begin return next 1; return; "
    "end; $f$; select * from f(); drop function f();",
    "create function f() returns text language sql as 'select '';''::text;'; select f()",
    "create function f() returns text immutable strict parallel safe cost 10 set search_path = "
    "public begin atomic select 'end;'; end; select f()",
    "create function f(a text default 'begin atomic;') returns text return a; select f();",
    "create function f() returns table (a int, b text) begin atomic select 1, ';'; end; select f()",
    "create function f() returns int begin atomic (select 1); ((select 2)); end; select f()",
    "create function f() returns int begin atomic with a as (select 1 as x) select x from a; end; "
    "select f();",
    "create aggregate a (int) (sfunc = int4pl, stype = int, initcond = '0'); select a(1); select 2",
    "create view v as select 1 as begin, 2 as atomic; select begin atomic from v; select 3",
    "create temp table begin (atomic int); select begin.atomic from begin; select 2",
    // ordinary migrations
    "create schema s; create table s.t (id serial primary key, a text not null default ';', b "
    "numeric(10,2) check (b > 0)); create index on s.t (lower(a)); comment on table s.t is 'a; b'; "
    "alter table s.t add column c int; drop schema s cascade",
    "create temp table t (a int, b text);\ninsert into t values (1, 'a;'), (2, E'\\';');\nupdate t "
    "set b = $$;$$ where a = 1;\ndelete from t where b like '%;%';\nselect count(*) from t;",
    "create type e as enum ('a;', 'b'); alter type e add value 'c;'; drop type e; select 1",
    "create domain d as text check (value ~ '^[;]$'); select ';'::d; drop domain d;",
    "create temp table t (a int generated always as identity, b int generated always as (1) "
    "stored); insert into t default values returning a; select 1",
    "create temp table t (a int primary key); insert into t values (1) on conflict (a) do update "
    "set a = excluded.a + 1; truncate t; drop table t",
    "create temp sequence s; select nextval('s'); select setval('s', 10, true); drop sequence s",
    "create table t (a int) partition by range (a); create table t1 partition of t for values from "
    "(1) to (10); alter table t detach partition t1; drop table t, t1",
    "create function tr() returns trigger language plpgsql as $$ begin new.a := 1; return new; "
    "end; "
    "$$; create temp table t (a int); create trigger x before insert on t for each row execute "
    "function tr(); insert into t values (2); select a from t",
    "create materialized view m as select 1 as a; create unique index on m (a); refresh "
    "materialized view m; drop materialized view m",
    "create role scanner_role; grant scanner_role to current_user; set local role scanner_role; "
    "reset role; drop role scanner_role",
    "lock table pg_catalog.pg_class in access share mode; explain select 1; show work_mem; select "
    "2",
    "set local search_path = public; set local work_mem = '8MB'; reset work_mem; select 1",
    "set constraints all deferred; set transaction isolation level read committed; select 1",
    "declare c cursor for select 1; fetch c; move c; close c; select 1",
    "listen x; notify x, 'a;'; unlisten x; select 1",
    "values (1), (2); table pg_catalog.pg_namespace; (select 1) union (select 2); ((values (1)));",
    "with a as (select 1), b as (select ';') select * from a, b; select 2",
    "with a as (insert into pg_temp.x select 1 returning 1) select 1; select 2",
    "explain (costs off, format json) select 1; explain analyze select 2; select 3",
    "analyze pg_catalog.pg_class; checkpoint; select 1",
    "copy (select 1) to program 'cat > /dev/null'; select 2",
    "select set_config('work_mem', '8MB', true); select current_setting('work_mem')",
    "select pg_catalog.set_config('search_path', '', true); select 1;",
    "do $$ begin set local work_mem = '9MB'; perform set_config('a.b', 'c;', true); end $$; show "
    "work_mem",
    "create temp table t as select 1 as a; select * into temp u from t; select * from u;",
    "merge into pg_temp.t using (select 1) s on true when matched then do nothing; select 1",
    "grant select on pg_catalog.pg_class to public; revoke select on pg_catalog.pg_am from public;",
    "alter default privileges grant select on tables to public; select 1;",
    "create extension if not exists plpgsql; select 1",
    "create statistics if not exists st on oid, relname from pg_class; select 1",
    "create collation co (locale = 'C'); drop collation co; select 'a' collate \"C\"; select 2",
    "create operator === (leftarg = int, rightarg = int, function = int4eq); select 1 === 1; "
    "select "
    "2===/*;*/2; select 3",
    "create operator ~~~- (rightarg = int, function = int4um); select ~~~- 1; select ~~~-1; select "
    "3",
    "create policy p on pg_class using (true); select 1",
    "create event trigger et on ddl_command_start execute function nothing(); select 1",
    "create publication pu for table pg_class; select 1",
    "create cast (text as int) with inout; select 1",
    "security label on table pg_class is 'x;'; select 1",
    "import foreign schema a from server b into c; select 1",
    "select xmlelement(name \"a;\", ';'); select 1",
    "select * from json_to_recordset('[{\"a\":1}]') as x (a int); select 2",
    "select count(*) filter (where true) over (partition by 1 order by 2) from (select 1) t; "
    "select percentile_cont(0.5) within group (order by 1) from (select 1) t",
    "select * from generate_series(1, 3) with ordinality as t (a, b); select 2",
    "select extract(year from date '2020-01-01'), substring('a;b' from 2 for 1), position(';' in "
    "'a;'), trim(both ';' from ';a;'), overlay('a' placing ';' from 1); select 2",
    "select ';' like E'\\\\;' escape '\\\\', 'a' similar to '[;]'; select 2",
    "select row(1, 2) = row(1, 2), (1, 2) <> (1, 3), array[[1], [2]]; select 2",
    "select current_date, localtime(0), session_user; select 2",
    // what servers refuse
    "select 1; select 1/0; select 2; select 3",
    "select 1; select ';' from nowhere; select 2",
    "select 1; create temp table t (a nothing); select 2",
    "select 1;\n\nselect 'ü', 'é;', nowhere;\nselect 2;",
    "/* é; */ select $$é;$$; select 'x'::int; select 2",
    "create function f() returns int begin atomic select 1; select nowhere; end; select 2",
    "select 1; do $$ begin raise exception 'no;'; end $$; select 2",
    // what servers can't parse
    "select 1; selec 2; select 3",
    "select 1; select (2; select 3",
    "select 1; select 2); select 3",
    "select 1; select 'a; select 3",
    "select 1; select $$a; select 3",
    "select 1; select \"a; select 3",
    "select 1; /* a; select 3",
    "select 1; select 2 \\g; select 3",
    "create function f() returns int begin atomic select 1; select 2",
};

/// Texts that only mean something when strings are standard.
inline const char* const kStandardCorpus[] = {
    "select '\\'; select '\\;', '\\\\'; select 3",
    "select 'a\\'; select 'b\\' || ';'; select 3",
    "select '\\'\n'\\;'; select '\\''; select 3'; select 4",
    "select n'\\'; select 2; select N'\\'';'; select 4",
    "select U&'\\0061;', u&'a\\\\;'; select 2",
    "select U&'!0061;' uescape '!'; select U&'a'\n'\\0062;'; select 3",
    "select E'\\''\n'\\';' || '\\'; select 2",
    "do 'begin perform ''\\''; end'; select 2",
    "select 'a' like 'b\\' escape '\\'; select 2",
    "create function f() returns text return '\\'; select f(); select 3",
};

/// Texts that only mean something when they are not.
inline const char* const kEscapeCorpus[] = {
    "select '\\';'; select '\\\\'; select 3",
    "select 'a\\';b'; select '\\\\\\';'; select 3",
    "select 'a'\n'\\';'; select 'b' -- c\n '\\';'; select 3",
    "select n'\\';'; select N'\\\\'; select 3",
    "select b'0'\n'1'; select x'1'; select '\\\\'; select 4",
    "select '\\n;\\x41\\101\\u0041'; select 2",
    "select \"\\\" from (select 1 as \"\\\") t; select '\\\\'; select 3",
    "select $$\\$$; select $a$\\'$a$; select '\\\\'; select 4",
    "do 'begin perform \\';\\'; end'; select 2",
    "select U&'\\0061'; select 2",
};

inline std::vector<CorpusScript> scanner_corpus() {
    std::vector<CorpusScript> scripts;
    for (const char* text : kCorpus) {
        scripts.push_back({text, true});
        scripts.push_back({text, false});
    }
    for (const char* text : kStandardCorpus) scripts.push_back({text, true});
    for (const char* text : kEscapeCorpus) scripts.push_back({text, false});
    return scripts;
}

}  // namespace migrator::test
