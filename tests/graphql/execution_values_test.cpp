#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <new>

#include "core/error.hpp"
#include "graphql/execute.hpp"

namespace migrator::graphql {
namespace {

using test::messages;

constexpr const char* kSdl = R"(
enum Color { RED }
scalar Any
interface Node { id: ID }
type Thing implements Node { id: ID, must: Int!, self: Thing }
type Other { x: Int }
type Query {
  int: Int, float: Float, string: String, boolean: Boolean, id: ID, color: Color, any: Any
  thing: Thing, node: Node, list: [Int], must: Int!, things: [Thing!], deep: [[Int!]]
}
)";

/// Answers `document` with `resolver` for the fields of Query, and nothing for the others.
test::Answer answer(
    std::string_view document, const Resolver& resolver, const Request& request = {}
) {
    Schema schema(kSdl);
    for (const Type& type : schema.types()) {
        if (type.name.starts_with("__")) continue;
        for (const FieldType& field : type.fields) {
            const bool is_root = type.name == "Query";
            schema.resolve(
                type.name, field.name, is_root ? resolver : [](FieldContext&, Result&) {}
            );
        }
    }
    return test::execute(Engine(std::move(schema)), document, {}, request);
}

struct Nothing {};

TEST(ExecutionValues, AreWrittenAsTheirTypeWants) {
    const std::function<void(Result&)> integer = [](Result& r) { r.integer(-7); };
    const auto number = [](Result& r) { r.number(2.5); };
    const auto whole = [](Result& r) { r.number(3); };
    const auto string = [](Result& r) { r.string("RED"); };
    const auto yes = [](Result& r) { r.boolean(true); };
    const auto big = [](Result& r) { r.integer(2'147'483'648); };
    const auto big_number = [](Result& r) { r.number(2'147'483'648.0); };
    const auto infinite = [](Result& r) { r.number(std::numeric_limits<double>::infinity()); };
    const auto object = [](Result& r) { r.object(Object(Nothing())); };
    const auto list = [](Result& r) { r.list([](ListResult&) {}); };
    const struct {
        const char* field;
        std::function<void(Result&)> give;
        const char* text;  ///< null: the field fails
    } cases[] = {
        {"int", integer, "-7"},
        {"int", whole, "3"},
        {"int", number, nullptr},
        {"int", string, nullptr},
        {"int", yes, nullptr},
        {"int", big, nullptr},
        {"int", big_number, nullptr},
        {"int", object, nullptr},
        {"int", list, nullptr},
        {"float", integer, "-7"},
        {"float", number, "2.5"},
        {"float", infinite, nullptr},
        {"float", string, nullptr},
        {"string", string, "\"RED\""},
        {"string", integer, nullptr},
        {"boolean", yes, "true"},
        {"boolean", integer, nullptr},
        {"id", string, "\"RED\""},
        {"id", big, "\"2147483648\""},
        {"id", number, nullptr},
        {"color", string, "\"RED\""},
        {"color", integer, nullptr},
        {"any", yes, "true"},
        {"any", big, "2147483648"},
        {"any", number, "2.5"},
        {"any", infinite, nullptr},
        {"any", string, "\"RED\""},
        {"any", object, nullptr},
        {"list", integer, nullptr},
        {"list", list, "[]"},
        {"list", object, nullptr},
        {"thing { id }", string, nullptr},
        {"thing { id }", list, nullptr},
        {"thing { id }", object, "{\"id\":null}"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.field);
        const auto got = answer(std::string("{ v: ") + c.field + " }", [&](auto&, Result& result) {
            c.give(result);
        });
        const std::string expected = c.text == nullptr ? "null" : c.text;
        EXPECT_EQ(got.data, "{\"v\":" + expected + "}");
        EXPECT_EQ(got.errors.size(), c.text == nullptr ? 1U : 0U) << messages(got.errors);
    }
}

TEST(ExecutionValues, RefusesAnEnumValueThatDoesNotExist) {
    const auto got = answer("{ color }", [](auto&, Result& r) { r.string("PINK"); });
    EXPECT_EQ(
        messages(got.errors),
        "color: Query.color of type Color cannot be PINK, which is not a value of the enum.\n"
    );
}

TEST(ExecutionValues, NeedATypeThatIsPossible) {
    const struct {
        const char* type;
        const char* data;
    } cases[] = {
        {"Thing", R"({"node":{"__typename":"Thing"}})"},
        {"", R"({"node":null})"},
        {"Other", R"({"node":null})"},
        {"Node", R"({"node":null})"},
        {"Nope", R"({"node":null})"},
    };
    for (const auto& c : cases) {
        const auto got = answer("{ node { __typename } }", [&](auto&, Result& r) {
            r.object(Object(Nothing()), c.type);
        });
        EXPECT_EQ(got.data, c.data) << c.type;
    }
    const auto got =
        answer("{ thing { id } }", [](auto&, Result& r) { r.object(Object(Nothing()), "Other"); });
    EXPECT_EQ(got.data, R"({"thing":null})");
}

TEST(ExecutionValues, OfAResolverThatGivesNoneIsNull) {
    EXPECT_EQ(answer("{ int }", [](auto&, Result&) {}).data, R"({"int":null})");
    EXPECT_EQ(answer("{ int }", [](auto&, Result& r) { r.null(); }).data, R"({"int":null})");
    const auto got = answer("{ int must }", [](auto&, Result&) {});
    EXPECT_EQ(got.data, "null");
    EXPECT_EQ(
        messages(got.errors), "must: Cannot return null for non-nullable field Query.must.\n"
    );
}

TEST(ExecutionValues, NullReachesTheNextThatMayBeNull) {
    const auto got = answer("{ string things { id must } int }", [](auto&, Result& r) {
        r.list([](ListResult& list) {
            list.next().object(Object(Nothing()));
            EXPECT_TRUE(list.wanted());
            Result& second = list.next();
            EXPECT_FALSE(list.wanted());
            second.object(Object(Nothing()));
            list.next().string("forgotten");
        });
    });
    EXPECT_EQ(got.data, R"({"string":null,"things":null,"int":null})");
    EXPECT_EQ(
        messages(got.errors),
        "string: Query.string of type String cannot be a list.\n"
        "things.0.must: Cannot return null for non-nullable field Thing.must.\n"
        "int: Query.int of type Int cannot be a list.\n"
    );
}

TEST(ExecutionValues, OfNestedListsKeepTheirOwnNulls) {
    const auto got = answer("{ deep }", [](auto&, Result& r) {
        r.list([](ListResult& rows) {
            rows.next().list([](ListResult& row) {
                row.next().integer(1);
                row.next().integer(2);
            });
            rows.next().list([](ListResult& row) {
                row.next().integer(3);
                row.next();
                row.next().integer(4);
            });
            rows.next();
            rows.next().list([](ListResult&) {});
        });
    });
    EXPECT_EQ(got.data, R"({"deep":[[1,2],null,null,[]]})");
    EXPECT_EQ(
        messages(got.errors), "deep.1.1: Cannot return null for non-nullable field Query.deep.\n"
    );
}

}  // namespace
}  // namespace migrator::graphql
