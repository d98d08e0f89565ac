// Drift between what runs have left and what there is, on a database in memory.
#include <gtest/gtest.h>

#include "coordinator/coordinator.hpp"
#include "core/error.hpp"
#include "support/fake_connector.hpp"
#include "support/fake_loader.hpp"

namespace migrator::coordinator {
namespace {

class DriftTest : public ::testing::Test {
protected:
    DriftTest() {
        database_.work_tenant_by_tenant(1);
        first_ = source_.write(MigrationType::TenantMigration, "tenants", "1.sql", "x");
        for (const char* tenant : {"north", "south", "east"}) {
            database_.add_tenant(tenant);
            database_.schemas().objects[tenant] = {{"table", "t", ""}};
        }
    }

    Coordinator& coordinator() {
        if (!coordinator_) {
            coordinator_ = std::make_unique<Coordinator>(
                Dependencies{
                    .connector = database_,
                    .open_loader = source_.opener(),
                    .clock = [] { return TimePoint(); },
                    .owner = "host-a",
                    .metrics = &metrics_},
                options_
            );
        }
        return *coordinator_;
    }
    void record_for_all(const Migration& file) {
        for (const char* tenant : {"north", "south", "east"}) database_.record(file, tenant);
    }
    void change(const std::string& tenant) {
        database_.schemas().objects[tenant].push_back({"table", "more", ""});
    }
    bool shows(const std::string& line) const {
        return metrics_.text().find(line) != std::string::npos;
    }

    test::FakeConnector database_{db::Atomicity::Tenant};
    test::FakeSource source_;
    metrics::Registry metrics_{"test", {}};
    Options options_;
    Migration first_;
    std::unique_ptr<Coordinator> coordinator_;
};

TEST_F(DriftTest, IsShownInTheMetricsByALookAtAll) {
    record_for_all(first_);
    change("south");
    coordinator().drift().run({.tenants = {"north"}});
    EXPECT_FALSE(shows("migrator_drifted_tenants"));
    EXPECT_EQ(coordinator().drift().run({}).drifted, 1U);
    EXPECT_TRUE(shows("migrator_drifted_tenants 1"));
}

TEST_F(DriftTest, LooksAgainWhenARunHasAppliedFilesMeanwhile) {
    record_for_all(first_);
    const Migration second = source_.write(MigrationType::TenantMigration, "tenants", "2.sql", "y");
    int looks = 0;
    database_.schemas().while_hashing = [&] {
        if (looks++ > 0) return;
        database_.record(second, "south");
        change("south");
    };
    const drift::Report report = coordinator().drift().run({});
    EXPECT_EQ(looks, 2);
    EXPECT_EQ(report.drifted, 0U);
    EXPECT_EQ(report.compared, 2U);
    ASSERT_EQ(report.not_compared.size(), 1U);
    EXPECT_EQ(report.not_compared[0].tenant, "south");
}

TEST_F(DriftTest, EndsWithAnErrorWhenRunsNeverStop) {
    record_for_all(first_);
    int looks = 0;
    database_.schemas().while_hashing = [&] {
        database_.record(
            source_.write(
                MigrationType::TenantMigration, "tenants", std::to_string(++looks + 1) + ".sql", "y"
            ),
            "south"
        );
        if (looks == 1) change("north");
    };
    try {
        // The files are known before: what is recorded later counts.
        for (int i = 2; i < 9; ++i) {
            source_.write(
                MigrationType::TenantMigration, "tenants", std::to_string(i) + ".sql", "y"
            );
        }
        coordinator().drift().run({});
        FAIL() << "told something";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Busy);
    }
}

TEST_F(DriftTest, KeepsATenantOutOfARunThatSomebodyHasChanged) {
    options_.drift.check = DriftReaction::Fail;
    coordinator().create_version({.version_name = "v1"});
    source_.write(MigrationType::TenantMigration, "tenants", "2.sql", "y");
    change("south");
    const Outcome outcome = coordinator().create_version({.version_name = "v2"});
    ASSERT_EQ(outcome.failures.size(), 1U);
    EXPECT_EQ(outcome.failures[0].tenant, "south");
    EXPECT_EQ(
        outcome.failures[0].message,
        "tenant south: its schema is not the one that the last run left, so something else has "
        "changed it; `migrator drift --tenant south` may show what. To keep the schema as it is "
        "now: one run with driftCheck: warn"
    );
    EXPECT_EQ(database_.fingerprints().size(), 3U);
}

TEST_F(DriftTest, SaysWhenItCouldNotStoreWhatARunHasLeft) {
    options_.drift.check = DriftReaction::Warn;
    database_.schemas().failure = "no catalog";
    // Nothing is stored yet, so nothing is read before the files run.
    const Outcome outcome = coordinator().create_version({.version_name = "v1"});
    EXPECT_TRUE(outcome.failures.empty());
    ASSERT_EQ(outcome.notes.size(), 1U);
    EXPECT_NE(outcome.notes[0].find("no catalog"), std::string::npos);
    EXPECT_TRUE(database_.fingerprints().empty());
}

TEST_F(DriftTest, ADryRunStoresNothing) {
    options_.drift.check = DriftReaction::Warn;
    coordinator().create_version({.version_name = "v1", .dry_run = true});
    EXPECT_TRUE(database_.fingerprints().empty());
}

}  // namespace
}  // namespace migrator::coordinator
