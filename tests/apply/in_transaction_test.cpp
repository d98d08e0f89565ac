// A unit in a transaction, from begin to commit, and what becomes of it at every seam.
#include "db/sql/apply/in_transaction.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "apply/workplace.hpp"

namespace migrator::db::sql::apply {
namespace {

class InTransactionTest : public testing::Test {
protected:
    InTransactionTest() {
        work_.options.batch_bytes = 1'000;
        work_.plan.tenants = {"a", "b"};
        work_.plan_file("t/1", "one {schema}; two {schema}");
        work_.plan_file("t/2", "three {schema}");
    }
    std::optional<UnitFailure> run(const Unit& unit) {
        worker_.emplace(work_.worker());
        return InTransaction(*worker_, kept_).run(unit);
    }
    std::optional<UnitFailure> run() { return run(work_.unit()); }
    void expect_nothing_done() {
        EXPECT_EQ(work_.recorded(), Texts{});
        EXPECT_EQ(work_.server.tables().effects, Texts{});
        EXPECT_TRUE(work_.server.tables().versions.empty());
    }

    Workplace work_;
    std::optional<Worker> worker_;
    std::optional<RolledBack>* kept_ = nullptr;
};

TEST_F(InTransactionTest, RunsRecordsAndCommitsInOrder) {
    work_.server.change_tables([](auto& tables) { tables.states["a"].state = "planned"; });
    EXPECT_FALSE(run());
    const test::FakeTables tables = work_.server.tables();
    EXPECT_EQ(tables.effects, (Texts{"one a", "two a", "one b", "two b", "three a", "three b"}));
    EXPECT_EQ(work_.recorded(), (Texts{"t/1 for a", "t/1 for b", "t/2 for a", "t/2 for b"}));
    EXPECT_EQ(tables.versions, (std::map<std::int64_t, std::string>{{1, "v1"}}));
    EXPECT_TRUE(tables.states.empty()) << "the run is over for the tenant";
    EXPECT_EQ(work_.server.messages(), 1U);
    EXPECT_EQ(work_.server.count("commit"), 1U);
    const Texts calls = work_.server.calls();
    const auto place = [&](std::string_view call) {
        return std::ranges::find_if(calls, [&](const std::string& made) {
            return made.starts_with(call);
        });
    };
    EXPECT_LT(place("run three b"), place("reset"));
    EXPECT_LT(place("reset"), place("insert version"));
    EXPECT_LT(place("insert version"), place("rows"));
    EXPECT_LT(place("rows"), place("commit"));
}

TEST_F(InTransactionTest, BlamesTheFileSchemaStatementAndLineThatFailed) {
    const struct {
        const char* statement;
        const char* file;
        const char* schema;
        std::size_t number;
    } cases[] = {
        {"one a", "t/1", "a", 1},
        {"two a", "t/1", "a", 2},
        {"one b", "t/1", "b", 1},
        {"three b", "t/2", "b", 1},
    };
    for (const std::size_t limit : {0U, 12U, 1'000U}) {
        for (const auto& c : cases) {
            SCOPED_TRACE(c.statement + std::string(" in messages of ") + std::to_string(limit));
            work_.options.batch_bytes = limit;
            work_.session = work_.server.connect();
            work_.fail_at(std::string("run ") + c.statement, Fault::Refused);
            const auto failed = run();
            ASSERT_TRUE(failed);
            EXPECT_EQ(failed->migration->file, c.file);
            EXPECT_EQ(failed->schema, c.schema);
            EXPECT_EQ(failed->failure.statement, c.number);
            EXPECT_EQ(
                error_of(*failed).what(),
                "SQL migration " + std::string(c.file) + " failed with error: refused " +
                    c.statement + ", schema " + c.schema + ", statement " +
                    std::to_string(c.number) + ", line 1"
            );
            expect_nothing_done();
        }
    }
}

TEST_F(InTransactionTest, NothingIsDoneWhateverSeamFails) {
    for (const char* call :
         {"begin",
          "lock state",
          "run one a",
          "reset",
          "insert version",
          "rows",
          "select now",
          "delete from migrator_tenant_state",
          "commit"}) {
        for (const Fault fault : {Fault::Refused, Fault::Lost}) {
            SCOPED_TRACE(call + std::string(fault == Fault::Lost ? " lost" : " refused"));
            work_.session = work_.server.connect();
            work_.fail_at(call, fault);
            Unit unit = work_.unit();
            unit.tenant = "a";
            bool failed = false;
            try {
                failed = run(unit).has_value();
            } catch (const Error& error) {
                failed = true;
                EXPECT_EQ(
                    error.kind(),
                    fault == Fault::Lost ? ErrorKind::Unavailable : ErrorKind::Internal
                );
            }
            EXPECT_TRUE(failed);
            expect_nothing_done();
        }
    }
}

TEST_F(InTransactionTest, ALostCommitThatTookPlaceIsNoFailure) {
    work_.fail_at("commit", Fault::Unheard);
    EXPECT_FALSE(run());
    EXPECT_EQ(work_.recorded().size(), 4U);
}

TEST_F(InTransactionTest, ALostCommitThatDidNotIsOneAndSaysSo) {
    work_.fail_at("commit", Fault::Lost);
    const auto failed = run();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->migration, nullptr);
    EXPECT_FALSE(failed->outcome_unknown);
    EXPECT_EQ(error_of(*failed).kind(), ErrorKind::Unavailable);
    EXPECT_EQ(
        std::string(error_of(*failed).what()),
        "Could not commit transaction: the connection was lost while committing (lost at commit); "
        "the database reports that the transaction was rolled back"
    );
}

TEST_F(InTransactionTest, ALostCommitOfWhichNobodyKnowsEndsTheRun) {
    work_.context().patience.limit = std::chrono::milliseconds(-1);
    work_.session = work_.server.connect();
    work_.server.fault = [](std::string_view call) {
        if (call == "commit") return Fault::Lost;
        return call == "connect" ? Fault::Refused : Fault::None;
    };
    const auto failed = run();
    ASSERT_TRUE(failed);
    EXPECT_TRUE(failed->outcome_unknown);
    EXPECT_NE(std::string(error_of(*failed).what()).find("outcome unknown"), std::string::npos);
}

TEST_F(InTransactionTest, ACommitThatIsRefusedIsNobodysFile) {
    work_.fail_at("commit", Fault::Refused);
    const auto failed = run();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->migration, nullptr);
    EXPECT_EQ(error_of(*failed).kind(), ErrorKind::MigrationFailed);
}

TEST_F(InTransactionTest, LocksTheTenantsRowWhereOthersWork) {
    Unit unit = work_.unit();
    EXPECT_FALSE(run(unit));
    EXPECT_EQ(work_.server.count("lock state"), 0U);
    unit.tenant = "a";
    EXPECT_FALSE(run(unit));
    EXPECT_EQ(work_.server.count("lock state"), 1U);
}

TEST_F(InTransactionTest, ADryRunRollsBackAndKeepsWhatItHadRecorded) {
    work_.request.dry_run = true;
    std::optional<RolledBack> kept;
    kept_ = &kept;
    EXPECT_FALSE(run());
    expect_nothing_done();
    EXPECT_EQ(work_.server.count("commit"), 0U);
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->version.name, "v1");
    ASSERT_EQ(kept->rows.size(), 4U);
    EXPECT_EQ(kept->rows[1].migration.file, "t/1");
    EXPECT_EQ(kept->rows[1].schema, "b");
}

