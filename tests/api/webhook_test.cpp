// Who is told of a run, and when.
#include "api/api.hpp"

namespace migrator::api::test {
namespace {

class Notification : public Api {};

constexpr const char* kApply = R"({"mode":"apply","response":"summary"})";
constexpr const char* kDryRun = R"({"mode":"dry-run","response":"summary"})";

TEST_F(Notification, FollowsEveryRunThatDidNotFail) {
    arrange_files();
    ASSERT_EQ(post("/v1/migrations", kDryRun).status, 200);
    ASSERT_EQ(post("/v1/migrations", kApply).status, 200);
    ASSERT_EQ(
        post("/v1/tenants", R"({"name":"south","mode":"apply","response":"summary"})").status, 200
    );
    const auto told = notifier.told();
    ASSERT_EQ(told.size(), 3U);
    EXPECT_EQ(told[1].single_migrations, 1);
    EXPECT_EQ(told[2].tenants, 1);
    EXPECT_TRUE(contains(logged, "Notifier response: thanks")) << logged;
}

TEST_F(Notification, ComesAlsoWhenThereWasNothingToDo) {
    ASSERT_EQ(post("/v1/migrations", kApply).status, 200);
    ASSERT_EQ(notifier.told().size(), 1U);
    EXPECT_EQ(notifier.told().front().version_id, 0);
}

TEST_F(Notification, DoesNotFollowAnError) {
    arrange_files();
    database.fail_file("/migrations/tenants/002.sql", "no such table");
    ASSERT_EQ(post("/v1/migrations", kApply).status, 500);
    EXPECT_TRUE(notifier.told().empty());
}

TEST_F(Notification, FollowsARunThatFailedForSomeTenants) {
    arrange_files();
    database.add_tenant("south");
    database.work_tenant_by_tenant(1);
    database.fail_file("/migrations/tenants/002.sql", "boom", "south");
    ASSERT_EQ(post("/v1/migrations", kDryRun).status, 500);
    EXPECT_TRUE(notifier.told().empty());
    ASSERT_EQ(post("/v1/migrations", kApply).status, 500);
    const auto told = notifier.told();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_NE(told.front().version_id, 0);
    EXPECT_EQ(told.front().fleet->tenants_done, 1);
    EXPECT_EQ(told.front().fleet->tenants_failed, 1);
}

TEST_F(Notification, DoesNotFollowARunThatFailedForAll) {
    arrange_files();
    ASSERT_EQ(post("/v1/migrations", kApply).status, 200);
    source.write(MigrationType::TenantMigration, "tenants", "003.sql", "select 3;");
    database.work_tenant_by_tenant(1);
    database.fail_file("/migrations/tenants/003.sql", "boom");
    ASSERT_EQ(post("/v1/migrations", kApply).status, 500);
    EXPECT_EQ(notifier.told().size(), 1U);
}

TEST_F(Notification, DoesNotFollowAChecksumMismatch) {
    arrange_files();
    ASSERT_EQ(post("/v1/migrations", kApply).status, 200);
    source.write(MigrationType::SingleMigration, "ref", "001.sql", "select 9;");
    ASSERT_EQ(post("/v1/migrations", kApply).status, 424);
    EXPECT_EQ(notifier.told().size(), 1U);
}

TEST_F(Notification, ThatFailsChangesNothing) {
    arrange_files();
    notifier.break_down("POST https://hooks.example.com: no response within 10 s");
    EXPECT_EQ(post("/v1/migrations", kApply).status, 200);
    EXPECT_FALSE(database.rows().empty());
    EXPECT_TRUE(contains(logged, "Notifier error: POST https://hooks.example.com")) << logged;
}

}  // namespace
}  // namespace migrator::api::test
