#include <random>

#include "graphql/ast_dump.hpp"
#include "graphql/oracle.hpp"
#include "graphql/torture.hpp"
#include "graphql/validation_documents.hpp"

namespace migrator::graphql::test {
namespace {

class ParserOracle : public OracleTest {
protected:
    /// Expects the same tree, or an error at the same place, for each text.
    static void compare(const std::vector<std::string>& texts) {
        std::vector<boost::json::object> requests;
        for (const std::string& text : texts) {
            requests.push_back({{"op", "parse"}, {"document", text}});
        }
        auto answers = ask_all(requests);
        for (std::size_t i = 0; i < texts.size(); ++i) compare(texts[i], answers[i]);
    }

private:
    static void compare(const std::string& text, boost::json::value& answer) {
        SCOPED_TRACE(text);
        const auto parsed = parse(text);
        const auto* error = std::get_if<RequestError>(&parsed);
        const auto& expected = answer.at("errors").as_array();
        if (error == nullptr && expected.empty()) {
            auto& tree = answer.at("data").at("definitions");
            without_descriptions(tree);
            EXPECT_EQ(dump(std::get<ast::Document>(parsed)), tree);
            return;
        }
        ASSERT_TRUE(error != nullptr) << "expected " << boost::json::serialize(expected);
        ASSERT_FALSE(expected.empty()) << "not expected: " << error->message;
        const auto at_of = [](const std::string& complaint) {
            return complaint.substr(complaint.rfind('@'));
        };
        EXPECT_EQ(at_of(complaints(std::vector{*error})[0]), at_of(complaints(answer)[0]))
            << error->message;
        // Of an escape we name the character instead of the text around it.
        if (error->message.find("escape sequence") != std::string::npos) return;
        EXPECT_EQ(error->message, std::string(expected[0].at("message").as_string()));
    }
};

TEST_F(ParserOracle, ReadsExecutableDocuments) {
    compare({
        "{a}",
        "{ a b c }",
        "query { a }",
        "query Q($a: Int, $b: [Int!]! = [1, 2] @d, $c: [[T!]]! = {x: {y: null}}) @e(f: $a) { a }",
        "mutation M { a(b: 1) { c } } subscription S { d }",
        "{ x: a(i: -12, f: -1.5e+10, g: 1E3, h: 0.1, s: \"t\", b: true, c: false, n: null, e: RED, "
        "l: [], m: [1 [2]], o: {}, p: {q: {r: $v}}) @skip(if: $c) @d { e } }",
        "{ ...F ...on ...F @d ... @d { a } ... { b } ... on T @d(a: 1) { c } }",
        "fragment F on T @d { a } fragment on2 on on { on }",
        "fragment query on fragment { mutation subscription fragment true false null on type }",
        "query query { query } mutation mutation { mutation }",
        "{ query: mutation(fragment: on, type: input) }",
        "\xEF\xBB\xBF{ a \xEF\xBB\xBF b }",
        "{a,,,b,c,}",
        "# comment \xC3\xBC\n{ # x } \" '\n a # \xF0\x9F\x98\x80 end\r b #\r\n c }#",
        "{\r\n a\r\r b\n\r c }",
        "{ \xEF\xBB\xBF a # \xF0\x9F\x98\x80\n }",
        "{ a(s: \"\xC3\xA4\xF0\x9F\x98\x80\") b }",
        "{ a(s: \"\") b(s: \"\"\"\"\"\") c }",
        R"({ a(s: "\"\\\/\b\f\n\r\t\u0041\u00e4\uD83D\uDE00\u{1F600}\u{41}\u{000041}\u0000\uFFFF") })",
        "{ a(s: \"\"\"\n    one\n      two\n\n    three\n  \"\"\") b }",
        "{ a(s: \"\"\"  one\n    two\r\n\tthree\r  four \\\"\"\" \\n \\u0041\"\"\") b }",
        "{ a(s: \"\"\"\n\n \n\"\"\" t: \"\"\" x\"\"\" u: \"\"\"\n\n\n  a\n b \n\n\"\"\" ) b }",
        "{ a(s: \"\"\"\xF0\x9F\x98\x80\"\"\" b: 1) c }",
        "{ a(s: \"\"\"\"a\"b\"\" \"\"\" b: 1) c }",
        "{ a(s: \"tab\t\x01\x7F\") }",
    });
}

