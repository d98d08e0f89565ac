// Stored programs without DELIMITER: their semicolons end no statement.
#include "script/compound_body.hpp"

#include <gtest/gtest.h>

#include "db/mysql/lexis.hpp"
#include "script/scanner_lexes.hpp"
#include "script/script.hpp"

namespace migrator::db::mysql {
namespace {

TEST(CompoundBody, HoldsTheSemicolonsOfAProgram) {
    const char* const programs[] = {
        "create procedure p() begin end",
        "create procedure p() begin select 1; begin select 2; end; end",
        "create procedure p(a int, b varchar(9)) comment 'x;' begin select 1; end",
        "create procedure p() if a then select 1; elseif b then select 2; else select 3; end if",
        "create procedure p() deterministic while 1 do select 1; end while",
        "create procedure p() language sql repeat set @a = 1; until 1 end repeat",
        "create procedure p() l1: loop leave l1; end loop l1",
        "create procedure p() l1: begin l2: begin leave l1; end l2; end l1",
        "create procedure p() begin for i in 1..3 do select i; end for; end",
        "create procedure p() begin for r in (select 1 as a) do select r.a; end for; end",
        "create procedure p() begin declare exit handler for sqlexception, not found begin select "
        "1; end; declare continue handler for 1062 set x = 1; end",
        "create procedure p() begin case x when 1 then select 1; else begin end; end case; end",
        "create procedure p() begin select case x when 1 then 2 end; select 2; end",
        "create procedure p() begin set x = case when a then if(b, 1, 2) else repeat('a', 3) end; "
        "select 1; end",
        "create procedure p() begin select begin, end from t; set end = begin; select t.end; end",
        "create procedure p() begin if (1) then if not exists (select 1) then select 2; end if; "
        "end "
        "if; end",
        "create or replace procedure p() begin select 1; end",
        "create procedure if not exists p() begin select 1; end",
        "create definer = 'a'@'b' procedure p() begin select 1; end",
        "create definer=current_user() function f() returns int begin return 1; end",
        "CREATE DEFINER=`a`@`%` PROCEDURE `p`() SQL SECURITY INVOKER BEGIN SELECT 1; END",
        "create function f(x int) returns varchar(9) character set utf8 begin return x; end",
        "create aggregate function f(x int) returns int begin loop fetch group next row; end loop; "
        "end",
        "create trigger t before insert on x for each row begin set new.a = 1; end",
        "create trigger t before insert on x for each row precedes y if 1 then set @a = 1; end if",
        "create event e on schedule every 1 day starts now() do begin do 1; end",
        "alter event e do begin do 1; do 2; end",
        "begin not atomic do 1; end",
        "begin not atomic end",
        "begin not atomic if 1 then select 1; end if; end",
        "begin not atomic while 0 do select 1; end while; end",
        "begin not atomic for i in 1..2 do select i; end for; end",
        "begin not atomic repeat set @x = 1; until 1 end repeat; end",
        "begin not atomic l1: loop leave l1; end loop l1; end",
        "begin not atomic case 1 when 1 then select 1; end case; end",
        "begin not atomic begin select 1; end; end",
        "begin not atomic begin not atomic if 1 then do 1; end if; end; end",
        "BEGIN /* x */ NOT -- y\n ATOMIC IF 1 THEN BEGIN END; END IF; END",
        "begin not atomic declare x int; declare exit handler for sqlexception begin select 1; "
        "end; "
        "if x then do 1; end if; end",
        "begin not atomic declare continue handler for not found if 1 then do 1; end if; end",
        "create procedure p() begin select case when end > begin then end else begin end from t; "
        "select 1; end",
        "create procedure p() begin select case end when begin then begin end, end from t; do 1; "
        "end",
        "create procedure p() begin select case when a then case when end then -end else not end "
        "end "
        "else begin end end from t; do 1; end",
        "create procedure p() begin select case when a is null or end is null then t.end when @end "
        "then `end` else 'end' end as end, begin from t; do 1; end",
        "create procedure p() begin repeat set end = end + 1; until end > begin and not end end "
        "repeat; do 1; end",
        "create procedure p() begin if case when 1 then end else begin end then do 1; end if; end",
        "create procedure p() begin declare exit handler for sqlstate value '45000', sqlexception, "
        "1062, not found, mine set x = case when 1 then 2 end; declare exit handler for mine for i "
        "in 1..2 do do 1; end for; declare undo handler for sqlwarning while 1 do do 1; end while; "
        "end",
        "create procedure p() begin select handler, begin from t; update t set until = 1, handler "
        "= "
        "begin; select row, begin from t; do 2; end",
        "create procedure p() begin declare begin, end int; fetch c into begin, end; set end = "
        "case begin when end then end end; do 1; end",
        "create trigger t before insert on x for each row if new.end > new.begin then set new.end "
        "= "
        "new.begin; end if",
        "if 1 then do 1; end if",
        "case 1 when 1 then do 1; end case",
        "for i in 1..2 do do 1; end for",
        "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR "
        "EACH ROW BEGIN SET @a = 1; END */",
    };
    for (const std::string program : programs) {
        SCOPED_TRACE(program);
        const std::string text = program + "; select 1;";
        const script::Script script = script::scan(text, kMysqlLexis);
        EXPECT_EQ(
            migrator::test::texts(text, script), (std::vector<std::string>{program, "select 1"})
        );
        EXPECT_TRUE(script.sure);
        EXPECT_NE(script.traits & script::kUncountedResults, 0U);
    }
}

TEST(CompoundBody, IsNotWhatOnlyLooksLikeOne) {
    const char* const statements[] = {
        "begin",
        "begin work",
        "xa begin 'x'",
        "create procedure p() select 1",
        "create procedure p() select if(1, 2, 3), repeat('a', 2)",
        "create function f() returns int return case when 1 then 2 end",
        "create function f() returns int return if(1, 2, 3)",
        "create function f returns string soname 'f.so'",
        "create trigger t before insert on x for each row set new.a = if(1, 2, 3)",
        "create event e on schedule every 1 day do delete from t",
        "alter procedure p sql security definer",
        "drop procedure if exists p",
        "create table begin (end int, `if` int)",
        "create view v as select case 1 when 1 then 2 end",
        "create sql security invoker view v as select begin from t",
        "select if(1, 2, 3)",
        "select begin, end from t",
        "insert into t values (case when 1 then 2 end)",
    };
    for (const std::string statement : statements) {
        SCOPED_TRACE(statement);
        const std::string text = statement + "; select 1;";
        EXPECT_EQ(
            migrator::test::texts(text, script::scan(text, kMysqlLexis)),
            (std::vector<std::string>{statement, "select 1"})
        );
    }
}

}  // namespace
}  // namespace migrator::db::mysql
