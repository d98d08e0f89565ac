// Long runs: `Prefer: respond-async` and {p}/v1/runs.
#include <boost/json.hpp>

#include "api/api.hpp"

namespace migrator::api::test {
namespace {

namespace json = boost::json;

constexpr const char* kApply = R"({"mode":"apply","response":"summary"})";
constexpr const char* kMutation =
    R"({"query":"mutation { createVersion(input: {versionName: \"v7\"}) { version { name } } }"})";

class Runs : public Api {
protected:
    http::Response start(const std::string& id, const std::string& body = kApply) {
        return post("/v1/migrations", body, {{"Prefer", "respond-async"}, {"X-Request-ID", id}});
    }
    json::object show(const std::string& id) {
        const http::Response response = get("/v1/runs/" + id);
        EXPECT_EQ(response.status, 200) << response.body;
        return json::parse(response.body).as_object();
    }
    static std::string header(const http::Response& response, const std::string& name) {
        for (const auto& [key, value] : response.headers) {
            if (key == name) return value;
        }
        return {};
    }
};

TEST_F(Runs, AreAnsweredAtOnceAndGoOnBehindTheAnswer) {
    arrange_files();
    surroundings.path_prefix = "/migrator";
    http::Response response = post(
        "/migrator/v1/migrations",
        kApply,
        {{"Prefer", "wait=5, Respond-Async"}, {"X-Request-ID", "deploy-1"}}
    );
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(response.body, R"({"id":"deploy-1","state":"queued"})");
    EXPECT_EQ(header(response, "Location"), "/migrator/v1/runs/deploy-1");
    EXPECT_EQ(header(response, "Preference-Applied"), "respond-async");
    EXPECT_TRUE(database.rows().empty());
    finish(response);
    EXPECT_FALSE(database.rows().empty());

    const http::Response shown = get("/migrator/v1/runs/deploy-1");
    const json::object run = json::parse(shown.body).as_object();
    EXPECT_EQ(run.at("state"), "done");
    EXPECT_EQ(run.at("status"), 200);
    EXPECT_EQ(run.at("startedAt"), "1970-01-12T13:46:40Z");
    EXPECT_EQ(run.at("endedAt"), "1970-01-12T13:46:40Z");
    EXPECT_EQ(run.at("answer").at("results").at("singleMigrations"), 1);
    EXPECT_TRUE(run.at("progress").is_object());
}

TEST_F(Runs, OfV2HaveTheAnswerOfTheMutation) {
    arrange_files();
    http::Response response =
        post("/v2/service", kMutation, {{"Prefer", "respond-async"}, {"X-Request-ID", "deploy-2"}});
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(response.body, R"({"data":null,"extensions":{"run":"deploy-2"}})");
    EXPECT_EQ(header(response, "Location"), "/v1/runs/deploy-2");
    finish(response);
    const json::object run = show("deploy-2");
    EXPECT_EQ(run.at("state"), "done");
    EXPECT_EQ(run.at("answer").at("data").at("createVersion").at("version").at("name"), "v7");
}

TEST_F(Runs, WithOneIdAreOneRun) {
    arrange_files();
    http::Response first = start("deploy-3");
    for (int i = 0; i < 9; ++i) {
        const http::Response again = start("deploy-3");
        EXPECT_EQ(again.status, 202);
        EXPECT_EQ(again.background, nullptr);
        EXPECT_EQ(header(again, "Location"), "/v1/runs/deploy-3");
    }
    finish(first);
    EXPECT_EQ(start("deploy-3").body, R"({"id":"deploy-3","state":"done"})");
    EXPECT_EQ(database.versions({}).size(), 1U);
}

TEST_F(Runs, AreFoundByTheirIdAlsoWhileTheQueueOfRunsIsFull) {
    arrange_files();
    options.run_queue = 0;
    const auto coordinator = make_coordinator();
    coordinator_override = coordinator.get();
    http::Response first = start("deploy-12");
    EXPECT_EQ(start("deploy-12").status, 202);
    EXPECT_EQ(start("deploy-13").status, 503);
    EXPECT_EQ(get("/v1/runs/deploy-13").status, 404);
    finish(first);
    EXPECT_EQ(show("deploy-12").at("state"), "done");
}

TEST_F(Runs, RefuseAnIdOfAnotherRequest) {
    arrange_files();
    http::Response first = start("deploy-4");
    const http::Response other = start("deploy-4", R"({"mode":"sync","response":"summary"})");
    EXPECT_EQ(other.status, 400);
    EXPECT_TRUE(contains(other.body, "deploy-4 belongs to another request")) << other.body;
    finish(first);
}

TEST_F(Runs, GetAnIdOfTheirOwnWhenTheClientGaveNone) {
    arrange_files();
    http::Response response = post("/v1/migrations", kApply, {{"Prefer", "respond-async"}});
    const std::string id(json::parse(response.body).at("id").as_string());
    EXPECT_NE(id, "request-1");
    finish(response);
    EXPECT_EQ(show(id).at("state"), "done");
}

TEST_F(Runs, OfABadRequestAreRefusedAtOnce) {
    EXPECT_EQ(start("deploy-5", "{").status, 400);
    EXPECT_EQ(get("/v1/runs/deploy-5").status, 404);
    const http::Response v2 = post(
        "/v2/service",
        R"({"query":"mutation { nope }"})",
        {{"Prefer", "respond-async"}, {"X-Request-ID", "deploy-5"}}
    );
    EXPECT_EQ(v2.status, 500);
    EXPECT_EQ(get("/v1/runs/deploy-5").body, R"({"error":"run deploy-5 does not exist"})");
}

TEST_F(Runs, QueriesAreAnsweredWhateverTheClientPrefers) {
    arrange_files();
    const http::Response response =
        post("/v2/service", R"({"query":"{ tenants { name } }"})", {{"Prefer", "respond-async"}});
    EXPECT_EQ(response.body, R"({"data":{"tenants":[{"name":"north"}]}})");
}

TEST_F(Runs, ThatFailKeepTheErrorAndItsStatus) {
    arrange_files();
    database.fail_file("/migrations/tenants/002.sql", "no such table");
    http::Response response = start("deploy-6");
    finish(response);
    const json::object run = show("deploy-6");
    EXPECT_EQ(run.at("state"), "failed");
    EXPECT_EQ(run.at("status"), 500);
    EXPECT_TRUE(contains(json::serialize(run.at("answer")), "no such table"));
}

TEST_F(Runs, ThatAreCancelledWhileTheyWaitLeaveNothingBehind) {
    arrange_files();
    database.hold_lock({.run_id = "other", .owner = "host-b"});
    http::Response response = start("deploy-7");
    on_wait = [&] {
        if (waits != 2) return;
        EXPECT_EQ(show("deploy-7").at("state"), "waiting");
        const http::Response cancelled = ask("DELETE", "/v1/runs/deploy-7");
        EXPECT_EQ(cancelled.status, 202);
        EXPECT_EQ(cancelled.body, R"({"id":"deploy-7","state":"cancelling"})");
    };
    finish(response);
    EXPECT_EQ(show("deploy-7").at("state"), "cancelled");
    EXPECT_EQ(show("deploy-7").at("status"), 500);
    EXPECT_TRUE(database.rows().empty());
}

TEST_F(Runs, OfV2AreCancelledToo) {
    arrange_files();
    database.hold_lock({.run_id = "other", .owner = "host-b"});
    http::Response response =
        post("/v2/service", kMutation, {{"Prefer", "respond-async"}, {"X-Request-ID", "deploy-8"}});
    on_wait = [&] {
        if (waits == 2) ask("DELETE", "/v1/runs/deploy-8");
    };
    finish(response);
    const json::object run = show("deploy-8");
    EXPECT_EQ(run.at("state"), "cancelled");
    EXPECT_TRUE(contains(json::serialize(run.at("answer")), "CANCELLED"));
}

TEST_F(Runs, CanBeCancelledThroughAnotherProcess) {
    arrange_files();
    database.hold_lock({.run_id = "other", .owner = "host-b"});
    http::Response response = start("deploy-9");
    on_wait = [&] {
        if (waits == 2)
            database.run_records().cancel("deploy-9");  // the mark, as the other one sets it
        if (waits > 2) std::this_thread::yield();
    };
    finish(response);
    EXPECT_EQ(show("deploy-9").at("state"), "cancelled");
}

TEST_F(Runs, AreListedNewestFirst) {
    arrange_files();
    EXPECT_EQ(get("/v1/runs").body, "[]");
    for (const char* id : {"a", "b", "c"}) {
        http::Response response = start(id);
        finish(response);
    }
    const http::Response response = get("/v1/runs");
    const json::array runs = json::parse(response.body).as_array();
    ASSERT_EQ(runs.size(), 3U);
    EXPECT_EQ(runs.front().at("id"), "c");
    EXPECT_EQ(runs.front().at("state"), "done");
}

TEST_F(Runs, UnknownOnesAre404) {
    EXPECT_EQ(get("/v1/runs/none").status, 404);
    EXPECT_EQ(ask("DELETE", "/v1/runs/none").status, 404);
}

TEST_F(Runs, WhoseProcessHasGoneHaveFailed) {
    database.run_records().insert(
        {.id = "lost", .state = "running", .progress = "{}", .owner = "host-b", .started = now()}
    );
    database.silence_run("lost", std::chrono::minutes(5));
    const json::object run = show("lost");
    EXPECT_EQ(run.at("state"), "failed");
    EXPECT_EQ(run.at("status"), 500);
    EXPECT_TRUE(contains(json::serialize(run.at("answer")), "has not reported for 300 s"));
}

TEST_F(Runs, MakeTheTablesOfANewDatabaseFirst) {
    arrange_files();
    database.forget_tables();
    database.hold_lock({.run_id = "other", .owner = "host-b"});
    on_wait = [&] {
        if (waits == 2) database.release_lock();
    };
    http::Response response = start("deploy-10");
    EXPECT_EQ(response.status, 202);
    EXPECT_GE(waits, 2);
    finish(response);
    EXPECT_EQ(show("deploy-10").at("state"), "done");
}

TEST_F(Runs, GiveUpWhenTheTablesCanNotBeMadeInTime) {
    arrange_files();
    database.forget_tables();
    database.hold_lock({.run_id = "other", .owner = "host-b, process 9"});
    const http::Response response = start("deploy-11");
    EXPECT_EQ(response.status, 409);
    EXPECT_TRUE(contains(response.body, "host-b, process 9")) << response.body;
}

}  // namespace
}  // namespace migrator::api::test
