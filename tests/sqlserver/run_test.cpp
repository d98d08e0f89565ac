// Whole runs, through FreeTDS's real driver, against the stand-in for SQL Server.
#include <gtest/gtest.h>

#include <thread>

#include "core/error.hpp"
#include "db/sql/connector/sql_connector.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sqlserver/sqlserver.hpp"
#include "sqlserver/stand_in.hpp"

namespace migrator::db::sqlserver {
namespace {

using test::StandIn;

Migration single(const std::string& name, const std::string& contents) {
    return {
        name, "/m/catalog", "/m/catalog/" + name, MigrationType::SingleMigration, contents, "aa"};
}

Migration of_tenants(const std::string& name, const std::string& contents) {
    return {name, "/m/stores", "/m/stores/" + name, MigrationType::TenantMigration, contents, "bb"};
}

RunOwner owner(const std::string& run_id) {
    return {run_id, "host, process 1", "request", "version of a test", {}};
}

class RunOnStandIn : public ::testing::Test {
protected:
    std::unique_ptr<Connector> connector() const {
        Options options = server_.options();
        options.atomicity = atomicity_;
        options.parallelism = 4;
        options.max_failures = {.value = 10};
        return sql::connector::make_sql_connector(make_server(options), options);
    }

    static Plan plan(const std::vector<Migration>& files, std::vector<std::string> tenants) {
        Plan plan{.tenants = tenants};
        for (const Migration& file : files) {
            std::vector<std::string> schemas{"catalog"};
            if (is_for_tenants(file.type)) schemas = tenants;
            plan.files.push_back(
                {&file, std::make_shared<const std::vector<std::string>>(std::move(schemas))}
            );
        }
        return plan;
    }

