#include <gtest/gtest.h>

#include "script/scanner_lexes.hpp"

namespace migrator::script {
namespace {

using test::kServerLexis;

TEST(ScannerTraits, ComeFromTheLongestMatchingRule) {
    const struct {
        const char* text;
        std::uint32_t traits;
    } cases[] = {
        {"begin", kTransactionControl | kOpensTransaction},
        {"BEGIN", kTransactionControl | kOpensTransaction},
        {"begin /* now */", kTransactionControl | kOpensTransaction},
        {"begin read only", kTransactionControl},
        {"beginning", kNoTraits},
        {"\"begin\"", kNoTraits},
        {"select begin", kNoTraits},
        {"vacuum", kRefusesTransaction},
        {"Vacuum (full) t", kRefusesTransaction},
        {"vacuum$", kNoTraits},
        {"alter a set b", kForbidden},
        {"alter \"a b\" set b", kForbidden},
        {"alter 'a' set", kForbidden},
        {"alter set", kNoTraits},
        {"alter a b set", kNoTraits},
        {"alter a \"set\"", kNoTraits},
        {"reindex concurrently", kBuildsIndexConcurrently},
        {"reindex (a, b) table concurrently t", kBuildsIndexConcurrently},
        {"reindex (concurrently off) table t", kNoTraits},
        {"reindex (concurrently on) table t", kBuildsIndexConcurrently},
        {"reindex table \"concurrently\"", kNoTraits},
        {"reindex 2 3 4 5 6 7 8 9 10 11 12 13 14 15 concurrently", kBuildsIndexConcurrently},
        {"reindex 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 concurrently", kNoTraits},
        {"create schema a", kCreatesSchema},
        {"create -- a\n schema a", kCreatesSchema},
        {"create table schema", kNoTraits},
        {"create", kNoTraits},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const Script script = scan(c.text, kServerLexis);
        ASSERT_EQ(script.statements.size(), 1U);
        EXPECT_EQ(script.statements[0].traits, c.traits);
    }
}

TEST(ScannerTraits, OfAScriptAreThoseOfAllStatements) {
    EXPECT_EQ(scan("", kServerLexis).traits, kNoTraits);
    EXPECT_EQ(
        scan("a; vacuum; b; create schema x", kServerLexis).traits,
        kRefusesTransaction | kCreatesSchema
    );
}

TEST(ScannerTraits, TellAHarmlessWrapperFromTransactionControl) {
    const struct {
        const char* text;
        bool wrapped;
    } cases[] = {
        {"begin; a; commit;", true},
        {"-- first\nBEGIN;\na;\nb;\nEND;\n-- last\n", true},
        {";; begin; a; commit ;;", true},
        {"begin; commit", true},
        {"begin; begin; commit", false},
        {"begin; a; rollback", false},
        {"begin; a; commit; b", false},
        {"a; begin; b; commit", false},
        {"begin; a; commit; begin; b; commit", false},
        {"begin; rollback; a; commit", false},
        {"begin read only; a; commit", false},
        {"begin; a; commit and chain", false},
        {"begin; a", false},
        {"a; commit", false},
        {"begin", false},
        {"commit; begin", false},
        {"a", false},
        {"", false},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(scan(c.text, kServerLexis).wrapped, c.wrapped);
    }
}

TEST(ScannerTraits, FindTheMarkerInTheFirstCommentOnly) {
    const struct {
        const char* text;
        bool marked;
    } cases[] = {
        {"-- migrator:no-transaction", true},
        {"--migrator:no-transaction\na;", true},
        {"\r\n  -- migrator:no-transaction\r\na;", true},
        {"/* migrator:no-transaction */ a;", true},
        {"/*migrator:no-transaction*/", true},
        {"/* because of the index:\n   migrator:no-transaction, really\n*/ a;", true},
        {"-- first migrator:no-transactions, then migrator:no-transaction.\n", true},
        {";-- migrator:no-transaction\n", true},
        {"-- about it\n-- migrator:no-transaction\na;", false},
        {"/* about it */ /* migrator:no-transaction */ a;", false},
        {"a; -- migrator:no-transaction", false},
        {"a -- migrator:no-transaction", false},
        {"-- migrator:no-transactions", false},
        {"-- migrator:no-transaction-please", false},
        {"-- my_migrator:no-transaction", false},
        {"-- MIGRATOR:NO-TRANSACTION", false},
        {"select '-- migrator:no-transaction'", false},
        {"-- \nmigrator:no-transaction", false},
        {"", false},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(scan(c.text, kServerLexis).no_transaction_marker, c.marked);
    }
}

}  // namespace
}  // namespace migrator::script
