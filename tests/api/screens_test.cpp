// What screens ask for, in REST and GraphQL: plan, waves, versions, runs, who asks.
#include "api/v2.hpp"
#include "core/error.hpp"

namespace migrator::api::test {
namespace {

class Screens : public V2 {
protected:
    Screens() {
        arrange_files();  // tenant north
        for (const char* tenant : {"east", "south", "west"}) database.add_tenant(tenant);
        database.work_tenant_by_tenant(3);
    }
    json::value json_of(const std::string& path) {
        const auto response = get(path);
        if (response.status != 200) throw std::runtime_error(response.body);
        return json::parse(response.body);
    }
    json::value data_of(const std::string& document) {
        const auto response = query(document);
        const json::value answer = json::parse(response.body);
        if (answer.as_object().contains("errors")) throw std::runtime_error(response.body);
        return answer.at("data");
    }
    /// A run whose answer nobody waits for, to its end.
    void run(const std::string& id, const std::string& path, const std::string& body) {
        auto response = post(path, body, {{"Prefer", "respond-async"}, {"X-Request-ID", id}});
        ASSERT_EQ(response.status, 202) << response.body;
        finish(response);
    }
};

TEST_F(Screens, ShowThePlanWithItsFilesAndHowToDoTheSame) {
    const auto plan = json_of("/v1/plan?tenants=north,e*&canary=1&waves=100%25&contents=true");
    EXPECT_EQ(plan.at("tenants"), 2);
    EXPECT_EQ(plan.at("tenantsBehind"), 2);
    EXPECT_EQ(
        plan.at("command"), "migrator apply --tenant north --tenant 'e*' --canary 1 --waves 100%"
    );
    EXPECT_EQ(
        json::serialize(plan.at("request")),
        R"({"method":"POST","path":"/v1/migrations","body":{"mode":"apply","response":"summary",)"
        R"("tenants":["north","e*"],"canary":1,"waves":["100%"]}})"
    );
    ASSERT_EQ(plan.at("phases").as_array().size(), 2U);
    const auto& files = plan.at("phases").at(0).at("files").as_array();
    EXPECT_EQ(plan.at("phases").at(0).at("phase"), "migrations");
    EXPECT_EQ(files.at(1).at("name"), "002.sql");
    EXPECT_EQ(files.at(1).at("contents"), "select 2;");
    EXPECT_EQ(files.at(1).at("truncated"), false);
    EXPECT_EQ(plan.at("waves").at(0).at("name"), "canary");
    EXPECT_EQ(plan.at("waves").at(0).at("first"), (json::array{"north"}));
    EXPECT_EQ(plan.at("waves").at(1).at("first"), (json::array{"east"}));
    EXPECT_EQ(plan.at("left"), 2);
    EXPECT_EQ(plan.at("refusal"), nullptr);
}

TEST_F(Screens, PutInTheSchemaOfOneTenant) {
    source.write(
        MigrationType::TenantMigration,
        "tenants",
        "003.sql",
        "-- migrator:check select 1\ncreate table {schema}.t (n int);"
    );
    const std::string file = "/migrations/tenants/003.sql";
    EXPECT_EQ(
        json_of("/v1/plan/file?file=" + file + "&tenant=north").at("contents"),
        "-- migrator:check select 1\ncreate table north.t (n int);"
    );
    EXPECT_TRUE(contains(get("/v1/plan/file?file=" + file).body, "{schema}.t"));
    EXPECT_EQ(get("/v1/plan/file?file=none").status, 404);
    const auto plan = json_of("/v1/plan?tenant=north");
    EXPECT_EQ(
        json::serialize(plan.at("phases").at(0).at("files").at(2).at("checks")),
        R"([{"line":1,"check":"select 1"}])"
    );
    EXPECT_FALSE(plan.at("phases").at(0).at("files").at(2).as_object().contains("contents"));
}

TEST_F(Screens, RefuseASelectionThatTheRunWouldRefuse) {
    const struct {
        const char* query;
        int status;
        const char* error;
    } cases[] = {
        {"tenants=nobody", 404, "tenant nobody does not exist"},
        {"tenants=x*", 404, "no tenant matches x*"},
        {"tenants=", 400, "tenants: must be a list of at least one name or pattern"},
        {"canary=0", 400, "canary: must be a number of tenants of at least 1"},
        {"waves=50%25,10%25", 400, "waves are cumulative"},
        {"tenant=a*", 400, "tenant must be one name"},
        {"tenant=north&tenants=east", 400, "give either tenant or tenants"},
    };
    for (const auto& c : cases) {
        for (const std::string path : {"/v1/plan?", "/v1/rollout-preview?"}) {
            SCOPED_TRACE(path + c.query);
            const auto response = get(path + c.query);
            EXPECT_EQ(response.status, c.status);
            EXPECT_TRUE(contains(response.body, c.error)) << response.body;
        }
    }
}

TEST_F(Screens, NameEveryTenantOfAWave) {
    const auto preview = json_of("/v1/rollout-preview?canary=1&waves=50%25,100%25");
    EXPECT_EQ(
        json::serialize(preview.at("waves")),
        R"([{"name":"canary","tenants":1,"names":["north"]},{"name":"wave 1","tenants":1,)"
        R"("names":["east"]},{"name":"wave 2","tenants":2,"names":["south","west"]}])"
    );
    EXPECT_EQ(preview.at("working"), 4);
}

TEST_F(Screens, RetryTheTenantsThatFailed) {
    database.fail_file("/migrations/tenants/002.sql", "boom in east", "east");
    run("r1",
        "/v1/migrations",
        R"({"mode":"apply","response":"summary","versionName":"v7","maxFailures":"50%"})");
    const auto events = json_of("/v1/runs/r1/events?since=0");
    EXPECT_EQ(events.at("progress").at("versionName"), "v7");
    EXPECT_TRUE(contains(
        std::string(events.at("progress").at("failures").at(0).at("message").as_string()),
        "boom in {tenant}"
    ));
    EXPECT_EQ(events.at("state"), "failed");
    const std::string seq = json::serialize(events.at("seq"));
    EXPECT_EQ(json_of("/v1/runs/r1/events?since=" + seq).at("events"), json::array());
    database.mend_file("/migrations/tenants/002.sql");
    run("r2", "/v1/runs/r1/retry", "{}");
    EXPECT_EQ(json_of("/v1/runs/r2").at("state"), "done");
    EXPECT_EQ(json_of("/v1/tenants/east").at("state"), "current");
    EXPECT_EQ(json_of("/v1/tenants/east").at("versions").at(0).at("name"), "v7");
    EXPECT_EQ(post("/v1/runs/r2/retry", "{}").status, 400);
    EXPECT_EQ(post("/v1/runs/none/retry", "{}").status, 404);
    const auto page = json_of("/v1/runs?limit=1");
    EXPECT_EQ(page.at("runs").as_array().size(), 1U);
    ASSERT_TRUE(page.at("next").is_string());
}

TEST_F(Screens, StopAtTheFailuresThatTheRequestTolerates) {
    database.fail_file("/migrations/tenants/002.sql", "boom");
    const auto response =
        post("/v1/migrations", R"({"mode":"apply","response":"summary","maxFailures":0})");
    EXPECT_EQ(response.status, 500);
    EXPECT_TRUE(contains(response.body, R"("tenantsFailed":1)")) << response.body;
    for (const char* wrong : {"-1", R"("many")", "true", R"("120%")"}) {
        const auto refused = post(
            "/v1/migrations",
            R"({"mode":"apply","response":"summary","maxFailures":)" + std::string(wrong) + "}"
        );
        EXPECT_EQ(refused.status, 400) << wrong;
        EXPECT_TRUE(contains(refused.body, "maxFailures: must be a number of tenants"));
    }
    EXPECT_EQ(
        post("/v1/migrations", R"({"mode":"apply","response":"summary","versionName":""})").status,
        400
    );
}

TEST_F(Screens, ShowVersionsAndTheirFiles) {
    apply("v1");
    const auto list = json_of("/v1/versions?limit=1");
    EXPECT_EQ(list.at("versions").at(0).at("name"), "v1");
    EXPECT_EQ(list.at("next"), nullptr);
    const std::string id = json::serialize(list.at("versions").at(0).at("id"));
    const auto version = json_of("/v1/versions/" + id);
    EXPECT_EQ(version.at("files").as_array().size(), 3U);
    EXPECT_EQ(version.at("files").at(1).at("schemasTotal"), 4);
    EXPECT_EQ(version.at("files").at(1).at("source"), "same");
    source.write(MigrationType::TenantMigration, "tenants", "002.sql", "select 3;");
    const auto file = json_of("/v1/versions/" + id + "/file?file=/migrations/tenants/002.sql");
    EXPECT_EQ(file.at("source"), "changed");
    EXPECT_EQ(file.at("asApplied"), "select 2;");
    EXPECT_EQ(file.at("now"), "select 3;");
    EXPECT_EQ(get("/v1/versions/" + id + "/file?file=none").status, 404);
    EXPECT_EQ(get("/v1/versions/" + id + "/file").status, 400);
}

TEST_F(Screens, AreTheSameInGraphql) {
    apply("v1");
    run("r1", "/v1/migrations", R"({"mode":"apply","response":"summary"})");
    const auto data = data_of(
        "{ me { name may { apply } } tenantPage(sort: \"attention\", limit: 2) { matching next "
        "page { tenant state missing } states { current } } tenant(name: \"north\") { state files "
        "{ name } } plan(tenants: [\"north\"]) { command phases { phase files { name } } } "
        "rolloutPreview(canary: \"50%\") { waves { name names } } runs(limit: 5) { runs { id state "
        "} } run(id: \"r1\") { state seq progress { phase } events { type } } versionPage(limit: "
        "1) { versions { name } next } versionFiles(id: 1) { files { name schemasTotal } } "
        "versionFile(id: 1, file: \"/migrations/tenants/002.sql\") { source } }"
    );
    EXPECT_EQ(data.at("me").at("may").at("apply"), true);
    EXPECT_EQ(data.at("tenantPage").at("page"), [&] {
        json::array rows;
        for (const auto& row :
             json_of("/v1/tenants?sort=attention&limit=2").at("page").as_array()) {
            rows.push_back(json::object{
                {"tenant", row.at("tenant")},
                {"state", row.at("state")},
                {"missing", row.at("missing")}});
        }
        return json::value(rows);
    }());
    EXPECT_EQ(data.at("tenant").at("state"), "current");
    EXPECT_EQ(data.at("plan").at("command"), "migrator apply --tenant north");
    EXPECT_EQ(data.at("run").at("state"), "done");
    EXPECT_EQ(data.at("versionFile").at("source"), "same");
    EXPECT_EQ(data.at("versionPage").at("versions").at(0).at("name"), "v1");
    const auto refused = query("mutation { retryRun(id: \"r1\") { summary { tenants } } }");
    EXPECT_TRUE(contains(refused.body, "BAD_USER_INPUT")) << refused.body;
    EXPECT_TRUE(contains(query("{ tenant(name: \"x\") { state } }").body, "NOT_FOUND"));
}

TEST_F(Screens, KnowWhoAsks) {
    EXPECT_EQ(
        get("/v1/me").body,
        R"({"name":null,"proof":null,"session":false,"role":null,"authentication":false,)"
        R"("may":{"read":true,"plan":true,"apply":true,"admin":true},"why":null})"
    );
    gate = Gate([](const http::Request& request) -> std::optional<Principal> {
        const auto cookie = request.header("Cookie");
        if (!cookie) return std::nullopt;
        if (*cookie != "migrator_session=good") {
            throw Error(ErrorKind::Unauthenticated, "unknown token");
        }
        return Principal{.name = "ci", .proof = "token", .role = Role::Plan};
    });
    EXPECT_TRUE(contains(get("/v1/me").body, R"("authentication":true,"may":{"read":false)"));
    EXPECT_EQ(
        ask("GET", "/v1/me", "", {{"Cookie", "migrator_session=good"}}).body,
        R"({"name":"ci","proof":"token","session":true,"role":"plan","authentication":true,)"
        R"("may":{"read":true,"plan":true,"apply":false,"admin":false},"why":null})"
    );
    EXPECT_TRUE(contains(
        ask("GET", "/v1/me", "", {{"Cookie", "migrator_session=bad"}}).body,
        R"("why":"unknown token")"
    ));
}

TEST_F(Screens, SignInWithATokenAndOut) {
    EXPECT_EQ(post("/v1/session", R"({"token":"good"})").status, 404);  // nothing to sign in to
    gate = Gate([](const http::Request& request) -> std::optional<Principal> {
        if (request.header("Cookie") != "migrator_session=good") {
            throw Error(ErrorKind::Unauthenticated, "unknown token");
        }
        return Principal{.name = "ci", .proof = "token", .role = Role::Plan};
    });
    const auto cookie_of = [](const http::Response& response) -> std::string {
        for (const auto& [name, value] : response.headers) {
            if (name == "Set-Cookie") return value;
        }
        return "none";
    };
    surroundings.path_prefix = "/m";
    EXPECT_EQ(
        cookie_of(post("/m/v1/session", R"({"token":"good"})")),
        "migrator_session=good; Path=/m; HttpOnly; SameSite=Strict"
    );
    EXPECT_EQ(
        cookie_of(post("/m/v1/session", R"({"token":"good"})", {{"X-Forwarded-Proto", "https"}})),
        "migrator_session=good; Path=/m; HttpOnly; SameSite=Strict; Secure"
    );
    EXPECT_EQ(post("/m/v1/session", R"({"token":"bad"})").status, 401);
    for (const std::string token : {"", "a;b", "a b", "a\\\"b", "a,b"}) {
        EXPECT_EQ(post("/m/v1/session", "{\"token\":\"" + token + "\"}").status, 400) << token;
    }
    EXPECT_EQ(post("/m/v1/session", "{\"token\":\"" + std::string(3'801, 'a') + "\"}").status, 400);
    EXPECT_EQ(
        cookie_of(ask("DELETE", "/m/v1/session")),
        "migrator_session=; Path=/m; HttpOnly; SameSite=Strict; Max-Age=0"
    );
}

}  // namespace
}  // namespace migrator::api::test
