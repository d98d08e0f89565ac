// Files that can't share a session, and files that need what a reset undoes.
#include "db/sql/apply/state_left.hpp"

#include <gtest/gtest.h>

#include "apply/workplace.hpp"
#include "db/sql/apply/precheck.hpp"

namespace migrator::db::sql::apply {
namespace {

class StateLeftTest : public testing::Test {
protected:
    Texts problems(Atomicity atomicity = Atomicity::Version) {
        Scripts scripts(place_.server.dialect(), place_.options);
        Texts texts;
        const FilesSeen seen = look_at_files(place_.plan, scripts, true, atomicity);
        for (const ScriptProblem& problem : seen.problems) {
            texts.push_back(problem.file + ": " + problem.message);
        }
        return texts;
    }
    /// The files with problems.
    Texts files(Atomicity atomicity = Atomicity::Version) {
        Texts files = problems(atomicity);
        for (std::string& file : files) file.resize(file.find(':'));
        return files;
    }

    Workplace place_;
};

TEST_F(StateLeftTest, RefusesANameWithoutSchemaBehindAFileThatHasMovedThem) {
    place_.plan_file("a/1.sql", "go there", {"a"});
    place_.plan_file("a/2.sql", "insert into x.t; insert into t", {"a"});
    ASSERT_EQ(problems().size(), 1U);
    const std::string text = problems()[0];
    for (const char* part :
         {"a/2.sql: \"insert into t\" in line 1",
          "a/1.sql leaves the search path changed (\"go there\" in line 1)",
          "sessionState: keep"}) {
        EXPECT_NE(text.find(part), std::string::npos) << text;
    }
    place_.options.session_state = SessionState::Keep;
    EXPECT_EQ(problems(), Texts{});
}

TEST_F(StateLeftTest, AcceptsNamesThatDependOnNoOtherFile) {
    const struct {
        const char* name;
        Texts files;
    } cases[] = {
        {"qualified", {"go there", "insert into x.t"}},
        {"set by the file itself", {"go there", "go here; insert into t"}},
        {"given back", {"go there; go back", "insert into t"}},
        {"given back by another file", {"go there", "go back", "insert into t"}},
        {"before", {"insert into t", "go there"}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        place_.plan.files.clear();
        for (const std::string& text : c.files) {
            place_.plan_file("a/" + std::to_string(place_.plan.files.size()), text, {"a"});
        }
        EXPECT_EQ(problems(), Texts{});
    }
}

TEST_F(StateLeftTest, LooksAtFilesOfTheSameSchemaAlone) {
    place_.plan_file("a/1.sql", "go there", {"a"});
    place_.plan_file("b/2.sql", "insert into t", {"b"});
    place_.plan_file("c/3.sql", "insert into t", {"b", "a"});
    EXPECT_EQ(files(), Texts{"c/3.sql"});
}

TEST_F(StateLeftTest, TellsARoleFromAPath) {
    place_.plan_file("a/1.sql", "be somebody", {"a"});
    place_.plan_file("a/2.sql", "go here; insert into t", {"a"});
    ASSERT_EQ(problems().size(), 1U);
    EXPECT_NE(problems()[0].find("leaves the role changed"), std::string::npos);
}

TEST_F(StateLeftTest, RefusesWhatOnlyTheEndOfTheTransactionUndoesWhereOthersShareIt) {
    place_.plan.tenants = {"a", "b"};
    place_.plan_file("t/1.sql", "bind");
    EXPECT_EQ(files(Atomicity::Version), Texts{"t/1.sql"});
    EXPECT_EQ(files(Atomicity::Tenant), Texts{});  // each tenant has a transaction of its own
    EXPECT_EQ(files(Atomicity::File), Texts{});
    place_.plan_file("t/2.sql", "two");
    EXPECT_EQ(files(Atomicity::Tenant), Texts{"t/1.sql"});
}

TEST_F(StateLeftTest, AcceptsWhatTheFileUndoesItself) {
    place_.plan_file("a/1.sql", "bind; unbind", {"a"});
    place_.plan_file("a/2.sql", "two", {"a"});
    EXPECT_EQ(files(), Texts{});
    place_.plan_file("a/3.sql", "unbind; bind", {"a"});
    EXPECT_EQ(files(), Texts{"a/3.sql"});
}

TEST_F(StateLeftTest, RefusesWhatOnlyTheEndOfTheSessionUndoesInAnyTransaction) {
    place_.plan.tenants = {"a", "b"};
    place_.plan_file("t/1.sql", "seed");
    EXPECT_EQ(files(Atomicity::Tenant), Texts{"t/1.sql"});
    EXPECT_NE(problems()[0].find("until the end of the session"), std::string::npos);
}

TEST_F(StateLeftTest, AcceptsAnythingOfAFileAlone) {
    place_.plan_file("a/1.sql", "seed; bind", {"a"});
    EXPECT_EQ(files(), Texts{});
}

TEST_F(StateLeftTest, LeavesFilesOutsideATransactionAlone) {
    place_.plan_file("a/1.sql", "-- migrator:no-transaction\nseed; bind; go there", {"a"});
    place_.plan_file("a/2.sql", "insert into t; seed", {"a"});
    EXPECT_EQ(files(), Texts{});
}

TEST_F(StateLeftTest, TellsProblemsInTheOrderOfThePlan) {
    place_.plan_file("a/1.sql", "seed", {"a"});
    place_.plan_file("a/2.sql", "vacuum", {"a"});
    place_.plan_file("a/3.sql", "bind", {"a"});
    EXPECT_EQ(files(), (Texts{"a/1.sql", "a/2.sql", "a/3.sql"}));
}

}  // namespace
}  // namespace migrator::db::sql::apply
