// Runs that their clients don't wait for, over two processes on one database.
#include <barrier>
#include <csignal>
#include <future>
#include <set>

#include "e2e/long_run_test.hpp"

namespace migrator::e2e {
namespace {

namespace json = boost::json;
using test::wait_until;

class LongRuns : public test::PostgresqlSiteTest {
protected:
    /// Tables, and a file that waits at the gate `go`.
    void arrange() {
        make_gates();
        site().write_logs();
        ASSERT_EQ(site().run({"create-tenant", "north"}).exit_code, 0);
        ASSERT_EQ(site().run({"apply"}).exit_code, 0);
        site().write_entry("catalog/010_first.sql", gate("go"));
        site().write_entry("stores/011_last.sql");
    }
    /// Starts the run and waits until it stands at the gate.
    void start_at_gate(
        const Service& service, const std::string& name, const RunKind& kind = kRunKinds[0]
    ) {
        const Answer answer = start_run(service, "r1", kind);
        ASSERT_EQ(answer.status, 202) << answer.body;
        EXPECT_EQ(header(answer, "Location"), "/v1/runs/r1");
        wait_for_query(name, "%wait_at%");
    }
    std::string versions() {
        return site().value("select count(*) from migrator.migrator_versions");
    }
    std::string stored(const std::string& column) {
        return site().value("select " + column + " from migrator.migrator_runs where id = 'r1'");
    }
    /// Neither effects nor rows, and soon neither locks nor transactions.
    void expect_nothing_left() {
        EXPECT_EQ(site().entries("catalog") + site().entries("north"), "");
        EXPECT_EQ(site().applied("name like '01%'"), "0");
        wait_until("locks and transactions have gone", [&] {
            return site().value(
                       "select (select count(*) from pg_locks where locktype = 'advisory' and "
                       "database = (select oid from pg_database where datname = "
                       "current_database())) + (select count(*) from pg_stat_activity where "
                       "datname = current_database() and pid <> pg_backend_pid() and xact_start "
                       "is not null)"
                   ) == "0";
        });
    }
    void expect_next_apply_completes() {
        open_gate("go");
        const auto next = site().run({"apply", "--lock-timeout", "0s"});
        EXPECT_EQ(next.exit_code, 0) << next.err;
        EXPECT_EQ(site().entries("catalog"), "010_first.sql");
        EXPECT_EQ(site().entries("north"), "011_last.sql");
    }
};

// On a database without any tables: making them is part of the race.
TEST_F(LongRuns, StartedTenTimesAtOnceWithOneIdAreOneRun) {
    site().write_logs();
    site().write_entry("catalog/010_first.sql");
    const Service one = serve(site(), "one");
    const Service two = serve(site(), "two");
    constexpr int kTimes = 10;
    std::barrier ready(kTimes);
    std::vector<std::future<Answer>> answers;
    for (int i = 0; i < kTimes; ++i) {
        answers.push_back(std::async(std::launch::async, [&, i] {
            ready.arrive_and_wait();
            return start_run(i % 2 == 0 ? one : two, "r1");
        }));
    }
    for (auto& pending : answers) {
        const Answer answer = pending.get();
        EXPECT_EQ(answer.status, 202) << answer.body;
        EXPECT_EQ(header(answer, "Preference-Applied"), "respond-async");
        EXPECT_EQ(json::parse(answer.body).at("id"), "r1");
    }
    for (const Service* service : {&one, &two}) {
        const json::object run = wait_for_state(*service, "r1", "done");
        EXPECT_EQ(run.at("status"), 200);
        EXPECT_EQ(run.at("answer").at("results").at("versionId"), 1);
        const Answer list = service->get("/v1/runs");
        ASSERT_EQ(list.status, 200);
        const json::array runs = json::parse(list.body).as_array();
        ASSERT_EQ(runs.size(), 1U) << list.body;
        EXPECT_EQ(runs[0].at("id"), "r1");
    }
    EXPECT_EQ(versions(), "1");
    EXPECT_EQ(site().entries("catalog"), "010_first.sql");
}

TEST_F(LongRuns, AreCancelledThroughTheOtherProcess) {
    for (const RunKind& kind : kRunKinds) {
        SCOPED_TRACE(kind.name);
        SetUp();
        arrange();
        const Service one = serve(site(), "one");
        const Service two = serve(site(), "two");
        start_at_gate(one, "one", kind);
        const Answer cancelled = two.ask("DELETE", "/v1/runs/r1");
        EXPECT_EQ(cancelled.status, 202);
        EXPECT_EQ(cancelled.body, R"({"id":"r1","state":"cancelling"})");
        const json::object run = wait_for_state(two, "r1", "cancelled");
        EXPECT_EQ(run.at("status"), 500);
        EXPECT_NE(json::serialize(run.at("answer")).find("cancel"), std::string::npos);
        EXPECT_EQ(state_of(one, "r1"), "cancelled");
        expect_nothing_left();
        expect_next_apply_completes();
        // What has ended stays as it ended.
        EXPECT_EQ(one.ask("DELETE", "/v1/runs/r1").body, R"({"id":"r1","state":"cancelled"})");
        EXPECT_EQ(two.ask("DELETE", "/v1/runs/none").status, 404);
    }
}

TEST_F(LongRuns, WaitForTheLockAndCanBeCancelledThere) {
    arrange();
    const Service one = serve(site(), "one");
    const Service two = serve(site(), "two");
    start_at_gate(one, "one");
    EXPECT_EQ(start_run(two, "r2").status, 202);
    wait_for_state(one, "r2", "waiting");
    EXPECT_EQ(one.ask("DELETE", "/v1/runs/r2").status, 202);
    wait_for_state(one, "r2", "cancelled");
    EXPECT_EQ(state_of(two, "r1"), "running");
    open_gate("go");
    wait_for_state(two, "r1", "done");
    EXPECT_EQ(site().entries("catalog"), "010_first.sql");
}

TEST_F(LongRuns, OfAProcessThatWasKilledAreShownAsFailedAndANewIdCompletesTheRelease) {
    arrange();
    const std::string versions_before = versions();
    Service one = serve(site(), "one");
    const Service two = serve(site(), "two");
    start_at_gate(one, "one");
    wait_for_state(two, "r1", "running");
    one.process().send_signal(SIGKILL);
    one.process().wait();
    EXPECT_EQ(state_of(two, "r1"), "running") << "it was heard of a moment ago";
    site().value(
        "update migrator.migrator_runs set changed = changed - interval '61 seconds' where id = "
        "'r1'"
    );
    const json::object run = show_run(two, "r1");
    EXPECT_EQ(run.at("state"), "failed");
    EXPECT_EQ(run.at("status"), 500);
    EXPECT_FALSE(run.contains("endedAt"));
    const std::string error(run.at("answer").at("error").as_string());
    EXPECT_NE(error.find("has not reported for"), std::string::npos) << error;

    const Answer again = start_run(two, "r1");
    EXPECT_EQ(again.status, 202);
    EXPECT_EQ(again.body, R"({"id":"r1","state":"failed"})");
    expect_nothing_left();
    EXPECT_EQ(versions(), versions_before);

    open_gate("go");
    EXPECT_EQ(start_run(two, "r2").status, 202);
    wait_for_state(two, "r2", "done");
    EXPECT_EQ(site().entries("catalog"), "010_first.sql");
    EXPECT_EQ(state_of(two, "r1"), "failed");
}

TEST_F(LongRuns, MayFinishWithinTheShutdownTimeout) {
    arrange();
    Service one = serve(site(), "one", {"logLevel=INFO", "shutdownTimeout=120s"});
    start_at_gate(one, "one");
    one.process().send_signal(SIGTERM);
    one.process().wait_for_line("shutting down; requests in progress: 1");
    open_gate("go");
    EXPECT_EQ(one.process().wait().exit_code, 0);
    EXPECT_EQ(stored("state || ' ' || status"), "done 200");
    EXPECT_EQ(site().entries("catalog"), "010_first.sql");
}

TEST_F(LongRuns, AreCancelledWhenTheyTakeLongerThanTheShutdownTimeout) {
    for (const RunKind& kind : kRunKinds) {
        SCOPED_TRACE(kind.name);
        SetUp();
        arrange();
        Service one = serve(site(), "one", {"shutdownTimeout=200ms"});
        start_at_gate(one, "one", kind);
        one.process().send_signal(SIGTERM);
        EXPECT_EQ(one.process().wait().exit_code, 0);
        EXPECT_EQ(stored("state || ' ' || status"), "cancelled 500");
        EXPECT_EQ(stored("(ended is not null)::text"), "true");
        expect_nothing_left();
        expect_next_apply_completes();
    }
}

TEST_F(LongRuns, GoOnWhenTheConnectionsThatTheirStateIsWrittenOverDie) {
    arrange();
    const Service one = serve(site(), "one");
    start_at_gate(one, "one");
    for (int i = 0; i < 2; ++i) {
        // All sessions that do nothing, but for the one that holds the migration lock.
        const std::string ended = site().value(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity as a where datname = "
            "current_database() and application_name = 'one' and state = 'idle' and not exists "
            "(select 1 from pg_locks as l where l.pid = a.pid and locktype = 'advisory')"
        );
        EXPECT_NE(ended, "0");
        const std::string then = site().value("select clock_timestamp()");
        wait_until("the state is written again", [&] {
            return stored("(changed > '" + then + "')::text") == "true";
        });
    }
    open_gate("go");
    // The service that works knows the end before the database does.
    wait_for_state(one, "r1", "done");
    wait_until("the end is written", [&] {
        return stored("state || ' ' || status || ' ' || (ended is not null)") == "done 200 true";
    });
    EXPECT_EQ(site().entries("north"), "011_last.sql");
}

TEST_F(LongRuns, ShowTheirProgress) {
    make_gates();
    site().write_logs();
    ASSERT_EQ(site().run({"create-tenant", "north"}).exit_code, 0);
    ASSERT_EQ(site().run({"apply"}).exit_code, 0);
    site().write_entry("catalog/010_first.sql");
    site().write_entry("stores/011_second.sql", gate("go"));
    const Service one = serve(site(), "one", {"batchBytes=0"});
    const Service two = serve(site(), "two");
    start_at_gate(one, "one");
    json::object progress;
    wait_until("the first file is done", [&] {
        progress = show_run(two, "r1").at("progress").as_object();
        return progress.contains("filesDone") && progress.at("filesDone") == 1;
    });
    const auto expect_counts = [&](const char* phase, int files, int tenants) {
        EXPECT_EQ(progress.at("phase"), phase);
        EXPECT_EQ(progress.at("files"), 2);
        EXPECT_EQ(progress.at("filesDone"), files);
        EXPECT_EQ(progress.at("executions"), 2);
        EXPECT_EQ(progress.at("executionsDone"), files);
        EXPECT_EQ(progress.at("tenants"), 1);
        EXPECT_EQ(progress.at("tenantsDone"), tenants);
        EXPECT_EQ(progress.at("tenantsFailed"), 0);
    };
    expect_counts("applying", 1, 0);
    EXPECT_EQ(progress.at("file"), "011_second.sql");
    open_gate("go");
    progress = wait_for_state(two, "r1", "done").at("progress").as_object();
    expect_counts("done", 2, 1);
}

}  // namespace
}  // namespace migrator::e2e
