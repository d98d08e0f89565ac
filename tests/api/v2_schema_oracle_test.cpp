// The schema of v2 in the eyes of the reference implementation. The program takes its own text as
// it is: here somebody reads it who knows all rules.
#include "api/v2.hpp"
#include "api/v2_schema.hpp"
#include "graphql/introspected.hpp"
#include "graphql/oracle.hpp"

namespace migrator::api::test {
namespace {

using graphql::test::comparable;

class V2SchemaOracle : public V2 {
protected:
    void SetUp() override { graphql::test::need_oracle(); }
};

TEST_F(V2SchemaOracle, FindsNothingWrong) {
    const json::value answer =
        graphql::test::ask({{"op", "validateSchema"}, {"schema", v2_schema_text()}});
    EXPECT_EQ(answer.at("errors"), json::array());
}

TEST_F(V2SchemaOracle, DescribesTheSameTypes) {
    const json::value theirs =
        graphql::test::ask({{"op", "introspect"}, {"schema", v2_schema_text()}});
    ASSERT_EQ(theirs.at("errors"), json::array());
    const std::string document(theirs.at("document").as_string());
    const json::value ours = json::parse(query(document).body);
    ASSERT_FALSE(ours.as_object().contains("errors")) << json::serialize(ours);
    EXPECT_EQ(comparable(ours.at("data")), comparable(theirs.at("data")));
}

}  // namespace
}  // namespace migrator::api::test