TEST_F(ParserOracle, ReadsTypeSystems) {
    compare({
        torture_sdl(),
        "schema { query: Q }",
        "\"d\" schema @a(b: 1) { query: Q mutation: M subscription: S }",
        "extend schema @a extend schema { query: Q } extend schema @a { mutation: M }",
        "scalar S \"\"\"\n  d\n    e\n\"\"\" scalar S @a extend scalar S @b(c: {d: [1]})",
        "type T type T { a: Int } type T implements A type T implements & A & B @d { a: [Int!]! }",
        "type T { \"d\" a(\"e\" b: Int = 1 @f, c: [T]): Int @g \"\"\"h\"\"\" type: type }",
        "extend type T implements A extend type T @d extend type T { a: Int }",
        "interface I interface I implements J & K @d { a: Int } extend interface I @e",
        "extend interface I implements J extend interface I { a(b: C): D }",
        "union U union U = A union U = A | B union U @d = | A | B",
        "extend union U = A extend union U @d extend union U @d = | A",
        "enum E enum E { A } enum E @d { \"x\" A @e B } extend enum E @f extend enum E { C }",
        "input I input I { a: Int } input I @d { \"x\" a: [Int!] = [1] @e, b: T = {c: D} }",
        "extend input I @d extend input I { a: Int }",
        "directive @d on FIELD directive @d(a: Int = 1, \"x\" b: [T!]! @e) repeatable on | FIELD | "
        "QUERY | VARIABLE_DEFINITION \"x\" directive @e on INPUT_FIELD_DEFINITION|SCHEMA",
        "type implements implements implements { implements: implements }",
        "directive @repeatable repeatable on ENUM type Query { on: on } { on }",
    });
}

TEST_F(ParserOracle, PlacesSyntaxErrors) {
    compare({
        "",
        "  \n # only a comment",
        "\xEF\xBB\xBF",
        "{",
        "{}",
        "}",
        "{ a",
        "{ a }}",
        "{ a: }",
        "{ a { } }",
        "{ a() }",
        "{ a(b) }",
        "{ a(b:) }",
        "{ a(b: 1 }",
        "{ ...",
        "{ ... on }",
        "{ ... on T }",
        "{ ...F { a } }",
        "{ ...on on on { a } }",
        "..",
        "{ . }",
        "{ .. a }",
        "query",
        "query Q",
        "query Q(",
        "query () { a }",
        "query Q(a: Int) { a }",
        "query Q($a) { a }",
        "query Q($a: ) { a }",
        "query Q($a: [Int) { a }",
        "query Q($a: [Int]]) { a }",
        "query Q($a: Int!!) { a }",
        "query Q($a: []) { a }",
        "query Q($a: Int = $b) { a }",
        "query Q($a: Int = [1, {b: $}]) { a }",
        "query Q($a: Int @d(e: $b)) { a }",
        "query Q($: Int) { a }",
        "fragment on on T { a }",
        "fragment F T { a }",
        "fragment F on { a }",
        "fragment F on T",
        "fragment { a }",
        "fragment F($a: Int) on T { a }",
        "{ a @ }",
        "{ a @1 }",
        "{ a(b: @) }",
        "{ a(b: {c 1}) }",
        "{ a(b: [1) }",
        "{ a(b: {c: 1) }",
        "{ a(b: ...) }",
        "{ a(b: !) }",
        "{ a(b: =) }",
        "{ a(b: 01) }",
        "{ a(b: 00) }",
        "{ a(b: 1.) }",
        "{ a(b: 1.a) }",
        "{ a(b: .5) }",
        "{ a(b: 1e) }",
        "{ a(b: 1e+) }",
        "{ a(b: 1.2.3) }",
        "{ a(b: 1a) }",
        "{ a(b: 1_0) }",
        "{ a(b: -) }",
        "{ a(b: -a) }",
        "{ a(b: +1) }",
        "{ a(b: 1e1.2) }",
        "{ a(b: 0x1) }",
        "{ a(b: \"",
        "{ a(b: \"x",
        "{ a(b: \"x\ny\") }",
        "{ a(b: \"x\ry\") }",
        "{ a(b: \"\\x\") }",
        "{ a(b: \"\\\") }",
        "{ a(b: \"\\",
        "{ a(b: \"\\u\") }",
        "{ a(b: \"\\u12\") }",
        "{ a(b: \"\\u12G4\") }",
        "{ a(b: \"\\uD83D\") }",
        "{ a(b: \"\\uD83D\\u0041\") }",
        "{ a(b: \"\\uD83Dx\") }",
        "{ a(b: \"\\uDE00\") }",
        "{ a(b: \"\\u{}\") }",
        "{ a(b: \"\\u{110000}\") }",
        "{ a(b: \"\\u{D800}\") }",
        "{ a(b: \"\\u{FFFFFFFF}\") }",
        "{ a(b: \"\\u{000000041}\") }",
        "{ a(b: \"\\u{41\") }",
        "{ a(b: \"\\u{4x}\") }",
        "{ a(b: \"\\u{",
        "{ a(b: \"\xF0\x9F\x98\x80\\q\") }",
        "{ a(b: \"\"\"",
        "{ a(b: \"\"\"\n\nx\n\"\"",
        "{ a(b: \"\"\"\r\n\\\"\"\"",
        "{ a(b: 'x') }",
        "{ a ? }",
        "{ a % b }",
        "{ a; b }",
        "{ \xC3\xA4 }",
        "{ a \xE2\x82\xAC }",
        "{ a \xF0\x9F\x98\x80 }",
        "{ a # \xF0\x9F\x98\x80 \n \xC3\xA4 }",
        std::string("{ a \x01 }"),
        std::string("{ a \0 }", 7),
        "{ a \x7F }",
        "{ a } b",
        "{ a } 1",
        "{ a } \"x\"",
        "\"x\" { a }",
        "\"x\" query { a }",
        "\"x\" fragment F on T { a }",
        "\"x\" extend type T @d",
        "\"x\"",
        "\"x\" \"y\" type T",
        "\"x\" ?",
        "notanoperation { a }",
        "Query { a }",
        "schema",
        "schema {",
        "schema { }",
        "schema { a: B }",
        "schema { query }",
        "schema { query: [Q] }",
        "extend",
        "extend foo",
        "extend {",
        "extend schema",
        "extend schema { }",
        "extend scalar S",
        "extend type T",
        "extend type T { }",
        "extend interface I",
        "extend union U",
        "extend enum E",
        "extend input I",
        "extend directive @d on FIELD",
        "extend query { a }",
        "type",
        "type T { }",
        "type T { a }",
        "type T { a: }",
        "type T { a(): Int }",
        "type T { a(b: Int c): Int }",
        "type T { a: Int = 1 }",
        "type T { a(b: Int = $c): Int }",
        "type T implements",
        "type T implements { a: Int }",
        "type T implements A & { a: Int }",
        "type T implements A, B { a: Int }",
        "interface I { a }",
        "union U =",
        "union U = |",
        "union U = A |",
        "union U = A B",
        "union U = || A",
        "enum E { }",
        "enum E { true }",
        "enum E { \"x\" false }",
        "enum E { A null }",
        "enum E { 1 }",
        "input I { }",
        "input I { a }",
        "input I { a(b: Int): Int }",
        "directive",
        "directive d on FIELD",
        "directive @d",
        "directive @d on",
        "directive @d on field",
        "directive @d on NOWHERE",
        "directive @d on FIELD | ",
        "directive @d repeatable FIELD",
        "directive @d() on FIELD",
        "scalar 1",
    });
}

