#include "db/sqlserver/batches.hpp"

#include <gtest/gtest.h>

namespace migrator::db::sqlserver {
namespace {

/// "LINE*COUNT:TEXT" of each batch, line breaks as '/'.
std::vector<std::string> shown(std::string_view text) {
    std::vector<std::string> result;
    for (const ScriptBatch& batch : split_batches(text).batches) {
        std::string body(text.substr(batch.begin, batch.end - batch.begin));
        for (char& c : body) {
            if (c == '\n') c = '/';
        }
        result.push_back(
            std::to_string(batch.line) + "*" + std::to_string(batch.count) + ":" + body
        );
    }
    return result;
}

using Shown = std::vector<std::string>;

TEST(Batches, AreCutAtLinesWithGoAlone) {
    const struct {
        const char* name;
        std::string text;
        Shown batches;
    } cases[] = {
        {"empty", "", {}},
        {"blank", " \n\t\r\n", {}},
        {"comments alone", "-- a\n/* b */", {}},
        {"no GO", "select 1", {"1*1:select 1"}},
        {"one", "a\nGO\nb", {"1*1:a/", "3*1:b"}},
        {"in any case", "a\ngo\nb\nGo\nc\ngO", {"1*1:a/", "3*1:b/", "5*1:c/"}},
        {"blanks around", "a\n \tGO \t\r\nb", {"1*1:a/", "3*1:b"}},
        {"count", "a\nGO 5\nb\nGO\t12 -- twelve", {"1*5:a/", "3*12:b/"}},
        {"comment behind", "a\nGO -- done\nb", {"1*1:a/", "3*1:b"}},
        {"at the start", "GO\na", {"2*1:a"}},
        {"several", "GO\nGO\n\na\nGO\nGO\nb", {"3*1:/a/", "7*1:b"}},
        {"blank batch", "a\nGO\n-- b\nGO\nc", {"1*1:a/", "5*1:c"}},
        {"at the end without a line break", "a\nGO", {"1*1:a/"}},
        {"comments stay with their batch",
         "-- x\na\nGO\n/* y */\nb",
         {"1*1:-- x/a/", "4*1:/* y *//b"}},
        {"carriage returns", "a\r\nGO\r\nb\r\n", {"1*1:a\r/", "3*1:b\r/"}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(shown(c.text), c.batches);
        EXPECT_EQ(split_batches(c.text).problem, "");
    }
}

TEST(Batches, AreNotCutElsewhere) {
    const std::string texts[] = {
        "select 1 GO",
        "select 1 as\n GO x\n",
        "GO:\nselect 1",
        "select 'a\nGO\nb'",
        "select 'it''s\nGO\n'",
        "select N'a\nGO\nb'",
        "select 'a\\'\n,'\nGO\n'",  // a backslash escapes nothing
        "select \"a\nGO\nb\"",
        "select [a\nGO\nb]",
        "select [a]]\nGO\nb]",
        "/* a\nGO\nb */ select 1",
        "/* /* a */\nGO\n*/ select 1",
        "-- '\nselect '\nGO\n'",
        "select 1 -- /*\n+ '\nGO\n'",
        "GOTO x",
        "exec GO_1",
        "select @go\n,@\nGO@x\n",
        "/* x */ GO\nselect 1",  // sqlcmd wants the line for itself
    };
    for (const std::string& text : texts) {
        SCOPED_TRACE(text);
        const Batches found = split_batches(text);
        EXPECT_EQ(found.batches, (std::vector<ScriptBatch>{{0, text.size(), 1, 1}}));
        EXPECT_EQ(found.problem, "");
    }
}

TEST(Batches, SayWhatIsWrong) {
    const struct {
        const char* text;
        const char* problem;
    } cases[] = {
        {"a\nGO;\nb", "line 2: GO is not a statement; remove the ';' after it"},
        {"a\nGO 0", "line 2: the count of GO must be from 1 to 100000"},
        {"a\nGO 100001", "line 2: the count of GO must be from 1 to 100000"},
        {"a\nGO 99999999999999999999", "line 2: the count of GO must be from 1 to 100000"},
        {"a\n\nselect 'b\nGO", "line 3: unterminated quote or comment in or after this line"},
        {"a\n/* b\nGO", "line 1: unterminated quote or comment in or after this line"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(split_batches(c.text).problem, c.problem);
    }
}

TEST(Batches, OfALargeScriptTakeTimeInItsSize) {
    std::string text;
    while (text.size() < 8'000'000) text += "insert t values ('a', 1)\nGO\n";
    // In quadratic time this would not end.
    EXPECT_EQ(split_batches(text).batches.size(), text.size() / 28);
}

}  // namespace
}  // namespace migrator::db::sqlserver