TEST_F(InTransactionTest, ADryRunFindsRowsThatCantBeRecorded) {
    work_.request.dry_run = true;
    work_.fail_at("delete from migrator_tenant_state", Fault::Refused);
    EXPECT_EQ(thrown_by([&] { run(); }).kind(), ErrorKind::Internal);
}

TEST_F(InTransactionTest, SyncRecordsAndRunsNothing) {
    work_.request.action = Action::Sync;
    EXPECT_FALSE(run());
    EXPECT_EQ(work_.recorded().size(), 4U);
    EXPECT_EQ(work_.server.tables().effects, Texts{});
    EXPECT_EQ(work_.server.messages(), 0U);
}

TEST_F(InTransactionTest, MakesTheNewTenantFirstInItsTransaction) {
    work_.request.new_tenant = SchemaName::parse("a");
    const auto session = work_.server.connect();
    work_.context().new_tenant.emplace(
        work_.job().tables(*session),
        store::MetadataShape{.tenants = true},
        work_.plan,
        work_.request
    );
    Unit unit = work_.unit();
    unit.makes_tenant = true;
    work_.fail_at("commit", Fault::Refused);
    EXPECT_TRUE(run(unit));
    EXPECT_EQ(work_.server.tables().tenants, Texts{});
    work_.server.fault = nullptr;
    EXPECT_FALSE(run(unit));
    EXPECT_EQ(work_.server.tables().tenants, (Texts{"a"}));
    EXPECT_EQ(work_.server.tables().effects.front(), "create schema a");
}

TEST_F(InTransactionTest, ACancelIsHeardBeforeEachMessageAndBeforeCommit) {
    for (const char* call : {"begin", "run one b", "rows"}) {
        SCOPED_TRACE(call);
        work_.options.batch_bytes = 0;
        work_.stop = {};
        work_.session = work_.server.connect();
        work_.server.fault = [&](std::string_view made) {
            if (made.starts_with(call)) work_.stop.request_stop();
            return Fault::None;
        };
        EXPECT_EQ(thrown_by([&] { run(); }).kind(), ErrorKind::Cancelled);
        expect_nothing_done();
    }
}

TEST_F(InTransactionTest, ALockThatIsGoneEndsIt) {
    work_.lock.lose();
    EXPECT_EQ(thrown_by([&] { run(); }).kind(), ErrorKind::Locked);
    expect_nothing_done();
}

TEST_F(InTransactionTest, AskedForSingleMessagesByTheServerSendsThem) {
    work_.server.change_dialect().prefers_single_messages = "session fence";  // says yes
    EXPECT_FALSE(run());
    EXPECT_EQ(work_.server.messages(), 4U);
    work_.options.batch_bytes_is_explicit = true;
    EXPECT_FALSE(run());
    EXPECT_EQ(work_.server.messages(), 5U) << "the user knows better";
}

TEST_F(InTransactionTest, ReportsEachMessageWithTheFilesBehindIt) {
    work_.options.batch_bytes = 0;
    EXPECT_FALSE(run());
    ASSERT_EQ(work_.progress.size(), 7U);  // four messages, their end, recording, committing
    EXPECT_EQ(work_.progress[0].file, "1");
    EXPECT_EQ(work_.progress[0].executions_done, 0U);
    EXPECT_EQ(work_.progress[2].file, "2");
    EXPECT_EQ(work_.progress[2].files_done, 1U);
    EXPECT_EQ(work_.progress[2].executions_done, 2U);
    EXPECT_EQ(work_.progress[5].phase, "recording");
    EXPECT_EQ(work_.progress[6].phase, "committing");
    EXPECT_EQ(work_.progress[6].executions_done, 4U);
}

}  // namespace
}  // namespace migrator::db::sql::apply
