#include <gtest/gtest.h>

#include "graphql/execute.hpp"
#include "graphql/introspected.hpp"
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
