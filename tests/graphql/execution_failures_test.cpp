#include <gtest/gtest.h>

#include <chrono>
#include <new>

#include "core/error.hpp"
#include "graphql/execute.hpp"

namespace migrator::graphql {
namespace {

using namespace std::chrono_literals;
using test::messages;

constexpr const char* kSdl = R"(
type Thing { id: Int, child: Thing }
type Query { a: String, b: String, must: String!, list: [Int], thing: Thing }
type Mutation { a: String }
)";

/// Every field of the roots has `resolver`; a Thing's child is a Thing, its id fails with 13.
Engine engine_of(const Resolver& resolver) {
    Schema schema(kSdl);
    for (const char* field : {"a", "b", "must", "list", "thing"}) {
        schema.resolve("Query", field, resolver);
    }
    schema.resolve("Mutation", "a", resolver);
    schema.resolve("Thing", "id", [](FieldContext& field, Result& result) {
        result.integer(field.parent().as<int>());
    });
    schema.resolve("Thing", "child", resolver);
    return Engine(std::move(schema));
}

test::Answer answer(
    std::string_view document, const Resolver& resolver, const Request& request = {}
) {
    return test::execute(engine_of(resolver), document, {}, request);
}

TEST(ExecutionFailures, OfOneFieldLeaveTheOthers) {
    int calls = 0;
    const auto got = answer("{ a b }", [&](auto&, Result& result) {
        result.string("cut away");
        if (++calls == 1) throw FieldError("no", {{"code", "NOPE"}});
    });
    EXPECT_EQ(got.data, R"({"a":null,"b":"cut away"})");
    EXPECT_EQ(messages(got.errors), "a: no\n");
    EXPECT_EQ(got.errors[0].extensions, (boost::json::object{{"code", "NOPE"}}));
    EXPECT_TRUE(got.errors[0].locations.empty());
}

TEST(ExecutionFailures, AreCountedButNotKeptWithoutEnd) {
    const auto got = answer("{ list }", [](auto&, Result& result) {
        result.list([](ListResult& list) {
            for (int i = 0; i < 5000; ++i) list.next().string("no Int");
        });
    });
    ASSERT_EQ(got.errors.size(), 1001U);
    EXPECT_EQ(got.errors.back().message, "too many errors; the rest are not shown");
    EXPECT_TRUE(got.data.ends_with("null,null]}"));
}

TEST(ExecutionFailures, AreDescribedByTheCaller) {
    const auto fail = [](auto&, Result&) { throw std::runtime_error("secret"); };
    EXPECT_EQ(messages(answer("{ a }", fail).errors), "a: internal error\n");
    const Request request{.context = {}, .describe = [](const std::exception_ptr& thrown) {
                              try {
                                  std::rethrow_exception(thrown);
                              } catch (const std::exception& error) {
                                  return FieldError(std::string("described: ") + error.what());
                              }
                          }};
    EXPECT_EQ(messages(answer("{ a }", fail, request).errors), "a: described: secret\n");
}

TEST(ExecutionFailures, InTheMiddleOfAListMakeTheListNull) {
    const auto got = answer("{ list a: list }", [](auto&, Result& result) {
        result.list([](ListResult& list) {
            list.next().integer(1);
            throw FieldError("the connection is gone");
        });
    });
    EXPECT_EQ(got.data, R"({"list":null,"a":null})");
    EXPECT_EQ(messages(got.errors), "list: the connection is gone\na: the connection is gone\n");
}

TEST(ExecutionFailures, OfMemoryEndTheExecution) {
    const auto fail = [](auto&, Result&) { throw std::bad_alloc(); };
    EXPECT_THROW(answer("{ a }", fail), std::bad_alloc);
}

TEST(ExecutionFailures, ReportedBesideTheDataHaveNoPath) {
    const auto got = answer("{ a }", [](FieldContext& field, Result& result) {
        field.report({.message = "late", .path = {"x"}});
        result.string("x");
    });
    EXPECT_EQ(got.data, R"({"a":"x"})");
    EXPECT_EQ(messages(got.errors), "late\n");
}

/// Full after some bytes, as a disk.
class FullOutput final : public Output {
public:
    void append(std::string_view text) override {
        size_ += text.size();
        if (size_ > 100'000) throw std::runtime_error("full");
    }
    std::size_t size() const override { return size_; }
    void cut(std::size_t size) override { size_ = size; }

private:
    std::size_t size_ = 0;
};

TEST(ExecutionFailures, OfTheOutputAreNotThoseOfAField) {
    const Engine engine = engine_of([](FieldContext&, Result& result) {
        try {
            result.string(std::string(300'000, 'x'));
        } catch (const std::exception&) {
            // A resolver that swallows it changes nothing.
        }
    });
    FullOutput output;
    auto prepared = engine.prepare("{ a b }", std::nullopt, {});
    Execution execution(std::get<0>(prepared), {}, output);
    try {
        execution.run();
        FAIL() << "the output is full";
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "full");
    }
    EXPECT_TRUE(execution.errors().empty());
}

TEST(ExecutionFailures, TellWhatAResolverDoesWrong) {
    const Request shown{.context = {}, .describe = [](const std::exception_ptr& thrown) {
                            try {
                                std::rethrow_exception(thrown);
                            } catch (const Error& error) {
                                return FieldError(error.what());
                            }
                        }};
    ListResult* kept = nullptr;
    const struct {
        const char* name;
        const char* document;
        Resolver resolver;
        const char* message;
    } cases[] = {
        {"two values",
         "{ a }",
         [](auto&, Result& r) { r.string("1"), r.string("2"); },
         "returned more than one value"},
        {"null and a value",
         "{ a }",
         [](auto&, Result& r) { r.null(), r.string("2"); },
         "returned more than one value"},
        {"two values of an element",
         "{ list }",
         [](auto&, Result& r) {
             r.list([](ListResult& list) {
                 Result& element = list.next();
                 element.integer(1), element.integer(2);
             });
         },
         "returned more than one value"},
        {"a finished list",
         "{ list }",
         [&kept](auto&, Result& r) {
             r.list([&kept](ListResult& list) { kept = &list; });
             kept->next();
         },
         "appended to a finished list"},
        {"no parent",
         "{ a }",
         [](FieldContext& f, auto&) { f.parent().as<int>(); },
         "expects a parent"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const auto got = answer(c.document, c.resolver, shown);
        EXPECT_NE(got.data.find(":null}"), std::string::npos) << got.data;
        ASSERT_EQ(got.errors.size(), 1U);
        EXPECT_NE(got.errors[0].message.find(c.message), std::string::npos)
            << got.errors[0].message;
    }
}

TEST(ExecutionOutput, WritesBehindWhatTheOutputHolds) {
    const Engine engine = engine_of([](auto&, Result&) {});
    auto prepared = engine.prepare("{ a must }", std::nullopt, {});
    test::MemoryOutput output;
    output.append("before ");
    Execution execution(std::get<0>(prepared), {}, output);
    execution.run();
    EXPECT_EQ(output.text, "before null");
}

TEST(ExecutionOutput, CutsWhatWasHandedToTheOutputAlready) {
    const Engine engine = engine_of([](auto&, Result& result) {
        result.string(std::string(200'000, 'x'));
        throw FieldError("late");
    });
    auto prepared = engine.prepare("{ a }", std::nullopt, {});
    test::MemoryOutput output;
    Execution execution(std::get<0>(prepared), {}, output);
    execution.run();
    EXPECT_EQ(output.text, R"({"a":null})");
}

}  // namespace
}  // namespace migrator::graphql
