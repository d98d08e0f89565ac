// Tenants one by one, by several workers, over a server in memory.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <thread>

#include "apply/workplace.hpp"
#include "core/log.hpp"
#include "db/sql/apply/rollout.hpp"

namespace migrator::db::sql::apply {
namespace {

class FleetTest : public testing::Test {
protected:
    FleetTest() {
        work_.options.batch_bytes = 1'000;
        work_.options.parallelism = 4;
        work_.options.atomicity = Atomicity::Tenant;
        work_.options.max_failures = {.value = 1'000};
        for (int i = 0; i < 12; ++i) work_.plan.tenants.push_back(fmt::format("t{:02}", i));
        work_.plan_file("t/1", "one {schema}");
        work_.plan_file("t/2", "two {schema}");
    }
    /// What `Application` does, without the pauses before a tenant is tried again.
    ApplyResult roll_out() {
        work_.session = work_.server.connect();
        SharedProgress progress(work_.plan, nullptr, true);
        Context context = work_.context();
        Context own{work_.job(), context.scripts, context.stateful_code, progress};
        own.version_id = 1;
        own.outside_transaction = std::vector<bool>(work_.plan.files.size());
        for (std::size_t i = 0; i < work_.plan.files.size(); ++i) {
            own.outside_transaction[i] =
                work_.plan.files[i].migration->contents.starts_with("-- migrator:no-tr");
        }
        own.commits_each_file = !work_.server.dialect().transactional_ddl;
        own.intent_written = true;
        own.patience = context.patience;
        own.first_pause = context.first_pause;
        own.long_statements = context.long_statements;
        work_.session->observe(own.observer(0));
        ApplyResult result;
        Rollout(own, work_.session).run(result);
        return result;
    }
    /// `fault` for statements of this tenant, so many times.
    void fail(const std::string& statement, Fault fault, int times = 1'000) {
        work_.server.fault = [=,
                              seen = std::make_shared<std::atomic<int>>(0)](std::string_view call) {
            return call == "run " + statement && ++*seen <= times ? fault : Fault::None;
        };
    }
    static Texts failed_tenants(const ApplyResult& result) {
        Texts tenants;
        for (const TenantFailure& failure : result.failures) tenants.push_back(failure.tenant);
        std::ranges::sort(tenants);
        return tenants;
    }

    Workplace work_;
};

TEST_F(FleetTest, ApplyEverythingToEveryTenantInATransactionEach) {
    const ApplyResult result = roll_out();
    EXPECT_EQ(result.fleet, (FleetSummary{.tenants_done = 12}));
    EXPECT_EQ(work_.recorded().size(), 24U);
    EXPECT_EQ(work_.server.count("commit"), 12U);
    EXPECT_EQ(result.executions, (std::vector<std::size_t>{12, 12}));
}

TEST_F(FleetTest, SeveralWorkAtOnce) {
    std::mutex mutex;
    std::condition_variable all_there;
    int waiting = 0;
    work_.server.fault = [&](std::string_view call) {
        if (!call.starts_with("run one")) return Fault::None;
        std::unique_lock lock(mutex);
        if (++waiting == 4) all_there.notify_all();
        all_there.wait(lock, [&] { return waiting >= 4; });
        return Fault::None;
    };
    roll_out();
    EXPECT_EQ(work_.server.most_at_work(), 4U);
}

TEST_F(FleetTest, AFailureIsTheTenantsOwn) {
    fail("two t05", Fault::Refused);
    const ApplyResult result = roll_out();
    EXPECT_EQ(failed_tenants(result), (Texts{"t05"}));
    EXPECT_EQ(result.failures[0].file, "t/2");
    EXPECT_EQ(result.fleet, (FleetSummary{.tenants_done = 11, .tenants_failed = 1}));
    EXPECT_EQ(work_.recorded().size(), 22U);
    const TenantState state = work_.server.tables().states["t05"];
    EXPECT_EQ(state.state, "failed");
    EXPECT_EQ(state.file, "t/2");
    EXPECT_EQ(result.executions, (std::vector<std::size_t>{11, 11}));
}

TEST_F(FleetTest, WhatPassesIsTriedAgainAndNotForEver) {
    for (const Fault fault : {Fault::Passing, Fault::Lost}) {
        work_.options.retries = 2;
        fail("two t05", fault, 2);
        ApplyResult result = roll_out();
        EXPECT_EQ(result.fleet, (FleetSummary{.tenants_done = 12, .retries = 2}));
        work_.server.change_tables([](auto& tables) { tables = {}; });
        fail("two t05", fault, 3);
        result = roll_out();
        EXPECT_EQ(
            result.fleet, (FleetSummary{.tenants_done = 11, .tenants_failed = 1, .retries = 2})
        );
        work_.server.change_tables([](auto& tables) { tables = {}; });
    }
}

/// Each tenant changes a table that all share: of several at once one alone comes through.
TEST_F(FleetTest, TenantsThatCollideAreTriedAgainOneByOne) {
    for (const bool commits : {false, true}) {
        SCOPED_TRACE(commits);
        if (commits) work_.server.commit_each_file();
        work_.options.retries = 1;
        std::atomic<int> at_work = 0;
        work_.server.fault = [&](std::string_view call) {
            if (call.starts_with("run one")) ++at_work;
            if (call.starts_with("run two")) {
                std::this_thread::yield();
                return at_work-- > 1 ? Fault::Collides : Fault::None;
            }
            return Fault::None;
        };
        const ApplyResult result = roll_out();
        EXPECT_TRUE(result.failures.empty());
        EXPECT_EQ(result.fleet->tenants_done, 12);
        work_.server.change_tables([](auto& tables) { tables = {}; });
    }
}

TEST_F(FleetTest, WhoCollidesAloneWaitsForSomebodyElse) {
    work_.options.retries = 3;
    fail("two t05", Fault::Collides, 3);
    EXPECT_EQ(roll_out().fleet, (FleetSummary{.tenants_done = 12, .retries = 3}));
    work_.server.change_tables([](auto& tables) { tables = {}; });
    fail("two t05", Fault::Collides, 4);
    EXPECT_EQ(failed_tenants(roll_out()), (Texts{"t05"}));
}

TEST_F(FleetTest, WhoWaitedInVainForAnotherWorkerIsTriedAgainAlone) {
    SharedProgress progress(work_.plan, nullptr, true);
    Notices notices(progress);
    std::string logged;
    log::redirect([&](std::string_view line) { logged += line; });
    for (const bool is_ours : {true, false}) {
        SCOPED_TRACE(is_ours);
        LongStatements long_statements(
            work_.server,
            progress,
            notices,
            {.first = std::chrono::hours(1), .lock_timeout = std::chrono::seconds(1)}
        );
        work_.context().long_statements = &long_statements;
        work_.server.waits.clear();
        for (int i = 1; i <= 4; ++i) {  // which of them works for the tenant nobody knows
            Row row(11);
            row[0] = "a lock on s";
            row[3] = is_ours ? std::to_string(work_.server.sessions() + i) : "other";
            work_.server.waits.push_back(row);
        }
        const auto has_waited = [&] {
            for (std::size_t i = 0; i < 4; ++i) {
                if (long_statements.last_wait(i)) return true;
            }
            return false;
        };
        std::atomic<bool> failed = false;
        work_.server.fault = [&](std::string_view call) {
            if (call != "run two t05" || failed.exchange(true)) return Fault::None;
            while (!has_waited()) std::this_thread::yield();
            return Fault::Passing;
        };
        EXPECT_EQ(roll_out().fleet, (FleetSummary{.tenants_done = 12, .retries = 1}));
        EXPECT_NE(logged.find("it waited for a lock on s, held by session "), std::string::npos)
            << logged;
        const bool alone = logged.find("while no other tenant is in progress") != std::string::npos;
        EXPECT_EQ(alone, is_ours) << logged;
        logged.clear();
        work_.server.change_tables([](auto& tables) { tables = {}; });
        work_.session.reset();
    }
    log::redirect(nullptr);
    work_.context().long_statements = nullptr;
}

TEST_F(FleetTest, ARunDoesNotWaitForTheLocksOfAllItsTenantsInTurn) {
    work_.options.retries = 3;
    work_.server.fault = [](std::string_view call) {
        return call.starts_with("run one") ? Fault::Passing : Fault::None;
    };
    const ApplyResult result = roll_out();
    EXPECT_EQ(result.fleet, (FleetSummary{.tenants_failed = 12, .retries = 21}))
        << "3 x (4 + 12/4)";
    ASSERT_EQ(result.notes.size(), 1U);
    EXPECT_EQ(
        result.notes[0],
        "21 retries for locks that were not free in time were made; tenants that met one after "
        "that were not retried"
    );
}

TEST_F(FleetTest, WhatDoesNotPassIsNotTriedAgain) {
    fail("two t05", Fault::Refused, 1);
    EXPECT_EQ(roll_out().fleet->retries, 0);
}

TEST_F(FleetTest, AFileOutsideATransactionIsNotTriedAgain) {
    work_.plan_file("t/3", "-- migrator:no-transaction\nthree {schema}");
    fail("three t05", Fault::Passing, 1);
    const ApplyResult result = roll_out();
    EXPECT_EQ(failed_tenants(result), (Texts{"t05"}));
    EXPECT_EQ(result.fleet->retries, 0);
    EXPECT_EQ(work_.recorded().size(), 35U) << "its first two files are recorded";
}

TEST_F(FleetTest, WhoFailedIsLeftOutOfLaterPhases) {
    work_.plan_file("s/3", "three", {"s"});
    work_.plan_file("t/4", "four {schema}");
    fail("one t05", Fault::Refused);
    roll_out();
    EXPECT_EQ(work_.server.count("run four"), 11U);
    EXPECT_EQ(work_.server.count("run three"), 1U);
}

TEST_F(FleetTest, AFailedFileOfASingleSchemaEndsTheRun) {
    work_.plan_file("s/3", "three", {"s"});
    work_.plan_file("t/4", "four {schema}");
    fail("three", Fault::Refused);
    const Error error = thrown_by([&] { roll_out(); });
    EXPECT_EQ(error.kind(), ErrorKind::MigrationFailed);
    EXPECT_EQ(work_.server.count("run four"), 0U);
    EXPECT_EQ(work_.server.tables().states[""].state, "failed");
}

TEST_F(FleetTest, MoreFailuresThanTheRunPutsUpWithStopIt) {
    work_.options.parallelism = 1;
    work_.options.max_failures = {.value = 1};
    work_.server.fault = [](std::string_view call) {
        const bool fails = call == "run one t02" || call == "run one t04" || call == "run one t06";
        return fails ? Fault::Refused : Fault::None;
    };
    const ApplyResult result = roll_out();
    EXPECT_EQ(failed_tenants(result), (Texts{"t02", "t04"}));
    EXPECT_EQ(
        result.fleet, (FleetSummary{.tenants_done = 3, .tenants_failed = 2, .tenants_skipped = 7})
    );
}

TEST_F(FleetTest, WavesAreCompleteOneAfterTheOther) {
    work_.plan_file("s/3", "three", {"s"});
    work_.plan_file("t/4", "four {schema}");
    work_.request.waves = {2, 6};
    roll_out();
    const Texts effects = work_.server.tables().effects;
    const auto place = [&](const std::string& effect) {
        return std::ranges::find(effects, effect) - effects.begin();
    };
    EXPECT_EQ(effects.size(), 37U);
    EXPECT_LT(place("one t01"), place("three"));
    EXPECT_LT(place("four t01"), place("one t02"));
    EXPECT_LT(place("four t05"), place("one t06"));
}

TEST_F(FleetTest, AWaveWithTooManyFailuresIsTheLast) {
    work_.request.waves = {2, 6, 12};
    work_.options.max_failures = {.value = 25, .is_percent = true};
    fail("one t01", Fault::Refused);
    EXPECT_EQ(
        roll_out().fleet,
        (FleetSummary{.tenants_done = 1, .tenants_failed = 1, .tenants_skipped = 10})
    ) << "a quarter of two is none";
}

TEST_F(FleetTest, ALostCommitIsAskedForByTheTenantsRow) {
    std::atomic<int> commits = 0;
    work_.server.fault = [&](std::string_view call) {
        return call == "commit" && ++commits % 5 == 0 ? Fault::Unheard : Fault::None;
    };
    const ApplyResult result = roll_out();
    EXPECT_EQ(result.fleet, (FleetSummary{.tenants_done = 12}));
    EXPECT_EQ(work_.recorded().size(), 24U);
    EXPECT_EQ(work_.server.count("fence is free"), 0U);
}

TEST_F(FleetTest, ACommitOfWhichNobodyKnowsEndsTheRun) {
    work_.options.parallelism = 1;
    work_.context().patience.limit = std::chrono::milliseconds(-1);
    std::atomic<bool> away = false;
    work_.server.fault = [&](std::string_view call) {
        if (call == "commit" && work_.server.count("commit") == 3) {
            away = true;
            return Fault::Lost;
        }
        return call == "connect" && away ? Fault::Refused : Fault::None;
    };
    const Error error = thrown_by([&] { roll_out(); });
    EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
    EXPECT_NE(std::string(error.what()).find("outcome unknown"), std::string::npos);
    EXPECT_EQ(work_.recorded().size(), 4U);
}

TEST_F(FleetTest, ALostLockStopsEveryWorker) {
    work_.server.fault = [&](std::string_view call) {
        if (call == "run one t03") {
            work_.lock.lose();
            work_.lost.request_stop();
            work_.stop.request_stop();
        }
        return Fault::None;
    };
    thrown_by([&] { roll_out(); });
    EXPECT_LT(work_.recorded().size(), 24U);
    EXPECT_TRUE(work_.server.tables().states.empty()) << "nothing is written without the lock";
}

TEST_F(FleetTest, ACancelLetsTheTenantsInWorkEnd) {
    work_.options.parallelism = 1;
    work_.server.fault = [&](std::string_view call) {
        if (call == "run one t03") work_.stop.request_stop();
        return Fault::None;
    };
    EXPECT_EQ(thrown_by([&] { roll_out(); }).kind(), ErrorKind::Cancelled);
    EXPECT_EQ(work_.recorded().size(), 8U);
}

TEST_F(FleetTest, AsManyWorkAsTheServerTakesConnectionsOf) {
    const struct {
        const char* name;
        std::size_t free;
        std::size_t most;
        std::size_t notes;
    } cases[] = {
        {"room", 100, 0, 0},
        {"room for two more", 2, 0, 1},
        {"full", 0, 0, 1},
        {"a limit of the driver", 100, 2, 1},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        work_.server.free_connections = c.free;
        work_.server.most_workers = c.most;
        EXPECT_EQ(roll_out().notes.size(), c.notes);
        const std::size_t allowed = std::min<std::size_t>(c.free + 1, c.most == 0 ? 4 : c.most);
        EXPECT_LE(work_.server.most_at_work(), std::max<std::size_t>(allowed, 4));
    }
}

TEST_F(FleetTest, WhereFilesLockTablesOneWorks) {
    work_.server.commit_each_file();
    work_.plan_file("t/3", "lock tables x");
    const ApplyResult result = roll_out();
    ASSERT_EQ(result.notes.size(), 1U);
    EXPECT_EQ(
        result.notes[0],
        "parallelism is 4, but t/3 locks tables, including one of migrator; 1 tenant was processed "
        "at a time"
    );
}

TEST_F(FleetTest, WhereDdlCommitsATryGoesOnBehindTheFilesThatAreRecorded) {
    work_.server.commit_each_file();
    fail("two t05", Fault::Passing, 1);
    const ApplyResult result = roll_out();
    EXPECT_EQ(result.fleet, (FleetSummary{.tenants_done = 12, .retries = 1}));
    EXPECT_EQ(work_.server.count("run one t05"), 1U);
    EXPECT_EQ(work_.server.count("run two t05"), 2U);
    EXPECT_EQ(work_.recorded().size(), 24U);
}

TEST_F(FleetTest, AWorkerWithoutAConnectionTriesTheTenantAgain) {
    work_.options.parallelism = 2;
    std::atomic<int> connects = 0;
    work_.server.fault = [&](std::string_view call) {
        return call == "connect" && ++connects == 2 ? Fault::Refused : Fault::None;
    };
    EXPECT_EQ(roll_out().fleet->tenants_done, 12);
}

TEST_F(FleetTest, TheWholeApplicationPlansRollsOutAndCounts) {
    const ApplyResult result = work_.apply();
    EXPECT_EQ(result.version_id, 1);
    EXPECT_EQ(result.fleet, (FleetSummary{.tenants_done = 12}));
    EXPECT_EQ(work_.server.count("plan states"), 1U);
    EXPECT_TRUE(work_.server.tables().states.empty());
}

TEST_F(FleetTest, WithoutARowThereIsNoVersion) {
    work_.server.fault = [](std::string_view call) {
        return call.starts_with("run one") ? Fault::Refused : Fault::None;
    };
    const ApplyResult result = work_.apply();
    EXPECT_EQ(result.version_id, 0);
    EXPECT_EQ(result.fleet->tenants_failed, 12);
}

}  // namespace
}  // namespace migrator::db::sql::apply