TEST_F(ParserOracle, ReadsTokenSoupInTheSameWay) {
    constexpr const char* kTokens[] = {
        "{",       "}",      "{",     "}",         "(",          ")",       "[",
        "]",       ":",      "!",     "$",         "$a",         "=",       "@",
        "@d",      "...",    "|",     "&",         "a",          "b",       "a: b",
        "on",      "query",  "T",     "fragment",  "type",       "extend",  "schema",
        "union",   "enum",   "input", "interface", "directive",  "scalar",  "implements",
        "1",       "-1.5e3", "true",  "null",      "\"s\"",      "{ a }",   "(a: 1)",
        "($a: T)", "[T!]!",  "= 1",   "on FIELD",  "repeatable", "# c\n",   "\"\"\"b\n c\"\"\"",
        "\n",      "\r\n",   ",",     "on T",      "\xC3\xA4 ",  "{ b: c }"};
    std::mt19937 random(20211001);
    std::vector<std::string> texts;
    for (int i = 0; i < 4'000; ++i) {
        std::string text = i % 3 == 0 ? "{ a " : i % 3 == 1 ? "type T { a: T } " : "";
        for (auto length = random() % 12; length > 0; --length) {
            text += kTokens[random() % std::size(kTokens)];
            if (random() % 8 != 0) text += ' ';
        }
        texts.push_back(text);
    }
    compare(texts);
}

TEST_F(ParserOracle, PrintsValuesAndTypesInTheSameWay) {
    for (const std::string text :
         {"1",
          "-1.50e3",
          "true",
          "null",
          "RED",
          "$v",
          "[]",
          "[1 2 [3]]",
          "{}",
          "{a: {b: [1, null]}}",
          R"("a\"b\\c\/\b\f\n\r\t\u0001\u007F\u0085\u009F\u00A0ü😀")"}) {
        SCOPED_TRACE(text);
        const auto parsed = parse("{ a(b: " + text + ") }");
        const auto& document = std::get<ast::Document>(parsed);
        const auto& operation = std::get<ast::Operation>(document.definitions[0]);
        const auto& field = std::get<ast::Field>(operation.selection_set.selections[0]);
        EXPECT_EQ(
            print(field.arguments[0].value),
            ask({{"op", "print"}, {"value", text}}).at("data").as_string()
        );
    }
    for (const std::string text : {"T", "T!", "[T]", "[[T!]!]!"}) {
        const auto parsed = parse("query ($a: " + text + ") { a }");
        const auto& document = std::get<ast::Document>(parsed);
        EXPECT_EQ(print(std::get<ast::Operation>(document.definitions[0]).variables[0].type), text);
    }
}

}  // namespace
}  // namespace migrator::graphql::test
