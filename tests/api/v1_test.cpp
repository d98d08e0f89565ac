#include <regex>

#include "api/api.hpp"
#include "api/noting_connector.hpp"
#include "core/error.hpp"

namespace migrator::api::test {
namespace {

constexpr const char* kFull = R"({"mode":"apply","response":"full"})";
constexpr const char* kSummary = R"({"mode":"apply","response":"summary"})";
constexpr const char* kStarted = R"("startedAt":"1970-01-12T13:46:40Z","duration":)";

/// `text` with durations other than 0 as <ns>.
std::string timeless(const std::string& text) {
    return std::regex_replace(text, std::regex(R"re("duration":[1-9]\d*)re"), R"("duration":<ns>)");
}

std::string json(const Migration& file, bool with_contents) {
    return R"({"name":")" + file.name + R"(","sourceDir":")" + file.source_dir + R"(","file":")" +
           file.file + R"(","migrationType":)" + std::to_string(static_cast<int>(file.type)) +
           (with_contents && !file.contents.empty() ? R"(,"contents":")" + file.contents + "\""
                                                    : std::string()) +
           R"(,"checkSum":")" + file.check_sum + "\"}";
}

class V1 : public Api {
protected:
    void expect(const http::Response& response, int status, const std::string& body) {
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(response.content_type, "application/json; charset=utf-8");
        EXPECT_EQ(timeless(response.body), body);
    }
    std::string files(bool with_contents) const {
        std::string text = "[";
        for (const Migration& file : source.files()) {
            text += (text.size() > 1 ? "," : "") + json(file, with_contents);
        }
        return text + "]";
    }
};

RunOwner other_run(const std::string& owner) {
    RunOwner run;
    run.run_id = "other";
    run.owner = owner;
    return run;
}

std::string results(int version, const std::string& notes = {}) {
    return R"({"results":{"versionId":)" + std::to_string(version) + "," + kStarted +
           R"(<ns>,"tenants":1,"singleMigrations":1,"tenantMigrations":1,)"
           R"("tenantMigrationsTotal":1,"migrationsGrandTotal":2,"singleScripts":0,)"
           R"("tenantScripts":1,"tenantScriptsTotal":1,"scriptsGrandTotal":1)" +
           notes + "}";
}

TEST_F(V1, ChecksNameWhatIsNotTrueAndFilesThatMayHideOne) {
    expect(get("/v1/checks"), 200, R"({"asked":0,"failed":[],"problems":[]})");
    source.write(MigrationType::TenantMigration, "tenants", "1.sql", "x");
    const std::string file = source.files().front().file;
    database.fail_check({file, 2, "select 0", "north", "it is false"});
    database.add_problem(file, "no");
    expect(
        get("/v1/checks"),
        200,
        R"({"asked":1,"failed":[{"file":")" + file +
            R"(","line":2,"check":"select 0","schemas":[{"schema":"north","message":"it is false"}]}],)"
            R"("problems":[{"file":")" +
            file + R"(","message":"no"}]})"
    );
}

TEST_F(V1, DriftGroupsTenantsByWhatDiffers) {
    expect(get("/v1/drift"), 200, R"({"compared":0,"drifted":0,"groups":[],"notCompared":[]})");
    const Migration file = source.write(MigrationType::TenantMigration, "tenants", "1.sql", "x");
    for (const char* tenant : {"north", "south", "east"}) {
        database.add_tenant(tenant);
        database.record(file, tenant);
        database.schemas().objects[tenant] = {{"table", "t", ""}};
    }
    database.schemas().objects.erase("east");
    expect(
        get("/v1/drift"),
        200,
        R"({"compared":3,"drifted":1,"groups":[{"tenants":["east"],)"
        R"("level":"1 of 1 file, the last: 1.sql","expected":"the schema of 2 of 3 tenants",)"
        R"("lacksSchema":true,"differences":[]}],"notCompared":[]})"
    );
}

TEST_F(V1, EmptyListsAreLists) {
    expect(get("/v1/migrations/source"), 200, "[]");
    expect(get("/v1/migrations/applied"), 200, "[]");
    expect(get("/v1/tenants"), 200, "[]");
}

