// A run from its checks to its answer, over a server in memory.
#include "db/sql/apply/application.hpp"

#include <gtest/gtest.h>

#include "apply/workplace.hpp"

namespace migrator::db::sql::apply {
namespace {

class ApplicationTest : public testing::Test {
protected:
    ApplicationTest() {
        work_.options.batch_bytes = 1'000;
        work_.plan.tenants = {"a", "b"};
        work_.plan_file("s/1", "one", {"s"});
        work_.plan_file("t/2", "two {schema}");
    }
    /// What it throws is of this kind and holds these words.
    void expect_error(ErrorKind kind, const std::string& words) {
        const Error error = thrown_by([&] { work_.apply(); });
        EXPECT_EQ(error.kind(), kind) << error.what();
        EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
    Texts states() {
        Texts texts;
        for (const auto& [tenant, state] : work_.server.tables().states) {
            texts.push_back(tenant + ": " + state.state + " from " + state.first_file);
        }
        return texts;
    }

    Workplace work_;
};

TEST_F(ApplicationTest, AVersionIsOneTransactionWithoutAnIntent) {
    const ApplyResult result = work_.apply();
    EXPECT_EQ(result.version_id, 1);
    EXPECT_EQ(work_.recorded(), (Texts{"s/1 for s", "t/2 for a", "t/2 for b"}));
    EXPECT_EQ(work_.server.count("commit"), 1U);
    EXPECT_EQ(work_.server.count("plan states"), 0U);
    ASSERT_FALSE(work_.progress.empty());
    EXPECT_EQ(result.notes, Texts{});
}

TEST_F(ApplicationTest, AFailedVersionLeavesNothing) {
    work_.fail_at("run two b", Fault::Refused);
    expect_error(
        ErrorKind::MigrationFailed,
        "SQL migration t/2 failed with error: refused two b, schema b, statement 1, line 1"
    );
    EXPECT_EQ(work_.recorded(), Texts{});
    EXPECT_EQ(states(), Texts{});
}

TEST_F(ApplicationTest, WhatCommitsMoreThanOncePlansFirstAndGoesOnFromThere) {
    work_.plan_file("t/3", "-- migrator:no-transaction\nthree {schema}");
    work_.plan_file("s/4", "four", {"s"});
    work_.fail_at("run three b", Fault::Refused);
    expect_error(
        ErrorKind::MigrationFailed,
        "\n4 of 6 executions are committed (version 1); the next apply resumes there"
    );
    EXPECT_EQ(work_.recorded(), (Texts{"s/1 for s", "t/2 for a", "t/2 for b", "t/3 for a"}));
    EXPECT_EQ(states(), (Texts{": planned from s/1", "b: failed from t/2"}));
    work_.server.fault = nullptr;
    work_.server.change_tables([](auto& tables) { tables = {}; });
    work_.apply();
    EXPECT_EQ(states(), Texts{});
    EXPECT_EQ(work_.recorded().size(), 6U);
}

TEST_F(ApplicationTest, OwedTenantsArePlannedFor) {
    work_.request.owed = {{.tenant = "c", .first_file = "t/2"}};
    work_.apply();
    EXPECT_EQ(states(), (Texts{"c: planned from t/2"}));
}

TEST_F(ApplicationTest, ADryRunHasAnIdWhereIdsSurvive) {
    work_.request.dry_run = true;
    work_.request.keep_rolled_back = true;
    ApplyResult result = work_.apply();
    EXPECT_EQ(result.version_id, 1);
    ASSERT_TRUE(result.rolled_back);
    EXPECT_EQ(result.rolled_back->rows.size(), 3U);
    work_.server.change_dialect().version_ids_survive_rollback = false;
    result = work_.apply();
    EXPECT_EQ(result.version_id, 0);
    EXPECT_FALSE(result.rolled_back);
    EXPECT_EQ(work_.recorded(), Texts{});
}

TEST_F(ApplicationTest, ADryRunSaysWhatItDidNotTry) {
    work_.plan_file("t/3", "-- migrator:no-transaction\nthree");
    work_.request.dry_run = true;
    EXPECT_EQ(
        work_.apply().notes,
        (Texts{"t/3 runs outside a transaction; the dry run did not execute it"})
    );
    EXPECT_EQ(work_.server.count("run three"), 0U);
}

TEST_F(ApplicationTest, ANewTenantIsMadeWithItsFirstFiles) {
    work_.request.new_tenant = SchemaName::parse("newcomer");
    work_.fail_at("run two a", Fault::Refused);
    expect_error(ErrorKind::MigrationFailed, "refused two a");
    EXPECT_EQ(work_.server.tables().tenants, Texts{});
    work_.server.fault = nullptr;
    work_.apply();
    EXPECT_EQ(work_.server.tables().tenants, (Texts{"newcomer"}));
}

TEST_F(ApplicationTest, ANewTenantWithoutFilesIsMadeAlone) {
    work_.plan.files.clear();
    work_.request.new_tenant = SchemaName::parse("newcomer");
    EXPECT_EQ(work_.apply().version_id, 0);
    EXPECT_EQ(work_.server.tables().tenants, (Texts{"newcomer"}));
}

TEST_F(ApplicationTest, ANewTenantStaysWhenALaterUnitFails) {
    work_.plan_file("t/3", "-- migrator:no-transaction\nthree {schema}");
    work_.request.new_tenant = SchemaName::parse("newcomer");
    work_.fail_at("run one", Fault::Refused);
    expect_error(ErrorKind::MigrationFailed, "\nTenant newcomer was already created and remains");
    EXPECT_EQ(work_.server.tables().tenants, (Texts{"newcomer"}));
    EXPECT_EQ(work_.server.count("run create schema newcomer"), 1U);
}

TEST_F(ApplicationTest, SomeNamesNoNewTenantMayHave) {
    work_.options.single_schemas = {"Shared"};
    work_.server.change_dialect().max_identifier_bytes = 10;
    for (const char* name : {"migrator", "MIGRATOR", "shared", "far_too_long"}) {
        SCOPED_TRACE(name);
        work_.request.new_tenant = SchemaName::parse(name);
        EXPECT_EQ(thrown_by([&] { work_.apply(); }).kind(), ErrorKind::MigrationFailed);
    }
    EXPECT_EQ(work_.server.count("begin"), 0U);
}

TEST_F(ApplicationTest, WhatIsWrongWithAFileIsSaidBeforeAnythingRuns) {
    const struct {
        const char* text;
        const char* said;
    } cases[] = {
        {"begin; three", "\"begin\" in line 1 would end or nest the transaction"},
        {"vacuum", "\"vacuum\" in line 1 cannot run inside a transaction"},
        {"attach x", "\"attach x\" in line 1 is not allowed: it is forbidden"},
        {"delete from Migrator.migrator_tenants", "in line 1 would change migrator's own tables"},
        {"one; drop schema migrator", "\"drop schema migrator\" in line 1 would change migrator's"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        Workplace work;
        work.plan_file("s/1", "one", {"s"});
        work.plan_file("s/bad", c.text, {"s"});
        const Error error = thrown_by([&] { work.apply(); });
        EXPECT_EQ(error.kind(), ErrorKind::MigrationFailed);
        const std::string said = error.what();
        EXPECT_TRUE(said.starts_with("SQL migration s/bad failed with error: ")) << said;
        EXPECT_NE(said.find(c.said), std::string::npos) << said;
        EXPECT_TRUE(said.ends_with("Nothing was run.")) << said;
        EXPECT_EQ(work.server.count("begin"), 0U);
    }
}

TEST_F(ApplicationTest, AWrappedFileAndOneOutsideATransactionMayControlTransactions) {
    work_.plan_file("s/3", "begin; three; commit", {"s"});
    work_.plan_file("s/4", "-- migrator:no-transaction\nbegin; four", {"s"});
    work_.apply();
    EXPECT_EQ(work_.recorded().size(), 5U);
}

TEST_F(ApplicationTest, NamesThatDontFitAreRefusedEvenWhereNothingRuns) {
    work_.plan_file("s/" + std::string(201, 'x'), "one", {"s"});
    for (const Action action : {Action::Apply, Action::Sync}) {
        work_.request.action = action;
        expect_error(ErrorKind::MigrationFailed, "has 201 characters, the limit is 200");
    }
}

TEST_F(ApplicationTest, TwoHundredCharactersFitWhateverTheirBytes) {
    std::string name;
    for (int i = 0; i < 198; ++i) name += "é";
    work_.plan_file("s/" + name, "one", {"s"});
    work_.apply();
    EXPECT_EQ(work_.recorded().size(), 4U);
}

TEST_F(ApplicationTest, AFileLargerThanAMessageIsRefused) {
    work_.server.max_message_bytes = 20'000;
    work_.plan_file("s/3", "three " + std::string(5'000, 'x'), {"s"});
    expect_error(ErrorKind::MigrationFailed, "statement 1 in line 1 has 5006 bytes");
    expect_error(ErrorKind::MigrationFailed, "the server accepts messages of 20000 bytes");
}

TEST_F(ApplicationTest, AFileOfManyStatementsMayBeLargerThanAMessage) {
    work_.server.max_message_bytes = 20'000;
    std::string text;
    for (int i = 0; i < 10; ++i) text += "three " + std::string(3'000, 'x') + ";\n";
    work_.plan_file("s/3", text, {"s"});
    work_.apply();
    work_.server.change_dialect().row_bytes = [](std::string_view contents) {
        return contents.size();
    };
    work_.plan_file("s/4", text, {"s"});
    expect_error(ErrorKind::MigrationFailed, "which are recorded, take 30080 bytes");
}

TEST_F(ApplicationTest, OutsideATransactionAPoolerIsInTheWay) {
    work_.server.through_pooler = true;
    work_.plan_file("s/3", "-- migrator:no-transaction\nthree", {"s"});
    expect_error(
        ErrorKind::MigrationFailed, "a connection pooler in transaction mode does not allow"
    );
    EXPECT_EQ(work_.server.count("begin"), 0U);
}

TEST_F(ApplicationTest, WhereDdlCommitsEachFileIsRecordedAndTheIntentWritten) {
    work_.server.commit_each_file();
    work_.fail_at("run two b", Fault::Refused);
    expect_error(ErrorKind::MigrationFailed, "2 of 3 executions are committed");
    EXPECT_EQ(work_.recorded(), (Texts{"s/1 for s", "t/2 for a"}));
    EXPECT_EQ(states(), (Texts{"b: failed from t/2"}));
}

TEST_F(ApplicationTest, AStatementToResumeAtMeansOneFile) {
    work_.server.commit_each_file();
    work_.server.change_tables([](auto& tables) {
        for (const char* tenant : {"a", "b"}) {
            tables.states[tenant] = {.tenant = tenant, .state = "failed", .file = "t/2"};
        }
    });
    work_.request.resume_at_statement = 2;
    expect_error(ErrorKind::InvalidRequest, "2 files are unfinished, in a, b;");
    work_.request.resume_at_statement = 0;
    EXPECT_EQ(work_.apply().notes.size(), 2U);
}

TEST_F(ApplicationTest, ALostCommitInTheMiddleGoesOnOrEndsIt) {
    work_.options.atomicity = Atomicity::Tenant;
    work_.server.change_dialect().max_schemas = 5;
    work_.fail_at("commit", Fault::Unheard, 2);  // the first is the intent's
    work_.apply();
    EXPECT_EQ(work_.recorded().size(), 3U);
    work_.server.change_tables([](auto& tables) { tables = {}; });
    work_.fail_at("commit", Fault::Lost, 2);
    expect_error(ErrorKind::Unavailable, "was rolled back");
    EXPECT_EQ(work_.recorded(), Texts{});
    EXPECT_EQ(states().size(), 3U) << "all is planned still";
}

}  // namespace
}  // namespace migrator::db::sql::apply
