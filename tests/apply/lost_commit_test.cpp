// Each branch of a COMMIT that was not answered.
#include "db/sql/apply/lost_commit.hpp"

#include <gtest/gtest.h>

#include "apply/workplace.hpp"

namespace migrator::db::sql::apply {
namespace {

class LostCommitTest : public testing::Test {
protected:
    LostCommitTest() {
        work_.plan_file("t/none", "", {});
        work_.plan_file("t/1", "one", {"a"});
        unit_ = work_.unit();
        unit_.tenant = "a";
    }
    void commits_unit() {
        work_.server.change_tables([](test::FakeTables& tables) {
            tables.rows.push_back({1, "t/1", "a"});
        });
    }
    bool took_place(bool alone = true) {
        worker_.emplace(work_.worker(alone));
        return LostCommit(*worker_, unit_).took_place("it went");
    }
    /// `fence_is_free` says no so often.
    void is_open_for(int looks) {
        work_.server.fault = [this, looks, seen = 0](std::string_view call) mutable {
            if (call == "fence is free") work_.server.fence_is_free = ++seen > looks;
            return Fault::None;
        };
    }

    Workplace work_;
    Unit unit_;
    std::optional<Worker> worker_;
};

TEST_F(LostCommitTest, TookPlaceWhenARowOfTheUnitIsThere) {
    EXPECT_FALSE(took_place());
    commits_unit();
    EXPECT_TRUE(took_place());
}

TEST_F(LostCommitTest, RowsOfOtherVersionsSchemasAndFilesSayNothing) {
    work_.server.change_tables([](test::FakeTables& tables) {
        tables.rows = {{2, "t/1", "a"}, {1, "t/1", "b"}, {1, "t/2", "a"}};
    });
    EXPECT_FALSE(took_place());
}

TEST_F(LostCommitTest, WithoutFilesItTookPlaceWhenTheNewTenantIsThere) {
    unit_.files.clear();
    work_.request.new_tenant = SchemaName::parse("newcomer");
    EXPECT_FALSE(took_place());
    work_.server.change_tables([](auto& tables) { tables.tenants = {"a", "newcomer"}; });
    EXPECT_TRUE(took_place());
}

TEST_F(LostCommitTest, GoesOnWithANewSession) {
    work_.session = work_.server.connect();
    const Session* const lost = work_.session.get();
    took_place();
    EXPECT_NE(work_.session.get(), lost);
    EXPECT_EQ(work_.server.count("connect"), 2U);
}

TEST_F(LostCommitTest, AloneItLooksUntilTheFenceIsFree) {
    is_open_for(3);
    commits_unit();
    EXPECT_TRUE(took_place());
    EXPECT_EQ(work_.server.count("fence is free"), 4U);
    EXPECT_EQ(work_.server.count("lock state"), 0U);
}

TEST_F(LostCommitTest, AmongOthersItWaitsForTheTenantsRowInstead) {
    work_.server.fence_is_free = false;
    commits_unit();
    EXPECT_TRUE(took_place(false));
    EXPECT_EQ(work_.server.count("lock state"), 1U);
    EXPECT_EQ(work_.server.count("fence is free"), 0U);
}

TEST_F(LostCommitTest, OnceAnotherRunIsTheOwnerItLooksForNoFence) {
    work_.server.change_tables([](auto& tables) { tables.run_id = "another"; });
    work_.server.fence_is_free = false;
    commits_unit();
    EXPECT_TRUE(took_place());
    EXPECT_EQ(work_.server.count("fence is free"), 0U);
}

TEST_F(LostCommitTest, WithoutAFenceTheSessionsEndIsTheTransactions) {
    work_.server.change_dialect().fence_is_free = "";
    EXPECT_FALSE(took_place());
    EXPECT_EQ(work_.server.count("select 1 from migrator_lock"), 0U);
}

TEST_F(LostCommitTest, TriesAgainWhileTheServerIsNotThere) {
    work_.session = work_.server.connect();
    int tries = 0;
    work_.server.fault = [&](std::string_view call) {
        return call == "connect" && ++tries < 3 ? Fault::Refused : Fault::None;
    };
    commits_unit();
    EXPECT_TRUE(took_place());
    EXPECT_EQ(tries, 3);
}

TEST_F(LostCommitTest, TriesAgainWhenTheNewConnectionIsLostToo) {
    work_.fail_at("select 1 from migrator_lock", Fault::Lost);
    commits_unit();
    EXPECT_TRUE(took_place());
}

TEST_F(LostCommitTest, GivesUpWithTheVersionToLookFor) {
    work_.context().patience.limit = std::chrono::milliseconds(-1);
    const struct {
        const char* name;
        const char* call;
        const char* said;
    } cases[] = {
        {"no connection", "connect", "failed to connect"},
        {"still open", "", "its transaction is still open"},
        {"cannot be queried", "select 1 from migrator_migrations", "lost at"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        work_.server.fault = nullptr;
        work_.session = work_.server.connect();
        work_.server.fence_is_free = std::string_view(c.call) != "";
        if (*c.call != '\0') work_.fail_at(c.call, Fault::Lost);
        const Error error = thrown_by([&] { took_place(); });
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        EXPECT_NE(std::string(error.what()).find(c.said), std::string::npos) << error.what();
        EXPECT_NE(
            std::string(error.what()).find("outcome unknown, version id 1"), std::string::npos
        ) << error.what();
    }
}

TEST_F(LostCommitTest, AStoppedRunTriesNoMore) {
    work_.session = work_.server.connect();
    work_.server.fault = [&](std::string_view call) {
        if (call != "connect") return Fault::None;
        work_.stop.request_stop();
        return Fault::Refused;
    };
    thrown_by([&] { took_place(); });
    EXPECT_EQ(work_.server.count("connect"), 2U);
}

}  // namespace
}  // namespace migrator::db::sql::apply
