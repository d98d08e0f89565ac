#include <gtest/gtest.h>

#include "script/scanner_lexes.hpp"

namespace migrator::script {
namespace {

using test::kServerLexis;
using test::texts;

constexpr std::uint32_t kBoth = kChangesSession | kChangesLexing;

TEST(ScannerSettings, StandardConformingStringsTakeEffectBehindTheirStatement) {
    const struct {
        const char* statement;
        bool before;
        bool after;
    } cases[] = {
        {"set standard_conforming_strings = off", true, false},
        {"SET Standard_Conforming_Strings TO ON", false, true},
        {"set session standard_conforming_strings to 'off'", true, false},
        {"set local standard_conforming_strings=false", true, false},
        {"set \"standard_conforming_strings\" = 0", true, false},
        {"set /* x */ standard_conforming_strings -- y\n = no", true, false},
        {"set standard_conforming_strings = \"OFF\"", true, false},
        {"set standard_conforming_strings = 1", false, true},
        {"set standard_conforming_strings = tr", false, true},
        {"set standard_conforming_strings = y", false, true},
        {"set standard_conforming_strings = of", true, false},
        {"set standard_conforming_strings to default", true, true},
        {"reset standard_conforming_strings", true, true},
        {"reset all", true, true},
        {"discard all", true, true},
        {"select set_config('standard_conforming_strings', 'off', false)", true, false},
        {"SELECT pg_catalog.SET_CONFIG ( 'Standard_conforming_strings' , 'on' , true )",
         false,
         true},
        {"with a as (select set_config('standard_conforming_strings', 'off', true)) table a",
         true,
         false},
        {"select set_config('role', 'x', true), set_config('standard_conforming_strings', 'off', "
         "true)",
         true,
         false},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.statement);
        const std::string text = std::string(c.statement) + "; a '\\'; b '; c";
        const Script script = scan(text, kServerLexis, c.before);
        ASSERT_GE(script.statements.size(), 2U);
        EXPECT_EQ(script.statements[0].traits & kBoth, kBoth);
        EXPECT_EQ(script.standard_conforming_strings, c.after);
        // '\' is a string on its own when strings are standard; else it goes on up to `b '`.
        EXPECT_EQ(texts(text, script)[1], c.after ? "a '\\'" : "a '\\'; b '");
    }
}

TEST(ScannerSettings, AreNotVouchedForWhenTheValueIsUnknown) {
    const struct {
        const char* statement;
        bool before;
    } cases[] = {
        {"set standard_conforming_strings = o", true},
        {"set standard_conforming_strings = ''", true},
        {"set standard_conforming_strings from current", true},
        {"set standard_conforming_strings to default", false},
        {"reset all", false},
        {"select set_config('standard_conforming_strings', v, false) from t", true},
        {"select set_config(n, 'off', false) from (values ('standard_conforming_strings')) t (n)",
         true},
        {"do $$ begin set standard_conforming_strings = off; end $$", true},
        {"do $$ begin perform set_config('standard_conforming_strings', 'off', false); end $$",
         true},
        {"begin; set local standard_conforming_strings = off; commit; a", true},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.statement);
        const Script script = scan(c.statement, kServerLexis, c.before);
        EXPECT_FALSE(script.sure);
        EXPECT_EQ(script.traits & kBoth, kBoth);
    }
}

TEST(ScannerSettings, OthersChangeTheSessionAndSomeTheLexing) {
    const struct {
        const char* text;
        std::uint32_t traits;
    } cases[] = {
        {"set client_encoding = 'latin1'", kBoth},
        {"set names 'latin1'", kBoth},
        {"set backslash_quote = off", kBoth},
        {"reset client_encoding", kBoth},
        {"select set_config('client_encoding', 'latin1', false)", kBoth},
        {"set search_path = names", kChangesSession},
        {"set \"session\" = names", kChangesSession},
        {"set role a", kChangesSession},
        {"reset role", kChangesSession},
        {"reset \"all\"", kChangesSession},
        {"select set_config('role', 'a', false)", kChangesSession},
        {"call p(set_config('role', 'a', false))", kChangesSession},
        {"do $$ begin perform set_config('role', 'a', false); end $$", kChangesSession},
        {"do $$ begin set role a; end $$", kChangesSession},
        {"do $$ begin null; RESET role; end $$", kChangesSession},
        {"do $$ begin if a then\n set local b = 1; end if; end $$", kChangesSession},
        {"do $$ begin update a set b = 1; end $$", kNoTraits},
        {"do $$ begin offset := reset; end $$", kNoTraits},
        {"select my_set_config('role')", kNoTraits},
        {"select set_configuration", kNoTraits},
        {"update a set standard_conforming_strings = 1", kNoTraits},
        {"create function f() returns int set standard_conforming_strings = off as $$$$",
         kNoTraits},
        {"alter role a set standard_conforming_strings = off", kNoTraits},
        {"select 'standard_conforming_strings'", kNoTraits},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const Script script = scan(c.text, kServerLexis);
        ASSERT_EQ(script.statements.size(), 1U);
        EXPECT_EQ(script.traits & kBoth, c.traits);
        EXPECT_TRUE(script.sure);
        EXPECT_TRUE(script.standard_conforming_strings);
    }
}

}  // namespace
}  // namespace migrator::script
