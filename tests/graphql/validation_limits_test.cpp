#include <gtest/gtest.h>

#include "graphql/oracle.hpp"
#include "graphql/torture.hpp"
#include "graphql/validation_documents.hpp"

namespace migrator::graphql::test {
namespace {

const Schema& torture() {
    static const Schema schema(torture_sdl());
    return schema;
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i) result += text;
    return result;
}

/// `levels` selection sets, the root's included.
std::string nested(std::size_t levels) {
    return "{ place " + repeated("{ near(where: {x: 1, y: 2}) ", levels - 2) + "{ id }" +
           repeated("}", levels - 1);
}

std::string first_message(const std::string& text, const Limits& limits = {}) {
    const auto errors = errors_of(torture(), text, limits);
    return errors.empty() ? "" : errors[0].message;
}

TEST(Limits, AreFineToBeReached) {
    EXPECT_EQ(first_message(nested(24)), "");
    EXPECT_EQ(first_message("{" + repeated(" int", 9) + " }", {.complexity = 9}), "");
    EXPECT_EQ(first_message("{ a: int b: float }", {.aliases = 2}), "");
    EXPECT_EQ(first_message("{ int }", {.document_bytes = 7, .tokens = 3}), "");
}

TEST(Limits, NameThemselvesAndTheirValueWhenExceeded) {
    const struct {
        std::string text;
        Limits limits;
        std::string message;
    } cases[] = {
        {nested(25), {}, "Operation is too deep: 25 levels of selection sets, the limit is 24."},
        {"{ dog { ...A } } fragment A on Dog { owner { ...B } } fragment B on Human { id }",
         {.depth = 2},
         "Operation is too deep: 3 levels of selection sets, the limit is 2."},
        {"{ int float id }",
         {.complexity = 2},
         "Operation is too complex: 3 fields with its fragments, the limit is 2."},
        {"{ dog { ...A ...A owner { pets { ...P } } } } fragment A on Dog { id name } "
         "fragment P on Pet { ... on Dog { ...A } }",
         {.complexity = 8},
         "Operation is too complex: 9 fields with its fragments, the limit is 8."},
        {"{ a: int b: int c: int }",
         {.aliases = 2},
         "Document has too many aliases: 3, the limit is 2."},
        {"{ int }", {.tokens = 2}, "Syntax Error: Document has too many tokens, the limit is 2."},
        {"{ int }", {.document_bytes = 6}, "Syntax Error: Document has 7 bytes, the limit is 6."}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(first_message(c.text, c.limits), c.message);
    }
}

TEST(Limits, RefuseNestingThatEndangersTheStack) {
    const struct {
        std::string open;
        std::string close;
    } cases[] = {
        {"{ a ", "}"}, {"{ ... ", "}"}, {"{ int(value: [", "])}"}, {"query ($a: [", "]) { int }"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.open);
        const std::string last = c.open.substr(c.open.size() - 1) == " " ? "{ " : "[";
        for (const std::size_t depth : {201U, 60'000U}) {
            const std::string text =
                last == "[" ? c.open + repeated("[", depth) : repeated(c.open, depth);
            const std::string message =
                first_message(text, {.document_bytes = 10'000'000, .tokens = 10'000'000});
            EXPECT_EQ(
                message, "Syntax Error: Document is nested too deeply, the limit is 200 levels."
            );
        }
    }
    EXPECT_EQ(
        first_message("{ any(value: " + repeated("{a: ", 199) + "1" + repeated("}", 199) + ") }"),
        ""
    );
}

TEST(Limits, CountFragmentsThatDoubleEachTimeWithoutWrappingAround) {
    // 2 to the power of 100 fields.
    std::string text = "{ dog { ...F0 } }";
    for (int i = 0; i < 100; ++i) {
        const std::string next = std::to_string(i + 1);
        text += " fragment F" + std::to_string(i) + " on Dog { ...F" + next + " ...F" + next + " }";
    }
    text += " fragment F100 on Dog { id }";
    EXPECT_EQ(
        first_message(text),
        "Operation is too complex: 18446744073709551615 fields with its fragments, the limit is "
        "10000."
    );
}

TEST(Limits, LeaveCyclesToTheirRule) {
    const std::string text =
        "{ dog { ...A } } fragment A on Dog { owner { pets { ...B } } } "
        "fragment B on Pet { ... on Dog { ...A } }";
    EXPECT_EQ(first_message(text), "Cannot spread fragment \"A\" within itself via \"B\".");
}

TEST(Limits, StopAtTheLimitOfErrors) {
    const auto errors = errors_of(torture(), "{" + repeated(" nope", 50) + " }", {.errors = 10});
    ASSERT_EQ(errors.size(), 11U);
    EXPECT_EQ(errors[10].message, "Too many errors, validation stopped at the limit of 10.");
}

TEST(Limits, CutMessagesThatLongNamesMakeEndless) {
    const std::string message = first_message("{ " + std::string(100'000, 'x') + " }");
    EXPECT_LT(message.size(), 3'000U);
    EXPECT_TRUE(message.ends_with("…"));
}

/// Documents within the limits that are made to be expensive to compare.
TEST(OverlapBudget, BoundsTheWorkOnHostileDocuments) {
    const std::string refusal =
        "Document is too complex: too many fields and fragments to check for conflicts.";
    // Every pair of them has to be compared.
    EXPECT_EQ(first_message("{" + repeated(" int", 5'000) + " }"), refusal);
    EXPECT_EQ(first_message("{" + repeated(" dog { id }", 2'500) + " }"), refusal);
    // Each level multiplies by the square.
    std::string deep = "{ id }";
    for (int i = 0; i < 8; ++i) deep = "{ a " + deep + repeated(" a { id }", 4) + " }";
    deep = "{" + repeated(" me { id }", 30) + " me " + deep + " me " + deep + " }";
    EXPECT_NE(first_message(deep), "");
    // All pairs of fragments, each with all others in it.
    std::string fragments;
    std::string spreads;
    for (int i = 0; i < 120; ++i) spreads += " ...F" + std::to_string(i);
    for (int i = 0; i < 120; ++i) {
        fragments += " fragment F" + std::to_string(i) + " on Dog { x" + std::to_string(i) +
                     ": id" + spreads + " }";
    }
    EXPECT_NE(first_message("{ dog {" + spreads + " } }" + fragments), "");
}

TEST(OverlapBudget, BoundsTheDepthOfChainsOfFragments) {
    std::string text = "{ dog { ...F0 ...G0 } }";
    for (int i = 0; i < 1'000; ++i) {
        const std::string next = std::to_string(i + 1);
        for (const std::string name : {"F", "G"}) {
            text += " fragment " + name + std::to_string(i) + " on Dog { ..." + name + next + " }";
        }
    }
    text += " fragment F1000 on Dog { id } fragment G1000 on Dog { id }";
    EXPECT_TRUE(first_message(text).starts_with("Document is too complex")) << first_message(text);
}

TEST(OverlapMerging, ComparesAFragmentInAFragmentWithEverySetThatSpreadsIt) {
    // graphql-js 16.6 misses the second one: it compares B within A once.
    const std::string text =
        "{ x: dog { k: id ...A } y: dog { b: name ...A } } "
        "fragment A on Dog { c: id ...B } fragment B on Dog { b: id }";
    const auto errors = errors_of(torture(), text);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_TRUE(errors[0].message.starts_with("Fields \"b\" conflict"));
}

class LimitsOracle : public OracleTest {};

TEST_F(LimitsOracle, LetTheQueriesOfToolsPass) {
    const auto answer = ask({{"op", "introspect"}, {"schema", torture_sdl()}});
    const std::string text(answer.at("document").as_string());
    EXPECT_NE(text.find("ofType"), std::string::npos);
    EXPECT_EQ(complaints(errors_of(torture(), text)), Complaints{});
}

}  // namespace
}  // namespace migrator::graphql::test
