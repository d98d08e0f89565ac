// The parser's child: the program itself.
#include <gtest/gtest.h>

#include "analysis/change.hpp"
#include "analysis/parser.hpp"
#include "core/error.hpp"
#include "support/process.hpp"

namespace migrator::analysis::test {
namespace {

std::string repeated(const std::string& first, const std::string& more, int times) {
    std::string text = first;
    for (int i = 0; i < times; ++i) text += more;
    return text;
}

bool is_understood(Parser& parser, const std::string& statement) {
    const Parser::Answer answer = parser.parse(statement);
    std::string why_not = answer.why_not;
    if (!answer.tree.empty()) changes_of(answer.tree, statement, why_not);
    return why_not.empty();
}

TEST(Parser, SurvivesStatementsThatBreakParsers) {
    const struct {
        const char* name;
        std::string statement;
    } cases[] = {
        {"30,000 terms", repeated("select 1", " + 1", 30'000)},
        {"50,000 unions", repeated("select 1", " union all select 1", 50'000)},
        {"parentheses", repeated("select ", "(", 100'000)},
        {"nested", repeated("select ", "(", 20'000) + "1" + repeated("", ")", 20'000)},
        {"not", repeated("select ", "not ", 50'000) + "true"},
        {"no text at all", ""},
        {"bytes", "select '\xff\xfe'"},
        {"half", "alter table"},
    };
    Parser parser(migrator::test::migrator_binary());
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        is_understood(parser, c.statement);
        EXPECT_TRUE(is_understood(parser, "alter table a add b int")) << "the next one is read";
    }
}

TEST(Parser, SaysWhatItDoesNotKnow) {
    Parser parser(migrator::test::migrator_binary());
    const auto answer = parser.parse("alter table a add colum b int int");
    EXPECT_TRUE(answer.tree.empty());
    EXPECT_NE(answer.why_not.find("syntax error"), std::string::npos) << answer.why_not;
}

TEST(Parser, GivesUpAChildThatDoesNotAnswer) {
    Parser parser(migrator::test::migrator_binary(), std::chrono::milliseconds(0));
    EXPECT_EQ(parser.parse("select 1").why_not, "the parser takes too long");
    EXPECT_EQ(parser.parse("select 1").why_not, "the parser takes too long");
}

TEST(Parser, AProgramThatIsNotThereIsAnError) {
    Parser parser("/nowhere/migrator");
    EXPECT_THROW(parser.parse("select 1"), Error);
    Parser other("/bin/true");
    EXPECT_FALSE(other.parse("select 1").why_not.empty());
}

}  // namespace
}  // namespace migrator::analysis::test
