#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/error.hpp"
#include "graphql/document_cache.hpp"
#include "graphql/execute.hpp"

namespace migrator::graphql {
namespace {

using test::messages;

Schema schema_of(const char* sdl = "type Query { a(x: In): Int, b: Int } input In { n: Int }") {
    Schema schema(sdl);
    for (const FieldType& field : schema.query()->fields) {
        schema.resolve("Query", field.name, [](FieldContext& context, Result& result) {
            result.integer(static_cast<std::int64_t>(context.arguments().size()));
        });
    }
    return schema;
}

std::string problems(
    const Engine& engine,
    std::string_view document,
    std::optional<std::string_view> name = std::nullopt,
    const boost::json::object& variables = {}
) {
    const auto prepared = engine.prepare(document, name, variables);
    const auto* errors = std::get_if<std::vector<RequestError>>(&prepared);
    return errors == nullptr ? "" : messages(*errors);
}

TEST(Engine, PicksTheOperation) {
    const Engine engine(schema_of());
    const char* two = "query A { a } query B { b }";
    const std::string none = "no operations in query document\n";
    EXPECT_EQ(problems(engine, ""), none);
    EXPECT_EQ(problems(engine, " ,\n\t#comment\r\n # another"), none);
    EXPECT_EQ(problems(engine, "\xEF\xBB\xBF"), none);
    EXPECT_EQ(problems(engine, two, "A"), "");
    EXPECT_EQ(problems(engine, "{ a }"), "");
    EXPECT_EQ(problems(engine, "query A { a }", ""), "");
    EXPECT_EQ(problems(engine, "{ a }", "X"), "no operation with name \"X\"\n");
    EXPECT_EQ(
        problems(engine, two),
        "more than one operation in query document and no operation name given\n"
    );
    EXPECT_EQ(problems(engine, two, "C"), "no operation with name \"C\"\n");
    const auto prepared = engine.prepare(two, "B", {});
    EXPECT_EQ(std::get<0>(prepared)->operation->name->text, "B");
}

TEST(Engine, SaysWhatIsWrongWithADocument) {
    const Engine engine(schema_of());
    EXPECT_NE(problems(engine, "{"), "");
    EXPECT_EQ(problems(engine, "mutation { a }"), "this service does not support mutations\n");
    for (int again = 0; again < 2; ++again) EXPECT_NE(problems(engine, "{ nope }"), "");
}

TEST(Engine, TakesUnknownFieldsAsItIsTold) {
    const char* document = "query ($x: In) { a(x: $x) }";
    const boost::json::object variables{{"x", {{"n", 1}, {"zzz", 2}}}};
    EXPECT_EQ(
        problems(Engine(schema_of()), document, std::nullopt, variables),
        "Variable \"x\" has invalid value {\"n\":1,\"zzz\":2}.\n"
        "Field \"zzz\" is not defined by type \"In\".\n"
    );
    const Engine lenient(schema_of(), {.unknown_fields = UnknownFields::AreIgnored});
    const auto prepared = lenient.prepare(document, std::nullopt, variables);
    EXPECT_EQ(std::get<0>(prepared)->variables, (boost::json::object{{"x", {{"n", 1}}}}));
}

TEST(Engine, NeedsAllResolvers) { EXPECT_THROW(Engine(Schema("type Query { a: Int }")), Error); }

TEST(Engine, RemembersDocuments) {
    const Engine engine(schema_of());
    const auto document_of = [&engine](std::string_view text) {
        const auto prepared = engine.prepare(text, std::nullopt, {});
        return std::get<0>(prepared)->document;
    };
    const auto first = document_of("{ a }");
    EXPECT_EQ(document_of("{ a }"), first);
    EXPECT_NE(document_of("{ b }"), first);
}

TEST(Engine, ServesManyThreads) {
    const Engine engine(schema_of(), {.cached_documents = 3});
    std::vector<std::thread> threads;
    std::atomic<int> wrong = 0;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&engine, &wrong, t] {
            for (int i = 0; i < 200; ++i) {
                const std::string key = "k" + std::to_string((i * (t + 1)) % 7);
                const auto got = test::execute(engine, "{ " + key + ": a(x: {}) }");
                if (got.data != "{\"" + key + "\":1}") ++wrong;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
}

TEST(DocumentCache, ForgetsWhatWasLongestNotAskedFor) {
    DocumentCache cache(2, 100);
    const auto document = std::make_shared<const ast::Document>();
    cache.keep("a", document);
    cache.keep("b", document);
    EXPECT_NE(cache.find("a"), nullptr);
    cache.keep("c", document);
    EXPECT_NE(cache.find("a"), nullptr);
    EXPECT_EQ(cache.find("b"), nullptr);
    EXPECT_NE(cache.find("c"), nullptr);
}

TEST(DocumentCache, IsBoundedByBytesToo) {
    DocumentCache cache(100, 10);
    const auto document = std::make_shared<const ast::Document>();
    cache.keep("12345", document);
    cache.keep("12345", document);
    cache.keep("67890", document);
    EXPECT_NE(cache.find("12345"), nullptr);
    cache.keep("x", document);
    EXPECT_EQ(cache.find("67890"), nullptr);
    cache.keep(std::string(11, 'y'), document);
    EXPECT_EQ(cache.find(std::string(11, 'y')), nullptr);
    EXPECT_NE(cache.find("x"), nullptr);
    DocumentCache none(0, 10);
    none.keep("a", document);
    EXPECT_EQ(none.find("a"), nullptr);
}

}  // namespace
}  // namespace migrator::graphql
