#pragma once

#include <string>
#include <vector>

namespace migrator::test {

/// Scripts for MariaDB in which a statement's end is easy to miss. None has a DELIMITER.
inline std::vector<std::string> mysql_corpus() {
    return {
        "select 1; select 2",
        "select 1 # ; it's\n; select 2 -- ; it's\n; select 3 --\n",
        "select 1--1; select 2 --\t; x\n",
        "select 'a;b', 'it''s; ', 'it\\'s;', '\\\\'; select ';'",
        "select \"a;b\", \"x\"\";\", \"\\\";\", \"';\"; select 1",
        "select 1 as `a;b`, 2 as ```;`, 3 as `\\`; select 1",
        "/* ; ' */ select 1; /* a */ /* b; */ select 2 /* /* ; */",
        "select 1 /*! + 1 */ ; select /*!50003 2 */",
        "select 1 /*!99999 and nothing */; select 2",
        "select 1 /*M!100100 + 1 */, 2 /*!100100 + 1 */; select 3",
        "/*!40101 set @a = 1 */; /*!40101 set @b = 'it''s;' */; select @a",
        "/*!999999\\- enable the sandbox mode */ \n/*!40101 SET @c = 1 */;\nselect 1;",
        "select n'a;', _utf8mb4'b;', x'3b', b'1', 0x3b, 0b1; select 1",
        "select 'a' 'b;' \"c;\"; select 1e5, 1.5, .5, 1.e-1",
        "select 1 as é, 2 as a$b, 3 as 1a; select @`a;b`, @'c;', @\"d;\"",
        "set @x := 1; select @x := 2; set @y = if(1, 2, 3)",
        "create procedure scan_db.p1() select 1; select 2",
        "create procedure scan_db.p2() begin end; select 2",
        "create procedure scan_db.p3() begin select 1; begin select 2; end; end; select 3",
        "create procedure scan_db.p4(a int, b varchar(10)) comment 'x;' language sql "
        "not deterministic sql security invoker begin select 1; end; select 2",
        "create procedure scan_db.p5(a int) if a then select 1; elseif a > 2 then select 2; else "
        "select 3; end if; select 4",
        "create procedure scan_db.p6(a int) deterministic while a > 0 do set a = a - 1; end while; "
        "select 1",
        "create procedure scan_db.p7() repeat set @a = repeat('x', 3); until 1 end repeat; select "
        "1",
        "create procedure scan_db.p8() l1: loop set @a = 1; leave l1; end loop l1; select 1",
        "create procedure scan_db.p9() l1: begin l2: begin leave l1; end l2; end l1; select 1",
        "create procedure scan_db.p10() begin declare x int default if(1, 2, 3); declare exit "
        "handler for sqlexception begin select 1; end; declare continue handler for not found, "
        "sqlwarning, 1062, sqlstate '23000' set x = 1; set x = case when x then if(x, 1, 2) else "
        "if(x, 3, 4) end; end; select 1",
        "create procedure scan_db.p11(x int) begin case x when 1 then select 1; when 2 then begin "
        "end; else if x then select 2; end if; end case; end; select 1",
        "create procedure scan_db.p12(x int) begin case when x > 1 then select case x when 1 then "
        "2 else 3 end; else select 4; end case; end; select 1",
        "create procedure scan_db.p13() begin declare begin int; declare end int; set begin = 1; "
        "select begin, end from (select 1 as begin, 2 as end) t; end; select 1",
        "create procedure scan_db.p14() begin for i in 1..3 do select i; end for; for r in (select "
        "1 as a) do select r.a; end for; for i in reverse 3..1 do begin end; end for; end; select "
        "1",
        "create procedure scan_db.p15() begin if (1) then select 1; end if; if not exists (select "
        "1) then select 2; end if; end; select 1",
        "create procedure if not exists scan_db.p16() begin select if(1, 2, 3); end; select 1",
        "create definer = 'root'@'localhost' procedure scan_db.p17() begin select 1; end; select 2",
        "create definer=current_user() procedure scan_db.p18() begin select 1; end; select 2",
        "create definer=root@localhost function scan_db.f1() returns int return 1; select 2",
        "create function scan_db.f2(x int) returns int deterministic begin if x then return 1; "
        "else return 2; end if; end; select 1",
        "create function scan_db.f3(x int) returns varchar(20) character set utf8mb4 begin return "
        "if(x, 'a;', repeat('b', 2)); end; select 1",
        "create function scan_db.f4(x int) returns int return case when x then 1 else 2 end; "
        "select 1",
        "create function scan_db.f5(x int) returns int unsigned no sql if x then return 1; else "
        "return 2; end if; select 1",
        "create aggregate function scan_db.f6(x int) returns int begin declare s int default 0; "
        "declare continue handler for not found return s; loop fetch group next row; set s = s + "
        "x; end loop; end; select 1",
        "create trigger scan_db.t1 before insert on scan_db.t for each row set new.a = if(1, 2, "
        "3); select 1",
        "create trigger scan_db.t3 after update on scan_db.t for each row begin if new.a then set "
        "@a = 1; end if; end; select 1",
        "create trigger scan_db.t4 before insert on scan_db.t for each row precedes t1 begin set "
        "new.a = 1; end; select 1",
        "create event scan_db.e1 on schedule every 1 day starts now() + interval 1 hour on "
        "completion preserve disable comment 'x;' do begin delete from scan_db.t; end; select 1",
        "create event scan_db.e2 on schedule at now() + interval 1 day do if 1 then do 1; end if; "
        "select 1",
        "alter event scan_db.e0 do begin do 1; do 2; end; select 1",
        "/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER scan_db.t5 "
        "BEFORE INSERT ON scan_db.t FOR EACH ROW BEGIN SET NEW.a = 1; END */; select 1",
        "begin not atomic if 1 then select 1; end if; end; select 2",
        "begin not atomic while 0 do select 1; end while; end; begin not atomic end; select 2",
        "begin not atomic for i in 1..2 do select i; end for; end; select 2",
        "begin not atomic repeat set @x = 1; until 1 end repeat; end; select 2",
        "begin not atomic begin not atomic case 1 when 1 then do 1; end case; end; end; select 2",
        "begin not atomic declare continue handler for not found if 1 then do 1; end if; select 1; "
        "end; select 2",
        "create procedure scan_db.p20() begin declare exit handler for sqlstate value '45000', "
        "1062, "
        "not found set @x = case when 1 then 2 end; declare exit handler for sqlexception for i in "
        "1..2 do do 1; end for; select 1; end; select 2",
        "create procedure scan_db.p21() begin select case when end > begin then end else begin end "
        "from (select 1 as begin, 2 as end) t; select 1; end; call scan_db.p21()",
        "create procedure scan_db.p22() begin select case end when begin then begin end, end from "
        "(select 1 as begin, 2 as end) t; select case when 1 then case when end then -end else not "
        "end end else end end from (select 2 as end) t; end; call scan_db.p22()",
        "create procedure scan_db.p23() begin declare end int default 0; repeat set end = end + 1; "
        "until end > 1 and not end < 1 end repeat; select end; end; call scan_db.p23()",
        "create procedure scan_db.p24() begin select handler, begin, `end` from (select 1 as "
        "handler, "
        "2 as begin, 3 as end) t; select 1; end; call scan_db.p24()",
        "create view scan_db.v1 as select case 1 when 1 then 2 end as a; select 1",
        "create sql security invoker view scan_db.v2 as select 1 as begin, 2 as end; select 1",
        "create table scan_db.begin (end int, begin int, `if` int); select begin from "
        "scan_db.begin; drop table scan_db.begin",
        "begin; select 1; commit",
        "start transaction; select 1; rollback; select 2",
        "xa begin 'x'; xa end 'x'; xa rollback 'x'; select 1",
        "begin work; savepoint a; rollback to savepoint a; commit work",
        "select if(1, 2, 3); select repeat('a', 2), case 1 when 1 then 2 end",
        "do 1;\r\ndo 2;\r\n-- x\r\ndo 3",
        "select 1 from (select 1 as `end`) t where `end` = 1; select 2",
        "insert into scan_db.t values (1), (2) on duplicate key update a = 3; delete from "
        "scan_db.t",
        "set names utf8mb4; set character set utf8mb4; set names utf8mb4",
        "prepare s from 'select 1; '; prepare s from 'select 1'; execute s; deallocate prepare s",
        "lock tables scan_db.t write; unlock tables; select 1",
        "set sql_mode = 'NO_BACKSLASH_ESCAPES'; select '\\'; select 'a\\'';'; set names utf8mb4; "
        "select '\\'; set sql_mode = ''; select '\\';'",
        "set session sql_mode = concat(@@sql_mode, ',NO_BACKSLASH_ESCAPES'); select '\\'; select 1",
        "",
        "-- nothing\n",
    };
}

}  // namespace migrator::test
