#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "graphql/coercion.hpp"
#include "graphql/parser.hpp"

namespace migrator::graphql {
namespace {

constexpr const char* kSdl = R"(
enum Action { Apply Sync }
input VersionInput { versionName: String!, action: Action = Apply, count: Int }
type Query { a(id: Int, input: VersionInput): Int }
)";

std::string message_of(const char* definition, const char* variables) {
    const Schema schema(kSdl);
    const auto document =
        std::get<ast::Document>(parse(std::string("query (") + definition + ") { a }"));
    const auto& operation = std::get<ast::Operation>(document.definitions.front());
    const auto sent = boost::json::parse(variables);
    const auto result =
        coerce_variables(schema, operation, sent.as_object(), UnknownFields::AreErrors);
    const auto* errors = std::get_if<std::vector<RequestError>>(&result);
    if (errors == nullptr) return boost::json::serialize(std::get<0>(result));
    std::string text;
    for (const RequestError& error : *errors) {
        EXPECT_EQ(error.locations, (std::vector<Location>{{.line = 1, .column = 8}}));
        text += error.message + "|";
    }
    return text;
}

TEST(CoercionMessages, NameTheInnermostFieldAndWhatWasExpected) {
    const struct {
        const char* definition;
        const char* variables;
        const char* text;
    } cases[] = {
        {"$id: Int!",
         "{}",
         "Variable \"id\" has invalid value null.\nExpected type \"Int!\", found null.|"},
        {"$id: Int!",
         R"({"id":null})",
         "Variable \"id\" has invalid value null.\nExpected type \"Int!\", found null.|"},
        {"$id: Int!",
         R"({"id":"7"})",
         "Variable \"id\" has invalid value 7.\nExpected type \"Int\", found 7.|"},
        {"$id: Int",
         R"({"id":1.5})",
         "Variable \"id\" has invalid value 1.5.\nExpected type \"Int\", found 1.5.|"},
        {"$input: VersionInput!",
         R"({"input":{"versionName":"x","action":"Nope"}})",
         "Variable \"action\" has invalid value Nope.\nExpected type \"Action\", found Nope.|"},
        {"$input: VersionInput!",
         R"({"input":{"count":true}})",
         "Variable \"versionName\" has invalid value null.\nExpected type \"String!\", found null.|"
         "Variable \"count\" has invalid value true.\nExpected type \"Int\", found true.|"},
        {"$input: VersionInput!",
         R"({"input":[]})",
         "Variable \"input\" has invalid value [].\nExpected type \"VersionInput\", found [].|"},
        {"$input: VersionInput!",
         R"({"input":{"versionName":"x"}})",
         R"({"input":{"versionName":"x","action":"Apply"}})"},
        {"$id: Int = 3", "{}", R"({"id":3})"},
        {"$id: Int", R"({"other":1})", "{}"},
    };
    for (const auto& c : cases) EXPECT_EQ(message_of(c.definition, c.variables), c.text);
}

TEST(CoercionMessages, ShortenLongValues) {
    const std::string variables = R"({"id":")" + std::string(10'000, 'x') + "\"}";
    EXPECT_LT(message_of("$id: Int", variables.c_str()).size(), 600U);
}

TEST(CoercionOfArguments, TellsWhichOneIsUnfit) {
    const Schema schema("type Query { a(must: Int!, may: Int = 4, free: String): Int }");
    const auto& definitions = schema.query()->field("a")->arguments;
    const auto coerce = [&](const char* field, const boost::json::object& variables) {
        const auto document = std::get<ast::Document>(parse(field));
        const auto& operation = std::get<ast::Operation>(document.definitions.front());
        const auto& node = std::get<ast::Field>(operation.selection_set.selections.front());
        const auto result = coerce_arguments(definitions, node.arguments, node.at, variables);
        const auto* error = std::get_if<RequestError>(&result);
        return error ? error->message : boost::json::serialize(std::get<0>(result));
    };
    EXPECT_EQ(coerce("{ a(must: 1) }", {}), R"({"must":1,"may":4})");
    EXPECT_EQ(coerce("{ a(must: 1, may: null) }", {}), R"({"must":1,"may":null})");
    EXPECT_EQ(coerce("{ a(must: $x, may: $y) }", {{"x", 2}}), R"({"must":2,"may":4})");
    EXPECT_EQ(coerce("{ a }", {}), "Argument \"must\" of required type \"Int!\" was not provided.");
    EXPECT_EQ(
        coerce("{ a(must: $x) }", {{"x", nullptr}}),
        "Argument \"must\" of type \"Int!\" has invalid value $x."
    );
}

}  // namespace
}  // namespace migrator::graphql
