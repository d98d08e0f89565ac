// How text of the MySQL family is read: what SET changes, and characters that end with a backslash.
#include <gtest/gtest.h>

#include "db/mysql/lexis.hpp"
#include "script/reading_changes.hpp"
#include "script/scanner_lexes.hpp"
#include "script/script.hpp"

namespace migrator::db::mysql {
namespace {

using namespace script;
using Texts = std::vector<std::string>;

constexpr Reading kUsual;
constexpr Reading kPlainBackslashes{.standard_conforming_strings = false};
constexpr Reading kNames{.double_quoted_names = true};
constexpr Reading kGbk{.encoding = Encoding::Gbk};

Texts statements(
    const std::string& text, const Reading& first = {}, std::vector<ReadingFrom> known = {}
) {
    return migrator::test::texts(text, scan_as(text, kMysqlLexis, first, known));
}

TEST(MysqlReading, ChangesWithSet) {
    const struct {
        const char* text;
        Reading before;
        Reading expected;
    } cases[] = {
        {"set sql_mode = 'NO_BACKSLASH_ESCAPES'", kUsual, kPlainBackslashes},
        {"set sql_mode = NO_BACKSLASH_ESCAPES", kUsual, kPlainBackslashes},
        {"set @@sql_mode := 'strict_trans_tables, no_backslash_escapes'",
         kUsual,
         kPlainBackslashes},
        {"SET SESSION sql_mode='ANSI_QUOTES'", kUsual, kNames},
        {"set @@session.sql_mode = 'ANSI'", kUsual, kNames},
        {"set sql_mode = 'ORACLE'", kUsual, kNames},
        {"set sql_mode = 'MY_ANSI_QUOTES_X'", kUsual, kUsual},
        {"/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_BACKSLASH_ESCAPES' */",
         kUsual,
         kPlainBackslashes},
        {"set sql_mode = ''", kPlainBackslashes, kUsual},
        {"set sql_mode = 'NO_ZERO_DATE'", kNames, kUsual},
        {"set sql_mode = 0", kNames, kUsual},
        {"set sql_mode = default", kPlainBackslashes, kUsual},
        {"set sql_mode = @old", kPlainBackslashes, kUsual},
        {"/*!40101 SET SQL_MODE=@OLD_SQL_MODE */", kNames, kUsual},
        {"set sql_mode = concat(@@sql_mode, ',NO_BACKSLASH_ESCAPES')", kUsual, kPlainBackslashes},
        {"set sql_mode = concat(@@sql_mode, ',NO_ZERO_DATE')", kNames, kNames},
        {"set sql_mode = @@sql_mode", kNames, kNames},
        {"set sql_mode = replace(@@sql_mode, 'NO_BACKSLASH_ESCAPES', '')",
         kPlainBackslashes,
         kUsual},
        {"set sql_mode = (select replace(@@sql_mode, 'ANSI_QUOTES', ''))", kNames, kUsual},
        {"set global sql_mode = 'NO_BACKSLASH_ESCAPES'", kUsual, kUsual},
        {"set global max_connections = 5, sql_mode = 'NO_BACKSLASH_ESCAPES'", kUsual, kUsual},
        {"set @@global.max_connections = 5, sql_mode = 'ANSI_QUOTES'", kUsual, kNames},
        {"set persist sql_mode = 'ANSI_QUOTES'", kUsual, kUsual},
        {"set global a = 1, session sql_mode = 'ANSI_QUOTES'", kUsual, kNames},
        {"set @sql_mode = 'NO_BACKSLASH_ESCAPES'", kUsual, kUsual},
        {"set statement sql_mode = 'ANSI_QUOTES' for select 1", kUsual, kUsual},
        {"set names gbk", kUsual, kGbk},
        {"set names 'GBK' collate 'gbk_bin'", kUsual, kGbk},
        {"set character set gbk", kUsual, kGbk},
        {"set charset gbk", kUsual, kGbk},
        {"set character_set_client = gbk", kUsual, kGbk},
        {"set character_set_results = gbk", kUsual, kUsual},
        {"set names utf8mb4", kGbk, kUsual},
        {"set names default", kGbk, kUsual},
        {"/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */", kGbk, kUsual},
        {"/*!50503 SET character_set_client = utf8mb4 */", kGbk, kUsual},
        {"set names big5", kUsual, {.encoding = Encoding::Big5}},
        {"set names cp932", kUsual, {.encoding = Encoding::Sjis}},
        {"set names gb18030", kUsual, {.encoding = Encoding::Gb18030}},
        {"select 'sql_mode', 'NO_BACKSLASH_ESCAPES'", kUsual, kUsual},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const Reading after = reading_after(c.text, kMysqlLexis, c.before, kUsual);
        EXPECT_EQ(after.standard_conforming_strings, c.expected.standard_conforming_strings);
        EXPECT_EQ(after.double_quoted_names, c.expected.double_quoted_names);
        EXPECT_EQ(after.encoding, c.expected.encoding);
    }
}

TEST(MysqlReading, TheServersWordCounts) {
    const std::string text = "set sql_mode = @x; 'D:\\', 'y;'; 'it\\'s;'; b";
    EXPECT_EQ(statements(text), (Texts{"set sql_mode = @x", "'D:\\', 'y", "'; 'it\\'s;'", "b"}))
        << "without it";
    EXPECT_EQ(
        statements(text, {}, {{1, kPlainBackslashes}, {2, kUsual}}),
        (Texts{"set sql_mode = @x", "'D:\\', 'y;'", "'it\\'s;'", "b"})
    );
    EXPECT_EQ(statements("'\\'; b", kPlainBackslashes), (Texts{"'\\'", "b"}));
    const Script script = scan_as(text, kMysqlLexis, {}, std::vector{ReadingFrom{2, kGbk}});
    EXPECT_EQ(script.reading_behind(0), kUsual);
}

TEST(MysqlReading, TellsWhatItTookForTrue) {
    const Script script =
        scan("do 1; set sql_mode = 'ANSI_QUOTES'; do 2; set names gbk; do 3", kMysqlLexis);
    EXPECT_EQ(script.reading_behind(0), kUsual);
    EXPECT_EQ(script.reading_behind(1), kUsual);
    EXPECT_EQ(script.reading_behind(2), kNames);
    EXPECT_EQ(script.reading_behind(3), kNames);
    EXPECT_EQ(
        script.reading_behind(4), (Reading{.double_quoted_names = true, .encoding = Encoding::Gbk})
    );
}

TEST(MysqlReading, NamesInDoubleQuotesHaveNoEscapes) {
    EXPECT_EQ(
        statements("select \"a\\\"; select \"b\"\";\"; c", kNames),
        (Texts{"select \"a\\\"", "select \"b\"\";\"", "c"})
    );
}

TEST(MysqlReading, TheSecondByteOfACharacterIsNoBackslash) {
    const struct {
        const char* name;
        Encoding encoding;
        std::string character;
    } cases[] = {
        {"gbk", Encoding::Gbk, "\xD5\x5C"},
        {"gbk, first", Encoding::Gbk, "\x81\x5C"},
        {"big5", Encoding::Big5, "\xA4\x5C"},
        {"sjis", Encoding::Sjis, "\x95\x5C"},
        {"sjis, last", Encoding::Sjis, "\xFC\x5C"},
        {"gb18030", Encoding::Gb18030, "\xD5\x5C"},
        {"a backtick", Encoding::Gbk, "\xD5\x60"},
        {"a bar", Encoding::Sjis, "\x95\x7C"},
        {"four bytes", Encoding::Gb18030, "\x81\x30\x81\x30"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const Reading reading{.encoding = c.encoding};
        const std::string one = "insert into `x" + c.character + "` values ('" + c.character +
                                "', \"" + c.character + "\", " + c.character + ", ';\\'')";
        EXPECT_EQ(
            statements(one + "; select 2 /* " + c.character + " */; b", reading),
            (Texts{one, "select 2", "b"})
        );
        const std::string set = c.encoding == Encoding::Sjis   ? "set names sjis"
                                : c.encoding == Encoding::Big5 ? "set names big5"
                                : c.encoding == Encoding::Gbk  ? "set names gbk"
                                                               : "set names gb18030";
        EXPECT_EQ(statements(set + "; " + one + "; b"), (Texts{set, one, "b"}));
    }
    // What is no character of the set is read byte by byte.
    EXPECT_EQ(
        statements("'\xA0\\'; '; b", {.encoding = Encoding::Sjis}), (Texts{"'\xA0\\'; '", "b"})
    );
    EXPECT_EQ(
        statements("delimiter |\n'\x95|'; a|\nb", {.encoding = Encoding::Sjis}),
        (Texts{"'\x95|'; a", "b"})
    );
}

}  // namespace
}  // namespace migrator::db::mysql
