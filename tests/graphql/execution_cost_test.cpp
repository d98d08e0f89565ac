#include <gtest/gtest.h>

#include "core/error.hpp"
#include "graphql/execute.hpp"

namespace migrator::graphql {
namespace {

using test::messages;

constexpr const char* kSdl = R"(
type Row { id: Int!, text: String!, rows: [Row!] }
type Query { rows(first: Int): [Row!]!, reads: Int, must: Int! }
)";
constexpr const char* kTooExpensive =
    "Operation is too expensive: it costs more than 1000. Ask for less at a time, with fewer "
    "aliases.\n";

class ExecutionCost : public ::testing::Test {
protected:
    ExecutionCost() {
        Schema schema(kSdl);
        const auto write_rows = [this](FieldContext&, Result& result) {
            result.list([&](ListResult& list) {
                for (const int& id : ids_) list.next().object(Object(id));
            });
        };
        schema.resolve("Query", "rows", write_rows);
        schema.resolve("Row", "rows", write_rows);
        schema.resolve("Row", "id", [this](FieldContext& context, Result& result) {
            ++resolved_;
            result.integer(context.parent().as<int>());
        });
        schema.resolve("Row", "text", [this](FieldContext&, Result& result) {
            result.string(text_);
        });
        schema.resolve("Query", "reads", [](FieldContext& context, Result& result) {
            try {
                context.charge(600);
            } catch (...) {  // a resolver can't go on all the same
            }
            result.integer(1);
        });
        schema.resolve("Query", "must", [](auto&, Result& result) { result.integer(1); });
        engine_ = std::make_unique<Engine>(std::move(schema));
    }

    test::Answer answer(std::string_view document) {
        resolved_ = 0;
        return test::execute(*engine_, document, {}, request_);
    }
    static std::string aliases(int count, const std::string& field) {
        std::string text = "{";
        for (int i = 0; i < count; ++i) text += " a" + std::to_string(i) + ": " + field;
        return text + "}";
    }

    std::vector<int> ids_ = std::vector<int>(100, 7);
    std::string text_ = "x";
    Request request_{.context = {}, .describe = {}, .interrupt = {}, .most_cost = 1'000};
    std::size_t resolved_ = 0;
    std::unique_ptr<Engine> engine_;
};

TEST_F(ExecutionCost, IsNothingForAnAnswerOfAnySizeWithoutRepetition) {
    ids_.assign(100'000, 7);
    EXPECT_EQ(messages(answer("{ rows { id text __typename } }").errors), "");
    EXPECT_EQ(resolved_, 100'000U);
    ids_.assign(100, 7);
    EXPECT_EQ(messages(answer("{ rows { id rows { id } } }").errors), "");
}

TEST_F(ExecutionCost, CountsTheFieldsThatAliasesRepeat) {
    EXPECT_EQ(messages(answer(aliases(10, "rows { id }")).errors), "");  // nine are repetitions
    const auto refused = answer(aliases(12, "rows { id }"));
    EXPECT_EQ(messages(refused.errors), kTooExpensive);
    EXPECT_EQ(refused.data, "null");
    EXPECT_LE(resolved_, 1'200U);
    EXPECT_EQ(messages(answer("{ rows " + aliases(12, "id") + "}").errors), kTooExpensive);
    EXPECT_EQ(
        messages(answer("{ rows { rows " + aliases(3, "rows { id }") + "} }").errors), kTooExpensive
    );
}

TEST_F(ExecutionCost, CountsArgumentsAsRepetitionToo) {
    std::string document = "{";
    for (int i = 0; i < 20; ++i) {
        document += " a" + std::to_string(i) + ": rows(first: " + std::to_string(i) + ") { id }";
    }
    EXPECT_EQ(messages(answer(document + "}").errors), kTooExpensive);
}

TEST_F(ExecutionCost, CountsTheBytesOfWhatIsRepeated) {
    ids_.assign(1, 7);
    text_.assign(1'600, 'x');
    EXPECT_EQ(messages(answer(aliases(10, "rows { text }")).errors), "");
    EXPECT_EQ(messages(answer(aliases(11, "rows { text }")).errors), kTooExpensive);
}

TEST_F(ExecutionCost, HasWhatResolversRead) {
    EXPECT_EQ(answer("{ reads }").data, R"({"reads":1})");
    const auto refused = answer("{ must a: reads b: reads }");
    EXPECT_EQ(messages(refused.errors), kTooExpensive);
    EXPECT_EQ(refused.data, "null");
}

TEST_F(ExecutionCost, BoundsIntrospectionThatGoesRoundInCircles) {
    std::string fan = "name";
    for (int i = 0; i < 5; ++i)
        fan = "fields { type { possibleTypes { " + fan + " } ofType { ofType { ofType { " + fan +
              " } } } } }";
    request_.most_cost = 100'000;
    EXPECT_NE(messages(answer("{ __schema { types { " + fan + " } } }").errors), "");
}

TEST_F(ExecutionCost, EndsWhenItsCallerWantsNoMore) {
    std::size_t asked = 0;
    request_.interrupt = [&]() -> std::optional<FieldError> {
        if (++asked < 50) return std::nullopt;
        return FieldError("too late", {{"code", "LATE"}});
    };
    const auto got = answer("{ must rows { id } }");
    EXPECT_EQ(messages(got.errors), "too late\n");
    EXPECT_EQ(got.errors.at(0).extensions, (boost::json::object{{"code", "LATE"}}));
    EXPECT_EQ(got.data, "null");
    EXPECT_EQ(asked, 50U);
    EXPECT_LT(resolved_, 50U);
}

}  // namespace
}  // namespace migrator::graphql
