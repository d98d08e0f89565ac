#include <gtest/gtest.h>

#include "script/scanner_lexes.hpp"

namespace migrator::script {
namespace {

using test::kFileLexis;
using test::kServerLexis;
using test::texts;
using Texts = std::vector<std::string>;

struct Case {
    const char* name;
    std::string text;
    Texts statements;
};

void expect_statements(const Case& c, const Lexis& lexis, bool standard_strings = true) {
    SCOPED_TRACE(c.name);
    const Script script = scan(c.text, lexis, standard_strings);
    EXPECT_EQ(texts(c.text, script), c.statements);
    EXPECT_TRUE(script.sure);
    EXPECT_EQ(script.problem, "");
    for (const Statement& statement : script.statements) {
        EXPECT_EQ(statement.line, line_of(c.text, statement.begin));
    }
}

TEST(ScannerStatements, AreFollowedByWhatBelongsToThem) {
    const std::string text = "a /* 1 */ ; -- 2\nb;; c -- 3\n";
    const Texts with_their_ends = {"a /* 1 */ ;", "b;", "c -- 3\n"};
    for (const Lexis& lexis : {kServerLexis, kFileLexis}) {
        Texts found;
        for (const Statement& statement : scan(text, lexis).statements) {
            found.push_back(text.substr(statement.begin, statement.behind - statement.begin));
        }
        EXPECT_EQ(found, with_their_ends);
    }
}

TEST(ScannerStatements, EndAtSemicolonsOnly) {
    const Case cases[] = {
        {"empty", "", {}},
        {"blank", " \t\r\n\f\v ", {}},
        {"only a comment", "-- nothing", {}},
        {"only a block comment", "/* nothing */", {}},
        {"only semicolons", ";; ; -- ;\n /* ; */ ;", {}},
        {"one", "select 1;", {"select 1"}},
        {"without a semicolon", "select 1", {"select 1"}},
        {"without a semicolon, with a newline", "select 1\n", {"select 1"}},
        {"a comment at the end", "select 1; -- done", {"select 1"}},
        {"a comment instead of the semicolon", "select 1 -- done;", {"select 1"}},
        {"a block comment at the end", "select 1 /* ; */\n", {"select 1"}},
        {"two in a line", "select 1;select 2;", {"select 1", "select 2"}},
        {"CRLF", "select 1;\r\n\r\nselect 2;\r\n", {"select 1", "select 2"}},
        {"comments inside", "select /* a; */ 1 -- b;\n + 2;", {"select /* a; */ 1 -- b;\n + 2"}},
        {"comments before", "-- a;\n/* b; */ select 1", {"select 1"}},
        {"two comments at the end", "select 1 /* a */ -- b\n /* c */;x", {"select 1", "x"}},
        {"not a word", "(select 1); 'a'; 1;", {"(select 1)", "'a'", "1"}},
        {"a placeholder that stayed",
         "create table {schema}.t (a int); x",
         {"create table {schema}.t (a int)", "x"}},
        {"one character", "a", {"a"}},
        {"a high byte", "select é; ü", {"select é", "ü"}},
    };
    for (const Case& c : cases) {
        expect_statements(c, kServerLexis);
        expect_statements(c, kFileLexis);
    }
}

TEST(ScannerStatements, HoldQuotesOfPostgresql) {
    const Case cases[] = {
        {"string", "a 'b;c'; d", {"a 'b;c'", "d"}},
        {"doubled quote", "a 'b'';c'; d", {"a 'b'';c'", "d"}},
        {"a backslash is a character", R"(a 'b\'; c)", {R"(a 'b\')", "c"}},
        {"comment in a string", "a '--'; b '/*'; c", {"a '--'", "b '/*'", "c"}},
        {"newline in a string", "a '\n;\n'; b", {"a '\n;\n'", "b"}},
        {"escape string", R"(a E'\';'; b e'\\'; c)", {R"(a E'\';')", R"(b e'\\')", "c"}},
        {"E in front without a blank", R"(a=e'\';'; b)", {R"(a=e'\';')", "b"}},
        {"a word that ends in e", R"(type'\'; b)", {R"(type'\')", "b"}},
        {"a word that ends in $e", R"(a$e'\'; b)", {R"(a$e'\')", "b"}},
        {"e apart from the string", R"(e '\'; b)", {R"(e '\')", "b"}},
        {"E goes on behind a newline", "E'a' \n 'b\\';' ; c", {"E'a' \n 'b\\';'", "c"}},
        {"E goes on behind a comment", "E'a' -- '\n 'b\\';' ; c", {"E'a' -- '\n 'b\\';'", "c"}},
        {"E goes on behind CR", "E'a'\r'b\\';' ; c", {"E'a'\r'b\\';'", "c"}},
        {"E does not go on in the line", R"(E'a' 'b\'; c)", {R"(E'a' 'b\')", "c"}},
        {"E does not go on behind a block comment",
         "E'a' /* */\n 'b\\'; c",
         {"E'a' /* */\n 'b\\'", "c"}},
        {"E then a comment at the end", "E'a' -- b", {"E'a'"}},
        {"prefixes", "a b'01;'; x'1F;'; n';'; u&';'", {"a b'01;'", "x'1F;'", "n';'", "u&';'"}},
        {"quoted name", R"(a "b;c"; d "e"";" f; g)", {R"(a "b;c")", R"(d "e"";" f)", "g"}},
        {"Unicode name", R"(a U&"b;\"; c)", {R"(a U&"b;\")", "c"}},
        {"quotes in quotes", R"(a '";"'; b "';'"; c)", {R"(a '";"')", R"(b "';'")", "c"}},
        {"brackets are no quotes", "a[1]; b [';']; c", {"a[1]", "b [';']", "c"}},
        {"backticks are no quotes", "a ` b; c ` d", {"a ` b", "c ` d"}},
        {"dollar quote", "a $$;$$; b", {"a $$;$$", "b"}},
        {"tag", "a $x$;$$;$y$;$x$; b", {"a $x$;$$;$y$;$x$", "b"}},
        {"tag in capitals is another", "a $x$;$X$;$x$; b", {"a $x$;$X$;$x$", "b"}},
        {"tag with digits and high bytes", "a $é_1$;$é_1$; b", {"a $é_1$;$é_1$", "b"}},
        {"tag that begins inside another", "a $x$;$y$x$; b", {"a $x$;$y$x$", "b"}},
        {"dollar quote right after one", "do $$a;$$$$;$$; b", {"do $$a;$$$$;$$", "b"}},
        {"escape string right after one", R"(do $$a;$$e'\';'; b)", {R"(do $$a;$$e'\';')", "b"}},
        {"parameter", "a $1; b $2$3; c", {"a $1", "b $2$3", "c"}},
        {"no tag with a digit first", "a $1x$; b $1x$; c", {"a $1x$", "b $1x$", "c"}},
        {"dollar in a name", "a$b$; c$b$; d", {"a$b$", "c$b$", "d"}},
        {"dollar alone", "a $ b; c $ d", {"a $ b", "c $ d"}},
        {"half a tag", "a $b; c $b d; e", {"a $b", "c $b d", "e"}},
        {"quote in a dollar quote", "a $$'$$; b $$\"/*--$$; c", {"a $$'$$", "b $$\"/*--$$", "c"}},
    };
    for (const Case& c : cases) expect_statements(c, kServerLexis);
}

TEST(ScannerStatements, ReadBackslashesWhenStringsAreNotStandard) {
    const Case cases[] = {
        {"escaped quote", R"(a '\';'; b)", {R"(a '\';')", "b"}},
        {"escaped backslash", R"(a '\\'; b)", {R"(a '\\')", "b"}},
        {"national", R"(a n'\';'; b)", {R"(a n'\';')", "b"}},
        {"bits have no escapes", R"(a b'\'; x'\'; c)", {R"(a b'\')", R"(x'\')", "c"}},
        {"bits go on as bits", "a b'0'\n'1\\'; c", {"a b'0'\n'1\\'", "c"}},
        {"bits end at a doubled quote", R"(a b'0''\';'; c)", {R"(a b'0''\';')", "c"}},
        {"Unicode strings have none", R"(a u&'\'; c)", {R"(a u&'\')", "c"}},
        {"names have none", R"(a "\"; c)", {R"(a "\")", "c"}},
        {"dollar quotes have none", R"(a $$\$$; c)", {R"(a $$\$$)", "c"}},
    };
    for (const Case& c : cases) expect_statements(c, kServerLexis, false);
}

TEST(ScannerStatements, HoldCommentsAndOperatorsOfPostgresql) {
    const Case cases[] = {
        {"nested", "a /* /* ; */ ; */ b; c", {"a /* /* ; */ ; */ b", "c"}},
        {"slash star slash", "a /*/ ; */ b; c", {"a /*/ ; */ b", "c"}},
        {"many stars", "a /***;***/ b; c", {"a /***;***/ b", "c"}},
        {"operator before a comment", "a +/* ; */ b; c", {"a +/* ; */ b", "c"}},
        {"operator before a line comment", "a +-- ;\n b; c", {"a +-- ;\n b", "c"}},
        {"minus minus in an operator", "a @--;\n b; c", {"a @--;\n b", "c"}},
        {"star slash outside", "a */ b; c", {"a */ b", "c"}},
        {"minus apart", "a - - 1; b", {"a - - 1", "b"}},
        {"CR ends a line comment", "a -- ;\r; b", {"a", "b"}},
        {"parentheses", "a (b; c); d", {"a (b; c)", "d"}},
        {"nested parentheses", "a ((b;) c;); d", {"a ((b;) c;)", "d"}},
        {"closing too often", "a ); b); c", {"a )", "b)", "c"}},
    };
    for (const Case& c : cases) expect_statements(c, kServerLexis);
}

TEST(ScannerStatements, HoldQuotesAndCommentsOfSqlite) {
    const Case cases[] = {
        {"backticks", "a `b;``;`; c", {"a `b;``;`", "c"}},
        {"brackets", "a [b;']; c", {"a [b;']", "c"}},
        {"names", "a \"b;\"\";\"; c", {"a \"b;\"\";\"", "c"}},
        {"no escapes", R"(a e'\'; b '\'; c)", {R"(a e'\')", R"(b '\')", "c"}},
        {"no dollar quotes", "a $$; b $$; c", {"a $$", "b $$", "c"}},
        {"comments do not nest", "a /* /* ; */ b; c", {"a /* /* ; */ b", "c"}},
        {"an open comment at the end", "a; /* b;", {"a"}},
        {"CR does not end a line comment", "a -- ;\r; b", {"a"}},
        {"parentheses hold nothing", "a (b; c); d", {"a (b", "c)", "d"}},
        {"no psql commands", "\\d; a", {"\\d", "a"}},
        {"no COPY data", "copy t from stdin;\na;", {"copy t from stdin", "a"}},
    };
    for (const Case& c : cases) expect_statements(c, kFileLexis);
}

TEST(ScannerStatements, HoldBodiesOfRoutines) {
    const Case cases[] = {
        {"function",
         "create function f() returns int begin atomic select 1; select 2; end; x",
         {"create function f() returns int begin atomic select 1; select 2; end", "x"}},
        {"or replace procedure",
         "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC a; END; x",
         {"CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC a; END", "x"}},
        {"comments between",
         "create/**/function f() begin--\natomic a; end/**/; x",
         {"create/**/function f() begin--\natomic a; end", "x"}},
        {"empty body",
         "create function f() begin atomic end; x",
         {"create function f() begin atomic end", "x"}},
        {"case",
         "create function f() begin atomic select case when a then b end; end; x",
         {"create function f() begin atomic select case when a then b end; end", "x"}},
        {"end as a label",
         "create function f() begin atomic select 1 end; select a.end; end; x",
         {"create function f() begin atomic select 1 end; select a.end; end", "x"}},
        {"nested",
         "create function f() begin atomic create function g() begin atomic a; end; end; x",
         {"create function f() begin atomic create function g() begin atomic a; end; end", "x"}},
        {"begin atomic as column and label",
         "create function f() begin atomic select begin atomic from t; end; x",
         {"create function f() begin atomic select begin atomic from t; end", "x"}},
        {"a sum of begin and atomic",
         "create function f() return begin + atomic; x",
         {"create function f() return begin + atomic", "x"}},
        {"parameters of these names",
         "create function f(begin atomic); x",
         {"create function f(begin atomic)", "x"}},
        {"a function called begin",
         "create function begin() as $$;$$; x",
         {"create function begin() as $$;$$", "x"}},
        {"quoted begin",
         "create function f() \"begin\" atomic; x",
         {"create function f() \"begin\" atomic", "x"}},
        {"not a routine",
         "create view begin atomic; end; x",
         {"create view begin atomic", "end", "x"}},
        {"a trigger has no body",
         "create trigger t begin; end; x",
         {"create trigger t begin", "end", "x"}},
        {"a rule in the body",
         "create function f() begin atomic create rule r do (a; end); end; x",
         {"create function f() begin atomic create rule r do (a; end); end", "x"}},
    };
    for (const Case& c : cases) expect_statements(c, kServerLexis);
}

TEST(ScannerStatements, HoldBodiesOfTriggers) {
    const Case cases[] = {
        {"trigger",
         "create trigger t after insert on a begin b; c; end; x",
         {"create trigger t after insert on a begin b; c; end", "x"}},
        {"temporary",
         "Create Temp Trigger t begin a; end; create temporary trigger t begin a; end; x",
         {"Create Temp Trigger t begin a; end", "create temporary trigger t begin a; end", "x"}},
        {"case",
         "create trigger t when case a when 1 then 0 end begin select case b when 1 then 2 end; "
         "end; x",
         {"create trigger t when case a when 1 then 0 end begin select case b when 1 then 2 end; "
          "end",
          "x"}},
        {"comments around end",
         "create trigger t begin a; /*;*/ end -- ;\n; x",
         {"create trigger t begin a; /*;*/ end", "x"}},
        {"a trigger called begin",
         "create trigger begin after insert on t begin a; end; x",
         {"create trigger begin after insert on t begin a; end", "x"}},
        {"explained",
         "explain query plan create trigger t begin a; end; x",
         {"explain query plan create trigger t begin a; end", "x"}},
        {"a table is no trigger",
         "create table trigger (a); end; x",
         {"create table trigger (a)", "end", "x"}},
        {"begin atomic means nothing",
         "create function f() begin atomic a; end; x",
         {"create function f() begin atomic a", "end", "x"}},
    };
    for (const Case& c : cases) expect_statements(c, kFileLexis);
}

TEST(ScannerStatements, AreNotVouchedForWhenSomethingStaysOpen) {
    const struct {
        const char* name;
        std::string text;
        std::size_t statements;
    } cases[] = {
        {"string", "a; b 'c;\n", 2},
        {"escape string", "a; b E'c\\';\n", 2},
        {"escape at the end", "a; b E'c\\", 2},
        {"doubled quote at the end", "a; b 'c''", 2},
        {"name", "a; b \"c;\n", 2},
        {"name, doubled quote at the end", "a; b \"c\"\"", 2},
        {"dollar quote", "a; b $x$;$$;", 2},
        {"comment", "a; /* b;", 1},
        {"nested comment", "a; /* /* */ b;", 1},
        {"parenthesis", "a; b (c; d;", 2},
        {"routine", "a; create function f() begin atomic b; c;", 2},
        {"a byte that is not UTF-8", "a; b \xFF; c", 3},
        {"such a byte in a comment", "a; -- some text \xE9 and more of it\n b", 2},
        {"a character that is cut off", "a; b; 1234567\xC3", 3},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const Script script = scan(c.text, kServerLexis);
        EXPECT_FALSE(script.sure);
        EXPECT_EQ(script.statements.size(), c.statements);
        EXPECT_EQ(script.problem, "");
    }
    EXPECT_FALSE(scan("a; create trigger t begin b; c;", kFileLexis).sure);
    EXPECT_FALSE(scan("a [b", kFileLexis).sure);
    EXPECT_FALSE(scan("a `b", kFileLexis).sure);
    EXPECT_TRUE(scan("größer; 漢字; 1234567é12345678", kServerLexis).sure);
}

TEST(ScannerStatements, HaveTheLineTheyBeginIn) {
    const std::string text =
        "\n-- one\nselect 1;\n\n/* a\n b */ select '\n\n'; select 3;\r\nselect 4";
    const Script script = scan(text, kServerLexis);
    ASSERT_EQ(script.statements.size(), 4U);
    const std::uint32_t lines[] = {3, 6, 8, 9};
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(script.statements[i].line, lines[i]) << i;
}

}  // namespace
}  // namespace migrator::script
