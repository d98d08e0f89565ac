#include "cli/command_line.hpp"

namespace migrator::cli::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

class AuditCommandTest : public CommandLine {
protected:
    AuditCommandTest() {
        asker = {
            .principal = Principal{.name = "ann\x1b[31m", .proof = "token", .role = Role::Admin},
            .address = "host-a"};
    }
};

TEST_F(AuditCommandTest, ShowsTheRowsNewestFirst) {
    EXPECT_EQ(run({"audit"}), 0);
    EXPECT_EQ(out.str(), "");
    EXPECT_EQ(err.str(), "No rows in the audit.\n");
    write_files();
    run({"apply", "--name", "v1"});
    EXPECT_EQ(run({"audit"}), 0);
    const std::string shown = out.str();
    EXPECT_LT(shown.find("done     apply"), shown.find("asked    apply")) << shown;
    EXPECT_TRUE(contains(shown, "     2  2026-11-23T01:02:03.5Z  done     apply  ann")) << shown;
    EXPECT_TRUE(contains(shown, "(token) from host-a  version 1")) << shown;
    EXPECT_FALSE(contains(shown, "\x1b")) << "a name can't steer the terminal";
    run({"audit", "--first", "1", "--after", "2"});
    EXPECT_FALSE(contains(out.str(), "done"));
    for (const char* wrong : {"0", "-1", "x"}) EXPECT_EQ(run({"audit", "--first", wrong}), 2);
}

TEST_F(AuditCommandTest, ShowsThemAsJson) {
    write_files();
    run({"apply", "--name", "v1"});
    const auto page = run_json({"audit", "--json", "--first", "1"});
    EXPECT_EQ(page.at("head").at("rows"), 2);
    EXPECT_EQ(page.at("next"), 2);
    ASSERT_EQ(page.at("rows").as_array().size(), 1U);
    const auto& row = page.at("rows").at(0);
    EXPECT_EQ(row.at("operation"), "apply");
    EXPECT_EQ(row.at("details").at("name"), "v1");
    EXPECT_EQ(row.at("asked"), 1);
    EXPECT_TRUE(row.at("message").is_null());
}

TEST_F(AuditCommandTest, VerifiesThem) {
    write_files();
    run({"apply", "--name", "v1"});
    const std::string head = database.audit_log().head()->hash;
    EXPECT_EQ(run({"audit", "--verify"}), 0);
    EXPECT_EQ(out.str(), "2 rows fit; the head is " + head + "\n");
    EXPECT_EQ(run({"audit", "--verify", "--head", head}), 0);
    EXPECT_EQ(run({"audit", "--verify", "--head", "abc"}), 1);
    EXPECT_EQ(run({"audit", "--head", head}), 2) << "--head needs --verify";

    database.audit_log().change([](auto& rows, auto&) { rows[1].entry.principal = "bob"; });
    EXPECT_EQ(run({"audit", "--verify"}), 1);
    EXPECT_TRUE(contains(err.str(), "row 2: the row, or the one before it, is not as it was"));
    const auto check = run_json({"audit", "--verify", "--json"});
    EXPECT_EQ(exit_code, 1);
    EXPECT_EQ(check.at("fits"), false);
    EXPECT_EQ(check.at("row"), 2);
}

TEST_F(AuditCommandTest, VersionsShowWhoCreatedThem) {
    write_files();
    run({"apply", "--name", "v1"});
    run({"versions"});
    EXPECT_TRUE(contains(out.str(), "v1 by ann")) << out.str();
    run({"versions", "1"});
    EXPECT_TRUE(contains(out.str(), "by ann")) << out.str();
    EXPECT_TRUE(run_json({"versions", "--json"})
                    .at("versions")
                    .at(0)
                    .at("createdBy")
                    .as_string()
                    .starts_with("ann"));
}

TEST_F(AuditCommandTest, RepairsAreRecorded) {
    write_files();
    run({"apply"});
    source.write(MigrationType::SingleMigration, "ref", "001.sql", "edited");
    EXPECT_EQ(run({"accept", "001.sql", "--yes"}), 0);
    EXPECT_EQ(run({"forget", "--tenant", "abc", "--from", "002.sql", "--yes"}), 0);
    EXPECT_EQ(database.audit_log().story().back(), "done forget");
    EXPECT_EQ(database.audit_log().story().at(3), "done accept");
}

}  // namespace
}  // namespace migrator::cli::test
