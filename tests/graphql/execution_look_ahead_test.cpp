#include <gtest/gtest.h>

#include "graphql/execute.hpp"

namespace migrator::graphql {
namespace {

constexpr const char* kSdl = R"(
interface Node { id: Int, next: Node }
type A implements Node { id: Int, next: Node, onlyA: Int, deep: A }
type B implements Node { id: Int, next: B, onlyB: Int }
type Query { node: Node, a: A, leaf: Int }
)";

/// Calls `look` with what is selected below the root field.
void look_ahead(
    std::string_view document,
    const boost::json::object& variables,
    const std::function<void(const Selected&)>& look
) {
    Schema schema(kSdl);
    for (const Type& type : schema.types()) {
        if (type.name.starts_with("__") || type.kind != ast::TypeKind::Object) continue;
        for (const FieldType& field : type.fields) {
            schema.resolve(type.name, field.name, [&look](FieldContext& context, Result&) {
                look(context.selected());
            });
        }
    }
    const auto got = test::execute(Engine(std::move(schema)), document, variables);
    EXPECT_EQ(test::messages(got.errors), "");
}

TEST(LookAhead, FollowsFragmentsOfAllPossibleTypes) {
    const char* document =
        "{ node { id ... on A { onlyA } ...F } } fragment F on B { x: onlyB y: onlyB }";
    look_ahead(document, {}, [](const Selected& selected) {
        EXPECT_TRUE(selected.has("id"));
        EXPECT_TRUE(selected.has("onlyA"));
        EXPECT_TRUE(selected.has("onlyB"));
        EXPECT_FALSE(selected.has("x"));
        EXPECT_FALSE(selected.has("next"));
        EXPECT_EQ(selected.count("id"), 1U);
        EXPECT_EQ(selected.count("onlyB"), 2U);
        EXPECT_EQ(selected.count("next"), 0U);
    });
}

TEST(LookAhead, KnowsTheTypeOfAnObject) {
    look_ahead(
        "{ a { ... on Node { ... on B { id } ... on A { onlyA } } } }",
        {},
        [](const Selected& selected) {
            EXPECT_FALSE(selected.has("id"));
            EXPECT_TRUE(selected.has("onlyA"));
        }
    );
}

TEST(LookAhead, ObeysSkipAndInclude) {
    const char* document =
        "query ($no: Boolean!) { node { id @include(if: $no) next @skip(if: true) { id } "
        "... @skip(if: $no) { ... on A { onlyA } } } }";
    look_ahead(document, {{"no", false}}, [](const Selected& selected) {
        EXPECT_FALSE(selected.has("id"));
        EXPECT_FALSE(selected.has("next"));
        EXPECT_TRUE(selected.has("onlyA"));
    });
}

TEST(LookAhead, MergesAliasesAndTypesBelow) {
    const char* document =
        "{ node { next { id } again: next { ... on A { onlyA deep { deep { id } } } } "
        "... on B { next { onlyB } } } }";
    look_ahead(document, {}, [](const Selected& selected) {
        const auto next = selected.below("next");
        EXPECT_EQ(selected.count("next"), 2U);
        EXPECT_TRUE(next->has("id"));
        EXPECT_TRUE(next->has("onlyA"));
        EXPECT_TRUE(next->has("onlyB"));
        EXPECT_TRUE(next->below("deep")->below("deep")->has("id"));
        EXPECT_FALSE(next->below("nothing")->has("id"));
    });
}

TEST(LookAhead, FindsNothingBelowALeaf) {
    look_ahead("{ leaf }", {}, [](const Selected& selected) {
        EXPECT_FALSE(selected.has("leaf"));
    });
}

}  // namespace
}  // namespace migrator::graphql
