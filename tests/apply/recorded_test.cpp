// Where DDL commits: each file is recorded by itself, and an earlier run's end is known.
#include "db/sql/apply/recorded.hpp"

#include <gtest/gtest.h>

#include "apply/workplace.hpp"

namespace migrator::db::sql::apply {
namespace {

class RecordedTest : public testing::Test {
protected:
    RecordedTest() {
        work_.server.commit_each_file();
        work_.context().commits_each_file = true;
        work_.plan.tenants = {"a"};
        work_.plan_file("t/1", "one; two");
        work_.plan_file("t/2", "three; four");
        work_.plan_file("t/3", "five");
    }
    std::optional<UnitFailure> run(bool alone = true) {
        worker_.emplace(work_.worker(alone));
        return Recorded(*worker_).run(unit_.files.empty() ? work_.unit() : unit_);
    }
    void interrupted(const std::string& file, std::int64_t statements) {
        work_.context().interruptions = Interruptions(
            {{.tenant = "a", .state = "running", .file = file, .statement = statements}}
        );
    }

    Workplace work_;
    Unit unit_;
    std::optional<Worker> worker_;
};

TEST_F(RecordedTest, RunsAndRecordsEachFile) {
    work_.server.change_tables([](auto& tables) { tables.states["a"].state = "planned"; });
    EXPECT_FALSE(run());
    EXPECT_EQ(work_.server.tables().effects, (Texts{"one", "two", "three", "four", "five"}));
    EXPECT_EQ(work_.recorded(), (Texts{"t/1 for a", "t/2 for a", "t/3 for a"}));
    EXPECT_TRUE(work_.server.tables().states.empty()) << "the last file ends the tenant";
    EXPECT_EQ(work_.server.messages(), 1U);
}

TEST_F(RecordedTest, AFailureLeavesWhatIsRecordedAndSaysWhatStays) {
    for (const std::size_t limit : {0U, 1'000'000U}) {
        SCOPED_TRACE(limit);
        work_.options.batch_bytes = limit;
        work_.session = work_.server.connect();
        work_.server.change_tables([](auto& tables) { tables = {}; });
        work_.fail_at("run four", Fault::Refused);
        const auto failed = run();
        ASSERT_TRUE(failed);
        EXPECT_EQ(failed->migration->file, "t/2");
        EXPECT_EQ(failed->failure.statement, 2U);
        EXPECT_EQ(failed->failure.kept, 1U);
        EXPECT_EQ(failed->done, 1U);
        EXPECT_TRUE(failed->failure.hint.starts_with("statements 1 to 1 of the file are committed"))
            << failed->failure.hint;
        EXPECT_EQ(work_.recorded(), (Texts{"t/1 for a"}));
    }
}

TEST_F(RecordedTest, AloneALostConnectionIsTheRunsEnd) {
    work_.fail_at("run three", Fault::Lost);
    const auto failed = run();
    ASSERT_TRUE(failed);
    EXPECT_TRUE(failed->failure.connection_lost);
    EXPECT_TRUE(failed->failure.hint.starts_with("progress is recorded")) << failed->failure.hint;
    EXPECT_EQ(work_.server.count("connect"), 1U);
}

TEST_F(RecordedTest, AmongOthersTheRowsTellWhatWasDone) {
    work_.fail_at("run four", Fault::Lost);
    const auto failed = run(false);
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->migration->file, "t/2");
    EXPECT_EQ(failed->failure.statement, 2U);
    EXPECT_EQ(work_.server.count("connect"), 2U);
    EXPECT_EQ(work_.server.count("select 1 from migrator_migrations"), 2U);
}

TEST_F(RecordedTest, AmongOthersALostAnswerToTheLastRecordIsNoFailure) {
    work_.fail_at("commit", Fault::Unheard, 3);
    EXPECT_FALSE(run(false));
    EXPECT_EQ(work_.recorded().size(), 3U);
}

TEST_F(RecordedTest, AmongOthersTheFileBehindTheLastRecordIsToBlame) {
    work_.fail_at("commit", Fault::Unheard, 1);
    const auto failed = run(false);
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->migration->file, "t/2") << "the first is there";
    EXPECT_EQ(failed->failure.statement, 0U) << "it may not have been sent";
}

TEST_F(RecordedTest, AmongOthersADatabaseThatStaysAwayIsSaid) {
    work_.context().patience.limit = std::chrono::milliseconds(-1);
    work_.session = work_.server.connect();
    work_.server.fault = [](std::string_view call) {
        if (call == "run three") return Fault::Lost;
        return call == "connect" ? Fault::Refused : Fault::None;
    };
    const auto failed = run(false);
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->migration->file, "t/2");
    EXPECT_TRUE(failed->failure.hint.starts_with("failed to connect")) << failed->failure.hint;
}

TEST_F(RecordedTest, AnInterruptedFileBeginsAgain) {
    interrupted("t/1", 1);
    EXPECT_FALSE(run());
    EXPECT_EQ(work_.server.count("run one"), 1U);
}

TEST_F(RecordedTest, AnInterruptedFileGoesOnWhereItIsAsked) {
    const struct {
        const char* name;
        std::size_t resume_at;
        Texts effects;
    } cases[] = {
        {"after the last statement known", 0, {"two", "three", "four", "five"}},
        {"at its first", 1, {"one", "two", "three", "four", "five"}},
        {"at its second", 2, {"two", "three", "four", "five"}},
        {"behind its end", 9, {"three", "four", "five"}},
    };
    interrupted("t/1", 1);
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        work_.server.change_tables([](auto& tables) { tables = {}; });
        work_.request.resume_at_statement = c.resume_at;
        EXPECT_FALSE(run());
        EXPECT_EQ(work_.server.tables().effects, c.effects);
        EXPECT_EQ(work_.recorded().size(), 3U);
    }
}

TEST_F(RecordedTest, AnotherFileThanTheInterruptedOneBeginsAtItsFirstStatement) {
    interrupted("t/9", 1);
    work_.request.resume_at_statement = 2;
    EXPECT_FALSE(run());
    EXPECT_EQ(work_.server.tables().effects.size(), 5U);
}

}  // namespace
}  // namespace migrator::db::sql::apply
