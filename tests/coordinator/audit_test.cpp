// What is recorded of changes, and what is not, on a database in memory.
#include "coordinator/audit.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "coordinator/coordinator.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "support/fake_connector.hpp"
#include "support/fake_loader.hpp"
#include "support/fake_notifier.hpp"

namespace migrator::coordinator {
namespace {

using test::FakeConnector;
using Texts = std::vector<std::string>;

class AuditTest : public ::testing::Test {
protected:
    AuditTest() {
        log::redirect([this](std::string_view line) { logged_ += std::string(line) + "\n"; });
        source_.write(MigrationType::SingleMigration, "ref", "001.sql", "select 1;");
        file_ = source_.write(MigrationType::TenantMigration, "tenants", "002.sql", "select 2;");
        database_.add_tenant("north");
    }
    ~AuditTest() override { log::redirect(nullptr); }

    Coordinator& coordinator() {
        if (!coordinator_) {
            coordinator_ = std::make_unique<Coordinator>(
                Dependencies{
                    .connector = database_,
                    .open_loader = source_.opener(),
                    .clock = [] { return TimePoint(std::chrono::seconds(1'000'000)); },
                    .owner = "host-a, process 7",
                    .notifier = &notifier_,
                    .time = {
                        .now = [this] { return now_; },
                        .pause = [this](auto pause, const std::stop_token&) { now_ += pause; }}},
                options_
            );
        }
        return *coordinator_;
    }

    static Asker ann() {
        return {
            .principal = Principal{.name = "ann", .proof = "token", .role = Role::Apply},
            .address = "10.0.0.7"};
    }
    static VersionRequest request(const Asker& asker) {
        return {.version_name = "v1", .request_id = "r-1", .asker = asker};
    }
    Outcome apply(const Asker& asker = ann()) {
        return coordinator().create_version(request(asker));
    }
    template <typename Work>
    Error error_of(Work&& work) {
        try {
            work();
        } catch (const Error& error) {
            return error;
        }
        ADD_FAILURE() << "no error";
        return {ErrorKind::Internal, ""};
    }
    bool logged(const std::string& text) const { return logged_.find(text) != std::string::npos; }
    test::FakeAuditLog& audit() { return database_.audit_log(); }
    Texts story() { return audit().story(); }

