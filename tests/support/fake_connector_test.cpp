#include "support/fake_connector.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "support/fake_loader.hpp"

namespace migrator::test {
namespace {

class FakeConnectorTest : public ::testing::TestWithParam<db::Atomicity> {
protected:
    FakeConnectorTest() {
        database.add_tenant("abc");
        database.add_tenant("def");
        source.write(MigrationType::SingleMigration, "ref", "1.sql", "one");
        source.write(MigrationType::TenantMigration, "tenants", "2.sql", "two {schema}");
        files = source.files();
        const auto tenants = std::make_shared<const std::vector<std::string>>(database.tenants());
        const auto ref = std::make_shared<const std::vector<std::string>>(1, "ref");
        plan = {.files = {{&files[0], ref}, {&files[1], tenants}}, .tenants = *tenants};
    }

    db::ApplyRequest request() const {
        db::ApplyRequest made;
        made.version_name = "v1";
        return made;
    }

    FakeConnector database{GetParam()};
    FakeSource source;
    std::vector<Migration> files;
    Plan plan;
};

INSTANTIATE_TEST_SUITE_P(
    Atomicities, FakeConnectorTest, ::testing::Values(db::Atomicity::Version, db::Atomicity::Tenant)
);

TEST_P(FakeConnectorTest, RecordsWhatItRan) {
    const auto result = database.try_begin_run({.run_id = "r"})->apply(plan, request());
    EXPECT_EQ(result.version_id, 1);
    EXPECT_EQ(database.executions().size(), 3U);
    EXPECT_EQ(database.migrations_of_version(1).size(), 3U);
    EXPECT_EQ(database.versions().at(0).name, "v1");
    EXPECT_TRUE(database.states().empty());
    const auto applied = database.read_applied(files);
    EXPECT_EQ(applied.counts.at("abc"), 1U);
    EXPECT_TRUE(applied.files.at(files[1].file).as_migration);
    EXPECT_TRUE(applied.files_of_tenant.empty());
}

TEST_P(FakeConnectorTest, ADryRunLeavesNothing) {
    auto asked = request();
    asked.dry_run = true;
    asked.new_tenant = SchemaName::parse("new");
    EXPECT_EQ(database.try_begin_run({.run_id = "r"})->apply(plan, asked).version_id, 1);
    EXPECT_EQ(database.executions().size(), 3U);
    EXPECT_TRUE(database.rows().empty());
    EXPECT_TRUE(database.versions().empty());
    EXPECT_TRUE(database.states().empty());
    EXPECT_EQ(database.tenants().size(), 2U);
}

TEST_P(FakeConnectorTest, ASyncRunsNothing) {
    auto asked = request();
    asked.action = Action::Sync;
    database.try_begin_run({.run_id = "r"})->apply(plan, asked);
    EXPECT_TRUE(database.executions().empty());
    EXPECT_EQ(database.rows().size(), 3U);
}

TEST_P(FakeConnectorTest, AFailureKeepsWhatItsAtomicitySays) {
    database.fail_file(files[1].file, "boom", "def");
    auto run = database.try_begin_run({.run_id = "r"});
    EXPECT_THROW(run->apply(plan, request()), Error);
    if (GetParam() == db::Atomicity::Version) {
        EXPECT_TRUE(database.rows().empty());
        EXPECT_TRUE(database.versions().empty());
        EXPECT_TRUE(database.states().empty());
        return;
    }
    EXPECT_EQ(database.rows().size(), 2U);  // ref and abc
    ASSERT_EQ(database.states().size(), 1U);
    EXPECT_EQ(database.states().at(0).tenant, "def");
    EXPECT_EQ(database.states().at(0).state, "failed");
    EXPECT_EQ(database.states().at(0).file, files[1].file);
    EXPECT_EQ(database.read_applied(files).files_of_tenant.count("abc"), 0U);
}

TEST_P(FakeConnectorTest, OneRunAtATimeHoldsTheLock) {
    auto first = database.try_begin_run({.run_id = "r1", .owner = "host"});
    EXPECT_EQ(database.lock_owner()->owner, "host");
    EXPECT_EQ(database.try_begin_run({.run_id = "r2"}), nullptr);
    first.reset();
    EXPECT_NE(database.try_begin_run({.run_id = "r2"}), nullptr);
    EXPECT_EQ(database.lock_tries(), 3U);
    EXPECT_EQ(database.runs_begun(), 2U);
}

TEST_P(FakeConnectorTest, ALostLockStopsTheRun) {
    auto run = database.try_begin_run({.run_id = "r1"});
    database.hold_lock({.run_id = "other"});
    try {
        run->apply(plan, request());
        FAIL() << "went on";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Locked);
    }
    run.reset();
    EXPECT_EQ(database.lock_owner()->run_id, "other");
}

TEST_P(FakeConnectorTest, AStopRollsBack) {
    std::stop_source stop;
    auto asked = request();
    asked.stop = stop.get_token();
    database.on_execution([&](const auto&) { stop.request_stop(); });
    try {
        database.try_begin_run({.run_id = "r"})->apply(plan, asked);
        FAIL() << "went on";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Cancelled);
    }
    EXPECT_TRUE(database.rows().empty());
    EXPECT_EQ(database.lock_owner(), std::nullopt);
}

TEST_P(FakeConnectorTest, ABrokenConnectionFailsEveryCall) {
    auto run = database.try_begin_run({.run_id = "r"});
    database.break_connection("gone");
    EXPECT_THROW(database.ping(), Error);
    EXPECT_THROW(database.tenants(), Error);
    EXPECT_THROW(database.read_applied(files), Error);
    EXPECT_THROW(database.try_begin_run({.run_id = "q"}), Error);
    EXPECT_THROW(run->apply(plan, request()), Error);
    database.mend_connection();
    EXPECT_NO_THROW(run->apply(plan, request()));
}

TEST_P(FakeConnectorTest, ForgetMakesAStateThatPlansTheFilesAgain) {
    auto run = database.try_begin_run({.run_id = "r"});
    run->apply(plan, request());
    run->forget(SchemaName::parse("abc"), {&files[1]});
    EXPECT_EQ(database.rows().size(), 2U);
    EXPECT_EQ(database.states().at(0).first_file, files[1].file);
    EXPECT_TRUE(database.read_applied(files).files_of_tenant.empty());
    EXPECT_EQ(database.read_applied(files).counts.count("abc"), 0U);
}

TEST_P(FakeConnectorTest, AcceptTakesOverContentsAndChecksum) {
    auto run = database.try_begin_run({.run_id = "r"});
    run->apply(plan, request());
    const auto edited = source.write(MigrationType::SingleMigration, "ref", "1.sql", "edited");
    run->accept(edited);
    EXPECT_EQ(database.read_applied(files).files.at(edited.file).check_sum, edited.check_sum);
}

TEST(FakeSource, ReadsInSourceOrderUntilItBreaks) {
    FakeSource source;
    source.write(MigrationType::TenantScript, "ts", "0.sql", "");
    source.write(MigrationType::SingleScript, "ss", "1.sql", "");
    source.write(MigrationType::TenantMigration, "t", "3.sql", "");
    source.write(MigrationType::SingleMigration, "s", "2.sql", "");
    std::string names;
    for (const auto& file : source.opener()()->load()) names += file.name[0];
    EXPECT_EQ(names, "2310");
    source.break_down("gone");
    EXPECT_THROW(source.opener()()->load(), Error);
    EXPECT_EQ(source.loads(), 1U);
}

}  // namespace
}  // namespace migrator::test
