#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/command_line.hpp"
#include "core/error.hpp"
#include "core/sha256.hpp"
#include "support/temp_dir.hpp"

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

TEST_F(Repair, AcceptShowsTheDifferenceAndTheWayBack) {
    edit();
    in_is_terminal = true;
    answer = "n\n";
    EXPECT_EQ(run({"accept", "ref/001.sql"}), 1);
    EXPECT_TRUE(contains(out.str(), "@@ -1 +1 @@\n  -create table r ();\n")) << out.str();
    EXPECT_TRUE(contains(
        out.str(),
        "To restore the text that was applied instead: migrator restore /migrations/ref/001.sql\n"
    )) << out.str();
}

TEST_F(Repair, ADifferenceIsBoundedAndSaysWhatLinesCanNot) {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "select " + std::to_string(i) + ";\n";
    write_files();
    source.write(MigrationType::SingleMigration, "ref", "001.sql", text);
    run({"apply"});
    std::string windows = text;
    for (auto at = windows.find('\n'); at != std::string::npos; at = windows.find('\n', at + 2)) {
        windows.insert(at, 1, '\r');
    }
    source.write(MigrationType::SingleMigration, "ref", "001.sql", windows);
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_TRUE(contains(out.str(), "only line ends differ: those of Unix (LF) were applied"))
        << out.str();
    source.write(MigrationType::SingleMigration, "ref", "001.sql", "all new\n");
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_TRUE(contains(out.str(), "    -select 28;\n    … and 72 more lines (--verbose"))
        << out.str();
    EXPECT_EQ(run({"status", "--verbose"}), 0);
    EXPECT_TRUE(contains(out.str(), "    -select 99;\n    +all new\n")) << out.str();
    const auto status = run_json({"status", "--json"});
    const auto& difference = status.at("differences").as_array().at(0).as_object();
    EXPECT_EQ(difference.at("file"), "/migrations/ref/001.sql");
    EXPECT_EQ(difference.at("lines").as_array().size(), 102U);
}

class RestoreTest : public CommandLine {
protected:
    /// A file on disk whose applied text the database has, and that was edited afterwards.
    RestoreTest() {
        path = folder.write("001.sql", kApplied).string();
        file.name = "001.sql";
        file.source_dir = folder.path().string();
        file.file = path;
        file.contents = kApplied;
        file.check_sum = sha256_hex(kApplied);
        database.record(file, "ref");
        std::ofstream(path) << "edited\n";
        source.add(edited());
    }
    Migration edited() const {
        Migration now = file;
        now.contents = "edited\n";
        now.check_sum = sha256_hex(now.contents);
        return now;
    }
    std::string text() const {
        std::ostringstream read;
        read << std::ifstream(path).rdbuf();
        return read.str();
    }
    static constexpr const char* kApplied = "create table r ();\n";
    const migrator::test::TempDir folder;
    std::string path;
    Migration file;
};

TEST_F(RestoreTest, GivesTheFileItsTextBack) {
    std::filesystem::permissions(path, std::filesystem::perms(0640));
    in_is_terminal = true;
    answer = "n\n";
    EXPECT_EQ(run({"restore", "001.sql"}), 1);
    EXPECT_EQ(text(), "edited\n");
    EXPECT_TRUE(contains(out.str(), "-create table r ();\n  +edited\n")) << out.str();
    answer = "y\n";
    EXPECT_EQ(run({"restore", "001.sql"}), 0) << err.str();
    EXPECT_EQ(text(), kApplied);
    EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0640));
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        EXPECT_EQ(entry.path().string(), path) << "nothing is left aside";
    }
}

TEST_F(RestoreTest, FollowsALink) {
    const auto target = folder.write("elsewhere/real.sql", "edited\n");
    std::filesystem::remove(path);
    std::filesystem::create_symlink(target, path);
    const auto restored = run_json({"restore", "001.sql", "--yes", "--json"});
    EXPECT_EQ(exit_code, 0);
    EXPECT_EQ(restored.at("restored"), true);
    EXPECT_TRUE(std::filesystem::is_symlink(path));
    EXPECT_EQ(text(), kApplied);
}

TEST_F(RestoreTest, PrintsTheText) {
    EXPECT_EQ(run({"restore", "001.sql", "--print"}), 0);
    EXPECT_EQ(out.str(), kApplied);
    EXPECT_EQ(text(), "edited\n");
}

TEST_F(RestoreTest, NeedsTheTextByteForByte) {
    Migration other = file;
    other.contents = "create table r ()\xEF\xBF\xBD;\n";  // as bytes that are no UTF-8 are kept
    database.record(other, "ref");
    EXPECT_EQ(run({"restore", "001.sql", "--yes"}), 1);
    EXPECT_TRUE(contains(err.str(), "is not recorded byte for byte")) << err.str();
    EXPECT_EQ(text(), "edited\n");
}

TEST_F(RestoreTest, OfAFileThatCanNotBeWrittenIsAnError) {
    std::filesystem::remove(path);
    EXPECT_EQ(run({"restore", "001.sql", "--yes"}), 1);
    EXPECT_TRUE(contains(err.str(), "could not write")) << err.str();
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