TEST_F(V1, SourceFilesComeWithContentsUnlessEmpty) {
    arrange_files();
    expect(get("/v1/migrations/source"), 200, files(true));
    expect(get("/migrations/source"), 200, files(true));
    EXPECT_EQ(json(source.files().back(), true).find("contents"), std::string::npos);
}

TEST_F(V1, BytesThatAreNoUtf8AreReplaced) {
    source.write(MigrationType::SingleMigration, "ref", "1.sql", "\xff \xc3\xa9");
    const http::Response response = get("/v1/migrations/source");
    EXPECT_TRUE(contains(response.body, "\"contents\":\"\xef\xbf\xbd \xc3\xa9\""));
}

TEST_F(V1, AppliedRowsHaveIdSchemaAndTimeAfterTheFile) {
    const Migration file = source.write(MigrationType::SingleMigration, "ref", "1.sql", "x");
    database.record(file, "ref");
    std::string row = json(file, true);
    row.pop_back();
    expect(
        get("/v1/migrations/applied"),
        200,
        "[" + row +
            R"(,"id":1,"schema":"ref","appliedAt":"2026-11-22T12:04:02Z",)"
            R"("created":"2026-11-22T12:04:02Z"}])"
    );
}

TEST_F(V1, ResponseSaysHowMuchOfTheFilesIsShown) {
    arrange_files();
    const std::string mode = R"({"mode":"dry-run","response":)";
    expect(post("/v1/migrations", mode + "\"summary\"}"), 200, results(1) + "}");
    expect(
        post("/v1/migrations", mode + "\"list\"}"),
        200,
        results(2) + ",\"appliedMigrations\":" + files(false) + "}"
    );
    expect(
        post("/v1/migrations", mode + "\"full\"}"),
        200,
        results(3) + ",\"appliedMigrations\":" + files(true) + "}"
    );
    EXPECT_TRUE(database.rows().empty());
}

TEST_F(V1, ModesApplyAndSync) {
    arrange_files();
    expect(
        post("/v1/migrations", R"({"mode":"sync","response":"summary"})"), 200, results(1) + "}"
    );
    EXPECT_EQ(database.rows().size(), 3U);
    EXPECT_TRUE(database.executions().empty());
    source.write(MigrationType::SingleMigration, "ref", "003.sql", "select 3;");
    EXPECT_EQ(post("/v1/migrations", kSummary).status, 200);
    EXPECT_EQ(database.executions().size(), 2U);  // the new file, and the script again
    EXPECT_EQ(database.versions({}).front().name, "API v1 ApplyMigrations");
}

TEST_F(V1, NothingPendingIsAllZeroAndNoList) {
    expect(
        post("/v1/migrations", kFull),
        200,
        std::string(R"({"results":{"versionId":0,)") + kStarted +
            R"(0,"tenants":0,"singleMigrations":0,"tenantMigrations":0,)"
            R"("tenantMigrationsTotal":0,"migrationsGrandTotal":0,"singleScripts":0,)"
            R"("tenantScripts":0,"tenantScriptsTotal":0,"scriptsGrandTotal":0}})"
    );
    EXPECT_EQ(database.runs_begun(), 0U);
}

TEST_F(V1, ANewTenantGetsTenantFilesAlone) {
    arrange_files();
    const http::Response response =
        post("/v1/tenants", R"({"name":"south","mode":"apply","response":"list"})");
    const auto all = source.files();
    expect(
        response,
        200,
        std::string(R"({"results":{"versionId":1,)") + kStarted +
            R"(<ns>,"tenants":1,"singleMigrations":0,"tenantMigrations":1,)"
            R"("tenantMigrationsTotal":1,"migrationsGrandTotal":1,"singleScripts":0,)"
            R"("tenantScripts":1,"tenantScriptsTotal":1,"scriptsGrandTotal":1},)"
            R"("appliedMigrations":[)" +
            json(all[1], false) + "," + json(all[2], false) + "]}"
    );
    expect(get("/v1/tenants"), 200, R"(["north","south"])");
    EXPECT_EQ(database.versions({}).front().name, "API v1 AddTenantAndApplyMigrations");
}

