#include <algorithm>

#include "cli/command_line.hpp"
#include "core/error.hpp"

namespace migrator::cli::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

class Repair : public CommandLine {
protected:
    void edit() {
        write_files();
        run({"apply"});
        edited = source.write(MigrationType::SingleMigration, "ref", "001.sql", "edited");
    }
    std::string recorded() const {
        for (const auto& row : database.rows()) {
            if (row.migration.file == edited.file) return row.migration.check_sum;
        }
        return "";
    }
    Migration edited;
};

TEST_F(Repair, AcceptShowsBothChecksumsAndAsks) {
    edit();
    in_is_terminal = true;
    answer = "y\n";
    EXPECT_EQ(run({"accept", "ref/001.sql"}), 0);
    EXPECT_TRUE(contains(
        out.str(),
        "File:      /migrations/ref/001.sql\nRecorded:  " + single.check_sum +
            "\nNow:       " + edited.check_sum + "\n"
    )) << out.str();
    EXPECT_TRUE(contains(err.str(), "[y/N]")) << err.str();
    EXPECT_EQ(recorded(), edited.check_sum);
    EXPECT_EQ(run({"apply"}), 0);
}

TEST_F(Repair, AcceptWithAnotherAnswerChangesNothing) {
    edit();
    in_is_terminal = true;
    for (const char* text : {"n\n", "\n", "", "yess\n"}) {
        answer = text;
        EXPECT_EQ(run({"accept", "001.sql"}), 1);
        EXPECT_TRUE(contains(err.str(), "no changes were made")) << err.str();
        EXPECT_EQ(recorded(), single.check_sum);
    }
}

TEST_F(Repair, NobodyToAskIsWrongUsage) {
    edit();
    answer = "y\n";
    EXPECT_EQ(run({"accept", "001.sql"}), 2);
    EXPECT_TRUE(contains(err.str(), "--yes")) << err.str();
    EXPECT_EQ(run({"forget", "--tenant", "abc", "--from", "002.sql"}), 2);
    in_is_terminal = true;
    EXPECT_EQ(run({"accept", "001.sql", "--json"}), 2) << "a question is no JSON";
    EXPECT_EQ(recorded(), single.check_sum);
}

TEST_F(Repair, CtrlCAtTheQuestionCancels) {
    edit();
    in_is_terminal = true;
    answer = "y\n";
    interrupted.request_stop();
    EXPECT_EQ(run({"accept", "001.sql"}), 130);
    EXPECT_EQ(recorded(), single.check_sum);
}

TEST_F(Repair, AcceptWithYesDoesNotAsk) {
    edit();
    EXPECT_EQ(run({"accept", "001.sql", "--yes", "--quiet"}), 0);
    EXPECT_EQ(err.str(), "");
    EXPECT_EQ(recorded(), edited.check_sum);
}

TEST_F(Repair, AcceptOfAnUnchangedFileDoesNothing) {
    edit();
    const auto runs = database.runs_begun();
    EXPECT_EQ(run({"accept", "002.sql"}), 0);
    EXPECT_TRUE(contains(out.str(), "nothing to do")) << out.str();
    EXPECT_EQ(database.runs_begun(), runs);
}

TEST_F(Repair, AcceptOfAnUnknownFileIsAnError) {
    edit();
    EXPECT_EQ(run({"accept", "nope.sql", "--yes"}), 1);
    EXPECT_TRUE(contains(err.str(), "nope.sql")) << err.str();
}

TEST_F(Repair, AcceptWaitsForTheLockAndGivesUp) {
    edit();
    options.lock_timeout = std::chrono::milliseconds(0);
    database.hold_lock({"r", "host-b", "", "", now()});
    EXPECT_EQ(run({"accept", "001.sql", "--yes"}), 5);
}

TEST_F(Repair, ForgetListsTheFilesAndMakesThemPendingAgain) {
    write_files();
    run({"apply"});
    in_is_terminal = true;
    answer = "yes\n";
    EXPECT_EQ(run({"forget", "--tenant", "abc", "--from", "003.sql"}), 0);
    EXPECT_TRUE(contains(
        out.str(), "1 file of tenant abc:\n  tenant migration  /migrations/tenants/003.sql\n"
    )) << out.str();
    EXPECT_TRUE(contains(out.str(), "1 file pending again.")) << out.str();
    EXPECT_EQ(run({"apply"}), 0);
    const auto all = database.executions();
    const migrator::test::FakeConnector::Execution again{tenant_2.file, "abc"};
    EXPECT_EQ(std::count(all.begin(), all.end(), again), 2);
}

TEST_F(Repair, ForgetOfNothingIsAnError) {
    write_files();
    EXPECT_EQ(run({"forget", "--tenant", "abc", "--from", "003.sql", "--yes"}), 1);
    EXPECT_EQ(run({"forget", "--tenant", "nobody", "--from", "003.sql", "--yes"}), 1);
    EXPECT_TRUE(contains(err.str(), "nobody")) << err.str();
}

}  // namespace
}  // namespace migrator::cli::test
