// What the console asks of a service: tenants, plan, runs, versions, signing in.
#include <set>

#include "e2e/long_run_test.hpp"

namespace migrator::e2e {
namespace {

namespace json = boost::json;
using test::wait_until;

constexpr int kTenants = 30;

class ConsoleApi : public test::PostgresqlSiteTest {
protected:
    void SetUp() override {
        PostgresqlSiteTest::SetUp();
        if (IsSkipped()) return;
        site().write_logs();
        ASSERT_EQ(site().run({"apply"}).exit_code, 0);
        std::string sql;
        for (int i = 1; i <= kTenants; ++i) {
            const std::string name = "t" + std::to_string(i);
            sql += "create schema " + name +
                   "; insert into migrator.migrator_tenants (name) values ('" + name + "');";
        }
        site().value(sql + "select 1");
        ASSERT_EQ(site().run({"apply", "--set", "atomicity=tenant", "--reconcile"}).exit_code, 0);
    }
    Service serve_tenants(const std::vector<std::string>& more = {}) {
        std::vector<std::string> settings{"atomicity=tenant", "maxFailures=5", "parallelism=2"};
        settings.insert(settings.end(), more.begin(), more.end());
        return serve(site(), "console", settings);
    }
    static json::value get(const Service& service, const std::string& target) {
        const Answer answer = service.get(target);
        if (answer.status != 200) throw std::runtime_error(target + ": " + answer.body);
        return json::parse(answer.body);
    }
    /// A file that fails for these tenants alone, in its third statement.
    void write_failing_file(const std::string& condition) {
        site().write(
            "stores/020_fails.sql",
            "create table {schema}.fresh (n integer);\n"
            "insert into {schema}.fresh values (1);\n"
            "select 1 / (case when '{schema}' in (" +
                condition + ") then 0 else 1 end)\n  as quotient;\n"
        );
    }
};

TEST_F(ConsoleApi, ShowsWhoFailedWhereAndWhyAndRetriesThem) {
    const Service service = serve_tenants();
    const Service other = serve_tenants();
    write_failing_file("'t3', 't7', 't11'");
    const std::string body =
        R"({"mode":"apply","response":"summary","versionName":"v12","maxFailures":"20%"})";
    ASSERT_EQ(
        service
            .ask("POST", "/v1/migrations", body, "Prefer: respond-async\r\nX-Request-ID: run-1\r\n")
            .status,
        202
    );
    wait_until("the run has ended", [&] { return show_run(service, "run-1").contains("endedAt"); });

    // Both processes tell the same, and what is new alone.
    const auto here = get(service, "/v1/runs/run-1/events?since=0");
    const auto there = get(other, "/v1/runs/run-1/events?since=0");
    EXPECT_EQ(here.at("progress"), there.at("progress"));
    EXPECT_EQ(here.at("seq"), there.at("seq"));
    EXPECT_EQ(here.at("progress").at("tenantsFailed"), 3);
    EXPECT_EQ(here.at("progress").at("versionName"), "v12");
    const auto& groups = here.at("progress").at("failures").as_array();
    ASSERT_EQ(groups.size(), 1U) << json::serialize(groups);
    EXPECT_EQ(groups[0].at("count"), 3);
    EXPECT_EQ(groups[0].at("sqlstate"), "22012");
    EXPECT_EQ(groups[0].at("statement"), 3);
    const std::string seq = json::serialize(here.at("seq"));
    const auto nothing = get(other, "/v1/runs/run-1/events?since=" + seq);
    EXPECT_EQ(nothing.at("events"), json::array());
    EXPECT_EQ(nothing.at("whole"), false);

    const auto page = get(service, "/v1/tenants?sort=attention&limit=3");
    EXPECT_EQ(page.at("states").at("failed"), 3);
    EXPECT_EQ(page.at("page").at(0).at("tenant"), "t11");
    const auto failed = get(service, "/v1/tenants/t7");
    const auto& failure = failed.at("failure");
    EXPECT_EQ(failure.at("line"), 3);
    EXPECT_EQ(failure.at("failedStatement"), 3);
    EXPECT_EQ(
        failure.at("statementText"),
        "select 1 / (case when 't7' in ('t3', 't7', 't11') then 0 else 1 end)\n  as quotient"
    );
    EXPECT_EQ(failure.at("versionName"), "v12");

    // Repaired, they come up under the same name.
    write_failing_file("'nobody'");
    const Answer retried = other.ask(
        "POST", "/v1/runs/run-1/retry", "{}", "Prefer: respond-async\r\nX-Request-ID: run-2\r\n"
    );
    ASSERT_EQ(retried.status, 202) << retried.body;
    const auto done = wait_for_state(service, "run-2", "done");
    EXPECT_EQ(done.at("progress").at("tenantsDone"), 3);
    EXPECT_EQ(done.at("progress").at("versionName"), "v12");
    EXPECT_EQ(get(service, "/v1/tenants?state=failed&limit=1").at("matching"), 0);
    EXPECT_EQ(service.ask("POST", "/v1/runs/run-2/retry", "{}").status, 400);
}

TEST_F(ConsoleApi, TellsOfARunningRunWhomItsStatementWaitsFor) {
    make_gates();
    const Service service = serve_tenants({"slowStatement=50ms"});
    site().write_entry("stores/021_waits.sql", gate("go"));
    ASSERT_EQ(start_run(service, "run-3").status, 202);
    json::value events;
    wait_until("a statement runs for long", [&] {
        events = get(service, "/v1/runs/run-3/events");
        return events.at("progress").as_object().contains("longStatements");
    });
    std::set<std::string> types;
    for (const auto& event : events.at("events").as_array()) {
        types.insert(std::string(event.at("type").as_string()));
    }
    EXPECT_TRUE(types.contains("phase"));
    EXPECT_TRUE(types.contains("statement"));
    EXPECT_EQ(service.ask("POST", "/v1/runs/run-3/retry", "{}").status, 400);
    open_gate("go");
    wait_for_state(service, "run-3", "done");
    const auto list = get(service, "/v1/runs?limit=10");
    EXPECT_EQ(list.at("runs").at(0).at("id"), "run-3");
    EXPECT_EQ(list.at("runs").at(0).at("tenantsDone"), kTenants);
    EXPECT_EQ(list.at("next"), nullptr);
}

TEST_F(ConsoleApi, ShowsThePlanAndWhoIsInWhichWaveAsTheRunHasIt) {
    const Service service = serve_tenants();
    site().write(
        "stores/022_next.sql", "-- migrator:check select true\ncreate table {schema}.later (n int);"
    );
    const auto plan = get(service, "/v1/plan?tenant=t5&contents=true");
    EXPECT_EQ(plan.at("executions"), 1);
    const auto& file = plan.at("phases").at(0).at("files").at(0);
    EXPECT_EQ(file.at("name"), "022_next.sql");
    EXPECT_EQ(file.at("checks").at(0).at("line"), 1);
    EXPECT_NE(
        std::string(file.at("contents").as_string()).find("create table t5.later"),
        std::string::npos
    );
    EXPECT_EQ(plan.at("command"), "migrator apply --tenant t5");

    const auto preview = get(service, "/v1/rollout-preview?canary=2&waves=50%25,100%25");
    ASSERT_EQ(preview.at("waves").as_array().size(), 3U);
    EXPECT_EQ(preview.at("waves").at(0).at("name"), "canary");
    EXPECT_EQ(preview.at("waves").at(0).at("names").as_array().size(), 2U);
    EXPECT_EQ(preview.at("waves").at(1).at("tenants"), 13);
    EXPECT_EQ(preview.at("working"), kTenants);
    // A canary alone brings up exactly those that were shown.
    const Answer canary =
        service.post("/v1/migrations", R"({"mode":"apply","response":"summary","canary":2})");
    ASSERT_EQ(canary.status, 200) << canary.body;
    std::set<std::string> shown;
    for (const auto& name : preview.at("waves").at(0).at("names").as_array()) {
        shown.insert(std::string(name.as_string()));
    }
    for (const std::string& name : shown) {
        EXPECT_EQ(get(service, "/v1/tenants/" + name).at("state"), "current");
    }
    EXPECT_EQ(site().applied("name = '022_next.sql'"), "2");
    EXPECT_EQ(service.get("/v1/rollout-preview?tenants=nobody").status, 404);
    EXPECT_EQ(service.get("/v1/rollout-preview?canary=0").status, 400);
}

TEST_F(ConsoleApi, ShowsAFileAsItWasAppliedAndHowItHasChanged) {
    const Service service = serve_tenants();
    site().write("stores/023_edited.sql", "select 1;\nselect 2;\n");
    ASSERT_EQ(
        service
            .post("/v1/migrations", R"({"mode":"apply","response":"summary","versionName":"v23"})")
            .status,
        200
    );
    const auto versions = get(service, "/v1/versions?limit=1");
    EXPECT_EQ(versions.at("versions").at(0).at("name"), "v23");
    const std::string id = json::serialize(versions.at("versions").at(0).at("id"));
    EXPECT_EQ(json::serialize(versions.at("next")), id);
    site().write("stores/023_edited.sql", "select 1;\nselect 3;\n");
    const auto version = get(service, "/v1/versions/" + id);
    ASSERT_EQ(version.at("files").as_array().size(), 1U);
    const auto& file = version.at("files").at(0);
    EXPECT_EQ(file.at("schemasTotal"), kTenants);
    EXPECT_EQ(file.at("schemas").as_array().size(), 20U);
    EXPECT_EQ(file.at("source"), "changed");
    const auto applied =
        get(service,
            "/v1/versions/" + id + "/file?file=" + std::string(file.at("file").as_string()));
    EXPECT_EQ(applied.at("asApplied"), "select 1;\nselect 2;\n");
    EXPECT_EQ(applied.at("now"), "select 1;\nselect 3;\n");
    EXPECT_EQ(
        applied.at("difference"),
        (json::array{"@@ -1,2 +1,2 @@", " select 1;", "-select 2;", "+select 3;"})
    );
    EXPECT_EQ(service.get("/v1/versions/999999").status, 404);
    EXPECT_EQ(service.get("/v1/versions/x").status, 400);
}

/// The token `secret`, and one that has nothing to do with it.
class SignedIn : public ConsoleApi {
protected:
    static constexpr const char* kJsonOfHere =
        "Content-Type: application/json\r\nSec-Fetch-Site: same-origin\r\n";

