// What status tells while others hold the lock.
#include "coordinator/inspection.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "coordinator/coordinator.hpp"
#include "core/log.hpp"
#include "support/fake_connector.hpp"
#include "support/fake_loader.hpp"

namespace migrator::coordinator {
namespace {

class StatusTest : public ::testing::Test {
protected:
    StatusTest() {
        log::redirect([](std::string_view) {});
        file_ = source_.write(MigrationType::TenantMigration, "tenants", "001.sql", "select 1;");
        database_.add_tenant("north");
        TenantState state;
        state.tenant = "north";
        state.state = "planned";
        state.first_file = file_.file;
        state.changed = owner().since;
        database_.add_state(state);
    }
    ~StatusTest() override { log::redirect(nullptr); }

    static RunOwner owner() {
        return {
            .run_id = "other",
            .owner = "host-b, process 9",
            .request_id = "",
            .version_name = "v0",
            .since = TimePoint(std::chrono::seconds(1'000'000))};
    }
    plan::StatusReport status() { return coordinator_.inspection().status(); }

    test::FakeConnector database_;
    test::FakeSource source_;
    std::function<void()> on_pause_;
    Coordinator coordinator_{
        {.connector = database_,
         .open_loader = source_.opener(),
         .clock = [] { return TimePoint(); },
         .owner = "host-a",
         .time =
             {.pause =
                  [this](auto, const auto&) {
                      if (on_pause_) on_pause_();
                  }}},
        {}};
    Migration file_;
};

TEST_F(StatusTest, TellsOfARunThatHoldsTheLock) {
    database_.hold_lock(owner());
    const auto found = status();
    ASSERT_TRUE(found.lock_owner);
    EXPECT_TRUE(found.is_at_work(found.unfinished.at(0)));
}

TEST_F(StatusTest, IsNotMisledByOneWhoOnlyLooksAtTheLock) {
    database_.hold_lock(owner());
    on_pause_ = [this] { database_.release_lock(); };
    const auto found = status();
    EXPECT_FALSE(found.lock_owner);
    EXPECT_FALSE(found.is_at_work(found.unfinished.at(0)));
}

TEST_F(StatusTest, ReadsAgainWhatARunHasFinishedMeanwhile) {
    database_.hold_lock(owner());
    on_pause_ = [this] {
        database_.release_lock();
        database_.record(file_, "north");
        database_.try_begin_run(owner())->settle({"north"});
    };
    const auto found = status();
    EXPECT_TRUE(found.unfinished.empty());
    EXPECT_TRUE(found.pending.files.empty());
}

TEST_F(StatusTest, TakesStatesFromBeforeARunForLeftOver) {
    RunOwner later = owner();
    later.since += std::chrono::seconds(1);
    database_.hold_lock(later);
    const auto found = status();
    EXPECT_FALSE(found.is_at_work(found.unfinished.at(0)));
}

}  // namespace
}  // namespace migrator::coordinator
