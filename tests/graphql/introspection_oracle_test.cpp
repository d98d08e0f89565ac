#include <gtest/gtest.h>

#include <algorithm>

#include "graphql/execute.hpp"
#include "graphql/oracle.hpp"
#include "graphql/torture.hpp"

namespace migrator::graphql::test {
namespace {

class IntrospectionOracle : public OracleTest {
protected:
    /// Ours, and that of the oracle.
    static std::pair<json::value, json::value> introspect(const std::string& sdl) {
        const json::value theirs = ask({{"op", "introspect"}, {"schema", sdl}});
        Schema schema(sdl);
        resolve_by_json(schema);
        const Engine engine(std::move(schema));
        const Answer answer = execute(engine, theirs.at("document").as_string());
        EXPECT_EQ(messages(answer.errors), "");
        return {json::parse(answer.data), theirs.at("data")};
    }
};

bool is_built_in(const json::value& item) {
    const std::string name(item.at("name").as_string());
    for (const char* known :
         {"Int",
          "Float",
          "String",
          "Boolean",
          "ID",
          "skip",
          "include",
          "deprecated",
          "specifiedBy"}) {
        if (name == known) return true;
    }
    return name.starts_with("__");
}

void forget_descriptions(json::value& value) {
    if (value.is_array()) {
        for (json::value& item : value.get_array()) forget_descriptions(item);
    } else if (value.is_object()) {
        value.get_object().erase("description");
        for (auto& field : value.get_object()) forget_descriptions(field.value());
    }
}

/// graphql-js shows an input object's default value with the defaults of its fields filled in, we
/// show it as it was written. That they mean the same is for ClientsCanRebuildTheSchema.
void forget_default_objects(json::value& value) {
    if (value.is_array()) {
        for (json::value& item : value.get_array()) forget_default_objects(item);
    } else if (value.is_object()) {
        for (auto& field : value.get_object()) {
            forget_default_objects(field.value());
            const bool is_default = field.key() == "defaultValue" && field.value().is_string();
            if (is_default && field.value().get_string().find('{') != std::string::npos)
                field.value() = "{…}";
        }
    }
}

void sort_by_name(json::value& items) {
    if (!items.is_array()) return;
    std::ranges::sort(items.get_array(), {}, [](const json::value& item) {
        return std::string(item.at("name").as_string());
    });
}

/// Sorted where the order says nothing; without the descriptions of what is built in, which are in
/// our own words.
json::value comparable(json::value introspected) {
    forget_default_objects(introspected);
    json::object& schema = introspected.at("__schema").as_object();
    for (const char* part : {"types", "directives"}) {
        sort_by_name(schema[part]);
        for (json::value& item : schema[part].as_array()) {
            if (is_built_in(item)) forget_descriptions(item);
            if (item.as_object().contains("possibleTypes")) sort_by_name(item.at("possibleTypes"));
        }
    }
    return introspected;
}

TEST_F(IntrospectionOracle, DescribesAllThatATypeSystemCanHave) {
    const auto [ours, theirs] = introspect(torture_sdl());
    const json::value our_schema = comparable(ours);
    const json::value their_schema = comparable(theirs);
    for (const char* part : {"types", "directives"}) {
        const json::array& us = our_schema.at("__schema").at(part).as_array();
        const json::array& them = their_schema.at("__schema").at(part).as_array();
        ASSERT_EQ(us.size(), them.size()) << part;
        for (std::size_t i = 0; i < us.size(); ++i) EXPECT_EQ(us[i], them[i]);
    }
    EXPECT_EQ(our_schema, their_schema);
}

TEST_F(IntrospectionOracle, LeavesOutScalarsThatNothingUses) {
    const auto [ours, theirs] = introspect("type Query { a: String }");
    EXPECT_EQ(comparable(ours), comparable(theirs));
}

TEST_F(IntrospectionOracle, ClientsCanRebuildTheSchema) {
    const auto [ours, theirs] = introspect(torture_sdl());
    const auto answers = ask_all(
        {{{"op", "clientSchema"}, {"introspection", ours}},
         {{"op", "clientSchema"}, {"introspection", theirs}}}
    );
    ASSERT_EQ(answers[0].at("errors"), json::array()) << json::serialize(answers[0]);
    EXPECT_NE(std::string(answers[0].at("data").as_string()).find("type Human"), std::string::npos);
    EXPECT_EQ(answers[0].at("data"), answers[1].at("data"));
}

TEST_F(IntrospectionOracle, AnswersPartsAsTheReferenceDoes) {
    const char* documents[] = {
        "{ __typename }",
        "mutation { __typename }",
        "{ __type(name: \"Dog\") { name kind fields { name args { name defaultValue } } } }",
        "{ __type(name: \"Place\") { all: fields(includeDeprecated: true) { name isDeprecated "
        "deprecationReason } fields { name } } }",
        "{ __type(name: \"Style\") { enumValues { name } ofType { name } inputFields { name } } }",
        "{ __type(name: \"Deep\") { inputFields { name } fields { name } interfaces { name } } }",
        "{ __type(name: \"Time\") { specifiedByURL description possibleTypes { name } } }",
        "{ __type(name: \"Nothing\") { name } }",
        "query ($n: String!) { __type(name: $n) { __typename ...F } } "
        "fragment F on __Type { kind interfaces { name } possibleTypes { name } }",
        "{ __schema { description queryType { name } subscriptionType { name } __typename } }",
        "{ __type(name: \"Query\") { fields(includeDeprecated: null) { type { kind name ofType { "
        "kind name ofType { kind name } } } } } }",
    };
    for (const char* document : documents) {
        SCOPED_TRACE(document);
        const json::object variables{{"n", "Named"}};
        const json::value theirs = ask(
            {{"op", "execute"},
             {"schema", torture_sdl()},
             {"document", document},
             {"variables", variables}}
        );
        const Answer ours = execute(torture_engine(), document, variables);
        EXPECT_EQ(json::parse(ours.data), theirs.at("data")) << json::serialize(theirs);
        EXPECT_EQ(messages(ours.errors), "");
    }
}

}  // namespace
}  // namespace migrator::graphql::test
