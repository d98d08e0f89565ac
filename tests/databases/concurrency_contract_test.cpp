// Two runs at once, on every database: each instance is what another process would be.
#include <atomic>
#include <thread>

#include "core/error.hpp"
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

class Concurrency : public ProjectTest {};

TEST_P(Concurrency, AppliesEachFileOnceHoweverManyCall) {
    write_shop();
    project().create_tenant("north");
    for (int i = 10; i < 40; ++i) {
        project().write(
            "stores/0" + std::to_string(i) + "_t.sql",
            "create table {schema}.t" + std::to_string(i) + " (x integer);"
        );
    }
    constexpr int kCallers = 8;
    std::atomic<int> applied_something = 0;
    {
        std::vector<std::jthread> callers;
        for (int i = 0; i < kCallers; ++i) {
            callers.emplace_back([&] {
                try {
                    if (project().apply().summary.tenant_migrations > 0) ++applied_something;
                } catch (const std::exception& error) {
                    ADD_FAILURE() << error.what();
                }
            });
        }
    }
    EXPECT_EQ(applied_something, 1);
    EXPECT_EQ(
        project().value("select count(*) from " + own("migrator_migrations") + " where type = 2"),
        "32"
    );
}

TEST_P(Concurrency, AWaiterGivesUpAndSaysWhoHoldsTheLock) {
    write_shop();
    project().options.lock_timeout = std::chrono::milliseconds(0);
    const auto holder = project().open();
    const auto run = holder.connector->try_begin_run(
        {.run_id = "1", .owner = "host a, process 7", .version_name = "night"}
    );
    ASSERT_NE(run, nullptr);
    try {
        project().apply();
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Locked);
        EXPECT_NE(std::string(error.what()).find("host a, process 7"), std::string::npos)
            << error.what();
        EXPECT_NE(std::string(error.what()).find("night"), std::string::npos) << error.what();
    }
    ASSERT_TRUE(project().open()->inspection().status().lock_owner.has_value());
}

TEST_P(Concurrency, TheLockIsFreeAfterARun) {
    write_shop();
    project().apply();
    EXPECT_FALSE(project().open()->inspection().status().lock_owner.has_value());
}

TEST_P(Concurrency, ACancelledRunRollsBackAndFreesTheLock) {
    write_shop();
    project().create_tenant("north");
    project().write(
        "catalog/008_slow.sql",
        "create table {schema}.slow (x integer);\ninsert into {schema}.slow " + kind().slow_query +
            ";"
    );
    const auto instance = project().open();
    std::stop_source stop;
    bool asked = false;
    try {
        instance->create_version(
            {.version_name = "slow",
             .progress =
                 [&](const Progress& progress) {
                     if (progress.file != "008_slow.sql") return;
                     asked = true;
                     stop.request_stop();
                 },
             .stop = stop.get_token()}
        );
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_TRUE(asked);
        EXPECT_EQ(error.kind(), ErrorKind::Cancelled) << error.what();
    }
    EXPECT_FALSE(project().open()->inspection().status().lock_owner.has_value());
    for (const std::string& row : project().rows()) EXPECT_EQ(row.find("slow"), std::string::npos);
}

MIGRATOR_ON_EVERY_DATABASE(Concurrency);

}  // namespace
}  // namespace migrator::test
