// POST /v1/analysis, and the fields of v2 for analysis and checks.
#include <thread>
#include <utility>

#include "api/v2.hpp"

namespace migrator::api::test {
namespace {

class AnalysisApi : public V2 {
protected:
    AnalysisApi() {
        arrange_files();
        Finding finding;
        finding.rule = "index-not-concurrent";
        finding.level = Level::Danger;
        finding.file = "/t/002.sql";
        finding.line = 3;
        finding.statement = 1;
        finding.text = "create index on {schema}.orders (n)";
        finding.lock = "SHARE";
        finding.blocks_writes = true;
        finding.tables = {{"orders", 2, "north", 5'000'000'000, 9'000'000'000'000}};
        finding.why = "Nobody writes.";
        Analysis analysis;
        analysis.findings = {finding};
        analysis.unread = {{"/t/003.sql", 1, "do", "do runs what only shows when it runs"}};
        analysis.files = 2;
        analysis.statements = 2;
        database.set_analysis(analysis);

        TracedStatement statement{
            .file = "/t/002.sql", .number = 1, .line = 3, .text = "create index"};
        statement.locks = {{"north", "orders", "ShareLock"}};
        statement.touched = {{"north", "orders", false, true, 0}};
        statement.time = std::chrono::microseconds(2'500);
        TraceReport report;
        report.traces.push_back({.schema = "north", .statements = {statement}, .failure = {}});
        report.estimate.emplace();
        report.estimate->traced = 1;
        database.set_trace(report);
    }

    json::object analysis(const std::string& body) {
        const http::Response response = post("/v1/analysis", body);
        EXPECT_EQ(response.status, 200) << response.body;
        return json::parse(response.body).as_object();
    }
};

TEST_F(AnalysisApi, SaysWhatPlanAnalyzeSays) {
    const json::object answer = analysis("");
    EXPECT_EQ(answer.at("tenants"), json::array{"north"});
    const json::object& found = answer.at("analysis").as_object();
    EXPECT_EQ(found.at("statements"), 2);
    const json::value& finding = found.at("findings").as_array().at(0);
    EXPECT_EQ(finding.at("rule"), "index-not-concurrent");
    EXPECT_EQ(finding.at("level"), "danger");
    EXPECT_EQ(finding.at("tables").as_array().at(0).at("rows"), 5'000'000'000);
    EXPECT_EQ(found.at("notAnalyzed").as_array().size(), 1U);
    EXPECT_TRUE(answer.at("trace").is_null());
    EXPECT_FALSE(database.trace_request()) << "nobody asked for a trace";
}

TEST_F(AnalysisApi, TracesWhereTheRequestSays) {
    const json::object answer = analysis(
        R"({"on":["n*"],"sample":3,"maxHold":"500ms","maxBytes":3000000000,"scratch":true})"
    );
    const json::value& trace = answer.at("trace").at("tenants").as_array().at(0);
    EXPECT_EQ(trace.at("schema"), "north");
    const auto asked = database.trace_request().value();
    EXPECT_TRUE(asked.scratch);
    EXPECT_EQ(asked.on, std::vector<std::string>{"north"});
    EXPECT_EQ(asked.sample, 3U);
    EXPECT_EQ(asked.max_hold, std::chrono::milliseconds(500));
    EXPECT_EQ(asked.max_bytes, 3'000'000'000);
}

TEST_F(AnalysisApi, NamesTheKeyThatIsWrong) {
    const struct {
        const char* body;
        const char* named;
    } cases[] = {
        {R"({"onn":["north"]})", "onn: is not known"},
        {R"({"on":[]})", "on: must be a list"},
        {R"({"on":"north"})", "on: must be a list"},
        {R"({"tenants":[1]})", "tenants: must be a list"},
        {R"({"scratch":"yes"})", "scratch: must be true or false"},
        {R"({"on":["north"],"sample":0})", "sample: must be an integer from 1"},
        {R"({"on":["north"],"maxHold":2})", "maxHold: must be a duration"},
        {R"({"on":["north"],"maxHold":"0s"})", "maxHold: must be a duration"},
        {R"({"on":["north"],"maxBytes":1.5})", "maxBytes: must be an integer"},
        {R"({"scratch":true,"sample":2})", "sample: needs"},
        {R"({"scratchSource":"postgres://u:secret@other/db"})",
         "scratchSource: is an option of the"},
        {R"([])", "Invalid request"},
        {R"({"on":["nobody"]})", "nobody"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.body);
        const http::Response response = post("/v1/analysis", c.body);
        EXPECT_EQ(response.status, std::string_view(c.named) == "nobody" ? 404 : 400);
        EXPECT_TRUE(contains(response.body, c.named)) << response.body;
        EXPECT_FALSE(contains(response.body, "secret")) << response.body;
    }
    EXPECT_FALSE(database.trace_request());
}

TEST_F(AnalysisApi, OneAtATimeOthersAreAskedToComeBack) {
    http::Response second;
    const auto shared = make_coordinator();
    coordinator_override = shared.get();
    bool is_first = true;
    database.set_analysis({}, [&] {
        if (!std::exchange(is_first, false)) return;
        std::thread([&] { second = post("/v1/analysis", "{}"); }).join();
    });
    EXPECT_EQ(post("/v1/analysis", "{}").status, 200);
    EXPECT_EQ(second.status, 503);
    EXPECT_TRUE(contains(second.body, "Another analysis is running")) << second.body;
    EXPECT_EQ(post("/v1/analysis", "{}").status, 200) << "its turn came";
}

TEST_F(AnalysisApi, AFileThatCannotRunIsAProblemOfTheAnswer) {
    const std::string file = source.files().front().file;
    database.add_problem(file, "no");
    EXPECT_EQ(analysis("{}").at("problems").as_array().at(0).at("message"), "no");
    const http::Response response = query("{analysis{fileProblems{file message}}}");
    EXPECT_EQ(
        response.body,
        R"({"data":{"analysis":{"fileProblems":[{"file":")" + file + R"(","message":"no"}]}}})"
    );
}

TEST_F(AnalysisApi, V2GivesTheSameFindings) {
    expect(
        query(
            "{analysis(tenants:[\"north\"]){files statements allowed findings{rule level file line "
            "lock blocksReads blocksWrites tables{table schemas largest rows bytes} why safe} "
            "notAnalyzed{file line text why}}}"
        ),
        200,
        R"({"data":{"analysis":{"files":2,"statements":2,"allowed":0,"findings":[{)"
        R"("rule":"index-not-concurrent","level":"Danger","file":"/t/002.sql","line":3,)"
        R"("lock":"SHARE","blocksReads":false,"blocksWrites":true,"tables":[{"table":"orders",)"
        R"("schemas":2,"largest":"north","rows":5000000000,"bytes":9000000000000}],)"
        R"("why":"Nobody writes.","safe":null}],"notAnalyzed":[{"file":"/t/003.sql","line":1,)"
        R"("text":"do","why":"do runs what only shows when it runs"}]}}})"
    );
}

TEST_F(AnalysisApi, V2AsksTheChecks) {
    const std::string file = source.files().at(1).file;
    database.fail_check({file, 2, "select 0", "north", "it is false"});
    expect(
        query("{checks{asked failed{file line check schemas{schema message}} problems{file}}}"),
        200,
        R"({"data":{"checks":{"asked":1,"failed":[{"file":")" + file +
            R"(","line":2,"check":"select 0","schemas":[{"schema":"north","message":"it is )"
            R"(false"}]}],"problems":[]}}})"
    );
}

