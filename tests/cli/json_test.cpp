#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cli/command_line.hpp"
#include "core/error.hpp"

namespace migrator::cli::test {
namespace {

namespace json = boost::json;

/// The keys in their order: they are a promise (docs/cli.md).
std::string keys(const json::object& object) {
    std::string all;
    for (const auto& member : object) all += (all.empty() ? "" : " ") + std::string(member.key());
    return all;
}

class Json : public CommandLine {};

TEST_F(Json, OfApply) {
    write_files();
    const auto root = run_json({"apply", "--json", "--name", "v1"});
    EXPECT_EQ(exit_code, 0);
    EXPECT_EQ(keys(root), "results versionName action dryRun appliedMigrations notes notices");
    const auto& results = root.at("results").as_object();
    EXPECT_EQ(
        keys(results),
        "versionId startedAt duration tenants singleMigrations tenantMigrations "
        "tenantMigrationsTotal migrationsGrandTotal singleScripts tenantScripts "
        "tenantScriptsTotal scriptsGrandTotal"
    );
    EXPECT_EQ(results.at("versionId"), 1);
    EXPECT_EQ(results.at("startedAt"), "2026-11-23T01:02:03.5Z");
    EXPECT_TRUE(results.at("duration").is_int64());
    EXPECT_EQ(results.at("migrationsGrandTotal"), 5);
    EXPECT_EQ(results.at("scriptsGrandTotal"), 3);
    EXPECT_EQ(root.at("versionName"), "v1");
    EXPECT_EQ(root.at("action"), "Apply");
    EXPECT_EQ(root.at("dryRun"), false);
    const auto& files = root.at("appliedMigrations").as_array();
    ASSERT_EQ(files.size(), 5U);
    EXPECT_EQ(
        json::serialize(files[0]),
        R"({"name":"001.sql","sourceDir":"/migrations/ref","file":"/migrations/ref/001.sql",)"
        R"("migrationType":1,"checkSum":")" +
            single.check_sum + R"("})"
    );
    EXPECT_TRUE(root.at("notes").as_array().empty());
    EXPECT_EQ(err.str(), "");
}

TEST_F(Json, OfSyncAndCreateTenant) {
    write_files();
    EXPECT_EQ(run_json({"create-tenant", "new", "--dry-run", "--json"}).at("tenant"), "new");
    EXPECT_EQ(run_json({"sync", "--json"}).at("action"), "Sync");
}

TEST_F(Json, OfNothingToDoHasTheSameShape) {
    const auto root = run_json({"apply", "--json"});
    EXPECT_EQ(keys(root), "results versionName action dryRun appliedMigrations notes notices");
    EXPECT_EQ(root.at("results").as_object().at("versionId"), 0);
}

TEST_F(Json, OfErrorsIsOnStandardOutputToo) {
    database.break_connection("down \xFF");
    const auto root = run_json({"apply", "--json"});
    EXPECT_EQ(exit_code, 1);
    EXPECT_EQ(
        json::serialize(root),
        "{\"error\":\"down \xEF\xBF\xBD\",\"code\":\"UNAVAILABLE\",\"exitCode\":1}"
    );
    EXPECT_EQ(err.str(), "");
}

TEST_F(Json, OfWrongUsage) {
    const auto root = run_json({"aply", "--json"});
    EXPECT_EQ(exit_code, 2);
    EXPECT_EQ(root.at("code"), "BAD_USER_INPUT");
    EXPECT_EQ(root.at("exitCode"), 2);
}

TEST_F(Json, OfACancelledRunHasItsExitCode) {
    write_files();
    interrupted.request_stop();
    const auto root = run_json({"apply", "--json"});
    EXPECT_EQ(exit_code, 130);
    EXPECT_EQ(root.at("code"), "CANCELLED");
    EXPECT_EQ(root.at("exitCode"), 130);
}

TEST_F(Json, OfEditedFilesListsThem) {
    write_files();
    run({"apply"});
    source.write(MigrationType::SingleMigration, "ref", "001.sql", "edited");
    const auto root = run_json({"apply", "--json"});
    EXPECT_EQ(exit_code, 4);
    EXPECT_EQ(keys(root), "error code exitCode details");
    EXPECT_EQ(
        root.at("error"), "Checksum verification failed. Please review offending migrations."
    );
    EXPECT_EQ(root.at("code"), "CHECKSUM_MISMATCH");
    const auto& details = root.at("details").as_array();
    ASSERT_EQ(details.size(), 1U);
    EXPECT_EQ(keys(details[0].as_object()), "name sourceDir file migrationType checkSum");
}