    /// A run that waits until the connection of the one before it is gone.
    std::unique_ptr<db::Run> begin(Connector& connector, const std::string& run_id) const {
        for (int i = 0; i < 1000; ++i) {
            if (auto run = connector.try_begin_run(owner(run_id))) return run;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        throw std::runtime_error("the lock is not free");
    }

    /// Applies and returns the error's text; empty when there was none.
    std::string apply(
        const std::vector<Migration>& files,
        const std::vector<std::string>& tenants = {},
        ApplyRequest request = {.version_name = "version of a test"}
    ) {
        const auto own = connector();
        const auto run = begin(*own, "run-" + std::to_string(++runs_));
        try {
            result_ = run->apply(plan(files, tenants), request);
            return {};
        } catch (const Error& error) {
            return error.what();
        }
    }

    std::vector<std::string> rows() const {
        std::vector<std::string> rows;
        const auto own = connector();
        const auto found = own->applied_migrations({});
        for (AppliedMigration row; found->next(row);) {
            rows.push_back(row.migration.name + "/" + row.schema);
        }
        return rows;
    }

    StandIn server_;
    std::optional<Atomicity> atomicity_;
    ApplyResult result_;
    int runs_ = 0;
};

using Rows = std::vector<std::string>;

TEST_F(RunOnStandIn, AppliesAndRecords) {
    const std::vector<Migration> files{
        single("1.sql", "create table {schema}.t\nGO\nset nocount on"),
        of_tenants("2.sql", "insert {schema} N'😀ü'")};
    EXPECT_TRUE(connector()->read_applied(files).files.empty());
    EXPECT_EQ(apply(files, {"north", "south"}), "");
    EXPECT_EQ(rows(), (Rows{"1.sql/catalog", "2.sql/north", "2.sql/south"}));
    EXPECT_TRUE(server_.was_asked("create table catalog.t"));
    EXPECT_TRUE(server_.was_asked("insert south N'\\ud83d\\ude00\\u00fc'"));
    const auto own = connector();
    const auto versions = own->versions({});
    ASSERT_EQ(versions.size(), 1U);
    EXPECT_EQ(versions[0].id, result_.version_id);
    EXPECT_EQ(versions[0].name, "version of a test");
    const Applied applied = own->read_applied(files);
    EXPECT_EQ(applied.files.size(), 2U);
    EXPECT_TRUE(applied.files.at("/m/catalog/1.sql").as_migration());
}

// The transaction that is open then is another one, without the fence.
TEST_F(RunOnStandIn, NoticesATransactionThatWasEndedAndBegunAgain) {
    for (const bool dry_run : {false, true}) {
        const std::string error = apply(
            {single("1.sql", "exec p -- other transaction")},
            {},
            {.version_name = "v", .dry_run = dry_run}
        );
        EXPECT_NE(error.find("a COMMIT that the file runs ended"), std::string::npos) << error;
        EXPECT_NE(error.find("DETAIL: what this transaction had done until"), std::string::npos)
            << error;
        EXPECT_TRUE(rows().empty());
    }
}

TEST_F(RunOnStandIn, NamesInTwoCasesAreRefusedInPairs) {
    const std::vector<Migration> files{single("A.sql", "select 1"), single("a.sql", "select 2")};
    try {
        connector()->read_applied(files);
        FAIL() << "not refused";
    } catch (const Error& error) {
        const std::string text = error.what();
        EXPECT_NE(text.find("/m/catalog/A.sql and /m/catalog/a.sql"), std::string::npos) << text;
    }
}

TEST_F(RunOnStandIn, ReadsContentsOfAnyCharacters) {
    const std::string contents = "select N'" + std::string(70'000, 'x') + "ü日😀'";
    ASSERT_EQ(apply({single("1.sql", contents)}), "");
    const auto own = connector();
    const auto found = own->applied_migrations({.columns = Columns::all()});
    AppliedMigration row;
    ASSERT_TRUE(found->next(row));
    EXPECT_EQ(row.migration.contents, contents);
    const auto age = std::chrono::system_clock::now() - row.created;
    EXPECT_LT(std::chrono::abs(age), std::chrono::minutes(5));
}

TEST_F(RunOnStandIn, RollsBackAndNamesWhatFailed) {
    ASSERT_EQ(apply({single("1.sql", "one")}), "");
    const std::string error = apply(
        {single("2.sql", "two"),
         of_tenants("3.sql", "select {schema}\nGO\nselect\nraise(2627, 2)")},
        {"north"}
    );
    EXPECT_EQ(
        error,
        "SQL migration /m/stores/3.sql failed with error: It failed. (Msg 2627) (SQLSTATE 23000), "
        "schema north, statement 2, line 4\nHINT: a row has this key already: correct the data or "
        "the "
        "file"
    );
    EXPECT_EQ(rows(), (Rows{"1.sql/catalog"}));
    EXPECT_EQ(apply({single("2.sql", "two")}), "");
    EXPECT_EQ(rows(), (Rows{"2.sql/catalog", "1.sql/catalog"}));
}

TEST_F(RunOnStandIn, LeavesNothingOfADryRun) {
    EXPECT_EQ(apply({single("1.sql", "one")}, {}, {.version_name = "v", .dry_run = true}), "");
    EXPECT_GT(result_.version_id, 0);
    EXPECT_TRUE(rows().empty());
    EXPECT_TRUE(server_.was_asked("one"));
}

TEST_F(RunOnStandIn, OnlyRecordsASync) {
    EXPECT_EQ(
        apply({single("1.sql", "never sent")}, {}, {.version_name = "v", .action = Action::Sync}),
        ""
    );
    EXPECT_EQ(rows(), (Rows{"1.sql/catalog"}));
    for (const std::string& line : server_.requests()) {
        EXPECT_EQ(line.find("\"text\": \"never sent"), std::string::npos);
    }
}

TEST_F(RunOnStandIn, MakesATenant) {
    ApplyRequest request{.version_name = "v"};
    request.new_tenant = SchemaName::parse("new-one");
    EXPECT_EQ(apply({of_tenants("1.sql", "select [{schema}]")}, {"new-one"}, request), "");
    EXPECT_TRUE(server_.was_asked("sp_executesql N'create schema [new-one]'"));
    EXPECT_EQ(connector()->tenants(), (std::vector<std::string>{"new-one"}));
}

TEST_F(RunOnStandIn, OneRunWorksAtATime) {
    const auto own = connector();
    auto run = begin(*own, "first");
    const auto other = connector();
    EXPECT_EQ(other->try_begin_run(owner("second")), nullptr);
    const auto holder = other->lock_owner();
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->run_id, "first");
    run.reset();
    begin(*other, "second").reset();
}

TEST_F(RunOnStandIn, StopsWhenAnotherRunHasTakenOver) {
    const auto own = connector();
    const auto overtaken = begin(*own, "first");
    // As if the server had let the lock go alone.
    sql::execute(*make_server(server_.options())->connect(), "drop all locks");
    const auto other = connector();
    const auto later = begin(*other, "second");
    const std::vector<Migration> files{single("1.sql", "one")};
    try {
        overtaken->apply(plan(files, {}), {.version_name = "v"});
        FAIL() << "it went on";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Locked);
        EXPECT_TRUE(std::string(error.what()).starts_with("lost the migration lock to host"))
            << error.what();
    }
    EXPECT_FALSE(server_.was_asked("\"text\": \"one\""));
}

TEST_F(RunOnStandIn, FindsOutWhatBecameOfALostCommit) {
    EXPECT_EQ(apply({single("1.sql", "one -- lose answer")}), "");
    EXPECT_EQ(rows(), (Rows{"1.sql/catalog"}));
    const std::string error = apply({single("2.sql", "two -- lose commit")});
    EXPECT_NE(
        error.find("the database reports that the transaction was rolled back"), std::string::npos
    ) << error;
    EXPECT_EQ(rows(), (Rows{"1.sql/catalog"}));
}

TEST_F(RunOnStandIn, ChecksFilesBeforeTheFirstRuns) {
    const std::string error =
        apply({single("1.sql", "one"), single("2.sql", "select 1\nbegin tran\nselect 2")});
    EXPECT_NE(error.find("\"begin tran\" in line 2 would end or nest"), std::string::npos) << error;
    EXPECT_NE(error.find("Nothing was run"), std::string::npos) << error;
    EXPECT_FALSE(server_.was_asked("\"text\": \"one\""));
}

TEST_F(RunOnStandIn, StopsWhenItIsAsked) {
    std::stop_source stop;
    ApplyRequest request{.version_name = "v"};
    request.stop = stop.get_token();
    std::jthread later([&] {
        while (!server_.was_asked("slow"))
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        stop.request_stop();
    });
    const std::string error = apply({single("1.sql", "one"), single("2.sql", "slow")}, {}, request);
    EXPECT_NE(error.find("the run was canceled"), std::string::npos) << error;
    EXPECT_TRUE(rows().empty());
}

TEST_F(RunOnStandIn, LosesItsConnection) {
    const std::string error = apply({single("1.sql", "one"), single("2.sql", "hang up")});
    EXPECT_NE(error.find("SQL migration /m/catalog/2.sql failed with error"), std::string::npos)
        << error;
    EXPECT_TRUE(rows().empty());
    EXPECT_EQ(apply({single("1.sql", "one")}), "");
}

TEST_F(RunOnStandIn, RefusesNamesThatTheCodePageLacks) {
    const std::string error = apply({single("日本.sql", "one")});
    EXPECT_NE(error.find("the name 日本.sql contains characters"), std::string::npos) << error;
    EXPECT_TRUE(rows().empty());
    EXPECT_EQ(apply({single("Grüße.sql", "one")}), "");
    EXPECT_EQ(rows(), (Rows{"Grüße.sql/catalog"}));
}

TEST_F(RunOnStandIn, RecordsManyRows) {
    std::vector<Migration> files;
    for (int i = 0; i < 700; ++i) files.push_back(single(std::to_string(i) + ".sql", "x"));
    EXPECT_EQ(apply(files), "");
    EXPECT_EQ(rows().size(), 700U);
}

class FleetOnStandIn : public RunOnStandIn {
protected:
    FleetOnStandIn() { atomicity_ = Atomicity::Tenant; }

