#include "core/schema_name.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace migrator {
namespace {

using namespace std::string_literals;

TEST(SchemaName, TakesLettersDigitsUnderscoreAndDash) {
    for (const auto& text : {"a"s, "Acme_1"s, "a-b"s, "1st"s, "-"s, std::string(200, 'x')}) {
        EXPECT_EQ(SchemaName::parse(text).str(), text);
    }
}

TEST(SchemaName, RefusesAllElseAndShowsIt) {
    const struct {
        const char* name;
        std::string text;
        std::string message;
    } cases[] = {
        {"empty", "", "Schema name contains invalid characters: "},
        {"space", "two words", "Schema name contains invalid characters: two words"},
        {"quote",
         "a\"; drop schema b",
         "Schema name contains invalid characters: a\"; drop schema b"},
        {"dot", "a.b", "Schema name contains invalid characters: a.b"},
        {"umlaut", "\xC3\xA4", "Schema name contains invalid characters: \xC3\xA4"},
        {"line break at the end", "a\n", "Schema name contains invalid characters: a\n"},
        {"NUL", "a\0b"s, "Schema name contains invalid characters: a"},
        {"too long",
         std::string(201, 'x'),
         "Schema name is longer than 200 characters: " + std::string(201, 'x')}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        try {
            SchemaName::parse(c.text);
            ADD_FAILURE() << "no exception";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::MigrationFailed);
            EXPECT_EQ(error.what(), c.message);
        }
    }
}

TEST(SchemaName, KnowsWhatSqlTakesWithoutQuotes) {
    const struct {
        const char* text;
        bool plain;
    } cases[] = {
        {"acme", true},
        {"_a1", true},
        {"Acme", true},
        {"1st", false},
        {"a-b", false},
        {"-a", false}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(SchemaName::parse(c.text).is_plain(), c.plain);
    }
}

}  // namespace
}  // namespace migrator
