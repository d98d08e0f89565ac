// Files that hurt, and files that don't, on tables whose sizes are known.
#include <set>

#include "analysis/postgresql_tables.hpp"
#include "analysis/rules.hpp"

namespace migrator::analysis::test {
namespace {

using Corpus = PostgresqlTables;

TEST_F(Corpus, EachFileHasItsFindingsAndNoOthers) {
    constexpr std::size_t kFiles = 60;
    migrator::test::expect_corpus(
        folder() / "corpus",
        kFiles,
        [this](const std::vector<std::string>& texts) { return analyze_files(texts); }
    );
}

TEST_F(Corpus, EveryRuleHasAFileOrIsNoWarning) {
    std::string all;
    for (const auto& [file, rules] : expected_rules(folder() / "corpus/expected.txt"))
        all += " " + rules + " ";
    const std::set<std::string_view> elsewhere = {
        "concurrently-if-not-exists",
        "several-tables-locked",
        "schema-rename",
        "function-replace",
        "view-replace",
        "database-drop",
        "cast-may-fail",
        "check-may-fail",
        "foreign-key-may-fail",
        "not-null-may-fail",
        "unique-may-fail",
        "session-state-left",
        "transaction-in-file"};
    for (const std::string_view rule : rule_names()) {
        if (elsewhere.contains(rule)) continue;
        EXPECT_NE(all.find(" " + std::string(rule) + " "), std::string::npos) << rule;
    }
}

TEST_F(Corpus, SaysWhoseTablesAreMeantAndHowLargeTheyAre) {
    make_schema();
    execute(*session_, "delete from " + schemas_[0] + ".big where id > 1200");
    execute(*session_, "vacuum analyze " + schemas_[0] + ".big");
    const Analysis analysis = analyze_files({"\n\ncreate index on {schema}.big (n);"});
    ASSERT_EQ(analysis.findings.size(), 1U);
    const Finding& finding = analysis.findings.front();
    EXPECT_EQ(finding.rule, "index-not-concurrent");
    EXPECT_EQ(finding.level, Level::Danger);
    EXPECT_EQ(finding.line, 3U);
    EXPECT_EQ(finding.lock, "SHARE");
    EXPECT_FALSE(finding.blocks_reads);
    EXPECT_TRUE(finding.blocks_writes);
    EXPECT_EQ(finding.text, "create index on {schema}.big (n)");
    EXPECT_EQ(
        finding.safe, "-- migrator:no-transaction\ncreate index concurrently on {schema}.big (n);"
    );
    ASSERT_EQ(finding.tables.size(), 1U);
    EXPECT_EQ(finding.tables[0].table, "big");
    EXPECT_EQ(finding.tables[0].schemas, 2U);
    EXPECT_EQ(finding.tables[0].largest, schemas_[1]);
    EXPECT_EQ(finding.tables[0].rows, 2'000);
    EXPECT_GT(finding.tables[0].bytes, 8'192);
}

TEST_F(Corpus, AnEarlierPendingFileMakesTables) {
    const Analysis analysis = analyze_files(
        {"create table {schema}.fresh (id int, n int)",
         "create index on {schema}.fresh (n); alter table {schema}.fresh rename to fresher",
         "alter table {schema}.fresher alter n set not null, drop column id"}
    );
    EXPECT_TRUE(analysis.findings.empty()) << analysis.findings.front().rule;
}

TEST_F(Corpus, NotNullInThreeFilesIsNoHazard) {
    const Analysis analysis = analyze_files(
        {"alter table {schema}.big add constraint c check (n is not null) not valid",
         "alter table {schema}.big validate constraint c",
         "alter table {schema}.big alter column n set not null;"
         "alter table {schema}.big drop constraint c"}
    );
    EXPECT_FALSE(analysis.has(Level::Warning)) << analysis.findings.front().rule;
}

TEST_F(Corpus, LevelsOfTheConfigurationWin) {
    options_.analysis.levels = {{"index-not-concurrent", Level::Off}, {"column-drop", Level::Info}};
    const Analysis analysis =
        analyze_files({"create index on {schema}.big (n); alter table {schema}.big drop note"});
    ASSERT_EQ(analysis.findings.size(), 1U);
    EXPECT_EQ(analysis.findings[0].rule, "column-drop");
    EXPECT_EQ(analysis.findings[0].level, Level::Info);
    options_.analysis.levels = {{"no-such-rule", Level::Off}};
    EXPECT_THROW(analyze_files({"select 1"}), Error);
}

TEST_F(Corpus, AnAllowanceNeedsARuleAndAReason) {
    const Analysis analysis =
        analyze_files({"-- migrator:allow index-not-concurrent\ncreate index on {schema}.big (n);\n"
                       "-- migrator:allow nothing: why\nselect 1"});
    ASSERT_EQ(analysis.problems.size(), 2U);
    EXPECT_NE(analysis.problems[0].find("a reason is missing"), std::string::npos);
    EXPECT_NE(analysis.problems[1].find("no rule 'nothing'"), std::string::npos);
    EXPECT_TRUE(analysis.has(Level::Warning));
    EXPECT_EQ(analysis.allowed, 0U);
}

TEST_F(Corpus, WhatCannotBeReadIsSaid) {
    const Analysis analysis = analyze_files(
        {"do $$ begin execute 'drop table x'; end $$;\nalter tabel {schema}.big add x int;\n"
         "create index on {schema}.big (n)"}
    );
    ASSERT_EQ(analysis.unread.size(), 2U);
    EXPECT_EQ(analysis.unread[0].line, 1U);
    EXPECT_EQ(analysis.unread[1].line, 2U);
    ASSERT_EQ(analysis.findings.size(), 1U) << "the others are looked at all the same";
}

}  // namespace
}  // namespace migrator::analysis::test