    static std::vector<std::string> tenants(int count) {
        std::vector<std::string> names;
        for (int i = 0; i < count; ++i) names.push_back("t" + std::to_string(i));
        return names;
    }
};

TEST_F(FleetOnStandIn, WorksForSeveralTenantsAtOnce) {
    const std::vector<Migration> files{
        single("0.sql", "first"),
        of_tenants("1.sql", "one {schema} meet(4)"),
        of_tenants("2.sql", "x")};
    ASSERT_EQ(apply(files, tenants(9)), "");
    ASSERT_TRUE(result_.fleet);
    EXPECT_EQ(result_.fleet->tenants_done, 9);
    EXPECT_EQ(rows().size(), 19U);
    EXPECT_EQ(connector()->versions({}).size(), 1U);
}

TEST_F(FleetOnStandIn, RollsBackAFailedTenantAlone) {
    // The schema `ai` makes the mark of an error of it.
    const std::vector<Migration> files{
        of_tenants("1.sql", "one"), of_tenants("2.sql", "insert r{schema}se(547, 2)")};
    ASSERT_EQ(apply(files, {"t0", "ai", "t2", "t3", "t4"}), "");
    ASSERT_EQ(result_.failures.size(), 1U);
    EXPECT_EQ(result_.failures[0].tenant, "ai");
    EXPECT_NE(result_.failures[0].message.find("(Msg 547)"), std::string::npos);
    EXPECT_EQ(result_.fleet->tenants_done, 4);
    EXPECT_EQ(rows().size(), 8U);
}

TEST_F(FleetOnStandIn, TriesATenantAgain) {
    for (const char* mark : {"locked once", "close once"}) {
        SCOPED_TRACE(mark);
        const std::string name = mark;
        ASSERT_EQ(apply({of_tenants(name + ".sql", "one " + name)}, tenants(5)), "");
        EXPECT_TRUE(result_.failures.empty());
        EXPECT_EQ(result_.fleet->retries, 1);
        EXPECT_EQ(result_.fleet->tenants_done, 5);
    }
    EXPECT_EQ(rows().size(), 10U);
}

TEST_F(FleetOnStandIn, NeverRepeatsWhatACommitHasKept) {
    const std::vector<Migration> files{
        of_tenants("1.sql", "exec p -- end transaction raise(1205, 1)")};
    ASSERT_EQ(apply(files, {"a", "b"}), "");
    ASSERT_FALSE(result_.failures.empty());
    EXPECT_EQ(result_.fleet->retries, 0);
    EXPECT_NE(result_.failures[0].message.find("stays in the database"), std::string::npos)
        << result_.failures[0].message;
}

}  // namespace
}  // namespace migrator::db::sqlserver
