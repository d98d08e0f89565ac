#include <gtest/gtest.h>

#include <limits>

#include "notifier/notifier.hpp"

namespace migrator::notifier {
namespace {

using namespace std::chrono_literals;

Summary some_summary() {
    Summary summary;
    summary.version_id = 42;
    summary.started_at =
        std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 12h + 4min + 2s + 469'548us;
    summary.duration = 1'234'500us;
    summary.tenants = 3;
    summary.single_migrations = 4;
    summary.tenant_migrations = 5;
    summary.tenant_migrations_total = 15;
    summary.single_scripts = 6;
    summary.tenant_scripts = 7;
    summary.tenant_scripts_total = 21;
    return summary;
}

TEST(WebhookBody, HasTheHeadOfTheAuditWhereThereIsOne) {
    Summary summary = some_summary();
    EXPECT_EQ(webhook_body(summary, "").find("auditHead"), std::string::npos);
    EXPECT_EQ(webhook_body(summary, "<${summary.auditHead}>"), "<>");
    summary.audit_head = "3f5c";
    EXPECT_TRUE(webhook_body(summary, "").ends_with(",\n    \"auditHead\": \"3f5c\"\n}"));
    EXPECT_EQ(webhook_body(summary, "<${summary.auditHead}>"), "<3f5c>");
}

TEST(WebhookBody, IsTheIndentedSummaryWithoutATemplate) {
    EXPECT_EQ(
        webhook_body(some_summary(), ""),
        "{\n"
        "    \"versionId\": 42,\n"
        "    \"startedAt\": \"2026-11-22T12:04:02.469548Z\",\n"
        "    \"duration\": 1.2345,\n"
        "    \"tenants\": 3,\n"
        "    \"singleMigrations\": 4,\n"
        "    \"tenantMigrations\": 5,\n"
        "    \"tenantMigrationsTotal\": 15,\n"
        "    \"migrationsGrandTotal\": 19,\n"
        "    \"singleScripts\": 6,\n"
        "    \"tenantScripts\": 7,\n"
        "    \"tenantScriptsTotal\": 21,\n"
        "    \"scriptsGrandTotal\": 27\n"
        "}"
    );
}

TEST(WebhookBody, WritesTheSummaryFitForAJsonString) {
    EXPECT_EQ(
        webhook_body(some_summary(), R"({"text":"${summary}"})"),
        R"({"text":"{\"versionId\":42,\"startedAt\":\"2026-11-22T12:04:02.469548Z\",)"
        R"(\"duration\":1.2345,\"tenants\":3,\"singleMigrations\":4,\"tenantMigrations\":5,)"
        R"(\"tenantMigrationsTotal\":15,\"migrationsGrandTotal\":19,\"singleScripts\":6,)"
        R"(\"tenantScripts\":7,\"tenantScriptsTotal\":21,\"scriptsGrandTotal\":27}"})"
    );
}

TEST(WebhookBody, ReplacesPlaceholdersOfATemplateAndNothingElse) {
    const struct {
        const char* body_template;
        const char* body;
    } cases[] = {
        {"plain", "plain"},
        {"${summary.versionId}", "42"},
        {"${summary.startedAt}", "2026-11-22T12:04:02.469548Z"},
        {"${summary.duration}", "1.2345"},
        {"${summary.tenants}", "3"},
        {"${summary.singleMigrations}", "4"},
        {"${summary.tenantMigrations}", "5"},
        {"${summary.tenantMigrationsTotal}", "15"},
        {"${summary.migrationsGrandTotal}", "19"},
        {"${summary.singleScripts}", "6"},
        {"${summary.tenantScripts}", "7"},
        {"${summary.tenantScriptsTotal}", "21"},
        {"${summary.scriptsGrandTotal}", "27"},
        {"a ${summary.tenants}${summary.tenants} b ${summary.versionId} c", "a 33 b 42 c"},
        {"[${summary.unknown}]", "[]"},
        {"[${summary.Tenants}]", "[]"},
        {"${summary.tenants", "${summary.tenants"},
        {"${summary.}", "${summary.}"},
        {"${summary.a1}", "${summary.a1}"},
        {"${summary.a b}", "${summary.a b}"},
        {"${summaries}", "${summaries}"},
        {"${summary", "${summary"},
        {"${summary.${summary.tenants}", "${summary.3"},
        {"$summary $${summary.tenants}} ${other}", "$summary $3} ${other}"}};
    for (const auto& c : cases) {
        EXPECT_EQ(webhook_body(some_summary(), c.body_template), c.body) << c.body_template;
    }
}

TEST(WebhookBody, WritesNumbersWithoutExponent) {
    const struct {
        std::chrono::nanoseconds duration;
        const char* text;
    } cases[] = {
        {0ns, "0"},
        {1ns, "0.000000001"},
        {10us, "0.00001"},
        {100ms, "0.1"},
        {1s, "1"},
        {10s, "10"},
        {1'000'000s, "1000000"},
        {1'000'000s + 1ns, "1000000.000000001"},
        {-1s, "0"}};
    for (const auto& c : cases) {
        Summary summary;
        summary.duration = c.duration;
        EXPECT_EQ(webhook_body(summary, "${summary.duration}"), c.text);
    }
    Summary summary;
    summary.tenants = 1'000'000;
    summary.version_id = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(
        webhook_body(summary, "${summary.tenants} ${summary.versionId}"),
        "1000000 9223372036854775807"
    );
}

TEST(WebhookBody, CountsTenantsThatWereWorkedForOneByOne) {
    Summary summary = some_summary();
    const std::string body_template = "${summary.tenantsFailed} of ${summary.tenants} failed";
    EXPECT_EQ(webhook_body(summary, body_template), "0 of 3 failed");

    summary.fleet = {.tenants_done = 1, .tenants_failed = 2, .tenants_skipped = 4, .retries = 5};
    EXPECT_EQ(webhook_body(summary, body_template), "2 of 3 failed");
    EXPECT_EQ(
        webhook_body(
            summary, "${summary.tenantsDone} ${summary.tenantsSkipped} ${summary.retries}"
        ),
        "1 4 5"
    );
    EXPECT_TRUE(webhook_body(summary, "")
                    .ends_with("    \"scriptsGrandTotal\": 27,\n"
                               "    \"tenantsDone\": 1,\n"
                               "    \"tenantsFailed\": 2,\n"
                               "    \"tenantsSkipped\": 4,\n"
                               "    \"retries\": 5\n"
                               "}"));
    EXPECT_TRUE(webhook_body(summary, "${summary}")
                    .ends_with(R"(\"scriptsGrandTotal\":27,\"tenantsDone\":1,)"
                               R"(\"tenantsFailed\":2,\"tenantsSkipped\":4,\"retries\":5})"));
}

TEST(WebhookBody, SaysZeroWhenNoVersionWasCreated) {
    EXPECT_EQ(webhook_body({}, "${summary.versionId}"), "0");
}

}  // namespace
}  // namespace migrator::notifier
