// What scripts of the MySQL family look like, what they leave in the session, and that their
// contents are recorded byte by byte.
#include "core/error.hpp"
#include "core/utf8.hpp"
#include "databases/mariadb_test.hpp"

namespace migrator::test {
namespace {

/// Quotes, escapes, comments, characters of one to four bytes, and those whose last byte is a
/// backslash in GBK and SJIS.
const std::string kOdd =
    "-- it's \"odd\" \\ `x` \\' \\\" # /* \t\r\n-- é ß 表 能 縗 😀 \x7F \xEF\xBF\xBF {} ?1 ? %s "
    "$1\n";

class MariadbScript : public MariadbTest {
protected:
    MariadbScript() : MariadbTest("id int primary key, n text") {}

    std::string contents_of(const std::string& name) {
        return project().value(
            "select contents from migrator.migrator_migrations where name = '" + name + "'"
        );
    }
    std::string notes() {
        return project().value("select group_concat(n order by id) from catalog.notes");
    }
    void use_parameters(const std::string& parameters) {
        project().database.data_source += "&" + parameters;
    }
};

TEST_P(MariadbScript, ContentsAreRecordedByteByByte) {
    const char* const parameters[] = {
        "",
        "charset=latin1",
        "charset=gbk",
        "charset=sjis",
        "charset=utf8",
        "charset=unheard,utf8mb4",
        "collation=utf8mb4_unicode_ci",
        "sql_mode=%27NO_BACKSLASH_ESCAPES%27",
        "sql_mode=%27ANSI%27",
        "character_set_connection=latin1",
    };
    int number = 100;
    for (const char* parameter : parameters) {
        SCOPED_TRACE(parameter);
        const std::string before = project().database.data_source;
        if (*parameter != '\0') use_parameters(parameter);
        const std::string name = std::to_string(++number) + "_odd.sql";
        const std::string contents = kOdd + "do 1;\n";
        project().write("catalog/" + name, contents);
        project().apply();
        project().database.data_source = before;
        EXPECT_EQ(contents_of(name), contents);
    }
}

TEST_P(MariadbScript, FilesWithAccentsAreFoundAgainWhateverTheCharacterSet) {
    use_parameters("charset=latin1");
    project().write("catalog/002_\xC3\xA9\xF0\x9F\x98\x80.sql", "do 1;");
    EXPECT_EQ(project().apply().files.size(), 1U);
    EXPECT_EQ(project().apply().files.size(), 0U);
    EXPECT_EQ(project().rows().back(), "002_\xC3\xA9\xF0\x9F\x98\x80.sql/catalog");
}

TEST_P(MariadbScript, ContentsAreRecordedWhateverAFileHasSet) {
    const char* const settings[] = {
        "set sql_mode = 'ANSI_QUOTES'",
        "set session sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI'",
        "set sql_mode = ''",
        "set sql_mode = 'ORACLE'",
        "set sql_mode = 'TRADITIONAL,NO_ZERO_DATE,PAD_CHAR_TO_FULL_LENGTH'",
        "set names latin1",
        "set names gbk",
        "set names sjis",
        "set names binary",
        "set character set latin1",
        "set names utf8mb4 collate utf8mb4_unicode_ci",
        "/*!40101 SET NAMES utf8 */",
        "set character_set_results = latin1",
        "set collation_connection = utf8mb4_bin",
        "set foreign_key_checks = 0, unique_checks = 0",
        "set sql_safe_updates = 1, sql_select_limit = 1, group_concat_max_len = 4",
        "set time_zone = '-11:00'",
        "set default_storage_engine = MyISAM",
        "use catalog",
        "set @migrator_ddl = 'x'",
    };
    int number = 100;
    for (const char* setting : settings) {
        SCOPED_TRACE(setting);
        const std::string prefix = std::to_string(++number);
        const std::string own = kOdd + setting + ";\n";
        const std::string other = kOdd + "insert into {schema}.notes values (" + prefix + ", 'x');";
        project().write("catalog/" + prefix + "_a.sql", own);
        project().write("catalog/" + prefix + "_b.sql", other);
        project().apply();
        EXPECT_EQ(contents_of(prefix + "_a.sql"), own);
        EXPECT_EQ(contents_of(prefix + "_b.sql"), other);
    }
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

TEST_P(MariadbScript, BytesThatAreNoTextAreRecordedAsSuch) {
    const std::string contents =
        "-- caf\xE9\nset names latin1;\ninsert into {schema}.notes values "
        "(1, 'caf\xE9');\n";
    project().write("catalog/002_latin1.sql", contents);
    project().apply();
    EXPECT_EQ(notes(), "café");
    EXPECT_EQ(contents_of("002_latin1.sql"), to_valid_utf8(contents));
    EXPECT_TRUE(project().open()->inspection().status().changed.empty());
}

TEST_P(MariadbScript, LongContentsAreRecordedInPieces) {
    use_parameters("maxAllowedPacket=1048576");
    for (const char* first : {"do 1;\n", "set sql_mode = 'NO_BACKSLASH_ESCAPES';\n"}) {
        SCOPED_TRACE(first);
        std::string contents = first;
        while (contents.size() < 1'000'000) contents += kOdd;
        const std::string name = has(first, "set") ? "003_long.sql" : "002_long.sql";
        project().write("catalog/" + name, contents);
        project().write("catalog/" + name + "2.sql", "do 2;");
        project().apply();
        EXPECT_TRUE(contents_of(name) == contents) << contents_of(name).size();
    }
    project().apply({.version_name = "sync", .action = Action::Sync});
}

TEST_P(MariadbScript, LongContentsAreRecordedBySyncToo) {
    use_parameters("maxAllowedPacket=1048576");
    std::string contents;
    while (contents.size() < 1'000'000) contents += kOdd;
    project().write("catalog/002_short.sql", "do 1;");
    project().write("catalog/003_long.sql", contents);
    project().write("catalog/004_short.sql", "do 2;");
    project().apply({.version_name = "sync", .action = Action::Sync});
    EXPECT_TRUE(contents_of("003_long.sql") == contents);
    EXPECT_EQ(contents_of("004_short.sql"), "do 2;");
}

TEST_P(MariadbScript, ContentsThatTheServerDoesNotTakeAreRefusedBeforeAnythingRuns) {
    use_parameters("maxAllowedPacket=1048576");
    project().write("catalog/002_first.sql", "insert into {schema}.notes values (1, 'x');");
    project().write("catalog/003_huge.sql", "do 1; -- " + std::string(1'048'576, 'x'));
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "003_huge.sql failed with error")) << text;
    EXPECT_TRUE(has(text, "max_allowed_packet")) << text;
    EXPECT_EQ(notes(), "");
}

TEST_P(MariadbScript, AfterACallEachFileIsATransactionAgain) {
    project().write(
        "catalog/002_call.sql",
        "create procedure {schema}.p() set autocommit = 1;\ncall {schema}.p();"
    );
    project().write(
        "catalog/003_fails.sql",
        "insert into {schema}.notes values (1, 'a');\ninsert into {schema}.notes values (1, 'b');"
    );
    project().failure_of_apply();
    EXPECT_EQ(notes(), "");
}

TEST_P(MariadbScript, WrappedFilesAndLockedTables) {
    project().write(
        "catalog/002_wrapped.sql",
        "start transaction;\ninsert into {schema}.notes values (1, 'a');\ncommit;\n"
    );
    project().write(
        "catalog/003_locked.sql",
        "lock tables {schema}.notes write;\n/*!40000 ALTER TABLE {schema}.notes DISABLE KEYS */;\n"
        "insert into {schema}.notes values (2, 'b');\n"
        "/*!40000 ALTER TABLE {schema}.notes ENABLE KEYS */;\nunlock tables;\n"
    );
    project().write(
        "catalog/004_left_locked.sql",
        "/*!40000 LOCK TABLES {schema}.notes WRITE */;\ninsert into {schema}.notes values (3, 'c');"
    );
    project().write("catalog/005_after.sql", "create table {schema}.free (x int);");
    project().apply();
    EXPECT_EQ(notes(), "a,b,c");
    EXPECT_EQ(project().rows().size(), 5U);
}

TEST_P(MariadbScript, CommandsOfTheClientAreReadOrRefusedByName) {
    project().write(
        "catalog/002_client.sql",
        "use {schema}\nselect 1\\G\ninsert into notes values (1, '\\\\G')\\g\n"
        "insert into notes values (2, \\N);\ndelimiter \"$$\"\ninsert into notes values (3, "
        "'c')$$\n"
    );
    project().apply();
    EXPECT_EQ(notes(), "\\G,c");
    project().write("catalog/003_first.sql", "insert into {schema}.notes values (4, 'd');");
    for (const std::string command : {"source", "\\.", "\\!"}) {
        project().write("catalog/004_source.sql", "do 1;\n" + command + " more.sql\n");
        const std::string text = project().failure_of_apply();
        EXPECT_TRUE(has(text, "004_source.sql failed with error: client command " + command))
            << text;
        EXPECT_TRUE(has(text, "in line 2")) << text;
        EXPECT_TRUE(has(text, "Nothing was run.")) << text;
    }
    EXPECT_EQ(notes(), "\\G,c");
}

TEST_P(MariadbScript, TablesAreLockedWithATimeToWait) {
    project().write(
        "catalog/002_wait.sql",
        "lock tables {schema}.notes write wait 3;\ninsert into {schema}.notes values (1, 'a');\n"
        "unlock tables;\nlock tables {schema}.notes as wait write, {schema}.notes read nowait;\n"
    );
    project().apply();
    EXPECT_EQ(notes(), "a");
}

/// What they lock nobody knows but the server: no progress could be recorded between statements.
TEST_P(MariadbScript, ExportsAndBackupsRunOutsideATransactionOnly) {
    for (const std::string lock :
         {"flush tables {schema}.notes for export;\nunlock tables;\n",
          "flush tables {schema}.notes for export;\n",
          "backup lock {schema}.notes;\nbackup unlock;\n",
          "backup lock {schema}.notes;\n"}) {
        SCOPED_TRACE(lock);
        project().write("catalog/002_lock.sql", lock);
        const std::string text = project().failure_of_apply();
        EXPECT_TRUE(has(text, "in line 1 locks tables of its own choice")) << text;
        EXPECT_TRUE(has(text, "migrator:no-transaction")) << text;
        project().write("catalog/002_lock.sql", "-- migrator:no-transaction\n" + lock);
        project().write("catalog/003_after.sql", "create or replace table {schema}.free (x int);");
        EXPECT_EQ(project().apply().files.size(), 2U);
        project().execute("delete from migrator.migrator_migrations where name > '002'");
    }
}

TEST_P(MariadbScript, FailureWhileTablesAreLockedIsRecorded) {
    project().write(
        "catalog/002_locked.sql",
        "insert into {schema}.notes values (1, 'a');\nlock tables {schema}.notes write;\n"
        "insert into {schema}.notes values (2, 'b');\ninsert into {schema}.notes values (2, 'c');\n"
    );
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "statement 4, line 4")) << text;
    EXPECT_TRUE(has(text, "statements 1 to 2 of the file")) << text;
    EXPECT_EQ(notes(), "a");
    const auto states = project().open()->inspection().status().unfinished;
    ASSERT_EQ(states.size(), 1U);
    EXPECT_EQ(states[0].statement, 2);
}