TEST_F(Json, OfStatus) {
    write_files();
    database.hold_lock({"r", "host-b", "q", "v", now()});
    database.add_state(
        {.tenant = "abc",
         .first_file = "f",
         .state = "planned",
         .file = "",
         .sqlstate = "",
         .message = "",
         .changed = now()}
    );
    const auto root = run_json({"status", "--json"});
    EXPECT_EQ(
        keys(root),
        "version applied tenants badTenants pending scripts changed lagging unmanaged "
        "withoutSchema unfinished "
        "brokenObjects lock states levels unlisted base moved late missingFiles differences"
    );
    EXPECT_TRUE(root.at("version").is_null());
    EXPECT_EQ(root.at("pending").as_array().size(), 3U);
    EXPECT_EQ(root.at("scripts").as_array().size(), 2U);
    const auto& first = root.at("pending").as_array()[0].as_object();
    EXPECT_EQ(keys(first), "name sourceDir file migrationType checkSum executions schemas");
    EXPECT_EQ(first.at("schemas"), json::value(json::array{"ref"}));
    const auto& second = root.at("pending").as_array()[1].as_object();
    EXPECT_EQ(second.at("executions"), 2);
    EXPECT_FALSE(second.contains("schemas")) << "all tenants: not repeated for every file";
    EXPECT_EQ(
        keys(root.at("unfinished").as_array()[0].as_object()),
        "tenant versionId firstFile state file statement sqlstate message changed"
    );
    EXPECT_EQ(keys(root.at("lock").as_object()), "runId owner requestId versionName since");
}

TEST_F(Json, OfStatusAfterAnApply) {
    write_files();
    run({"apply", "--name", "v1"});
    const auto root = run_json({"status", "--json"});
    EXPECT_EQ(
        json::serialize(root.at("version")),
        R"({"id":1,"name":"v1","created":"2026-11-22T12:04:02Z"})"
    );
    EXPECT_EQ(root.at("applied"), 3);
    EXPECT_TRUE(root.at("lock").is_null());
}

TEST_F(Json, OfPlan) {
    write_files();
    database.add_problem(single.file, "line 1");
    auto root = run_json({"plan", "--json"});
    EXPECT_EQ(
        keys(root),
        "counts tenants phases changed lagging problems notes base moved late missingFiles refusals"
    );
    EXPECT_EQ(root.at("counts").as_object().at("migrationsGrandTotal"), 5);
    const auto& phases = root.at("phases").as_array();
    ASSERT_EQ(phases.size(), 4U);
    EXPECT_EQ(phases[0].as_object().at("forTenants"), false);
    EXPECT_EQ(phases[1].as_object().at("forTenants"), true);
    EXPECT_EQ(phases[1].as_object().at("files").as_array().size(), 2U);
    EXPECT_EQ(
        json::serialize(root.at("problems")),
        R"([{"file":"/migrations/ref/001.sql","message":"line 1"}])"
    );
    root = run_json({"plan", "--json", "--sql"});
    EXPECT_NE(root.at("sql").as_string().find("create table abc.t ();"), json::string::npos);
}

TEST_F(Json, OfValidate) {
    write_files();
    auto root = run_json({"validate", "--json"});
    EXPECT_EQ(
        keys(root),
        "valid files unknownKeys changed problems warnings base moved late missingFiles refusals"
    );
    EXPECT_EQ(root.at("valid"), true);
    EXPECT_EQ(root.at("files"), 5);
    unknown_keys = {"prot"};
    root = run_json({"validate", "--json"});
    EXPECT_EQ(exit_code, 2);
    EXPECT_EQ(root.at("valid"), false);
}

TEST_F(Json, OfLists) {
    write_files();
    EXPECT_EQ(json::serialize(run_json({"tenants", "--json"})), R"({"tenants":["abc","def"]})");
    EXPECT_EQ(json::serialize(run_json({"versions", "--json"})), R"({"versions":[]})");
    run({"apply", "--name", "v1"});
    EXPECT_EQ(
        json::serialize(run_json({"versions", "--json"})),
        R"({"versions":[{"id":1,"name":"v1","created":"2026-11-22T12:04:02Z","createdBy":null}]})"
    );
    const auto version = run_json({"versions", "1", "--json"});
    EXPECT_EQ(keys(version), "id name created createdBy appliedMigrations");
    EXPECT_EQ(
        keys(version.at("appliedMigrations").as_array().at(0).as_object()),
        "name sourceDir file migrationType checkSum id schema appliedAt"
    );
    EXPECT_EQ(run_json({"versions", "9", "--json"}).at("code"), "NOT_FOUND");
}

TEST_F(Json, OfRepairs) {
    write_files();
    run({"apply"});
    source.write(MigrationType::SingleMigration, "ref", "001.sql", "edited");
    auto root = run_json({"accept", "001.sql", "--yes", "--json"});
    EXPECT_EQ(keys(root), "file recordedCheckSum checkSum accepted");
    EXPECT_EQ(root.at("accepted"), true);
    EXPECT_EQ(run_json({"accept", "001.sql", "--yes", "--json"}).at("accepted"), false);
    root = run_json({"forget", "--tenant", "abc", "--from", "003.sql", "--yes", "--json"});
    EXPECT_EQ(keys(root), "tenant files forgotten");
    EXPECT_EQ(root.at("files").as_array().size(), 1U);
}

TEST_F(Json, OfConfigAndWait) {
    EXPECT_EQ(
        json::serialize(run_json({"config", "--json"})),
        R"({"driver":"postgres","yaml":"driver: postgres\n"})"
    );
    EXPECT_EQ(json::serialize(run_json({"wait", "--json"})), R"({"reachable":true})");
}

}  // namespace
}  // namespace migrator::cli::test
