// Which statements mean what, and how the text of the MySQL family is read.
#include "db/mysql/lexis.hpp"

#include <gtest/gtest.h>

#include "script/scanner_lexes.hpp"
#include "script/script.hpp"

namespace migrator::db::mysql {
namespace {

using namespace script;
using Texts = std::vector<std::string>;

Texts statements(const std::string& text, bool backslashes = true) {
    return migrator::test::texts(text, scan(text, kMysqlLexis, backslashes));
}

TEST(MysqlLexis, SeparatesStatements) {
    const struct {
        const char* name;
        std::string text;
        Texts statements;
    } cases[] = {
        {"hash comments", "a # ; '\n; b", {"a", "b"}},
        {"dashes with a blank", "a -- ;\n; b --\t;\n; c --\n; --", {"a", "b", "c"}},
        {"dashes without a blank", "select 1--1; select 2--;x", {"select 1--1", "select 2--", "x"}},
        {"backslashes", "'a\\';'; '\\\\'; b", {"'a\\';'", "'\\\\'", "b"}},
        {"double quotes", "\"a;\\\";\"\";\"; b", {"\"a;\\\";\"\";\"", "b"}},
        {"backticks", "`a;\\`; ```;`; b", {"`a;\\`", "```;`", "b"}},
        {"comments are not nested", "/* /* ; */ a; b", {"a", "b"}},
        {"version comments",
         "/*!40101 SET NAMES utf8 */; /*M!100100 set a=1 */; a /*! b */ c; d",
         {"/*!40101 SET NAMES utf8 */", "/*M!100100 set a=1 */", "a /*! b */ c", "d"}},
        {"comments in version comments",
         "/*!40101 a /* ; */ b */; c",
         {"/*!40101 a /* ; */ b */", "c"}},
        {"a version that no server has", "/*!999999\\- sandbox; */ a;", {"a"}},
        {"nothing", " ;; /* */ ; -- x\n;", {}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(statements(c.text), c.statements);
    }
}

TEST(MysqlLexis, TakesBackslashesAsTheyAreWithThatSqlMode) {
    EXPECT_EQ(statements("'a\\'; b", false), (Texts{"'a\\'", "b"}));
    EXPECT_EQ(statements("\"a\\\"; b", false), (Texts{"\"a\\\"", "b"}));
    EXPECT_EQ(
        statements("set sql_mode='NO_BACKSLASH_ESCAPES'; '\\'; set names utf8; '\\'; b"),
        (Texts{"set sql_mode='NO_BACKSLASH_ESCAPES'", "'\\'", "set names utf8", "'\\'", "b"})
    ) << "the names have nothing to do with it";
    EXPECT_EQ(
        statements("set sql_mode = ''; '\\';'; b", false),
        (Texts{"set sql_mode = ''", "'\\';'", "b"})
    );
    EXPECT_FALSE(
        scan("set sql_mode='no_backslash_escapes'", kMysqlLexis).standard_conforming_strings
    );
    EXPECT_FALSE(scan("set names utf8", kMysqlLexis, false).standard_conforming_strings);
}

TEST(MysqlLexis, FollowsDelimiter) {
    const struct {
        const char* name;
        std::string text;
        Texts statements;
    } cases[] = {
        {"slashes",
         "a;\nDELIMITER //\nb; c//\nd //\ndelimiter ;\ne; f",
         {"a", "b; c", "d", "e", "f"}},
        {"dollars", "delimiter $$\na$b; c$$ d$$\n", {"a$b; c", "d"}},
        {"two semicolons", "DELIMITER ;;\na; b;;\nc ;;\nDELIMITER ;\nd", {"a; b", "c", "d"}},
        {"a bar", "delimiter |\na; b || c|\n", {"a; b", "c"}},
        {"end of a word", "delimiter go\nselect 1go\nb go\n", {"select 1", "b"}},
        {"in strings and comments",
         "delimiter //\n'//' `//` /* // */ -- //\n# //\n a// b//",
         {"'//' `//` /* // */ -- //\n# //\n a", "b"}},
        {"carriage returns", "delimiter //\r\na; b//\r\ndelimiter ;\r\nc;", {"a; b", "c"}},
        {"what follows in the line is left out", "delimiter // nonsense\na//", {"a"}},
        {"a column of that name", "select delimiter from t; b", {"select delimiter from t", "b"}},
        {"not ended", "delimiter //\na; b", {"a; b"}},
        {"in double quotes", "delimiter \"//\"\na; b//\nc//", {"a; b", "c"}},
        {"in quotes", "DELIMITER '$$' -- x\na; b$$\ndelimiter ';'\nc; d", {"a; b", "c", "d"}},
        {"in backticks", "delimiter `go`\na; b go c", {"a; b", "c"}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(statements(c.text), c.statements);
        EXPECT_EQ(scan(c.text, kMysqlLexis).problem, "");
    }
    for (const char* text :
         {"a;\nDELIMITER\nb",
          "a;\n\tdelimiter   \r\nb",
          "a;\ndelimiter",
          "a;\ndelimiter ''",
          "a;\ndelimiter \\\\\nb"}) {
        EXPECT_NE(scan(text, kMysqlLexis).problem.find("DELIMITER in line 2"), std::string::npos);
    }
}

TEST(MysqlLexis, ReadsWhatTheClientReads) {
    const struct {
        const char* name;
        std::string text;
        Texts statements;
    } cases[] = {
        {"vertical", "select 1\\G\nselect 2\\g select 3;", {"select 1", "select 2", "select 3"}},
        {"vertical and more", "select 1\\G;\n\\G select 2", {"select 1", "select 2"}},
        {"vertical under a delimiter", "delimiter //\na; b\\G\nc//", {"a; b", "c"}},
        {"in strings", "select '\\G', \"\\g\", `\\G`; b", {"select '\\G', \"\\g\", `\\G`", "b"}},
        {"null", "insert into t values (\\N, 1); b", {"insert into t values (\\N, 1)", "b"}},
        {"use", "use shop\ncreate table t (a int);", {"use shop", "create table t (a int)"}},
        {"use, quoted", "USE `a b` -- x\r\nb;\nuse 'c'\nd", {"USE `a b`", "b", "use 'c'", "d"}},
        {"use as a statement", "use shop; b;\nuse\nshop;", {"use shop", "b", "use\nshop"}},
        {"use under a delimiter", "delimiter $$\nuse a$$\nuse b\nc$$", {"use a", "use b", "c"}},
        {"a column called so",
         "select source, status from t; b",
         {"select source, status from t", "b"}},
        {"a label",
         "delimiter //\nsource: loop leave source; end loop//",
         {"source: loop leave source; end loop"}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(statements(c.text), c.statements);
        EXPECT_EQ(scan(c.text, kMysqlLexis).problem, "");
    }
    EXPECT_EQ(
        scan("use shop\nb", kMysqlLexis).traits, kChangesSession | kKeepsTransaction | kMovesPath
    );
}

TEST(MysqlLexis, RefusesOtherCommandsOfTheClient) {
    const struct {
        const char* text;
        const char* command;
    } cases[] = {
        {"a;\nsource more.sql\nb;", "source"},
        {"a;\nSOURCE more.sql;", "SOURCE"},
        {"a;\n\\. more.sql", "\\."},
        {"a;\n\\! ls", "\\!"},
        {"a;\n  system ls", "system"},
        {"a;\nselect 1\\c", "\\c"},
        {"a;\n\\d //\nb//", "\\d"},
        {"a;\nselect (1) \\p;", "\\p"},
        {"a;\n\\u shop", "\\u"},
        {"a;\n\\connect shop", "\\connect"},
        {"a;\nquit", "quit"},
        {"a;\nexit;", "exit"},
        {"a;\ntee out.txt\nb", "tee"},
        {"a;\npager less\nb", "pager"},
        {"delimiter //\nselect 1 \\s //", "\\s"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(
            scan(c.text, kMysqlLexis).problem,
            std::string("client command ") + c.command +
                " in line 2: migrator runs SQL, not commands of the client mysql; remove it"
        );
    }
    EXPECT_EQ(scan("set sql_mode = @x; select 'D:\\', 'y \\c'", kMysqlLexis).problem, "")
        << "the server may read it otherwise";
}

TEST(MysqlLexis, StatementsUnderADelimiterMayBeSeveral) {
    const Script script = scan("delimiter //\na; b//\ndelimiter ;\nselect 1", kMysqlLexis);
    ASSERT_EQ(script.statements.size(), 2U);
    EXPECT_NE(script.statements[0].traits & kUncountedResults, 0U);
    EXPECT_EQ(script.statements[1].traits & kUncountedResults, 0U);
}

TEST(MysqlLexis, IsNotSureOfWhatDoesNotEnd) {
    for (const char* text :
         {"'a",
          "\"a",
          "`a",
          "/* a",
          "create procedure p() begin select 1;",
          "create procedure p() if 1 then select 1;",
          "'\xE9'"}) {
        EXPECT_FALSE(scan(text, kMysqlLexis).sure) << text;
    }
}

TEST(MysqlLexis, KnowsTheTraitsOfStatements) {
    constexpr auto kSetting = kChangesSession | kKeepsTransaction;
    constexpr auto kControl = kTransactionControl | kChangesSession;
    constexpr auto kRuns = kUncountedResults | kChangesSession | kMakesStatefulCode;
    const struct {
        const char* text;
        std::uint32_t traits;
    } cases[] = {
        {"insert into t values (1)", kKeepsTransaction},
        {"INSERT IGNORE into t select 1", kKeepsTransaction},
        {"create temporary table t (a int)", kSetting},
        {"create table t (a int)", kNoTraits},
        {"load data infile 'x' into table t", kKeepsTransaction},
        {"set @a = 1", kSetting},
        {"set foreign_key_checks = 0", kSetting},
        {"set names latin1", kSetting | kChangesLexing},
        {"/*!40101 SET NAMES utf8 */", kSetting | kChangesLexing},
        {"set session sql_mode = ''", kSetting | kChangesLexing},
        {"set @@sql_mode = ''", kSetting | kChangesLexing},
        {"/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='ANSI' */", kSetting | kChangesLexing},
        {"set password = 'x'", kNoTraits},
        {"set autocommit = 0", kControl},
        {"set @@autocommit = 1", kControl},
        {"SET SESSION AUTOCOMMIT=1", kControl},
        {"set @a = 1, autocommit = 1", kControl},
        {"call p()", kRuns},
        {"set statement max_statement_time = 1 for call p()", kRuns | kChangesLexing},
        {"set statement sql_mode = '' for alter table t add b int", kRuns | kChangesLexing},
        {"execute s", kRuns},
        {"begin", kTransactionControl | kOpensTransaction},
        {"start transaction", kTransactionControl | kOpensTransaction},
        {"start transaction with consistent snapshot", kTransactionControl | kOpensTransaction},
        {"start transaction read only", kTransactionControl},
        {"begin not atomic select 1; end", kRuns},
        {"commit", kTransactionControl | kClosesTransaction},
        {"commit and chain", kTransactionControl},
        {"rollback", kTransactionControl},
        {"savepoint a", kTransactionControl},
        {"release savepoint a", kTransactionControl},
        {"xa begin 'x'", kControl},
        {"lock tables t write", kLocksTables | kChangesSession},
        {"/*!40000 LOCK TABLES t WRITE */", kLocksTables | kChangesSession},
        {"flush tables with read lock", kForbidden},
        {"flush tables t, u with read lock", kForbidden},
        {"flush tables t, u for export", kLocksTables | kRefusesTransaction | kChangesSession},
        {"backup lock t", kLocksTables | kRefusesTransaction | kChangesSession},
        {"BACKUP STAGE START", kLocksTables | kRefusesTransaction | kChangesSession},
        {"lock instance for backup", kChangesSession},
        {"load data local infile 'x' into table t", kKeepsTransaction | kReadsClientFile},
        {"load xml concurrent local infile 'x' into table t", kKeepsTransaction | kReadsClientFile},
        {"load data infile 'x' into table local", kKeepsTransaction},
        {"select release_all_locks()", kForbidden},
        {"do release_all_locks()", kForbidden},
        {"use shop", kSetting | kMovesPath},
        {"insert into t values (1, @a)", kSetting},
        {"insert into t values (1, 'me@example.org', '@a') -- @a", kKeepsTransaction},
        {"select @@sql_mode, @@ global . sort_buffer_size", kKeepsTransaction},
        {"select@a:=1", kSetting},
        {"select @'a b' := 1", kSetting},
        {"select 1 into @a", kSetting},
        {"create user 'a'@'b'", kChangesSession},
        {"create or replace temporary table t (a int)", kChangesSession},
        {"create temporary sequence s", kChangesSession},
        {"handler t open", kSetting},
        {"select get_lock('a', 0)", kSetting},
        {"insert into t values (last_insert_id())", kSetting | kReadsKeys},
        {"insert into t values (1), (row_count ())", kKeepsTransaction | kReadsKeys},
        {"create table t as select found_rows() as n", kReadsKeys},
        {"create database shop", kCreatesSchema},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const Script script = scan(c.text, kMysqlLexis);
        ASSERT_EQ(script.statements.size(), 1U);
        EXPECT_EQ(script.traits, c.traits);
    }
}

TEST(MysqlLexis, KnowsCodeThatMayChangeTheSessionOfItsCallers) {
    const struct {
        const char* text;
        bool is_stateful;
    } cases[] = {
        {"create trigger g before insert on t for each row set new.a = 1", false},
        {"create definer = a@b trigger g before insert on t for each row set new.a = 1", false},
        {"create trigger g before insert on t for each row set @a = 1", true},
        {"create trigger g before update on t for each row set sql_mode = ''", true},
        {"create procedure p(in a int) set a = 1", false},
        {"create procedure p(in a int) set foreign_key_checks = 0", true},
        {"create procedure p() begin declare n int; set n = 1; set N = 2; end", false},
        {"create procedure p() begin declare n int; if n then set time_zone = '+1:00'; end if; end",
         true},
        {"create or replace procedure p() create temporary table t (a int)", true},
        {"create procedure p() begin update t set a = 1; end", false},
        {"create procedure p() select get_lock('a', 1)", true},
        {"create function f() returns int return last_insert_id()", true},
        {"create function f() returns int return 1", false},
        {"create event e on schedule every 1 day do set @a = 1", true},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const Script script = scan(c.text, kMysqlLexis);
        EXPECT_EQ((script.traits & kMakesStatefulCode) != 0, c.is_stateful);
    }
}

TEST(MysqlLexis, FindsTheTransactionAroundAFile) {
    EXPECT_TRUE(scan("begin; do 1; commit;", kMysqlLexis).wrapped);
    EXPECT_TRUE(scan("start transaction; do 1; commit work", kMysqlLexis).wrapped);
    EXPECT_FALSE(scan("begin; do 1; rollback;", kMysqlLexis).wrapped);
    EXPECT_FALSE(scan("start transaction read only; do 1; commit", kMysqlLexis).wrapped);
    EXPECT_FALSE(scan("begin; commit; do 1", kMysqlLexis).wrapped);
    EXPECT_TRUE(scan("-- migrator:no-transaction\ndo 1", kMysqlLexis).no_transaction_marker);
    EXPECT_TRUE(scan("# migrator:no-transaction\ndo 1", kMysqlLexis).no_transaction_marker);
}

}  // namespace
}  // namespace migrator::db::mysql