TEST_P(MariadbScript, DelimitersProceduresTriggersAndEvents) {
    project().write(
        "catalog/002_programs.sql",
        "delimiter //\ncreate procedure {schema}.fill(in upto int)\nbegin\n  declare i int default "
        "0;\n  while i < upto do set i = i + 1;\n    insert into {schema}.notes values (i, "
        "concat('n;', i));\n  end while;\n  select count(*) from {schema}.notes;\nend//\n"
        "create trigger {schema}.t before insert on {schema}.notes for each row begin set new.n = "
        "upper(new.n); end//\ndelimiter ;\ncall {schema}.fill(2);\n"
        "create function {schema}.twice(x int) returns int deterministic return if(x > 0, 2 * x, "
        "0);\ninsert into {schema}.notes values ({schema}.twice(4), 'end');\n"
    );
    project().write(
        "catalog/003_no_delimiter.sql",
        "create procedure {schema}.q()\nbegin\n  if exists (select 1) then\n    select 1;\n  "
        "end if;\nend;\ncreate event {schema}.e on schedule every 1 year do begin\n  "
        "delete from {schema}.notes; end;\ncall {schema}.q();\n"
    );
    project().apply();
    EXPECT_EQ(notes(), "N;1,N;2,END");
    EXPECT_EQ(
        project().value("select count(*) from information_schema.routines where routine_schema = "
                        "'catalog'"),
        "3"
    );
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

TEST_P(MariadbScript, FailureInAProcedureNamesTheCall) {
    project().write(
        "catalog/002_call.sql",
        "create procedure {schema}.p()\nbegin\n  select 1;\n  insert into {schema}.notes values "
        "(1, 'a');\n  insert into {schema}.notes values (1, 'b');\nend;\ncall {schema}.p();\n"
    );
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "Error 1062")) << text;
    EXPECT_TRUE(has(text, "statement 2, line 7")) << text;
    EXPECT_EQ(project().open()->inspection().status().unfinished.at(0).statement, 1);
    EXPECT_EQ(notes(), "");
}

