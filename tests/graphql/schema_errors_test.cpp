#include <gtest/gtest.h>

#include "core/error.hpp"
#include "graphql/oracle.hpp"
#include "graphql/schema.hpp"

namespace migrator::graphql {
namespace {

/// What is wrong in line 3 of a schema; `Query.q` is in line 1.
struct Case {
    const char* line;
    const char* message;
    bool oracle_agrees = true;
};

const Case kCases[] = {
    {"type A { x: Nope }", "the type Nope does not exist"},
    {"type A { x(y: Nope): Int }", "the type Nope does not exist"},
    {"type A implements Nope { x: Int }", "the type Nope does not exist"},
    {"union U = Nope", "the type Nope does not exist"},
    {"extend type Nope { x: Int }", "Nope is extended but not defined"},
    {"extend enum Query { A }", "the extension of Query has a different kind"},
    {"type Query { y: Int }", "Query is defined more than once"},
    {"type A { x: Int x: Int }", "A.x is defined more than once"},
    {"extend type Query { q: Int }", "Query.q is defined more than once"},
    {"type A { x(y: Int, y: Int): Int }", "A.x(y:) is defined more than once"},
    {"enum E { A A }", "E.A is defined more than once"},
    {"input I { a: Int a: Int }", "I.a is defined more than once"},
    {"directive @d on FIELD directive @d on FIELD", "@d is defined more than once"},
    {"directive @skip on FIELD", "@skip is defined more than once", false},
    {"scalar String", "the type String is built in and cannot be defined", false},
    {"type __Type { x: Int }", "the type __Type is built in and cannot be defined", false},
    {"directive @d on NOWHERE", "NOWHERE"},
    {"query { q }", "a schema cannot contain an operation", false},
    {"fragment F on Query { q }", "a schema cannot contain the fragment F", false},
    {"type A {", ""},
};

std::string sdl_of(const Case& c) { return std::string("type Query { q: Int }\n\n") + c.line; }

TEST(SchemaErrors, NameTheLineAndWhatIsWrong) {
    for (const Case& c : kCases) {
        SCOPED_TRACE(c.line);
        try {
            const Schema schema(sdl_of(c));
            ADD_FAILURE() << "it was accepted";
        } catch (const Error& error) {
            const std::string text = error.what();
            EXPECT_EQ(error.kind(), ErrorKind::Internal);
            EXPECT_TRUE(text.starts_with("GraphQL schema, line 3: ")) << text;
            EXPECT_NE(text.find(c.message), std::string::npos) << text;
        }
    }
}

TEST(SchemaErrors, TakesOneTypeForEachKindOfOperation) {
    EXPECT_THROW(Schema("schema { query: Q } schema { query: Q } type Q { x: Int }"), Error);
    EXPECT_THROW(Schema("schema { query: Q, query: Q } type Q { x: Int }"), Error);
}

using SchemaOracle = test::OracleTest;

TEST_F(SchemaOracle, RefusesTheSameSchemas) {
    for (const Case& c : kCases) {
        if (!c.oracle_agrees) continue;
        const auto answer =
            test::ask({{"op", "validate"}, {"schema", sdl_of(c)}, {"document", "{ __typename }"}});
        EXPECT_FALSE(answer.at("errors").as_array().empty()) << c.line;
    }
}

}  // namespace
}  // namespace migrator::graphql
