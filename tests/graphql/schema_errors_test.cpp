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
    {"type A { x: Nope }", "there is no type Nope"},
    {"type A { x(y: Nope): Int }", "there is no type Nope"},
    {"type A implements Nope { x: Int }", "there is no type Nope"},
    {"union U = Nope", "there is no type Nope"},
    {"extend type Nope { x: Int }", "Nope is extended but not defined"},
    {"extend enum Query { A }", "the extension of Query is of another kind"},
    {"type Query { y: Int }", "Query is defined more than once"},
    {"type A { x: Int x: Int }", "A.x is defined more than once"},
    {"extend type Query { q: Int }", "Query.q is defined more than once"},
    {"type A { x(y: Int, y: Int): Int }", "A.x(y:) is defined more than once"},
    {"enum E { A A }", "E.A is defined more than once"},
    {"input I { a: Int a: Int }", "I.a is defined more than once"},
    {"directive @d on FIELD directive @d on FIELD", "@d is defined more than once"},
    {"directive @skip on FIELD", "@skip is defined more than once", false},
    {"scalar String", "the type String is built in: leave it out", false},
    {"type __Type { x: Int }", "the type __Type is built in: leave it out", false},
    {"type __A { x: Int }", "__A: names with __ in front are reserved"},
    {"type A { __x: Int }", "A.__x: names with __ in front are reserved"},
    {"type A { x(__y: Int): Int }", "A.x(__y:): names with __ in front are reserved"},
    {"enum E { __A }", "E.__A: names with __ in front are reserved"},
    {"input I { __a: Int }", "I.__a: names with __ in front are reserved"},
    {"directive @__d on FIELD", "@__d: names with __ in front are reserved"},
    {"type A", "A: it has nothing in it"},
    {"interface A", "A: it has nothing in it"},
    {"union A", "A: it has nothing in it"},
    {"enum A", "A: it has nothing in it"},
    {"input A", "A: it has nothing in it"},
    {"input I { a: Int } type A { x: I }", "A.x: a field can't be of type I: an input"},
    {"type A { x(y: [Query]): Int }", "A.x(y:): an input can't be of type [Query]"},
    {"input I { a: Query! }", "I.a: an input can't be of type Query!"},
    {"directive @d(a: Query) on FIELD", "@d(a:): an input can't be of type Query"},
    {"input I { a: Int! @deprecated }", "I.a: what is required can't be deprecated"},
    {"type A { x(y: Int! @deprecated): Int }", "A.x(y:): what is required can't be deprecated"},
    {"union U = I interface I { x: Int }", "the union U may hold object types only, not I"},
    {"union U = Query | Query", "the union U holds Query more than once"},
    {"type A implements Query { q: Int }", "A: Query is no interface"},
    {"interface I implements I { x: Int }", "I: an interface can't implement itself"},
    {"interface I { x: Int } type A implements I & I { x: Int }", "A implements I more than once"},
    {"interface I { x: Int } type A implements I { y: Int }", "A: it lacks the field x of I"},
    {"interface I { x: Int! } type A implements I { x: Int }", "A.x: its type is Int, but I wants"},
    {"interface I { x(y: Int): Int } type A implements I { x: Int }", "A.x: I wants an argument y"},
    {"interface I { x(y: Int): Int } type A implements I { x(y: Int!): Int }", "A.x: I wants an "},
    {"interface I { x: Int } type A implements I { x(y: Int!): Int }",
     "its argument y is required"},
    {"interface I { x: Int } interface J implements I { x: Int } type A implements J { x: Int }",
     "A: it must implement I, as J does"},
    {"interface I implements J { x: Int } interface J implements I { x: Int }",
     "I: it and J implement each other"},
    {"input I { a: I! }", "I.a: the input object needs another of itself"},
    {"input I { j: J! } input J { i: I! }", "I.j: the input object needs another of itself"},
    {"input I { a: I = {} }", "I.a: the default value contains itself", false},
    {"input I { a: [J] = [{}] } input J { i: I = {} }", "the default value contains itself", false},
    {"input I { a: Int = \"1\" }", "I.a: the default value \"1\" does not fit the type Int", false},
    {"type A { x(y: [Int!] = [1, null]): Int }",
     "A.x(y:): the default value [1, null] does",
     false},
    {"input I { a: Int } type A { x(y: I = {b: 1}): Int }",
     "A.x(y:): the default value {b: 1}",
     false},
    {"enum E { R } directive @d(e: E = B) on FIELD",
     "@d(e:): the default value B does not fit",
     false},
    {"directive @d on NOWHERE", "NOWHERE"},
    {"directive @d on FIELD | FIELD", "@d: it names the location FIELD twice", false},
    {"type A @nope { x: Int }", "there is no directive @nope"},
    {"type A @skip(if: true) { x: Int }", "@skip can't stand at OBJECT"},
    {"type A { x: Int @deprecated @deprecated }", "@deprecated can stand here once only"},
    {"type A { x: Int @deprecated(why: 1) }", "@deprecated has no argument why"},
    {"type A { x: Int @deprecated(reason: 1) }", "@deprecated(reason:): 1 does not fit the type"},
    {"type A { x: Int @deprecated(reason: \"\", reason: \"\") }",
     "@deprecated is given reason twice"},
    {"scalar S @specifiedBy", "@specifiedBy needs the argument url"},
    {"directive @d(a: Int @d) on ARGUMENT_DEFINITION", "@d refers to itself", false},
    {"type Mutation { x: Int } schema { query: Query, mutation: Query }",
     "Query: two kinds of operations can't share a type",
     false},
    {"query { q }", "an operation is no part of a schema", false},
    {"fragment F on Query { q }", "the fragment F is no part of a schema", false},
    {"type A {", ""},
};

std::string sdl_of(const Case& c) {
    // A root type is named where it is defined.
    return std::string("type Query { q: Int }\n\n") + c.line;
}

TEST(SchemaErrors, NameTheLineAndWhatIsWrong) {
    for (const Case& c : kCases) {
        SCOPED_TRACE(c.line);
        try {
            const Schema schema(sdl_of(c));
            ADD_FAILURE() << "it was accepted";
        } catch (const Error& error) {
            const std::string text = error.what();
            EXPECT_EQ(error.kind(), ErrorKind::Internal);
            const bool is_root = text.find("share a type") != std::string::npos;
            const std::string line =
                is_root ? "GraphQL schema, line 1: " : "GraphQL schema, line 3: ";
            EXPECT_TRUE(text.starts_with(line)) << text;
            EXPECT_NE(text.find(c.message), std::string::npos) << text;
        }
    }
}

TEST(SchemaErrors, AsksForAQueryType) {
    const char* texts[] = {"", "type A { x: Int }", "schema { mutation: M } type M { x: Int }"};
    for (const char* text : texts) EXPECT_THROW(Schema{text}, Error) << text;
    EXPECT_THROW(Schema("schema { query: Q } schema { query: Q } type Q { x: Int }"), Error);
    EXPECT_THROW(Schema("schema { query: Q, query: Q } type Q { x: Int }"), Error);
    EXPECT_THROW(Schema("schema { query: Q } scalar Q"), Error);
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