TEST_P(MariadbScript, DumpsAreRead) {
    const std::string dump =
        "/*!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n--\n"
        "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n"
        "/*!50503 SET NAMES utf8mb4 */;\n"
        "/*!40103 SET TIME_ZONE='+00:00' */;\n"
        "/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;\n"
        "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n"
        "/*!80000 SET SESSION information_schema_stats_expiry=0 */;\n"
        "/*!50717 SELECT COUNT(*) INTO @rocksdb FROM performance_schema.nowhere */;\n"
        "USE {schema};\n"
        "DROP TABLE IF EXISTS `dumped`;\n"
        "/*!50503 SET character_set_client = utf8mb4 */;\n"
        "CREATE TABLE `dumped` (\n  `id` int NOT NULL,\n  `t` text DEFAULT 'a;b''c'\n) "
        "ENGINE=InnoDB /*!80016 DEFAULT ENCRYPTION='N' */;\n"
        "LOCK TABLES `dumped` WRITE;\n"
        "/*!40000 ALTER TABLE `dumped` DISABLE KEYS */;\n"
        "INSERT INTO `dumped` VALUES\n(1,'it\\'s; \\\\'),\n(2,'-- \\n/*');\n"
        "/*!40000 ALTER TABLE `dumped` ENABLE KEYS */;\nUNLOCK TABLES;\n"
        "/*!50003 SET @saved_cs_client = @@character_set_client */ ;\nDELIMITER ;;\n"
        "/*!50003 CREATE*/ /*!50017 DEFINER=CURRENT_USER*/ /*!50003 TRIGGER dumped_t BEFORE INSERT "
        "ON dumped FOR EACH ROW\nBEGIN\n  SET NEW.t = 'a'; SET NEW.id = 2;\nEND */;;\n"
        "DELIMITER ;\n"
        "/*!50003 DROP PROCEDURE IF EXISTS `p` */;\nDELIMITER ;;\nCREATE PROCEDURE `p`()\nBEGIN\n  "
        "SELECT 1; SELECT 2;\nEND ;;\nDELIMITER ;\n"
        "/*!50001 CREATE VIEW `v` AS SELECT 1 AS `id`*/;\n"
        "/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;\n"
        "/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;\n"
        "-- Dump completed\n";
    project().write("catalog/002_dump.sql", dump);
    project().apply();
    EXPECT_EQ(contents_of("002_dump.sql"), dump);
    EXPECT_EQ(
        project().value("select group_concat(t order by id separator '|') from catalog.dumped"),
        "it's; \\|-- \n/*"
    );
    EXPECT_EQ(
        project().value("select count(*) from information_schema.triggers where trigger_schema = "
                        "'catalog' and action_statement like '%SET NEW.id = 2;%END%'"),
        "1"
    );
    EXPECT_EQ(project().value("select id from catalog.v"), "1");
}

TEST_P(MariadbScript, ExportsMayHaveTransactionsOfTheirOwn) {
    const std::string text =
        "-- phpMyAdmin SQL Dump\nSET SQL_MODE = \"NO_AUTO_VALUE_ON_ZERO\";\nSTART TRANSACTION;\n"
        "SET time_zone = \"+00:00\";\n\n"
        "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n"
        "CREATE TABLE {schema}.exported (`id` int(11) NOT NULL, t text);\n"
        "INSERT INTO {schema}.exported (`id`, t) VALUES\n(0, 'a\\'b'),\n(1, \"c;\");\n"
        "ALTER TABLE {schema}.exported\n  ADD PRIMARY KEY (`id`);\nCOMMIT;\n\n"
        "/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;\n";
    project().write("catalog/002_export.sql", text);
    project().apply();
    EXPECT_EQ(project().value("select count(*) from catalog.exported"), "2");
    EXPECT_EQ(contents_of("002_export.sql"), text);
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

MIGRATOR_ON_DATABASE(MariadbScript, "Mariadb");

}  // namespace
}  // namespace migrator::test
