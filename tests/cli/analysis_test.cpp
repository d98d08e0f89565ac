// `plan --analyze`: what it shows, its exit codes, its file for code hosts.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/command_line.hpp"
#include "cli/repository_uri.hpp"
#include "support/temp_dir.hpp"

namespace migrator::cli::test {
namespace {

namespace json = boost::json;

Finding finding(const std::string& rule, Level level, const std::string& file) {
    Finding found;
    found.rule = rule;
    found.level = level;
    found.file = file;
    found.line = 3;
    found.statement = 1;
    found.text = "create index on {schema}.orders (n)";
    found.lock = "SHARE";
    found.blocks_writes = true;
    found.tables = {{"orders", 2, "abc", 40'000'000, 3'300'000'000}};
    found.why = "Nobody writes while it is built.";
    found.safe = "create index concurrently on {schema}.orders (n);";
    return found;
}

class AnalyzeCommand : public CommandLine {
protected:
    AnalyzeCommand() { write_files(); }

    void find(const std::vector<Finding>& findings) {
        Analysis analysis;
        analysis.findings = findings;
        analysis.files = 1;
        analysis.statements = 2;
        database.set_analysis(analysis);
    }
    void find_all_levels() {
        find(
            {finding("index-not-concurrent", Level::Danger, "/migrations/tenants/002.sql"),
             finding("lock-table", Level::Warning, "/migrations/tenants/002.sql"),
             finding("view-replace", Level::Info, "/migrations/tenants/003.sql"),
             finding("lock-table", Level::Warning, "s3://bucket/tenants/004.sql")}
        );
    }
    static bool has(const std::ostringstream& stream, const std::string& part) {
        return stream.str().find(part) != std::string::npos;
    }
};

/// What SARIF 2.1.0 requires of a log, and code hosts beyond it.
void expect_sarif(const json::object& log) {
    EXPECT_EQ(log.at("version"), "2.1.0");
    EXPECT_TRUE(log.at("$schema").as_string().find("sarif-2.1.0") != std::string::npos);
    ASSERT_EQ(log.at("runs").as_array().size(), 1U);
    const json::object& run = log.at("runs").as_array().at(0).as_object();
    const json::object& driver = run.at("tool").at("driver").as_object();
    EXPECT_EQ(driver.at("name"), "migrator");
    const json::array& rules = driver.at("rules").as_array();
    for (const json::value& rule : rules) {
        for (const char* words : {"shortDescription", "fullDescription", "help"}) {
            EXPECT_FALSE(rule.at(words).at("text").as_string().empty());
        }
    }
    for (const json::value& result : run.at("results").as_array()) {
        const std::string level(result.at("level").as_string());
        EXPECT_TRUE(level == "error" || level == "warning" || level == "note") << level;
        EXPECT_FALSE(result.at("message").at("text").as_string().empty());
        const auto rule = result.at("ruleIndex").to_number<std::size_t>();
        ASSERT_LT(rule, rules.size());
        EXPECT_EQ(rules.at(rule).at("id"), result.at("ruleId"));
        const json::value& place = result.at("locations").as_array().at(0).at("physicalLocation");
        EXPECT_FALSE(place.at("artifactLocation").at("uri").as_string().empty());
        EXPECT_GE(place.at("region").at("startLine").to_number<int>(), 1);
    }
    EXPECT_TRUE(run.at("invocations").as_array().at(0).at("executionSuccessful").is_bool());
}

TEST_F(AnalyzeCommand, FailsWhenAFindingIsAsBad) {
    const std::vector<Finding> warning = {finding("lock-table", Level::Warning, "a.sql")};
    const struct {
        std::vector<Finding> findings;
        std::string fail_on;
        int exit_code;
    } cases[] = {
        {{}, "danger", 0},
        {{}, "warning", 0},
        {warning, "", 0},
        {warning, "danger", 0},
        {warning, "warning", 3},
        {warning, "info", 3},
        {{finding("x", Level::Danger, "a.sql")}, "danger", 3},
        {{finding("x", Level::Danger, "a.sql")}, "warning", 3},
        {{finding("x", Level::Info, "a.sql")}, "warning", 0},
        {{}, "off", 2},
        {{}, "all", 2},
    };
    for (const auto& c : cases) {
        find(c.findings);
        std::vector<std::string> arguments = {"plan", "--analyze"};
        if (!c.fail_on.empty()) arguments.insert(arguments.end(), {"--fail-on", c.fail_on});
        EXPECT_EQ(run(arguments), c.exit_code) << testing::PrintToString(arguments);
        arguments.emplace_back("--json");
        EXPECT_EQ(run(arguments), c.exit_code) << testing::PrintToString(arguments);
    }
}

TEST_F(AnalyzeCommand, ShowsWhatHurtsWhomAndWhatToWriteInstead) {
    find_all_levels();
    EXPECT_EQ(run({"plan", "--analyze"}), 0) << err.str();
    EXPECT_TRUE(has(out, "danger: index-not-concurrent /migrations/tenants/002.sql:3\n"))
        << out.str();
    EXPECT_TRUE(has(out, "blocks writes (SHARE)"));
    EXPECT_TRUE(has(out, "orders in 2 schemas, the largest in abc (40000000 rows, 3.1 GB)"));
    EXPECT_TRUE(has(out, "create index concurrently on {schema}.orders (n);"));
    EXPECT_FALSE(has(out, "view-replace"));
    EXPECT_TRUE(has(out, "1 danger, 2 warnings, 1 info (--verbose shows infos)")) << out.str();
    EXPECT_EQ(run({"plan", "--analyze", "--verbose"}), 0);
    EXPECT_TRUE(has(out, "info: view-replace"));
}

TEST_F(AnalyzeCommand, PlanAloneAsksForNoAnalysis) {
    database.set_analysis({}, [] { FAIL() << "nobody asked for it"; });
    EXPECT_EQ(run({"plan"}), 0);
    EXPECT_EQ(run({"plan", "--sql"}), 0);
    EXPECT_FALSE(database.trace_request());
}

TEST_F(AnalyzeCommand, JsonHasTheFindings) {
    find_all_levels();
    const json::object root = run_json({"plan", "--analyze", "--json"});
    EXPECT_EQ(exit_code, 0);
    EXPECT_EQ(root.at("analysis").at("findings").as_array().size(), 4U);
    EXPECT_FALSE(root.contains("trace"));
    EXPECT_FALSE(run_json({"plan", "--json"}).contains("analysis"));
}

TEST_F(AnalyzeCommand, WhatIsWrongWithACommentFails) {
    Analysis analysis;
    analysis.problems = {"002.sql:1: no rule 'nothing'"};
    database.set_analysis(analysis);
    EXPECT_EQ(run({"plan", "--analyze"}), 1);
    EXPECT_TRUE(has(out, "no rule 'nothing'")) << out.str();
    const std::string text = (run({"plan", "--analyze", "--sarif", "-"}), out.str());
    const auto log = json::parse(text).as_object();
    const json::value& run_of = log.at("runs").as_array().at(0);
    EXPECT_EQ(run_of.at("invocations").as_array().at(0).at("executionSuccessful"), false);
}

TEST_F(AnalyzeCommand, WritesSarif) {
    find_all_levels();
    const migrator::test::TempDir folder;
    const std::string path = folder.path() / "findings.sarif";
    EXPECT_EQ(run({"plan", "--analyze", "--sarif", path, "--fail-on", "danger"}), 3) << err.str();
    EXPECT_TRUE(has(out, "danger: index-not-concurrent")) << "the report is shown as always";
    std::ifstream in(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const json::object log = json::parse(text).as_object();
    expect_sarif(log);
    const json::object& run_of = log.at("runs").as_array().at(0).as_object();
    EXPECT_EQ(run_of.at("tool").at("driver").at("rules").as_array().size(), 3U);
    const json::array& results = run_of.at("results").as_array();
    ASSERT_EQ(results.size(), 4U);
    EXPECT_EQ(results[0].at("level"), "error");
    EXPECT_EQ(results[1].at("level"), "warning");
    EXPECT_EQ(results[2].at("level"), "note");
    const std::string words(results[0].at("message").at("text").as_string());
    EXPECT_NE(words.find("40000000 rows in abc"), std::string::npos) << words;
    EXPECT_NE(words.find("create index concurrently"), std::string::npos) << words;
    const json::value& place = results[3].at("locations").as_array().at(0);
    EXPECT_EQ(
        place.at("physicalLocation").at("artifactLocation").at("uri"), "s3://bucket/tenants/004.sql"
    );
    EXPECT_EQ(run({"plan", "--analyze", "--sarif", "/nowhere/x.sarif"}), 2);
    EXPECT_TRUE(has(err, "/nowhere/x.sarif")) << err.str();
}

TEST_F(AnalyzeCommand, SarifOnStandardOutputIsAlone) {
    find_all_levels();
    EXPECT_EQ(run({"plan", "--analyze", "--sarif", "-"}), 0) << err.str();
    expect_sarif(json::parse(out.str()).as_object());
    EXPECT_TRUE(has(err, "danger: index-not-concurrent")) << err.str();
    find({});
    EXPECT_EQ(run({"plan", "--analyze", "--sarif", "-"}), 0) << err.str();
    const json::object log = json::parse(out.str()).as_object();
    expect_sarif(log);
    EXPECT_TRUE(log.at("runs").as_array().at(0).at("results").as_array().empty());
}

TEST_F(AnalyzeCommand, RefusesOptionsThatDontGoTogether) {
    const std::vector<std::string> cases[] = {
        {"plan", "--sarif", "x"},
        {"plan", "--fail-on", "danger"},
        {"plan", "--analyze", "--sarif", "-", "--json"},
        {"plan", "--analyze", "--sarif", "-", "--sql"}};
    for (const auto& c : cases) {
        EXPECT_EQ(run(c), 2) << testing::PrintToString(c) << out.str();
        EXPECT_EQ(out.str().find("\"runs\""), std::string::npos);
    }
}

TEST(RepositoryUri, IsRelativeToTheRepository) {
    const migrator::test::TempDir folder;
    const std::filesystem::path root = folder.path();
    std::filesystem::create_directories(root / "checkout/.git");
    std::filesystem::create_directories(root / "checkout/db/tenants");
    const auto uri = [&](const std::string& file, const char* from = "checkout/db") {
        return repository_uri(file, (root / from).string());
    };
    const std::string base = root.string();
    EXPECT_EQ(uri(base + "/checkout/db/tenants/1.sql"), "db/tenants/1.sql");
    EXPECT_EQ(uri(base + "/checkout/db/tenants/1.sql", "elsewhere"), "db/tenants/1.sql");
    EXPECT_EQ(uri("tenants/1.sql"), "db/tenants/1.sql");
    EXPECT_EQ(uri(base + "/checkout/a b#1%.sql"), "a%20b%231%25.sql");
    EXPECT_EQ(uri(base + "/other/1.sql", "other"), "1.sql") << "no repository: the folder";
    EXPECT_EQ(uri(base + "/other/1.sql", "elsewhere"), "file://" + base + "/other/1.sql");
    EXPECT_EQ(uri("https://host/a.sql"), "https://host/a.sql");
}

}  // namespace
}  // namespace migrator::cli::test
