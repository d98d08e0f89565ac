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

    std::vector<AppliedMigration> read(const db::RowsWanted& wanted) {
        std::vector<AppliedMigration> all;
        const auto rows = database.applied_migrations(wanted);
        for (AppliedMigration row; rows->next(row);) all.push_back(row);
        return all;
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
    EXPECT_EQ(read({.version_id = 1}).size(), 3U);
    EXPECT_EQ(database.versions({}).at(0).name, "v1");
    EXPECT_TRUE(database.states().empty());
    const auto applied = database.read_applied(files);
    EXPECT_EQ(applied.counts.at("abc"), 1U);
    EXPECT_TRUE(applied.files.at(files[1].file).as_migration());
    EXPECT_TRUE(applied.files_of_tenant.empty());
}

TEST_P(FakeConnectorTest, ADryRunLeavesNothing) {
    auto asked = request();
    asked.dry_run = true;
    asked.new_tenant = SchemaName::parse("new");
    EXPECT_EQ(database.try_begin_run({.run_id = "r"})->apply(plan, asked).version_id, 1);
    EXPECT_EQ(database.executions().size(), 3U);
    EXPECT_TRUE(database.rows().empty());
    EXPECT_TRUE(database.versions({}).empty());
    EXPECT_TRUE(database.states().empty());
    EXPECT_EQ(database.tenants().size(), 2U);
}

TEST_P(FakeConnectorTest, ADryRunKeepsWhatItRolledBackWhenAsked) {
    auto asked = request();
    asked.dry_run = true;
    asked.keep_rolled_back = true;
    const auto result = database.try_begin_run({.run_id = "r"})->apply(plan, asked);
    ASSERT_EQ(result.rolled_back.has_value(), GetParam() == db::Atomicity::Version);
    if (!result.rolled_back) return;
    EXPECT_EQ(result.rolled_back->version.name, "v1");
    ASSERT_EQ(result.rolled_back->rows.size(), 3U);
    EXPECT_EQ(result.rolled_back->rows[0].migration.contents, "");
    EXPECT_TRUE(database.rows().empty());
}

TEST_P(FakeConnectorTest, ReadsTheWantedColumnsOfTheWantedRowsInOrder) {
    database.try_begin_run({.run_id = "r"})->apply(plan, request());
    database.record(files[0], "late");
    using Order = db::RowsWanted::Order;
    const auto ids = [&](const db::RowsWanted& wanted) {
        std::vector<std::int64_t> found;
        for (const auto& row : read(wanted)) found.push_back(row.id);
        return found;
    };
    using Ids = std::vector<std::int64_t>;
    EXPECT_EQ(ids({}), (Ids{4, 1, 2, 3}));
    EXPECT_EQ(ids({.order = Order::NameDirectoryId}), (Ids{1, 4, 2, 3}));
    EXPECT_EQ(ids({.version_id = 1}), (Ids{1, 2, 3}));
    EXPECT_EQ(ids({.id = 2}), Ids{2});
    EXPECT_EQ(ids({.version_id = 2, .id = 2}), Ids{});

    const auto row = read({.columns = {db::Column::File}, .id = 1}).at(0);
    AppliedMigration expected;
    expected.id = 1;
    expected.version_id = 1;
    expected.migration.file = files[0].file;
    EXPECT_EQ(row, expected);
    EXPECT_EQ(read({.columns = db::Columns::all(), .id = 1}).at(0).migration, files[0]);
    EXPECT_EQ(read({.id = 1}).at(0).migration.contents, "");
}

TEST_P(FakeConnectorTest, CountsReadersAsConnections) {
    const auto one = database.applied_migrations({});
    {
        const auto two = database.applied_migrations({});
        EXPECT_EQ(database.connections().in_use, 2U);
    }
    EXPECT_EQ(database.connections().in_use, 1U);
    EXPECT_EQ(database.rows_wanted().size(), 2U);
}

