#include <gtest/gtest.h>

#include "graphql/execute.hpp"
#include "graphql/oracle.hpp"
#include "graphql/torture.hpp"

namespace migrator::graphql::test {
namespace {

class ExecutionOracle : public OracleTest {};

/// Nulls and failures where they may be and where they may not be, at every level.
constexpr const char* kRoot = R"({
  "node": {"__typename": "Dog", "id": "d1", "name": "Rex \"\u0001é😀\\", "barks": true,
    "owner": {"id": 7, "height": 1.5, "label": "L", "pets": [], "relatives": []},
    "friends": [{"__typename": "Human", "id": "h", "age": 3, "label": null}, null]},
  "being": {"__typename": "Human", "id": "b", "friends": [
    {"__typename": "Dog", "id": "x", "label": null}, {"__typename": "Human", "id": "y",
      "label": {"__error": "no label"}, "born": "2026"}]},
  "human": {"id": "h1", "age": 2147483648, "height": {"__error": "no height"}, "label": "l",
    "born": 12, "pets": [{"__typename": "Dog", "id": 1}, {"__typename": "Cat", "id": 2,
      "lives": [1, null, {"__error": "no life"}, "nine"], "label": ["a", null]}],
    "relatives": [[{"id": "r1", "label": "ok"}], [{"id": "r2", "label": null}], []]},
  "dog": {"id": null, "name": "n"},
  "cat": {"id": "c", "age": 1.25, "meows": null, "lives": [], "weight": 2.0,
    "owner": {"id": "o", "label": "x", "height": 1, "pets": null, "relatives": [null]}},
  "pet": {"__typename": "Human", "id": "not a pet"},
  "place": {"id": "p", "title": {"__error": "no title"}, "caption": null, "inhabitants": [
    {"__typename": "Cat", "id": "c"}, {"__typename": "Place", "id": "wrong"}]},
  "inhabitants": [{"__typename": "Dog", "id": 1, "weight": 1.5},
    {"__typename": "Cat", "id": 2, "weight": 3}, null, {"__error": "gone"}, {"id": "no type"},
    "text", {"__typename": "Nothing"}, {"__typename": "Human", "id": null}],
  "lonely": {"__error": "alone"},
  "lonesome": {"__typename": "Place", "id": "q", "near": "nothing"},
  "me": {"id": "me", "label": "x", "height": 2, "pets": [null], "relatives": [[]]},
  "scalarAny": 12.5, "scalarColor": "PINK", "extended": "yes",
  "rename": {"id": "1", "label": "new"}, "move": null, "set": true,
  "renamed": {"id": null}
})";

const char* const kDocuments[] = {
    "{ extended e: extended __typename extended }",
    "{ node(id: 1) { id ... on Dog { name barks(loud: true) owner { id height } } __typename } }",
    "{ node(id: 1) { ...D ...D ... on Being { friends { id } } } } "
    "fragment D on Dog { friends { __typename id ...H } } fragment H on Human { age label }",
    "{ node(id: 1) { ... on Being { friends { id ... on Human { age } } } } }",
    "{ being(id: 1) { id friends { id ... on Dog { label } } } }",
    "{ being(id: 1) { id friends { id ... on Human { l: label born } } home { id } } }",
    "{ human(id: 1) { id age born label } }",
    "{ human(id: 1) { id height } extended }",
    "{ human(id: 1) { pets { __typename ... on Cat { lives label } ... on Dog { id } } } }",
    "{ human(id: 1) { relatives { id } } }",
    "{ human(id: 1) { relatives { id label } } extended }",
    "{ a: dog { name } dog { id name } extended }",
    "{ cat { id age meows lives weight owner { id } } }",
    "{ cat { owner { pets { __typename } } id } extended }",
    "{ cat { owner { relatives { id } } id } }",
    "{ pet { __typename ... on Dog { id } } extended }",
    "{ place { id title caption inhabitants { __typename } } }",
    "{ place { id inhabitants { __typename ... on Cat { id } } } }",
    "{ inhabitants { __typename ... on Human { id } ... on Dog { id w: weight } "
    "... on Cat { id weight } } }",
    "{ inhabitants { ... on Node { id } } }",
    "{ lonely { alone } extended }",
    "{ lonesome { ... on Place { id near(where: {x: 1, y: 2}) { id } } } }",
    "{ me { id label } }",
    "{ extended me { id pets { __typename } } int }",
    "{ scalarAny scalarColor }",
    "{ int(value: 1) b: int(value: 2) several(b: 3) required(a: 1, b: \"é\\n\") }",
    "query ($yes: Boolean!, $no: Boolean = false) { a: extended @include(if: $yes) "
    "b: extended @skip(if: $yes) c: extended @include(if: $no) d: extended @skip(if: $no) "
    "e: extended @skip(if: $no) @include(if: $no) ...F @include(if: $yes) ...G @skip(if: $yes) "
    "... @include(if: $no) { g: extended } } "
    "fragment F on Query { f: extended } fragment G on Query { h: extended }",
    "query ($yes: Boolean!) { dog @skip(if: $yes) { name } }",
    "{ cat { id } ...C cat { name age } } fragment C on Query { cat { age owner { label } } }",
    "mutation { a: rename(id: 1, name: \"x\") { id label } set(deep: {required: 1}) }",
    "mutation { set(deep: {required: 1}) move(id: 1, to: {x: 1, y: 1}) { id } }",
    "subscription { renamed { id } }",
    "{ nothing }",
};

/// Paths in their order; places of errors without one.
json::array places(const json::value& answer) {
    json::array places;
    for (const json::value& error : answer.at("errors").as_array()) {
        const json::object& object = error.as_object();
        const auto* path = object.if_contains("path");
        places.push_back(path ? *path : object.contains("locations") ? object.at("locations") : 0);
    }
    return places;
}

TEST_F(ExecutionOracle, GivesTheSameDataAndTheSamePathsOfErrors) {
    const json::value root = json::parse(kRoot);
    const json::object variables{{"yes", true}};
    std::vector<json::object> requests;
    for (const char* document : kDocuments) {
        requests.push_back(
            {{"op", "execute"},
             {"schema", torture_sdl()},
             {"document", document},
             {"variables", variables},
             {"root", root}}
        );
    }
    const auto answers = ask_all(requests);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        SCOPED_TRACE(kDocuments[i]);
        const json::value ours =
            execute(
                torture_engine(), kDocuments[i], variables, {.context = Object(root.get_object())}
            )
                .json();
        const auto* data = ours.as_object().if_contains("data");
        const auto* their_data = answers[i].as_object().if_contains("data");
        EXPECT_EQ(
            data ? json::serialize(*data) : "", their_data ? json::serialize(*their_data) : ""
        ) << json::serialize(answers[i]);
        EXPECT_EQ(places(ours), places(answers[i])) << json::serialize(ours) << "\n"
                                                    << json::serialize(answers[i]);
    }
}

}  // namespace
}  // namespace migrator::graphql::test
