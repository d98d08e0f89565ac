#include <gtest/gtest.h>

#include "core/error.hpp"
#include "graphql/schema.hpp"

namespace migrator::graphql {
namespace {

constexpr const char* kSdl = R"(
"All of it."
schema { query: Root, mutation: Change }
interface Node { id: ID! }
interface Named implements Node { id: ID! name: String }
type Dog implements Node & Named { id: ID!, name: String, "How loud." volume(of: [Int!]! = [1]): Float }
type Cat implements Node { id: ID! }
union Pet = Dog
type Root { pet: Pet, old: Int @deprecated }
type Change { x: Int }
extend type Root { more(deep: In = {n: 1}): [[Dog!]]! @deprecated(reason: "why not") }
extend union Pet = Cat
extend enum Color { BLUE @deprecated(reason: null) }
enum Color { RED }
input In { n: Int, m: Color = RED }
extend input In { k: [In!] }
scalar Time @specifiedBy(url: "https://example.com")
directive @mark(of: In) repeatable on OBJECT | FIELD
extend type Cat implements Named @mark @mark(of: {n: 1}) { name: String }
)";

TEST(Schema, HasWhatItsTextSays) {
    const Schema schema(kSdl);
    EXPECT_EQ(schema.description(), "All of it.");
    EXPECT_EQ(schema.query()->name, "Root");
    EXPECT_EQ(schema.root(ast::OperationKind::Mutation)->name, "Change");
    EXPECT_EQ(schema.subscription(), nullptr);
    EXPECT_EQ(schema.type("Nothing"), nullptr);
    EXPECT_EQ(schema.types().front().name, "Node");

    const Type& dog = *schema.type("Dog");
    const FieldType& volume = *dog.field("volume");
    EXPECT_EQ(volume.description, "How loud.");
    EXPECT_EQ(volume.type.text(), "Float");
    EXPECT_EQ(volume.argument("of")->type.text(), "[Int!]!");
    EXPECT_FALSE(volume.argument("of")->is_required());
    EXPECT_EQ(volume.argument("off"), nullptr);
    EXPECT_TRUE(dog.is_composite());
    EXPECT_FALSE(dog.is_input());
    EXPECT_EQ(schema.type("Root")->field("old")->deprecation_reason, "No longer supported");
    EXPECT_EQ(schema.type("Time")->specified_by_url, "https://example.com");
    EXPECT_TRUE(schema.directive("mark")->is_repeatable);
    EXPECT_EQ(schema.directive("skip")->argument("if")->type.text(), "Boolean!");
}

TEST(Schema, MergesExtensions) {
    const Schema schema(kSdl);
    const FieldType& more = *schema.type("Root")->field("more");
    EXPECT_EQ(more.type.text(), "[[Dog!]]!");
    EXPECT_EQ(more.deprecation_reason, "why not");
    EXPECT_NE(schema.type("In")->input_field("k"), nullptr);
    ASSERT_EQ(schema.type("Color")->values.size(), 2U);
    EXPECT_EQ(schema.type("Color")->value("BLUE")->deprecation_reason, std::nullopt);
    EXPECT_EQ(schema.type("Cat")->interfaces.size(), 2U);
}

TEST(Schema, KnowsThePossibleTypesOfAnAbstractOne) {
    const Schema schema(kSdl);
    const Type& dog = *schema.type("Dog");
    const Type& cat = *schema.type("Cat");
    using Types = std::vector<const Type*>;
    EXPECT_EQ(schema.possible_types(*schema.type("Pet")), (Types{&dog, &cat}));
    EXPECT_EQ(schema.possible_types(*schema.type("Node")), (Types{&dog, &cat}));
    EXPECT_EQ(schema.possible_types(cat), (Types{&cat}));
    EXPECT_TRUE(schema.is_possible(*schema.type("Named"), cat));
    EXPECT_TRUE(schema.is_possible(cat, cat));
    EXPECT_FALSE(schema.is_possible(cat, dog));
}

TEST(Schema, HasMetaFieldsWhereTheyAreAllowed) {
    const Schema schema(kSdl);
    EXPECT_EQ(schema.field_of(*schema.type("Root"), "__schema")->type.text(), "__Schema!");
    EXPECT_EQ(schema.field_of(*schema.type("Root"), "__type")->arguments.size(), 1U);
    EXPECT_EQ(schema.field_of(*schema.type("Change"), "__schema"), nullptr);
    EXPECT_NE(schema.field_of(*schema.type("Pet"), "__typename"), nullptr);
    EXPECT_EQ(schema.field_of(*schema.type("Color"), "__typename"), nullptr);
    EXPECT_EQ(schema.field_of(*schema.type("Root"), "__nothing"), nullptr);
}

TEST(Schema, StaysUsableWhenItIsMoved) {
    Schema schema(kSdl);
    const Type* dog = schema.type("Dog");
    const Schema moved = std::move(schema);
    EXPECT_EQ(moved.type("Dog"), dog);
    EXPECT_EQ(moved.type("Pet")->possible.front(), dog);
}

TEST(Schema, ComparesTypesByCovariance) {
    const Schema schema(
        "type Query { a: Node!, b: Node, c: [Dog!], d: [Node], e: Dog, f: [[Node]], g: Named }"
        "interface Node { id: ID } interface Named implements Node { id: ID }"
        "type Dog implements Node { id: ID }"
    );
    const auto is = [&schema](const char* a, const char* b) {
        const Type& query = *schema.query();
        return is_subtype(schema, query.field(a)->type, query.field(b)->type);
    };
    EXPECT_TRUE(is("a", "b"));
    EXPECT_FALSE(is("b", "a"));
    EXPECT_TRUE(is("c", "d"));
    EXPECT_FALSE(is("d", "c"));
    EXPECT_TRUE(is("e", "b"));
    EXPECT_FALSE(is("e", "d"));
    EXPECT_FALSE(is("d", "f"));
    EXPECT_TRUE(is("g", "b"));
    EXPECT_FALSE(is("b", "g"));
}

TEST(Schema, AsksForAResolverOfEachField) {
    Schema schema("type Query { a: Int b: Int } interface I { x: Int }");
    const auto nothing = [](FieldContext&, Result&) {};
    schema.resolve("Query", "a", nothing);
    try {
        schema.check_resolvers();
        FAIL() << "Query.b has none";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Internal);
        EXPECT_STREQ(error.what(), "the GraphQL field Query.b has no resolver");
    }
    schema.resolve("Query", "b", nothing);
    EXPECT_NO_THROW(schema.check_resolvers());
    EXPECT_THROW(schema.resolve("Query", "c", nothing), Error);
    EXPECT_THROW(schema.resolve("Nope", "a", nothing), Error);
}

}  // namespace
}  // namespace migrator::graphql