    FakeConnector database_;
    test::FakeSource source_;
    test::FakeNotifier notifier_;
    Options options_;
    Migration file_;
    std::string logged_;
    std::chrono::steady_clock::time_point now_;
    std::unique_ptr<Coordinator> coordinator_;
};

TEST_F(AuditTest, ARunIsAskedForAndDone) {
    const Outcome outcome = apply();
    ASSERT_EQ(story(), (Texts{"asked apply", "done apply"}));
    const auto rows = audit().rows();
    const db::AuditEntry& asked = rows[0].entry;
    EXPECT_EQ(asked.time, "1970-01-12T13:46:40Z");
    EXPECT_EQ(asked.principal, "ann");
    EXPECT_EQ(asked.proof, "token");
    EXPECT_EQ(asked.role, "apply");
    EXPECT_EQ(asked.address, "10.0.0.7");
    EXPECT_EQ(asked.request_id, "r-1");
    EXPECT_EQ(asked.details, R"({"name":"v1","files":"2"})");
    EXPECT_EQ(asked.plan.size(), 64U);
    EXPECT_EQ(asked.asked, 0);
    EXPECT_EQ(rows[1].entry.asked, 1);
    EXPECT_EQ(rows[1].entry.version, outcome.summary.version_id);
    EXPECT_EQ(rows[1].entry.plan, asked.plan);
    EXPECT_EQ(outcome.summary.audit_head, rows[1].hash);
    ASSERT_EQ(notifier_.told().size(), 1U);
    EXPECT_EQ(notifier_.told()[0].audit_head, rows[1].hash);
    EXPECT_TRUE(logged("Audit: apply done: ann from 10.0.0.7"));
    EXPECT_EQ(coordinator().audit().creators().at(outcome.summary.version_id), "ann");
    EXPECT_TRUE(coordinator().audit().check(0, "").fits());
}

TEST_F(AuditTest, TheRowComesBeforeTheFirstFile) {
    Texts before;
    database_.on_execution([&](const auto&) {
        if (before.empty()) before = story();
    });
    apply();
    EXPECT_EQ(before, Texts{"asked apply"});
}

TEST_F(AuditTest, NothingIsRecordedOfNobody) {
    apply({});
    EXPECT_FALSE(audit().head()) << "there is not even a table";
    EXPECT_EQ(notifier_.told().at(0).audit_head, "");
    EXPECT_FALSE(logged("Audit"));
}

TEST_F(AuditTest, OnRecordsNobodyToo) {
    options_.audit = AuditMode::On;
    apply({});
    EXPECT_EQ(story(), (Texts{"asked apply", "done apply"}));
    EXPECT_EQ(audit().rows()[0].entry.principal, "");
}

TEST_F(AuditTest, OffRecordsNothing) {
    options_.audit = AuditMode::Off;
    apply();
    coordinator().audit().refused(ann(), {.operation = "apply"}, "no role");
    EXPECT_FALSE(audit().head());
}

TEST_F(AuditTest, WhatChangesNothingIsNotRecorded) {
    VersionRequest dry = request(ann());
    dry.dry_run = true;
    coordinator().create_version(dry);
    dry.version_name = std::string(201, 'x');
    error_of([&] { coordinator().enter(dry); });
    EXPECT_FALSE(audit().head());
    apply();
    apply();  // nothing is left to do
    EXPECT_EQ(story(), (Texts{"asked apply", "done apply"}));
}

TEST_F(AuditTest, AFailureIsRecordedWithItsMessage) {
    database_.fail_file(file_.file, "no such table");
    error_of([&] { apply(); });
    ASSERT_EQ(story(), (Texts{"asked apply", "failed apply"}));
    EXPECT_NE(audit().rows()[1].entry.message.find("no such table"), std::string::npos);
}

TEST_F(AuditTest, TenantsThatFailedMakeItAFailureWithAVersion) {
    database_.work_tenant_by_tenant(5);
    database_.add_tenant("south");
    database_.fail_file(file_.file, "no such table", "south");
    const Outcome outcome = apply();
    ASSERT_EQ(story(), (Texts{"asked apply", "failed apply"}));
    EXPECT_EQ(audit().rows()[1].entry.version, outcome.summary.version_id);
    EXPECT_NE(audit().rows()[1].entry.message.find("1 of 2 tenants failed"), std::string::npos);
}

TEST_F(AuditTest, WhatEndsBeforeItBeginsHasOneRow) {
    apply();
    source_.write(MigrationType::SingleMigration, "ref", "001.sql", "edited");
    EXPECT_EQ(apply().changed.size(), 1U);
    ASSERT_EQ(story(), (Texts{"asked apply", "done apply", "failed apply"}));
    EXPECT_EQ(audit().rows()[2].entry.asked, 0);

    now_ += std::chrono::minutes(2);
    database_.hold_lock({.owner = "other"});
    options_.lock_timeout = std::chrono::seconds(0);
    coordinator_.reset();
    source_.write(MigrationType::SingleMigration, "ref", "001.sql", "select 1;");
    source_.write(MigrationType::SingleMigration, "ref", "003.sql", "select 3;");
    EXPECT_EQ(error_of([&] { apply(); }).kind(), ErrorKind::Locked);
    EXPECT_EQ(story().back(), "failed apply");
    EXPECT_EQ(story().size(), 4U);
}

TEST_F(AuditTest, ADatabaseThatIsAwayIsNotAskedAgain) {
    apply();
    source_.write(MigrationType::SingleMigration, "ref", "003.sql", "select 3;");
    database_.break_connection("no route to host");
    EXPECT_EQ(error_of([&] { apply(); }).kind(), ErrorKind::Unavailable);
    EXPECT_EQ(story().size(), 2U);
    EXPECT_TRUE(logged("Audit: apply failed: ann from 10.0.0.7: no route to host"));
}

TEST_F(AuditTest, IsRefusedWhenItCannotBeRecorded) {
    audit().break_writes(1);
    const Error error = error_of([&] { apply(); });
    EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
    EXPECT_EQ(
        std::string(error.what()),
        "no changes were made, because they could not be recorded in the audit: the disk is full"
    );
    EXPECT_TRUE(database_.executions().empty());
    EXPECT_TRUE(database_.rows().empty());
    EXPECT_EQ(database_.lock_owner(), std::nullopt);
}

TEST_F(AuditTest, AnOutcomeThatCannotBeRecordedStandsAndIsTriedAgain) {
    audit().break_writes(2, 1);
    EXPECT_NE(apply().summary.version_id, 0);
    EXPECT_EQ(story(), (Texts{"asked apply", "done apply"})) << "at the third try";

    audit().break_writes(3, 1);
    source_.write(MigrationType::SingleMigration, "ref", "003.sql", "select 3;");
    const Outcome outcome = apply();
    EXPECT_NE(outcome.summary.version_id, 0);
    EXPECT_EQ(outcome.summary.audit_head, "");
    EXPECT_EQ(story().back(), "asked apply");
    EXPECT_TRUE(logged("The audit has no row for this yet: apply done by ann: the disk is full"));

    source_.write(MigrationType::SingleMigration, "ref", "004.sql", "select 4;");
    apply();
    EXPECT_EQ(
        story(),
        (Texts{
            "asked apply",
            "done apply",
            "asked apply",
            "done apply",  // the one that was missing
            "asked apply",
            "done apply"})
    );
    EXPECT_EQ(audit().rows()[3].entry.asked, 3);
    EXPECT_EQ(audit().rows()[5].entry.asked, 5);
}

TEST_F(AuditTest, TheEndWritesWhatIsStillMissing) {
    audit().break_writes(3, 1);
    apply();
    EXPECT_EQ(story(), Texts{"asked apply"});
    coordinator_.reset();
    EXPECT_EQ(story(), (Texts{"asked apply", "done apply"}));
}

TEST_F(AuditTest, WithoutTheRightToMakeItsTablesAutoGoesOnAndOnRefuses) {
    audit().forbid_tables("permission denied for schema migrator");
    EXPECT_NE(apply().summary.version_id, 0);
    EXPECT_TRUE(logged("permission denied for schema migrator; let another role create them"));
    EXPECT_FALSE(audit().head());

    options_.audit = AuditMode::On;
    coordinator_.reset();
    source_.write(MigrationType::SingleMigration, "ref", "003.sql", "select 3;");
    EXPECT_EQ(error_of([&] { apply(); }).kind(), ErrorKind::Unavailable);
}

TEST_F(AuditTest, CorrectionsAreRecorded) {
    apply();
    source_.write(MigrationType::TenantMigration, "tenants", "002.sql", "edited");
    Corrections& corrections = coordinator().corrections();
    const auto found = corrections.find_change(file_.file);
    corrections.accept(found, "r-2", ann());
    corrections.forget("north", corrections.find_forgettable("north", file_.file), "r-3", ann());
    ASSERT_EQ(
        story(),
        (Texts{
            "asked apply",
            "done apply",
            "asked accept",
            "done accept",
            "asked forget",
            "done forget"})
    );
    EXPECT_EQ(audit().rows()[3].entry.request_id, "r-2");
    EXPECT_NE(audit().rows()[2].entry.details.find(file_.file), std::string::npos);
    EXPECT_NE(audit().rows()[5].entry.details.find(R"("tenant":"north")"), std::string::npos);

    audit().break_writes(1);
    EXPECT_EQ(
        error_of([&] { corrections.accept(found, "r-4", ann()); }).kind(), ErrorKind::Unavailable
    );
}

TEST_F(AuditTest, RefusalsOfNobodyAreLogLines) {
    apply();
    for (int i = 0; i < 1'000; ++i) {
        coordinator().audit().refused({.address = "6.6.6.6"}, {.operation = "apply"}, "no token");
    }
    EXPECT_EQ(story().size(), 2U);
    EXPECT_TRUE(logged("Audit: apply refused: nobody known from 6.6.6.6: no token"));
}

TEST_F(AuditTest, RefusalsOfOnePrincipalAreOneRowAMinute) {
    apply();
    const AuditedChange change{.operation = "forget"};
    for (int i = 0; i < 1'000; ++i) coordinator().audit().refused(ann(), change, "needs admin");
    EXPECT_EQ(story().size(), 3U);
    EXPECT_EQ(audit().rows().back().entry.message, "needs admin");
    Asker bob = ann();
    bob.principal->name = "bob";
    coordinator().audit().refused(bob, change, "needs admin");
    EXPECT_EQ(story().size(), 4U);
    now_ += std::chrono::minutes(1);
    coordinator().audit().refused(ann(), change, "needs admin");
    EXPECT_EQ(audit().rows().back().entry.message, "needs admin (999 more before it)");
}

TEST_F(AuditTest, RefusalsMakeNoTable) {
    coordinator().audit().refused(ann(), {.operation = "apply"}, "needs apply");
    EXPECT_FALSE(audit().head());
    EXPECT_TRUE(logged("Audit: apply refused: ann from 10.0.0.7: needs apply"));
}

TEST_F(AuditTest, WhatHasHappenedIsWrittenLaterWhenItMustBe) {
    apply();
    audit().break_writes(1);
    coordinator().audit().done(ann(), {.operation = "cancel", .parameters = {{"run", "x"}}});
    EXPECT_EQ(story().size(), 2U);
    coordinator_.reset();
    EXPECT_EQ(story().back(), "done cancel");
}

TEST_F(AuditTest, TextsAreCutAndClean) {
    Asker asker = ann();
    asker.principal->name = std::string("a\0b\xff", 4) + std::string(100'000, 'x');
    VersionRequest wanted = request(asker);
    for (int i = 0; i < 90; ++i) wanted.tenants.names.emplace_back("n*");
    coordinator().create_version(wanted);
    const db::AuditEntry entry = audit().rows()[0].entry;
    EXPECT_LT(entry.principal.size(), 1'100U);
    EXPECT_EQ(
        entry.principal.substr(0, 8),
        "a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD"
    );
    EXPECT_NE(entry.details.find("n* and 70 more"), std::string::npos);
}

TEST_F(AuditTest, PagesGoFromTheNewestToTheOldest) {
    EXPECT_FALSE(coordinator().audit().page(10, 0).head);
    apply();
    for (int i = 0; i < 3; ++i) coordinator().audit().done(ann(), {.operation = "cancel"});
    const auto ids = [&](std::size_t first, std::int64_t after) {
        std::vector<std::int64_t> found;
        for (const auto& row : coordinator().audit().page(first, after).rows) {
            found.push_back(row.id);
        }
        return found;
    };
    using Ids = std::vector<std::int64_t>;
    EXPECT_EQ(ids(2, 0), (Ids{5, 4}));
    EXPECT_EQ(coordinator().audit().page(2, 0).next, 4);
    EXPECT_EQ(ids(2, 4), (Ids{3, 2}));
    EXPECT_EQ(ids(2, 2), Ids{1});
    EXPECT_EQ(coordinator().audit().page(2, 2).next, 0);
    EXPECT_EQ(ids(2, 1), Ids{});
    EXPECT_EQ(ids(0, 0), Ids{});
    EXPECT_EQ(ids(100, 0).size(), 5U);
}

}  // namespace
}  // namespace migrator::coordinator
