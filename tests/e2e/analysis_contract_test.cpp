// Analysis of pending files by the real program: over HTTP and on the command line, with files that
// break parsers, by somebody who may only read.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "e2e/http_examples.hpp"

namespace migrator::e2e {
namespace {

namespace json = boost::json;

constexpr const char* kAnalysis = "/migrator/v1/analysis";

std::string repeated(const std::string& first, const std::string& more, int times) {
    std::string text = first;
    for (int i = 0; i < times; ++i) text += more;
    return text;
}

class AnalysisOfFiles : public HttpExamples {
protected:
    void SetUp() override {
        HttpExamples::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        ASSERT_EQ(
            service()
                .post("/migrator/v1/migrations", R"({"mode":"apply","response":"summary"})")
                .status,
            200
        );
        for (const char* tenant : {"north", "south"}) {
            const Answer made = service().post(
                "/migrator/v1/tenants",
                std::string(R"({"name":")") + tenant + R"(","mode":"apply","response":"summary"})"
            );
            ASSERT_EQ(made.status, 200) << made.body;
        }
        for (const char* tenant : {"north", "south"}) {
            const std::string orders = std::string(tenant) + ".orders";
            database().query(
                "insert into " + orders +
                " (id, qty) select g, 1 from generate_series(1, 20000) g; analyze " + orders
            );
        }
    }

    void write(const std::string& name, const std::string& text) const {
        project().write("stores/" + name, text);
    }
    json::object analysis(const std::string& body) const {
        const Answer answer = service().post(kAnalysis, body);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body).as_object();
    }
    json::object data_of(const std::string& query) const {
        const Answer answer =
            service().post("/migrator/v2/service", json::serialize(json::object{{"query", query}}));
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body).at("data").as_object();
    }
    test::Process::Result plan(const std::string& data_source, const std::vector<std::string>& more)
        const {
        const std::string own =
            project().write_text("own.yaml", project().config_text(data_source));
        std::vector<std::string> all{"--config", own, "plan", "--analyze"};
        all.insert(all.end(), more.begin(), more.end());
        return test::run_migrator(all);
    }
};

TEST_F(AnalysisOfFiles, SaysTheSameOverV1V2AndTheCommandLine) {
    write("900_index.sql", "select 1;\ncreate index on {schema}.orders (qty);\n");
    const json::object answer = analysis("");
    const json::value& finding = answer.at("analysis").at("findings").as_array().at(0);
    EXPECT_EQ(finding.at("rule"), "index-not-concurrent");
    EXPECT_EQ(finding.at("line"), 2);
    EXPECT_EQ(finding.at("level"), "warning");
    EXPECT_EQ(finding.at("tables").as_array().at(0).at("schemas"), 2);
    EXPECT_EQ(finding.at("tables").as_array().at(0).at("rows"), 20'000);
    EXPECT_TRUE(answer.at("trace").is_null());

    const auto shown = plan(database().data_source(), {"--json", "--fail-on", "warning"});
    EXPECT_EQ(shown.exit_code, 3) << shown.err;
    EXPECT_EQ(json::parse(shown.out).at("analysis"), answer.at("analysis"));
    EXPECT_EQ(plan(database().data_source(), {"--fail-on", "danger"}).exit_code, 0);

    const json::object data = data_of("{analysis{findings{rule line tables{table schemas rows}}}}");
    EXPECT_EQ(
        json::serialize(data.at("analysis").at("findings")),
        R"([{"rule":"index-not-concurrent","line":2,"tables":[{"table":"orders","schemas":2,)"
        R"("rows":20000}]}])"
    );
}

TEST_F(AnalysisOfFiles, TracesAndEstimatesAndLeavesNothing) {
    write("900_qty.sql", "alter table {schema}.orders alter column qty type bigint;\n");
    const std::string before = database().value(
        "select string_agg(relfilenode::text, ',' order by oid) from pg_class "
        "where relname = 'orders'"
    );
    const json::object answer = analysis(R"({"on":["*"],"maxHold":"60s"})");
    const json::value& trace = answer.at("trace");
    ASSERT_EQ(trace.at("tenants").as_array().size(), 2U) << json::serialize(trace);
    const json::value& statement =
        trace.at("tenants").as_array().at(0).at("statements").as_array().at(0);
    EXPECT_EQ(statement.at("touched").as_array().at(0).at("rewritten"), true);
    EXPECT_GT(trace.at("estimate").at("work").at("likely").to_number<int>(), 0);
    EXPECT_TRUE(trace.at("problems").as_array().empty());
    EXPECT_EQ(
        database().value("select string_agg(relfilenode::text, ',' order by oid) from pg_class "
                         "where relname = 'orders'"),
        before
    );
    const json::object data = data_of(
        R"(mutation{traceFiles(input:{on:["north"],maxHold:"60s"}){tenants{schema statements{touched{table rewritten}}} problems}})"
    );
    EXPECT_EQ(
        json::serialize(data.at("traceFiles")),
        R"({"tenants":[{"schema":"north","statements":[{"touched":[{"table":"orders",)"
        R"("rewritten":true}]},{"touched":[]}]}],"problems":[]})"
    ) << "the file, and the script of the tenants";
}

TEST_F(AnalysisOfFiles, StatementsThatBreakParsersAreOnlyNotAnalyzed) {
    write(
        "900_monsters.sql",
        repeated("select 1", " + 1", 30'000) + ";\n" +
            repeated("select 1", " union all select 1", 50'000) + ";\n" +
            repeated("select ", "(", 40'000) + "1" + repeated("", ")", 40'000) + ";\n" +
            repeated("select ", "not ", 50'000) + "true;\n" +
            "create index on {schema}.orders (qty);\n"
    );
    for (int i = 0; i < 2; ++i) {
        const json::object answer = analysis("{}");
        const json::value& found = answer.at("analysis");
        EXPECT_EQ(found.at("statements"), 5);
        EXPECT_EQ(found.at("findings").as_array().size(), 1U) << "the last one is read";
        EXPECT_FALSE(found.at("notAnalyzed").as_array().empty());
        EXPECT_LE(found.at("notAnalyzed").as_array().size(), 4U);
        for (const json::value& each : found.at("notAnalyzed").as_array()) {
            EXPECT_FALSE(each.at("why").as_string().empty());
            EXPECT_LT(each.at("text").as_string().size(), 300U);
        }
        EXPECT_EQ(service().get("/migrator/health").status, 200);
    }
    const json::object data = data_of("{analysis{statements notAnalyzed{line why}}}");
    EXPECT_EQ(data.at("analysis").at("statements"), 5);
}

TEST_F(AnalysisOfFiles, WhoMayOnlyReadGetsTheFindings) {
    write("900_index.sql", "create index on {schema}.orders (qty);\n");
    const std::string reader = database().add_role("analyst");
    database().query(
        "create role " + reader + " login password '" + kPassword + "'; " +
        "grant usage on schema migrator to " + reader + "; " +
        "grant select on all tables in schema migrator to " + reader
    );
    const auto shown = plan(database().data_source_of(reader, kPassword), {"--json"});
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    const json::value root = json::parse(shown.out);
    EXPECT_EQ(root.at("analysis").at("findings").as_array().size(), 1U) << shown.out;
    EXPECT_EQ(
        root.at("analysis")
            .at("findings")
            .as_array()
            .at(0)
            .at("tables")
            .as_array()
            .at(0)
            .at("rows"),
        20'000
    );
}

TEST_F(AnalysisOfFiles, ChecksNameTheTenantsOverV2) {
    write(
        "900_check.sql",
        "-- migrator:check select not exists (select from {schema}.orders where id = 1)\n"
        "create index on {schema}.orders (qty);\n"
    );
    database().query("delete from south.orders where id = 1");
    const json::object data =
        data_of("{checks{asked failed{line schemas{schema}} problems{file}}}");
    EXPECT_EQ(
        json::serialize(data.at("checks")),
        R"({"asked":2,"failed":[{"line":1,"schemas":[{"schema":"north"}]}],"problems":[]})"
    );
}

}  // namespace
}  // namespace migrator::e2e
