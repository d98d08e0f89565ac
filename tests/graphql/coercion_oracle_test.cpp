#include <gtest/gtest.h>

#include "graphql/execute.hpp"
#include "graphql/oracle.hpp"
#include "graphql/torture.hpp"

namespace migrator::graphql::test {
namespace {

class CoercionOracle : public OracleTest {};

struct Case {
    std::string document;
    std::string variables;
};

/// The paths and locations, without messages: those are our own.
json::array places(const json::value& answer) {
    json::array places;
    for (const json::value& error : answer.at("errors").as_array()) {
        const json::object& object = error.as_object();
        const auto* path = object.if_contains("path");
        // Errors with a path carry no locations here.
        const auto* locations = path ? nullptr : object.if_contains("locations");
        places.push_back(
            {path ? *path : nullptr, locations ? *locations : json::value(json::array())}
        );
    }
    return places;
}

json::value data(const json::value& answer) {
    const auto* found = answer.as_object().if_contains("data");
    return found ? *found : json::value();
}

void expect_agreement(const std::vector<Case>& cases) {
    std::vector<json::object> requests;
    for (const Case& c : cases) {
        requests.push_back(
            {{"op", "execute"},
             {"schema", torture_sdl()},
             {"document", c.document},
             {"variables", json::parse(c.variables)}}
        );
    }
    const auto answers = ask_all(requests);
    const json::object root;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        SCOPED_TRACE(cases[i].document + " " + cases[i].variables);
        const json::value ours = execute(
                                     torture_engine(),
                                     cases[i].document,
                                     json::parse(cases[i].variables).as_object(),
                                     {.context = Object(root)}
        )
                                     .json();
        EXPECT_EQ(data(ours), data(answers[i])) << json::serialize(answers[i]);
        EXPECT_EQ(places(ours), places(answers[i])) << json::serialize(ours) << "\n"
                                                    << json::serialize(answers[i]);
    }
}

TEST_F(CoercionOracle, AgreesOnVariablesOfEachType) {
    const struct {
        std::string field;
        std::vector<std::string> types;
    } fields[] = {
        {"int", {"Int", "Int!", "Int = 5"}},
        {"float", {"Float", "Float!"}},
        {"string", {"String", "String!", "String = \"x\""}},
        {"boolean", {"Boolean", "Boolean!"}},
        {"id", {"ID", "ID!"}},
        {"color", {"Color", "Color!", "Color = BLUE"}},
        {"any", {"Any", "Any!"}},
        {"time", {"Time"}},
        {"ints", {"[Int]", "[Int]!", "[Int!]", "[Int!]!", "[Int] = 3"}},
        {"requiredInts", {"[Int!]!", "[Int!]! = [4]"}},
        {"matrix", {"[[Int!]]", "[[Int!]!]!"}},
        {"points", {"[Point!]", "[Point!]!"}},
        {"choice", {"Choice", "Choice!", "Choice = {b: \"q\"}"}},
        {"deep", {"Deep", "Deep!", "Deep = {required: 1}"}},
    };
    const std::string values[] = {
        "null",
        "1",
        "0",
        "-1",
        "2147483647",
        "2147483648",
        "-2147483648",
        "-2147483649",
        "1.0",
        "1.5",
        "1e3",
        "1234567890123",
        "\"\"",
        "\"1\"",
        "\"RED\"",
        "\"red\"",
        "true",
        "false",
        "[]",
        "[1]",
        "[1,null]",
        "[null]",
        "[\"1\"]",
        "[[1],[2]]",
        "[[1],2]",
        "[[null]]",
        "[[1],null]",
        "[true,2,\"3\"]",
        "{\"x\":1,\"y\":2}",
        "{\"x\":1}",
        "{\"x\":null,\"y\":\"a\"}",
        "[{\"x\":1,\"y\":2.5},{\"x\":1,\"y\":2,\"label\":null}]",
        "[{\"x\":\"\"},null,3]",
        "{\"a\":1,\"zzz\":2,\"yyy\":3}",
        "{\"c\":\"RED\"}",
        "{\"c\":[\"RED\",\"PINK\"]}",
        "{\"required\":7}",
        "{\"required\":\"r\",\"next\":{\"required\":null}}",
        "{\"required\":\"r\",\"name\":null,\"color\":\"NO\",\"matrix\":[[1],\"2\"],\"old\":1.5}",
        "{\"required\":\"r\",\"list\":{\"required\":1},\"any\":{\"b\":[1,{}],\"a\":null}}",
        "{\"required\":true,\"point\":{\"x\":1,\"y\":2,\"z\":3},\"flags\":[true,0]}"};
    std::vector<Case> cases;
    for (const auto& field : fields) {
        for (const std::string& type : field.types) {
            const std::string document =
                "query ($v: " + type + ") { " + field.field + "(value: $v) }";
            cases.push_back({document, "{}"});
            for (const std::string& value : values) {
                // graphql-js takes a list for an object without fields.
                const bool is_object =
                    field.field == "choice" || field.field == "deep" || field.field == "points";
                if (is_object && value.starts_with("[") && value.find('{') == std::string::npos) {
                    continue;
                }
                if (field.field != "points" && is_object && value.starts_with("[")) continue;
                cases.push_back({document, "{\"v\":" + value + "}"});
            }
        }
    }
    expect_agreement(cases);
}

TEST_F(CoercionOracle, AgreesOnLiteralsAndOnVariablesInThem) {
    expect_agreement({
        {"{ int(value: 3) }", "{}"},
        {"{ int }", "{}"},
        {"{ int(value: null) }", "{}"},
        {"{ float(value: 3) }", "{}"},
        {"{ float(value: -1.5e3) }", "{}"},
        {"{ id(value: 3) }", "{}"},
        {"{ id(value: \"3\") }", "{}"},
        {"{ color(value: RED) }", "{}"},
        {"{ ints(value: 1) }", "{}"},
        {"{ matrix(value: 1) }", "{}"},
        {"{ matrix(value: [[1], [2, 3], null]) }", "{}"},
        {"{ any(value: {b: [1, 2.5, \"x\", true, null, ENUM], a: {}}) }", "{}"},
        {"query ($x: Int) { any(value: {a: $x}) }", "{\"x\":1}"},
        {"{ choice }", "{}"},
        {"{ choice(value: {}) }", "{}"},
        {"{ points }", "{}"},
        {"{ deep(value: {required: \"r\", next: {required: 2, name: \"n\"}}) }", "{}"},
        {"query ($x: Int) { ints(value: [1, $x]) }", "{}"},
        {"query ($x: Int) { ints(value: [1, $x]) }", "{\"x\":null}"},
        {"query ($x: Int) { ints(value: [1, $x]) }", "{\"x\":2}"},
        {"query ($x: Int) { choice(value: {a: $x}) }", "{}"},
        {"query ($x: [Color!]) { choice(value: {c: $x}) }", "{}"},
        {"query ($x: [Color!]) { choice(value: {c: $x}) }", "{\"x\":\"RED\"}"},
        {"query ($x: Int = 4) { int(value: $x) }", "{\"x\":null}"},
        {"query ($a: Int!, $b: String!) { required(a: $a, b: $b) }", "{}"},
        {"query ($a: Int!, $b: String!) { required(a: $a, b: $b) }", "{\"a\":1,\"b\":\"\"}"},
        {"query ($c: Boolean) { required(a: 1, b: \"\", c: $c) }", "{}"},
        {"query ($c: Boolean) { required(a: 1, b: \"\", c: $c) }", "{\"c\":null}"},
        {"query ($a: Int = 1) { required(a: $a, b: \"\") int }", "{\"a\":null}"},
        {"query ($s: Boolean = true) { int @skip(if: $s) id }", "{\"s\":false}"},
        {"query ($x: Float = 1) { points(value: [{x: $x, y: 1}]) }", "{\"x\":null}"},
    });
}

TEST_F(CoercionOracle, AgreesOnHowManyErrorsAreTooMany) {
    std::string list = "[";
    for (int i = 0; i < 200; ++i) list += "\"x\",";
    expect_agreement(
        {{"query ($v: [Int]) { ints(value: $v) }", "{\"v\":" + list + "1]}"},
         {"query ($v: [Int], $w: Int!) { ints(value: $v) int(value: $w) }",
          "{\"v\":" + list + "1]}"}}
    );
}

}  // namespace
}  // namespace migrator::graphql::test
