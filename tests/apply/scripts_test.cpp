// A file is scanned once as far as the schema's name can't change what is found.
#include "db/sql/apply/scripts.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "apply/workplace.hpp"

namespace migrator::db::sql::apply {
namespace {

std::atomic<int> scans;

script::Script counted(std::string_view text, const script::Lexis& lexis, bool setting) {
    ++scans;
    return script::scan(text, lexis, setting);
}

class ScriptsTest : public testing::Test {
protected:
    ScriptsTest() {
        Dialect& dialect = server_.change_dialect();
        dialect.scan = counted;
        dialect.lexis.dollar_quotes = true;
        dialect.lexis.nested_comments = true;
        dialect.lexis.escape_strings = true;
        dialect.lexis.begin_atomic_bodies = true;
        dialect.lexis.copy_data = true;
        dialect.lexis.psql_commands = true;
        scans = 0;
    }
    /// How often a file was scanned for these schemas, one after the other.
    int scans_for(const std::string& text, const Texts& schemas) {
        scans = 0;
        const Migration file = file_named("t/1", text);
        Scripts scripts(server_.dialect(), options_);
        for (const std::string& schema : schemas) scripts.prepare(file, schema, true);
        return scans;
    }

    test::FakeServer server_;
    Options options_;
};

TEST_F(ScriptsTest, PutTheSchemaIntoTheText) {
    Scripts scripts(server_.dialect(), options_);
    const Migration file = file_named(
        "t/1",
        "\xEF\xBB\xBF"
        "create {schema}.t; drop {schema}.u"
    );
    const PreparedScript prepared = scripts.prepare(file, "a", true);
    EXPECT_EQ(prepared.text.whole(), "create a.t; drop a.u");
    EXPECT_EQ(prepared.script->statements.size(), 2U);
}

TEST_F(ScriptsTest, ScanAFileOnceForNamesThatDifferInDigits) {
    const std::string text = "create table {schema}.t (id int); insert into {schema}.t values (1)";
    EXPECT_EQ(scans_for(text, {"t1", "t2", "t9", "t1"}), 1);
    EXPECT_EQ(scans_for(text, {"tenant_08", "tenant_17"}), 1);
    EXPECT_EQ(scans_for("select 1", {"a", "long name", "1", "x-y"}), 1) << "no schema in it";
}

TEST_F(ScriptsTest, ScanAgainWhateverElseDiffers) {
    const std::string text = "create table {schema}.t (id int)";
    EXPECT_EQ(scans_for(text, {"a", "b"}), 2);
    EXPECT_EQ(scans_for(text, {"t1", "t10"}), 2);
    EXPECT_EQ(scans_for(text, {"t1", "u1"}), 2);
    EXPECT_EQ(scans_for(text, {"1a", "2a"}), 2) << "begins a number";
    EXPECT_EQ(scans_for(text, {"a-0x1", "a-1x1"}), 2) << "is several words";
}

TEST_F(ScriptsTest, ScanAgainWhereTheTextMakesDigitsMatter) {
    const Texts schemas = {"t1", "t2"};
    EXPECT_EQ(scans_for("do ${schema}$ begin; end $t1$;", schemas), 2);
    EXPECT_EQ(scans_for("do $a{schema}b$ begin; end $at1b$;", schemas), 2);
    EXPECT_EQ(scans_for("set standard_conforming_strings = {schema}", schemas), 2);
    EXPECT_EQ(scans_for("select 'open {schema}", schemas), 2) << "the scanner is not sure";
    EXPECT_EQ(scans_for("\\restrict {schema}\nselect 1;", schemas), 2);
}

TEST_F(ScriptsTest, ScanAgainUnderAnotherSetting) {
    const Migration file = file_named("t/1", "select 1");
    Scripts scripts(server_.dialect(), options_);
    scripts.prepare(file, "a", true);
    scripts.prepare(file, "a", false);
    scripts.prepare(file, "a", false);
    EXPECT_EQ(scans, 2);
}

bool same(const script::Statement& a, const script::Statement& b) {
    return a.begin == b.begin && a.end == b.end && a.behind == b.behind && a.line == b.line &&
           a.traits == b.traits && a.data_begin == b.data_begin && a.data_end == b.data_end;
}

/// What is shared has to be what a scan of the text itself finds.
TEST_F(ScriptsTest, NeverShareAScanThatIsWrong) {
    const Texts pieces = {"{schema}",   "{schema}.t",  "\"{schema}\"",
                          "'{schema}'", "$",           "$$",
                          "$a$",        "${schema}$",  "$t1$",
                          "'",          "\"",          "E'\\",
                          "e",          "u&",          "0",
                          "1e",         "0x",          "--",
                          "\n",         "/*",          "*/",
                          ";",          ";\n",         "(",
                          ")",          "begin",       "atomic",
                          "end",        "commit",      "create function",
                          "set",        "=",           "standard_conforming_strings",
                          "on",         "1",           "copy x from stdin",
                          "\\.",        "\\restrict",  "migrator:no-transaction",
                          "_",          " ",           " ",
                          " ",          ".",           "@",
                          ":",          "x",           "t1",
                          "select",     "set_config(", ","};
    const Texts schemas = {"t1", "t2", "t9", "tenant_1", "tenant_2", "e1", "e5", "x0", "_1", "_2"};
    std::mt19937 random(7);  // NOLINT(bugprone-random-generator-seed): the same texts each time
    const auto draw = [&](std::size_t below) {
        return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
    };
    const Dialect& dialect = server_.dialect();
    for (int round = 0; round < 3'000; ++round) {
        std::string text;
        for (std::size_t i = 1 + draw(12); i > 0; --i) text += pieces[draw(pieces.size())];
        SCOPED_TRACE(text);
        const Migration file = file_named("t/1", text);
        Scripts scripts(dialect, options_);
        for (const std::string& schema : schemas) {
            const PreparedScript shared = scripts.prepare(file, schema, true);
            const script::Script own = script::scan(shared.text.whole(), dialect.lexis, true);
            ASSERT_TRUE(std::ranges::equal(shared.script->statements, own.statements, same))
                << schema;
            ASSERT_EQ(shared.script->traits, own.traits) << schema;
            ASSERT_EQ(shared.script->problem, own.problem) << schema;
            ASSERT_EQ(shared.script->sure, own.sure) << schema;
            ASSERT_EQ(shared.script->wrapped, own.wrapped) << schema;
            ASSERT_EQ(shared.script->no_transaction_marker, own.no_transaction_marker) << schema;
            ASSERT_EQ(shared.script->standard_conforming_strings, own.standard_conforming_strings)
                << schema;
        }
    }
}

TEST_F(ScriptsTest, AreSharedByThreads) {
    std::deque<Migration> files;
    for (int i = 0; i < 50; ++i) {
        files.push_back(
            file_named("t/" + std::to_string(i), "create {schema}.t" + std::to_string(i))
        );
    }
    Scripts scripts(server_.dialect(), options_);
    for (const Migration& file : files) scripts.prepare(file, "t0", true);
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&, schema = "t" + std::to_string(thread)] {
                for (const Migration& file : files) {
                    const auto prepared = scripts.prepare(file, schema, true);
                    const bool right = prepared.script->statements.size() == 1 &&
                                       prepared.text.whole().starts_with("create " + schema + ".");
                    if (!right) ++wrong;
                }
            });
        }
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(scans, 50);
}

TEST_F(ScriptsTest, RunOutsideATransactionByMarkerOrPattern) {
    options_.no_transaction = {"*.outside.sql", "t/special*"};
    const struct {
        const char* file;
        const char* text;
        bool outside;
    } cases[] = {
        {"t/1.sql", "-- migrator:no-transaction\nselect 1", true},
        {"t/1.outside.sql", "select 1", true},
        {"t/special.sql", "select 1", true},
        {"t/1.sql", "select 1", false},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.file);
        Scripts scripts(server_.dialect(), options_);
        const Migration file = file_named(c.file, c.text);
        EXPECT_EQ(scripts.prepare(file, "a", true).outside_transaction, c.outside);
        EXPECT_EQ(scripts.prepare(file, "a", true).outside_transaction, c.outside) << "kept";
    }
}

}  // namespace
}  // namespace migrator::db::sql::apply