    Service serve_with_token() {
        const auto made = site().run({"token", "ci", "--role", "apply"});
        const auto line = made.out.find("ci apply sha256:");
        if (line == std::string::npos) throw std::runtime_error(made.out + made.err);
        token_ = made.out.substr(0, made.out.find('\n'));
        const std::string entry =
            made.out.substr(line, made.out.find_first_of("\n\"", line) - line);
        return serve_tenants({"tokens=" + entry});
    }
    std::string token_;
};

TEST_F(SignedIn, ByACookieThatNoOtherPageCanUse) {
    const Service service = serve_with_token();
    EXPECT_EQ(service.get("/v1/tenants").status, 401);
    const auto nobody = get(service, "/v1/me");
    EXPECT_EQ(nobody.at("authentication"), true);
    EXPECT_EQ(nobody.at("may").at("read"), false);

    EXPECT_EQ(service.ask("POST", "/v1/session", R"({"token":"wrong"})", kJsonOfHere).status, 401);
    const Answer in =
        service.ask("POST", "/v1/session", R"({"token":")" + token_ + R"("})", kJsonOfHere);
    ASSERT_EQ(in.status, 200) << in.body;
    const std::string set = header(in, "Set-Cookie");
    EXPECT_EQ(set, "migrator_session=" + token_ + "; Path=/; HttpOnly; SameSite=Strict");
    const std::string cookie = "Cookie: a=b; migrator_session=" + token_ + "\r\n";
    EXPECT_EQ(service.ask("GET", "/v1/tenants", "", cookie).status, 200);
    const auto me = json::parse(service.ask("GET", "/v1/me", "", cookie).body);
    EXPECT_EQ(me.at("name"), "ci");
    EXPECT_EQ(me.at("session"), true);
    EXPECT_EQ(me.at("role"), "apply");
    EXPECT_EQ(me.at("may").at("apply"), true);
    EXPECT_EQ(me.at("may").at("admin"), false);

    const std::string apply = R"({"mode":"apply","response":"summary"})";
    const struct {
        const char* headers;
        int status;
    } cases[] = {
        {"Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n", 200},
        {"Sec-Fetch-Site: same-site\r\nContent-Type: application/json\r\n", 403},
        {"Sec-Fetch-Site: cross-site\r\nContent-Type: application/json\r\n", 403},
        {"Sec-Fetch-Site: same-origin\r\nContent-Type: text/plain\r\n", 403},
        {"Origin: http://test\r\nContent-Type: application/json\r\n", 403},  // not in allowedHosts
        {"Origin: http://localhost:1\r\nContent-Type: application/json\r\n", 403},
        {"Content-Type: application/json\r\n", 403},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.headers);
        EXPECT_EQ(
            service.ask("POST", "/v1/migrations", apply, cookie + c.headers).status, c.status
        );
    }
    // The header counts, whatever the cookie says.
    EXPECT_EQ(
        service.ask("POST", "/v1/migrations", apply, cookie + "Authorization: Bearer wrong\r\n")
            .status,
        401
    );
    const Answer out = service.ask("DELETE", "/v1/session", "", cookie + kJsonOfHere);
    EXPECT_EQ(out.status, 204);
    EXPECT_EQ(
        header(out, "Set-Cookie"), "migrator_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
    );
}

TEST_F(SignedIn, UntilTheTokenIsRemoved) {
    std::string cookie;
    {
        const Service service = serve_with_token();
        cookie = "Cookie: migrator_session=" + token_ + "\r\n";
        EXPECT_EQ(service.ask("GET", "/v1/tenants", "", cookie).status, 200);
    }
    const Service service = serve_with_token();  // with another token in its configuration
    EXPECT_EQ(service.ask("GET", "/v1/tenants", "", cookie).status, 401);
    const auto me = json::parse(service.ask("GET", "/v1/me", "", cookie).body);
    EXPECT_EQ(me.at("why"), "unknown token");
}

TEST_F(ConsoleApi, LetsAPageFromElsewhereLookAndPlanWhereNothingProvesWhoAsks) {
    const Service service = serve_tenants({"allowedHosts=console.example"});
    site().write_entry("stores/024_next.sql");
    const std::string elsewhere = "Origin: https://console.example\r\n";
    const std::string local = "Origin: http://localhost:8080\r\nSec-Fetch-Site: same-origin\r\n";
    const std::string type = "Content-Type: application/json\r\n";
    const auto me_of = [&](const std::string& headers) {
        return json::parse(service.ask("GET", "/v1/me", "", headers).body);
    };
    EXPECT_EQ(me_of(elsewhere).at("may").at("apply"), false);
    EXPECT_EQ(me_of(elsewhere).at("may").at("plan"), true);
    EXPECT_EQ(me_of(local).at("may").at("apply"), true);
    EXPECT_EQ(me_of(local + "X-Forwarded-For: 10.0.0.7\r\n").at("may").at("apply"), false);
    EXPECT_EQ(me_of("").at("may").at("admin"), true);

    const std::string apply = R"({"mode":"apply","response":"summary"})";
    const std::string dry_run = R"({"mode":"dry-run","response":"summary"})";
    const std::string mutation =
        R"({"query":"mutation { createVersion(input: {versionName: \"v\"}) { version { id } } }"})";
    EXPECT_EQ(service.ask("POST", "/v1/migrations", apply, elsewhere + type).status, 403);
    EXPECT_EQ(service.ask("POST", "/v2/service", mutation, elsewhere + type).status, 403);
    EXPECT_EQ(service.ask("POST", "/v1/migrations", dry_run, elsewhere + type).status, 200);
    EXPECT_EQ(site().applied("name = '024_next.sql'"), "0");
    EXPECT_EQ(service.ask("POST", "/v1/migrations", apply, local + type).status, 200);
    EXPECT_EQ(site().applied("name = '024_next.sql'"), std::to_string(kTenants));
    EXPECT_EQ(service.ask("POST", "/v1/session", R"({"token":"x"})", local + type).status, 404);
}

}  // namespace
}  // namespace migrator::e2e
