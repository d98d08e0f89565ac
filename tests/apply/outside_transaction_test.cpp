// A file outside a transaction: statement by statement, with its state written beside it.
#include "db/sql/apply/outside_transaction.hpp"

#include <gtest/gtest.h>

#include "apply/workplace.hpp"

namespace migrator::db::sql::apply {
namespace {

class OutsideTransactionTest : public testing::Test {
protected:
    OutsideTransactionTest() {
        work_.plan_file("t/1", "one {schema}; two {schema}; three {schema}", {"a", "b"});
        work_.context().first_files = {{"a", "t/0"}};
    }
    std::optional<UnitFailure> run(bool alone = true) {
        worker_.emplace(work_.worker(alone));
        Unit unit = work_.unit();
        unit.in_transaction = false;
        return OutsideTransaction(*worker_).run(unit);
    }
    TenantState state_of(const std::string& tenant) { return work_.server.tables().states[tenant]; }

    Workplace work_;
    std::optional<Worker> worker_;
};

TEST_F(OutsideTransactionTest, RunsAndRecordsEachSchema) {
    EXPECT_FALSE(run());
    EXPECT_EQ(
        work_.server.tables().effects,
        (Texts{"one a", "two a", "three a", "one b", "two b", "three b"})
    );
    EXPECT_EQ(work_.recorded(), (Texts{"t/1 for a", "t/1 for b"}));
    EXPECT_FALSE(work_.server.tables().states.contains("a")) << "its run is over";
    EXPECT_EQ(state_of("b").statement, 3);
    EXPECT_EQ(work_.server.count("connect"), 3U) << "a session of its own for each";
    EXPECT_EQ(work_.server.count("session fence"), 2U);
}

TEST_F(OutsideTransactionTest, WhatHasRunStaysAndIsKnown) {
    work_.fail_at("run three a", Fault::Refused);
    const auto failed = run();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->migration->file, "t/1");
    EXPECT_EQ(failed->schema, "a");
    EXPECT_EQ(failed->failure.kept, 2U);
    EXPECT_EQ(
        failed->failure.hint,
        "before it failed, the file executed 2 statements, whose changes stay; the next apply "
        "starts at its first statement"
    );
    EXPECT_EQ(work_.recorded(), Texts{});
    EXPECT_EQ(state_of("a").state, "running");
    EXPECT_EQ(state_of("a").statement, 2);
    EXPECT_EQ(state_of("a").first_file, "t/0");
}

TEST_F(OutsideTransactionTest, AFileWithTransactionsOfItsOwnKeepsWhatItCommitted) {
    work_.plan.files.clear();
    work_.plan_file("t/2", "begin; one; commit; two", {"a"});
    work_.fail_at("run two", Fault::Refused);
    const auto failed = run();
    ASSERT_TRUE(failed);
    EXPECT_NE(failed->failure.hint.find("whose committed changes stay"), std::string::npos)
        << failed->failure.hint;
}

TEST_F(OutsideTransactionTest, WhatIsLeftHalfMadeIsAFailure) {
    work_.server.fault = [this](std::string_view call) {
        if (call == "run two a") work_.server.broken_objects = {"a.index"};
        return Fault::None;
    };
    const auto failed = run();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->failure.message, "it left an invalid object behind");
    EXPECT_EQ(failed->failure.hint, "a.index: drop it");
    EXPECT_EQ(work_.recorded(), Texts{});
}

TEST_F(OutsideTransactionTest, WhatWasBrokenBeforeOrBelongsToOtherWorkersIsNot) {
    work_.server.broken_objects = {"a.old"};
    EXPECT_FALSE(run());
    work_.server.fault = [this](std::string_view call) {
        if (call == "run two a") work_.server.broken_objects = {"a.old", "other.index"};
        return Fault::None;
    };
    EXPECT_FALSE(run(false));
}

TEST_F(OutsideTransactionTest, AnotherRunsLockStopsItBeforeItsFirstStatement) {
    work_.server.fault = [this](std::string_view call) {
        if (call == "session fence") {
            work_.server.change_tables([](auto& tables) { tables.run_id = "another"; });
        }
        return Fault::None;
    };
    const Error error = thrown_by([&] { run(); });
    EXPECT_EQ(error.kind(), ErrorKind::Locked);
    EXPECT_EQ(work_.server.count("run "), 0U);
}

TEST_F(OutsideTransactionTest, ALostRecordIsAskedFor) {
    // Commits before it: the state at the beginning, and behind each of three statements.
    work_.fail_at("commit", Fault::Unheard, 5);
    EXPECT_FALSE(run());
    work_.server.change_tables([](auto& tables) { tables = {}; });
    work_.fail_at("commit", Fault::Lost, 5);
    const auto failed = run();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->migration, nullptr);
    EXPECT_NE(failed->failure.message.find("was rolled back"), std::string::npos);
}

TEST_F(OutsideTransactionTest, ACancelIsHeardBeforeEachSchema) {
    work_.server.fault = [this](std::string_view call) {
        if (call == "run three a") work_.lock.lose();
        return Fault::None;
    };
    EXPECT_EQ(thrown_by([&] { run(); }).kind(), ErrorKind::Locked);
    EXPECT_EQ(work_.recorded(), (Texts{"t/1 for a"}));
}

}  // namespace
}  // namespace migrator::db::sql::apply
