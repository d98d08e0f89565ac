// What pending files would do on MariaDB: files that hurt and files that don't, and what the server
// itself says.
#include "analysis/mysql_analysis.hpp"
#include "analysis/mysql_rules.hpp"
#include "mysql/analysis_tables.hpp"

namespace migrator::db::mysql::test {
namespace {

TEST_F(MariadbAnalysis, EachFileHasItsFindingsAndNoOthers) {
    constexpr std::size_t kFiles = 100;
    migrator::test::expect_corpus(
        folder() / "corpus",
        kFiles,
        [this](const std::vector<std::string>& texts) { return analyze_files(texts); }
    );
}

TEST_F(MariadbAnalysis, EveryRuleHasAFileOrIsNoWarning) {
    std::string all;
    for (const auto& [file, rules] : expected_rules(folder() / "corpus/expected.txt"))
        all += " " + rules + " ";
    // `inline-reference-ignored`: MariaDB honors them.
    const std::set<std::string_view> elsewhere = {
        "cast-may-fail",
        "check-may-fail",
        "foreign-key-may-fail",
        "function-replace",
        "not-null-may-fail",
        "unique-may-fail",
        "view-replace",
        "transaction-in-file",
        "inline-reference-ignored"};
    for (const std::string_view rule : analysis::mysql_rule_names()) {
        if (elsewhere.contains(rule)) continue;
        EXPECT_NE(all.find(" " + std::string(rule) + " "), std::string::npos) << rule;
    }
}

TEST_F(MariadbAnalysis, SaysWhatIsBlockedForHowManyTenants) {
    const std::string smaller = make_schema();
    execute(*admin_, "delete from " + smaller + ".orders where id > 120");
    const std::string text = "\n\nalter table {schema}.orders modify amount bigint;";
    for (const bool scratch : {false, true}) {
        SCOPED_TRACE(scratch);
        const Analysis analysis = analyze_files({text}, scratch);
        ASSERT_FALSE(analysis.findings.empty());
        const Finding& finding = analysis.findings.front();
        EXPECT_EQ(finding.rule, "type-change-rewrite");
        EXPECT_EQ(finding.level, Level::Danger);
        EXPECT_EQ(finding.line, 3U);
        EXPECT_EQ(finding.lock, "ALGORITHM=COPY, LOCK=SHARED");
        EXPECT_FALSE(finding.blocks_reads);
        EXPECT_TRUE(finding.blocks_writes);
        EXPECT_EQ(finding.text, "alter table {schema}.orders modify amount bigint");
        EXPECT_TRUE(
            has(finding.safe, "alter table {schema}.`orders` add column `amount_new` bigint")
        ) << finding.safe;
        ASSERT_EQ(finding.tables.size(), 1U);
        EXPECT_EQ(finding.tables[0].table, "orders");
        EXPECT_EQ(finding.tables[0].schemas, 2U);
        EXPECT_EQ(finding.tables[0].largest, database_);
        EXPECT_EQ(finding.tables[0].rows, 200);
        // Nobody may think that the server has been asked.
        EXPECT_EQ(analysis.notes.size(), scratch ? 0U : 1U);
    }
}

TEST_F(MariadbAnalysis, TheServerHasTheLastWord) {
    const struct {
        const char* statement;
        const char* rules;
        const char* lock;
    } cases[] = {
        {"alter table {schema}.orders add column c int", "", ""},
        {"alter table {schema}.orders modify remark varchar(300)",
         "type-change-rewrite",
         "ALGORITHM=COPY, LOCK=SHARED"},
        {"alter table {schema}.orders add fulltext index w (note)",
         "index-not-concurrent",
         "ALGORITHM=INPLACE, LOCK=SHARED"},
        {"alter table {schema}.orders add check (amount > 0)",
         "check-validated",
         "ALGORITHM=COPY, LOCK=SHARED"},
        {"alter table {schema}.orders add foreign key (amount) references {schema}.customers (id)",
         "foreign-key-validated",
         "ALGORITHM=COPY, LOCK=SHARED"},
        {"set foreign_key_checks = 0; alter table {schema}.orders add foreign key (amount) "
         "references {schema}.customers (id)",
         "",
         ""},
        {"alter table {schema}.orders drop column missing", "alter-refused column-drop", ""},
        {"alter table {schema}.orders modify amount bigint, algorithm=inplace",
         "alter-refused",
         ""},
        {"alter table {schema}.orders add column c int, algorithm=copy",
         "table-rewrite",
         "ALGORITHM=COPY, LOCK=SHARED"},
        {"alter table {schema}.`my ``odd``, table.` modify `a b` bigint",
         "type-change-rewrite",
         "ALGORITHM=COPY, LOCK=SHARED"},
        {"alter table {schema}.small modify n bigint", "", "ALGORITHM=COPY, LOCK=SHARED"},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.statement);
        const Analysis analysis = analyze_files({each.statement}, true);
        EXPECT_EQ(rules_of(analysis), each.rules);
        EXPECT_TRUE(analysis.notes.empty()) << analysis.notes.front();
        const std::string lock =
            analysis.findings.empty() ? std::string() : analysis.findings.front().lock;
        EXPECT_EQ(lock, each.lock);
    }
    EXPECT_TRUE(scratches().empty());
}

TEST_F(MariadbAnalysis, LaterFilesFindWhatEarlierOnesHaveDone) {
    const Analysis analysis = analyze_files(
        {"alter table {schema}.orders add column c int; create table {schema}.parents (id int "
         "primary key)",
         "alter table {schema}.orders drop column c, add index (amount, code)",
         "alter table {schema}.orders add foreign key (amount) references {schema}.parents (id)",
         "rename table {schema}.small to {schema}.smaller",
         "alter table {schema}.smaller add column d int"},
        true
    );
    EXPECT_EQ(rules_of(analysis), "foreign-key-validated table-rename");
    ASSERT_EQ(analysis.notes.size(), 1U);
    EXPECT_TRUE(has(analysis.notes[0], "/tenants/3.sql:1, /tenants/5.sql:1")) << analysis.notes[0];
}

TEST_F(MariadbAnalysis, TouchesNoLiveTable) {
    const std::string before = contents_of(database_);
    const auto databases = column(*admin_, "select schema_name from information_schema.schemata");
    for (const auto& entry : std::filesystem::directory_iterator(folder() / "corpus")) {
        if (entry.path().extension() == ".sql") analyze_files({text_of_file(entry.path())}, true);
    }
    EXPECT_EQ(contents_of(database_), before);
    EXPECT_EQ(column(*admin_, "select schema_name from information_schema.schemata"), databases);
}

TEST_F(MariadbAnalysis, LevelsAndAllowancesWorkAsOnPostgresql) {
    options_.analysis.levels = {{"column-drop", Level::Info}, {"truncate", Level::Off}};
    const Analysis analysis =
        analyze_files({"alter table {schema}.orders drop note; truncate {schema}.orders;\n"
                       "-- migrator:allow charset-conversion\n"
                       "alter table {schema}.orders convert to character set utf8mb4;\n"
                       "-- migrator:allow nothing: why\nselect 1;\n"
                       "-- migrator:allow table-drop: it is empty\ndrop table {schema}.small"});
    EXPECT_EQ(rules_of(analysis), "charset-conversion");
    EXPECT_EQ(analysis.allowed, 1U);
    ASSERT_EQ(analysis.problems.size(), 2U);
    EXPECT_TRUE(has(analysis.problems[0], "a reason is missing"));
    EXPECT_TRUE(has(analysis.problems[1], "no rule 'nothing'"));
    options_.analysis.levels = {{"no-such-rule", Level::Off}};
    EXPECT_THROW(analyze_files({"select 1"}), Error);
}

TEST_F(MariadbAnalysis, WhatCannotBeReadIsSaid) {
    const Analysis analysis =
        analyze_files({"call {schema}.tidy();\nalter tabel {schema}.orders add x int;\nalter table "
                       "{schema}.orders frobnicate;\nprepare p from 'drop table x';\nexecute p;\n"
                       "alter table {schema}.orders drop column note;"});
    ASSERT_EQ(analysis.unread.size(), 4U);
    EXPECT_EQ(analysis.unread[0].line, 1U);
    EXPECT_EQ(analysis.unread[1].line, 2U);
    EXPECT_EQ(analysis.unread[2].line, 3U);
    EXPECT_EQ(analysis.unread[3].line, 5U);
    EXPECT_EQ(rules_of(analysis), "column-drop") << "the others are looked at all the same";
}

TEST_F(MariadbAnalysis, SaysOfWhichTablesItKnowsNothing) {
    const Analysis analysis =
        analyze_files({"create table {schema}.fresh (id int primary key);\nalter table "
                       "{schema}.fresh add c int;\n"
                       "alter table {schema}.nothing add c int;\ndelete from {schema}.nobody;\n"
                       "drop table if exists {schema}.neither"});
    EXPECT_EQ(rules_of(analysis), "");
    ASSERT_EQ(analysis.notes.size(), 1U);
    EXPECT_TRUE(has(analysis.notes[0], ": /tenants/1.sql:3 nothing, /tenants/1.sql:4 nobody"))
        << analysis.notes[0];
}

TEST_F(MariadbAnalysis, NeedsNoMoreThanToRead) {
    const std::string name = "r" + random_uuid().substr(0, 8);
    execute(*admin_, "create user " + name + "@'%' identified by 'x'");
    execute(*admin_, "grant select on " + database_ + ".* to " + name);
    server_ = server_at(name + ":x" + url_.substr(url_.find('@')));
    const std::string text = "alter table {schema}.orders modify amount bigint";
    const Analysis analysis = analyze_files({text});
    const std::string refused =
        message_of([&] { analyze_files({text}, true); }, ErrorKind::Configuration);
    // As docs/analysis.md says.
    execute(
        *admin_,
        "grant create, drop, alter, index, references, insert on `migrator\\_scratch\\_%`.* to " +
            name
    );
    server_ = server_at(name + ":x" + url_.substr(url_.find('@')));
    const Analysis asked = analyze_files(
        {text + "; alter table {schema}.orders add fulltext index w (note), add foreign key (code) "
                "references {schema}.customers (name)"},
        true
    );
    execute(*admin_, "drop user " + name);
    EXPECT_EQ(rules_of(analysis), "type-change-rewrite");
    EXPECT_TRUE(has(refused, "needs the right to create and drop databases")) << refused;
    EXPECT_EQ(rules_of(asked), "alter-refused type-change-rewrite");
    EXPECT_TRUE(asked.notes.empty()) << asked.notes.front();
}

TEST_F(MariadbAnalysis, ReadsStatementsOfAnySize) {
    std::string terms = "update {schema}.orders set amount = 1";
    for (int i = 0; i < 30'000; ++i) terms += " + 1";
    std::string columns = "alter table {schema}.orders add column c0 int";
    for (int i = 1; i < 10'000; ++i) columns += ", add column c" + std::to_string(i) + " int";
    const std::string deep = "delete from {schema}.orders where " + std::string(50'000, '(') +
                             "id" + std::string(50'000, ')');
    const Analysis analysis =
        analyze_files({terms, columns, deep, "select " + std::string(300'000, '1')});
    EXPECT_EQ(rules_of(analysis), "update-without-where");
    EXPECT_EQ(analysis.unread.size(), 1U);
}

TEST_F(MariadbAnalysis, RefusesWhatNeedsATransaction) {
    TraceRequest request;
    request.on = {"t1"};
    const std::string on =
        message_of([&] { analysis::check_mysql_request(request); }, ErrorKind::InvalidRequest);
    EXPECT_TRUE(has(on, "--on traces files on PostgreSQL only")) << on;
    request.on.clear();
    request.scratch_source = "root:secret@tcp(elsewhere)/";
    const std::string source =
        message_of([&] { analysis::check_mysql_request(request); }, ErrorKind::InvalidRequest);
    EXPECT_TRUE(has(source, "--scratch-source")) << source;
    EXPECT_FALSE(has(source, "secret"));
}

}  // namespace
}  // namespace migrator::db::mysql::test