TEST_P(FakeConnectorTest, FindsVersionsByIdAndFile) {
    database.record(files[0], "ref");
    database.record(files[1], "abc");
    database.record(files[0], "other");
    const auto ids = [&](const db::VersionsWanted& wanted) {
        std::vector<std::int64_t> found;
        for (const auto& version : database.versions(wanted)) found.push_back(version.id);
        return found;
    };
    using Ids = std::vector<std::int64_t>;
    EXPECT_EQ(ids({}), (Ids{3, 2, 1}));
    EXPECT_EQ(ids({.id = 2}), Ids{2});
    EXPECT_EQ(ids({.file = files[0].file}), (Ids{3, 1}));
    EXPECT_EQ(ids({.id = 2, .file = files[0].file}), Ids{});
}

TEST_P(FakeConnectorTest, KeepsLongRunsForADay) {
    using Insertion = db::RunRecords::Insertion;
    const TimePoint noon{std::chrono::hours(500'000)};
    const auto hours = [](int count) { return std::chrono::hours(count); };
    database.set_time(noon);
    db::RunRecord run{.id = "a", .state = "queued", .progress = "{}", .started = noon};
    EXPECT_EQ(database.run_records().insert(run), Insertion::Inserted);
    EXPECT_EQ(database.run_records().insert(run), Insertion::Exists);
    EXPECT_FALSE(database.run_records().update(run));
    EXPECT_TRUE(database.run_records().cancel("a"));
    EXPECT_FALSE(database.run_records().cancel("b"));
    run.state = "done";
    run.status = 200;
    run.ended = noon;
    EXPECT_TRUE(database.run_records().update(run)) << "its end was asked for";
    database.set_time(noon + hours(2));
    const auto found = database.run_records().find("a");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->state, "done");
    EXPECT_EQ(found->status, 200);
    EXPECT_EQ(found->ended, noon);
    EXPECT_EQ(found->silent_for, hours(2));
    EXPECT_FALSE(database.run_records().find("b"));

    database.run_records().insert({.id = "b", .started = noon + hours(2)});
    std::string ids;
    database.run_records().read([&](const db::RunRecord& each) { ids += each.id; });
    EXPECT_EQ(ids, "ba");
    database.set_time(noon + hours(25));
    database.run_records().insert({.id = "c", .started = noon + hours(25)});
    EXPECT_FALSE(database.run_records().find("a"));
    EXPECT_TRUE(database.run_records().find("b"));
    database.silence_run("c", std::chrono::minutes(5));
    EXPECT_EQ(database.run_records().find("c")->silent_for, std::chrono::minutes(5));
}

TEST_P(FakeConnectorTest, HasNoTableForLongRunsBeforeTheFirstRun) {
    database.forget_tables();
    EXPECT_EQ(database.run_records().insert({.id = "a"}), db::RunRecords::Insertion::NoTable);
    EXPECT_FALSE(database.run_records().find("a"));
    database.try_begin_run({.run_id = "r"});
    EXPECT_EQ(database.run_records().insert({.id = "a"}), db::RunRecords::Insertion::Inserted);
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
    if (GetParam() == db::Atomicity::Version) {
        EXPECT_THROW(run->apply(plan, request()), Error);
        EXPECT_TRUE(database.rows().empty());
        EXPECT_TRUE(database.versions({}).empty());
        EXPECT_TRUE(database.states().empty());
        return;
    }
    const auto result = run->apply(plan, request());
    ASSERT_EQ(result.failures.size(), 1U);
    EXPECT_EQ(result.failures.at(0).tenant, "def");
    EXPECT_EQ(result.fleet->tenants_failed, 1);
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
    run->forget(SchemaName::parse("abc"), {&files[1]}, {});
    EXPECT_EQ(database.rows().size(), 2U);
    EXPECT_EQ(database.states().at(0).first_file, files[1].file);
    EXPECT_TRUE(database.read_applied(files).files_of_tenant.empty());
    EXPECT_EQ(database.read_applied(files).counts.count("abc"), 0U);
}

TEST_P(FakeConnectorTest, AcceptTakesOverContentsAndChecksum) {
    auto run = database.try_begin_run({.run_id = "r"});
    run->apply(plan, request());
    const auto edited = source.write(MigrationType::SingleMigration, "ref", "1.sql", "edited");
    run->accept(edited, {edited.file});
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
