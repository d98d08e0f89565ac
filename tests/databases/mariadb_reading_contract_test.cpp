// Quotes, backslashes and characters as the server reads them, whatever the text lets one think.
#include "databases/mariadb_test.hpp"

namespace migrator::test {
namespace {

class MariadbReading : public MariadbTest {
protected:
    MariadbReading() : MariadbTest("id int auto_increment primary key, n varchar(40)") {}

    std::string notes() {
        return project().value("select group_concat(n order by id separator '|') from catalog.notes"
        );
    }
    /// Runs a file, in a transaction and outside of one.
    void expect_notes(const std::string& text, const std::string& expected) {
        static int number = 100;
        for (const char* marker : {"", "-- migrator:no-transaction\n"}) {
            SCOPED_TRACE(marker + text);
            project().execute("truncate catalog.notes");
            project().write("catalog/" + std::to_string(++number) + ".sql", marker + text);
            try {
                project().apply();
            } catch (const Error& error) {
                ADD_FAILURE() << error.what();
            }
            EXPECT_EQ(notes(), expected);
        }
    }
};

constexpr const char* kInsert = "insert into {schema}.notes (n) values ";

TEST_P(MariadbReading, BackslashesAreReadAsTheServerSays) {
    const std::string insert = kInsert;
    const struct {
        std::string text;
        const char* expected;
    } cases[] = {
        {"set @old = @@sql_mode, sql_mode = 'ANSI_QUOTES';\nset sql_mode = @old;\n" + insert +
             "('it\\'s; x');",
         "it's; x"},
        {"set session sql_mode = concat(@@sql_mode, ',NO_BACKSLASH_ESCAPES');\n"
         "set session sql_mode = replace(@@sql_mode, 'NO_BACKSLASH_ESCAPES', '');\n" +
             insert + "('it\\'s; x');",
         "it's; x"},
        {"set @mode = 'NO_BACKSLASH_ESCAPES';\nset sql_mode = @mode;\n" + insert +
             "('D:\\'), ('y;');\n" + insert + "('z');",
         "D:\\|y;|z"},
        {"set @mode = 'NO_BACKSLASH_ESCAPES';\nset sql_mode = @mode;\n" + insert +
             "('D:\\'), ('y;');\nset sql_mode = '';\n" + insert + "('it\\'s;');\n" +
             "set sql_mode = @mode;\n" + insert + "('\\'), (';');",
         "D:\\|y;|it's;|\\|;"},
        {"set @text = 'set sql_mode = ''NO_BACKSLASH_ESCAPES''';\nprepare s from @text;\n"
         "execute s;\n" +
             insert + "('D:\\'), ('y;');",
         "D:\\|y;"},
        {"execute immediate 'set sql_mode = ''NO_BACKSLASH_ESCAPES,ANSI_QUOTES''';\n" + insert +
             "('D:\\'), ('y;'); select 1 as \"a\\\", 2 as \"b;\"; " + insert + "('z');",
         "D:\\|y;|z"},
        {"set statement sql_mode = 'NO_BACKSLASH_ESCAPES' for do 1;\n" + insert + "('it\\'s;');",
         "it's;"},
        {"create or replace procedure {schema}.p() set sql_mode = 'NO_BACKSLASH_ESCAPES';\n"
         "call {schema}.p();\n" +
             insert + "('it\\'s;');\n" + insert + "('it\\'s; x');",
         "it's;|it's; x"},
        {"delimiter //\nset @mode = 'NO_BACKSLASH_ESCAPES'//\nset sql_mode = @mode//\n" + insert +
             "('D:\\'), ('//')//\n",
         "D:\\|//"},
    };
    for (const auto& c : cases) expect_notes(c.text, c.expected);
}

TEST_P(MariadbReading, TheServersOwnModeIsLeftAsItIs) {
    for (const std::string mode : {"NO_BACKSLASH_ESCAPES", "ANSI_QUOTES"}) {
        const std::string before = project().value("select @@global.sql_mode");
        project().write(
            "catalog/101_" + mode + ".sql",
            "set global sql_mode = '" + mode + "';\n" + kInsert + "('it\\'s; x');"
        );
        project().apply();
        EXPECT_EQ(notes(), "it's; x");
        // The next file has a session of its own, and reads as its server now does.
        project().write(
            "catalog/102_" + mode + ".sql",
            mode == "ANSI_QUOTES" ? std::string(kInsert) + "('y'); select 1 as \"a\\\";"
                                  : std::string(kInsert) + "('\\'), (';');"
        );
        project().apply();
        project().execute("set global sql_mode = '" + before + "'");
        EXPECT_EQ(notes(), mode == "ANSI_QUOTES" ? "it's; x|y" : "it's; x|\\|;");
        project().execute("truncate catalog.notes");
    }
}

TEST_P(MariadbReading, CharactersMayEndWithABackslash) {
    const struct {
        const char* character_set;
        const char* bytes;
        const char* character;
    } cases[] = {
        {"gbk", "\xD5\x5C", "誠"},
        {"big5", "\xA5\x5C", "功"},
        {"sjis", "\x95\x5C", "表"},
        {"cp932", "\x95\x5C", "表"},
    };
    const std::string source = project().database.data_source;
    for (const auto& c : cases) {
        SCOPED_TRACE(c.character_set);
        const std::string insert = std::string(kInsert) + "('" + c.bytes + "'), (';');\n" +
                                   kInsert + "(\"" + c.bytes + "'\"), ('x');";
        const std::string expected = std::string(c.character) + "|;|" + c.character + "'|x";
        const std::string name = c.character_set;
        project().database.data_source = source + "&charset=" + name;
        expect_notes(insert, expected);
        project().database.data_source = source;
        expect_notes("set names " + name + ";\n" + insert, expected);
        expect_notes("set character set '" + name + "';\n" + insert, expected);
        expect_notes(
            "set @cs = '" + name + "'; set character_set_client = @cs;\n" + insert, expected
        );
        expect_notes(
            "set names " + name + ";\n" + insert + "\nset names utf8mb4;\n" + kInsert +
                "('é\\';');",
            expected + "|é';"
        );
        project().database.data_source = source + "&character_set_client=" + name;
        expect_notes(insert, expected);
        project().database.data_source = source;
    }
}

TEST_P(MariadbReading, WhatIsFoundAnewMayBeForbidden) {
    project().write(
        "catalog/101_hidden.sql",
        "set @mode = 'NO_BACKSLASH_ESCAPES';\nset sql_mode = @mode;\n" + std::string(kInsert) +
            "('\\');\nselect release_all_locks(), ';';\n"
    );
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "in line 4 is not allowed: it would release the migration lock")) << text;
    EXPECT_EQ(notes(), "");
}

MIGRATOR_ON_DATABASE(MariadbReading, "Mariadb");

}  // namespace
}  // namespace migrator::test