TEST_F(V1, NotesStandInResults) {
    NotingConnector noting;
    noting.add_tenant("north");
    connector = &noting;
    arrange_files();
    const std::string notes =
        R"(,"notes":["not tried: \"a.sql\"","atomicity is tenant here"],"notices":[)"
        R"({"file":"a.sql","schema":"north","line":3,"level":"NOTICE","sqlstate":"00000",)"
        R"("message":"hello"}])";
    expect(post("/v1/migrations", kSummary), 200, results(1, notes) + "}");
}

TEST_F(V1, ChangedFilesAre424WithTheirContentsNow) {
    arrange_files();
    ASSERT_EQ(post("/v1/migrations", kSummary).status, 200);
    const Migration edited =
        source.write(MigrationType::SingleMigration, "ref", "001.sql", "select 9;");
    const std::string body =
        R"({"error":"Checksum verification failed. Please review offending migrations.",)"
        R"("details":[)" +
        json(edited, true) + "]}";
    expect(post("/v1/migrations", kSummary), 424, body);
    expect(post("/v1/migrations", R"({"mode":"dry-run","response":"list"})"), 424, body);
    expect(
        post("/v1/tenants", R"({"name":"south","mode":"sync","response":"summary"})"), 424, body
    );
    expect(get("/v1/tenants"), 200, R"(["north"])");
}

TEST_F(V1, BadRequestsTouchNothing) {
    database.break_connection("failed to connect to database: refused");
    source.break_down("no storage");
    constexpr const char* kBad =
        R"({"error":"Invalid request, please see documentation for valid JSON payload"})";
    expect(post("/v1/migrations", "{"), 400, kBad);
    expect(post("/v1/migrations", ""), 400, kBad);
    expect(post("/v1/tenants", kFull), 400, kBad);
    expect(
        post("/v1/tenants", R"({"name":"a b","mode":"apply","response":"full"})"),
        500,
        R"({"error":"Schema name contains invalid characters: a b"})"
    );
    EXPECT_EQ(source.loads(), 0U);
}

TEST_F(V1, ABadRowOfTheTenantListIsNamed) {
    arrange_files();
    database.add_bad_tenant({.tenant = "", .message = "an empty name (row 2 of 2)"});
    expect(get("/v1/tenants"), 200, R"(["north"])");
    expect(
        post("/v1/migrations", kSummary),
        500,
        R"({"error":"an empty name (row 2 of 2)\nNothing was run."})"
    );
}

TEST_F(V1, DatabaseDownIs500ForAllThatNeedsIt) {
    arrange_files();
    database.break_connection("failed to connect to database: refused");
    constexpr const char* kDown =
        R"({"error":"Error initialising migrator: failed to connect to database: refused"})";
    for (const char* path : {"/v1/migrations/source", "/v1/migrations/applied", "/v1/tenants"}) {
        SCOPED_TRACE(path);
        expect(get(path), 500, kDown);
    }
    expect(post("/v1/migrations", kFull), 500, kDown);
}

TEST_F(V1, AFailedFileIs500WithItsText) {
    arrange_files();
    database.fail_file("/migrations/tenants/002.sql", "no such table");
    const http::Response response = post("/v1/migrations", kFull);
    EXPECT_EQ(response.status, 500);
    EXPECT_TRUE(contains(response.body, "/migrations/tenants/002.sql")) << response.body;
    EXPECT_TRUE(database.rows().empty());
}

TEST_F(V1, WaitsForTheLock) {
    arrange_files();
    database.hold_lock(other_run("host-b"));
    on_wait = [this] {
        if (waits == 3) database.release_lock();
    };
    expect(post("/v1/migrations", kSummary), 200, results(1) + "}");
    EXPECT_EQ(waits, 3);
}