TEST_F(AnalysisApi, V2TracesFiles) {
    expect(
        query("mutation{traceFiles(input:{on:[\"n*\"],maxHold:\"1s\",maxBytes:3000000000}){"
              "scratch{schema} tenants{schema timedOut statements{line microseconds locks{relation "
              "mode blocksWrites} touched{table scanned}}} estimate{traced wall{likely}} problems "
              "analysis{fileProblems{file}}}}"),
        200,
        R"({"data":{"traceFiles":{"scratch":null,"tenants":[{"schema":"north","timedOut":false,)"
        R"("statements":[{"line":3,"microseconds":2500,"locks":[{"relation":"orders",)"
        R"("mode":"ShareLock","blocksWrites":true}],"touched":[{"table":"orders",)"
        R"("scanned":true}]}]}],"estimate":{"traced":1,"wall":{"likely":0}},"problems":[],)"
        R"("analysis":{"fileProblems":[]}}}})"
    );
    EXPECT_EQ(database.trace_request()->max_hold, std::chrono::seconds(1));
    EXPECT_EQ(database.trace_request()->max_bytes, 3'000'000'000);
    for (const char* input :
         {"{}", "{sample:2,scratch:true}", "{on:[\"n*\"],maxBytes:1.5}", "{on:[]}"}) {
        const std::string body =
            query("mutation{traceFiles(input:" + std::string(input) + "){notes}}").body;
        EXPECT_TRUE(contains(body, "BAD_USER_INPUT")) << body;
    }
}

}  // namespace
}  // namespace migrator::api::test
