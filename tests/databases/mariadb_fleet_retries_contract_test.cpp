// MariaDB: tenants that are tried again, and those that are not, as something of the file stays.
#include <atomic>

#include "core/log.hpp"
#include "databases/mariadb_fleet_test.hpp"

namespace migrator::test {
namespace {

class MariadbFleetRetries : public MariadbFleetTest {
protected:
    void SetUp() override {
        MariadbFleetTest::SetUp();
        if (IsSkipped()) return;
        project().database.ddl_lock_timeout = std::chrono::seconds(1);
        project().database.max_failures = {.value = 1};
        add_tenants(4);
        write_gated("002_a");
        project().apply();
    }
    void TearDown() override {
        intruder_.reset();
        log::redirect(nullptr);
        MariadbFleetTest::TearDown();
    }
    /// Keeps what `sql` locks until `let_go`.
    void lock(const std::string& sql) {
        intruder_ = server_->connect();
        intruder_->begin({});
        db::sql::execute(*intruder_, sql);
    }
    void let_go() { intruder_.reset(); }

    /// An apply in which t002 fails, without another try.
    TenantFailure fails_at_once() {
        const auto outcome = project().apply();
        EXPECT_EQ(outcome.summary.fleet->retries, 0);
        EXPECT_EQ(outcome.failures.size(), 1U);
        if (outcome.failures.empty()) return {};
        EXPECT_EQ(outcome.failures[0].tenant, "t002");
        return outcome.failures[0];
    }

private:
    std::unique_ptr<db::sql::Session> intruder_;
};

TEST_P(MariadbFleetRetries, GoesOnWithTheFileWhoseLockWasNotFree) {
    write_gated("003_b");
    project().write(
        "stores/004_c.sql", "begin;\nalter table {schema}.a add column y integer;\ncommit;"
    );
    lock("select * from t002.a");
    std::atomic<int> tries = 0;
    log::redirect([&](std::string_view line) {
        if (line.find("next attempt in") == std::string_view::npos) return;
        // If the run ended here.
        EXPECT_EQ(
            ask("select concat(state, ' ', statement) from migrator.migrator_tenant_state where "
                "tenant = 't002'"),
            "failed 0"
        );
        if (++tries == 2) let_go();
    });
    const auto outcome = project().apply();
    EXPECT_TRUE(outcome.failures.empty()) << outcome.failures[0].message;
    EXPECT_EQ(outcome.summary.fleet->retries, 2);
    EXPECT_EQ(outcome.summary.tenant_migrations_total, 8);
    EXPECT_EQ(count("catalog.gates where passed = 2"), "4") << "a file ran twice";
    EXPECT_EQ(count("migrator.migrator_tenant_state"), "0");
}

TEST_P(MariadbFleetRetries, RepeatsAFileWithoutDdlAsAWhole) {
    project().write(
        "stores/003_b.sql",
        "insert into {schema}.a values (1);\nupdate catalog.gates set passed = 3 where tenant = "
        "'{schema}';"
    );
    // What the state says while the tenant's next file runs.
    create_in_all(4, "seen (state varchar(20), file varchar(200))");
    project().write(
        "stores/004_c.sql",
        "insert into {schema}.seen select state, file from migrator.migrator_tenant_state where "
        "tenant = '{schema}';"
    );
    lock("select * from catalog.gates where tenant = 't002' for update");
    log::redirect([&](std::string_view line) {
        if (line.find("next attempt in") != std::string_view::npos) let_go();
    });
    const auto outcome = project().apply();
    EXPECT_EQ(outcome.summary.fleet->retries, 1);
    EXPECT_EQ(outcome.summary.tenant_migrations_total, 8);
    EXPECT_EQ(count("t002.a"), "1");
    EXPECT_EQ(ask("select concat(state, '/', file) from t002.seen"), "planned/");
    EXPECT_EQ(count("migrator.migrator_tenant_state"), "0");
}

/// On the same session it would find the table that the first try has left.
TEST_P(MariadbFleetRetries, NeverRepeatsWhatATemporaryTableOutlives) {
    project().write(
        "stores/003_b.sql",
        "create temporary table {schema}.t (x integer);\nupdate catalog.gates set passed = 3 where "
        "tenant = '{schema}';"
    );
    lock("select * from catalog.gates where tenant = 't002' for update");
    EXPECT_EQ(fails_at_once().statement, 2);
}

TEST_P(MariadbFleetRetries, TenantsThatDeadlockAreTriedAgainOneByOne) {
    project().database.max_failures = {};
    project().database.parallelism = 8;
    db::sql::execute(*watcher_, "create table catalog.shared (n integer primary key)");
    project().execute("insert into catalog.shared values (0)");
    for (int i = 5; i <= 40; ++i) {
        project().execute(
            "insert into migrator.migrator_tenants (name) values ('many" + std::to_string(i) + "')"
        );
    }
    project().write(
        "stores/003_b.sql", "insert into catalog.shared select max(n) + 1 from catalog.shared;"
    );
    const auto outcome = project().apply();
    EXPECT_TRUE(outcome.failures.empty()) << outcome.failures[0].message;
    EXPECT_EQ(ask("select max(n) from catalog.shared"), "40");
}

TEST_P(MariadbFleetRetries, GivesUpOnATenantWhoseLockIsNeverFree) {
    project().database.retries = 1;
    project().write("stores/004_c.sql", "alter table {schema}.a add column y integer;");
    lock("select * from t002.a");
    const auto outcome = project().apply();
    ASSERT_EQ(outcome.failures.size(), 1U);
    EXPECT_EQ(outcome.failures[0].tenant, "t002");
    EXPECT_EQ(outcome.summary.fleet->retries, 1);
    EXPECT_EQ(outcome.summary.fleet->tenants_done, 3);
    let_go();
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 1);
}

TEST_P(MariadbFleetRetries, NeverRepeatsAFileThatHasLeftSomething) {
    project().write(
        "stores/003_b.sql",
        "create table {schema}.b (x integer);\nalter table {schema}.a add column y integer;"
    );
    lock("select * from t002.a");
    const auto failure = fails_at_once();
    EXPECT_EQ(failure.statement, 2);
    EXPECT_NE(
        failure.message.find("statements 1 to 1 of the file are committed"), std::string::npos
    ) << failure.message;
}

/// The ALTER commits the UPDATE, and waits for its lock then.
TEST_P(MariadbFleetRetries, NeverRepeatsWhatADdlStatementHasCommitted) {
    project().write(
        "stores/003_b.sql",
        "update catalog.gates set passed = passed + 1 where tenant = '{schema}';\nalter table "
        "{schema}.a add column y integer;"
    );
    lock("select * from t002.a");
    const auto failure = fails_at_once();
    EXPECT_EQ(failure.statement, 2);
    EXPECT_NE(
        failure.message.find("statements 1 to 1 of the file are committed"), std::string::npos
    ) << failure.message;
    EXPECT_EQ(ask("select passed from catalog.gates where tenant = 't002'"), "2");
}

/// The rows of a MyISAM table are there although the statement failed.
TEST_P(MariadbFleetRetries, NeverRepeatsAStatementThatHasLeftRows) {
    create_in_all(4, "kept (x integer) engine = MyISAM");
    project().write(
        "stores/003_b.sql",
        "insert into {schema}.kept select passed from catalog.gates where '{schema}' = 't002' "
        "order by tenant;"
    );
    lock("select * from catalog.gates where tenant = 't003' for update");
    const auto failure = fails_at_once();
    EXPECT_NE(failure.message.find("Lock wait timeout"), std::string::npos) << failure.message;
    EXPECT_EQ(count("t002.kept"), "2");
}

/// A procedure may have done much before it met a lock.
TEST_P(MariadbFleetRetries, NeverRepeatsACall) {
    db::sql::execute(
        *watcher_,
        "create procedure catalog.p(name varchar(50)) if name = 't002' then create table if not "
        "exists catalog.made (x integer); alter table t002.a add column y integer; end if"
    );
    lock("select * from t002.a");
    for (const char* file :
         {"call catalog.p('{schema}');",
          "begin not atomic call catalog.p('{schema}'); end;",
          "set statement max_statement_time = 0 for call catalog.p('{schema}');"}) {
        SCOPED_TRACE(file);
        project().write("stores/003_b.sql", file);
        const auto failure = fails_at_once();
        EXPECT_NE(failure.message.find("Lock wait timeout"), std::string::npos) << failure.message;
        project().execute("delete from migrator.migrator_migrations where name = '003_b.sql'");
        project().execute("delete from migrator.migrator_tenant_state");
    }
}

MIGRATOR_ON_DATABASE(MariadbFleetRetries, "Mariadb");

}  // namespace
}  // namespace migrator::test