TEST_F(V1, ALockNotObtainedInTimeIs409AndNamesTheOwner) {
    arrange_files();
    options.lock_timeout = std::chrono::milliseconds(0);
    database.hold_lock(other_run("host-b, process 9"));
    const http::Response response = post("/v1/migrations", kSummary);
    EXPECT_EQ(response.status, 409);
    EXPECT_TRUE(contains(response.body, "host-b, process 9")) << response.body;
}

TEST_F(V1, AFullQueueOfRunsIs503) {
    arrange_files();
    options.run_queue = 1;
    const auto coordinator = make_coordinator();
    coordinator_override = coordinator.get();
    auto first = coordinator->enter({.version_name = "in work"});
    const auto second = coordinator->enter({.version_name = "in line"});
    const http::Response response = post("/v1/migrations", kSummary);
    EXPECT_EQ(response.status, 503);
    ASSERT_EQ(response.headers.size(), 1U);
    EXPECT_EQ(response.headers.front().first, "Retry-After");
    first.reset();
    EXPECT_NO_THROW(coordinator->enter({}));
}

TEST_F(V1, TellsWhichTenantsFailed) {
    arrange_files();
    database.add_tenant("south");
    database.work_tenant_by_tenant(1);
    database.fail_file("/migrations/tenants/002.sql", "boom", "south");
    const std::string text = "SQL migration /migrations/tenants/002.sql failed with error: boom";
    expect(
        post("/v1/migrations", kFull),
        500,
        R"({"error":"1 of 2 tenants failed, the first: south: )" + text +
            R"(","results":{"versionId":1,)" + kStarted +
            R"(<ns>,"tenants":2,"singleMigrations":1,"tenantMigrations":1,)"
            R"("tenantMigrationsTotal":1,"migrationsGrandTotal":2,"singleScripts":0,)"
            R"("tenantScripts":1,"tenantScriptsTotal":1,"scriptsGrandTotal":1,"tenantsDone":1,)"
            R"("tenantsFailed":1,"tenantsSkipped":0,"retries":0},"failures":[{"tenant":"south",)"
            R"("file":"/migrations/tenants/002.sql","statement":1,"sqlstate":"","message":")" +
            text + R"("}]})"
    );
}

TEST_F(V1, WorksForTheTenantsThatAreAskedFor) {
    arrange_files();
    database.add_tenant("south");
    database.work_tenant_by_tenant(0);
    const auto response = post(
        "/v1/migrations",
        R"({"mode":"apply","response":"summary","tenants":["n*"],"waves":["10%",1],"canary":1})"
    );
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_TRUE(contains(response.body, R"("tenantsDone":1,"tenantsFailed":0,"tenantsSkipped":1)"))
        << response.body;
}

TEST_F(V1, SaysWhatIsWrongWithTheTenantsThatAreAskedFor) {
    const std::string names = "tenants: must be a list of at least one name or pattern";
    const struct {
        const char* key;
        std::string error;
    } cases[] = {
        {R"("tenants":[])", names},
        {R"("tenants":"north")", names},
        {R"("tenants":[""])", names},
        {R"("canary":0)", "canary: must be a number of tenants of at least 1, not 0"},
        {R"("canary":"0%")", R"(canary: must be a number of tenants of at least 1, not \"0%\")"},
        {R"("canary":"1")", R"(canary: must be a number of tenants of at least 1, not \"1\")"},
        {R"("waves":["x"])", R"(waves: must hold numbers of tenants or percentages, not \"x\")"},
        {R"("waves":["10%","101%"])",
         R"(waves: must hold numbers of tenants or percentages, not \"101%\")"},
        {R"("waves":[])", R"(waves: must be a list such as [\"10%\", \"50%\", \"100%\"])"},
        {R"("reconcile":"yes")",
         "Invalid request, please see documentation for valid JSON payload"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.key);
        const auto refused = post(
            "/v1/migrations", R"({"mode":"apply","response":"summary",)" + std::string(c.key) + "}"
        );
        EXPECT_EQ(refused.status, 400);
        EXPECT_EQ(refused.body, R"({"error":")" + c.error + "\"}");
    }
}

}  // namespace
}  // namespace migrator::api::test
