// Behind a connection pooler in transaction mode: MIGRATOR_TEST_PGBOUNCER_URL leads through a
// PgBouncer (pool_mode=transaction, pool_size=1 or more, idle_transaction_timeout=5) to the server
// of MIGRATOR_TEST_POSTGRESQL_URL, for any database of it.
#include "postgresql/test_database.hpp"

namespace migrator::db::postgresql::test {
namespace {

class PostgresqlPooler : public PostgresqlTest {
protected:
    void SetUp() override {
        const std::string url = environment("MIGRATOR_TEST_PGBOUNCER_URL");
        if (url.empty()) GTEST_SKIP() << "MIGRATOR_TEST_PGBOUNCER_URL is not set";
        PostgresqlTest::SetUp();
        if (server_) pooled_ = server_at(with_database(url, database_) + "?search_path=app,public");
    }
    void TearDown() override {
        pooled_.reset();
        PostgresqlTest::TearDown();
    }

    std::unique_ptr<sql::Server> pooled_;
};

TEST_F(PostgresqlPooler, IsNoticed) { EXPECT_TRUE(pooled_->connect()->through_pooler()); }

TEST_F(PostgresqlPooler, GetsNothingOfAScriptForItsNextClient) {
    auto session = pooled_->connect();
    session->begin({});
    ASSERT_FALSE(
        run(*session,
            {"set search_path = ''; set work_mem = '1MB'; create temp table seen (a int);",
             "select pg_advisory_lock(42); listen channel; prepare p as select 1;"})
    );
    session->reset();
    ASSERT_FALSE(session->commit());
    session->begin({});
    ASSERT_TRUE(run(*session, {"set work_mem = '1MB'; select pg_advisory_lock(42);", "selec"}));
    session->rollback();

    const auto other = pooled_->connect();
    EXPECT_EQ(scalar(*other, "show work_mem"), scalar(*admin_, "show work_mem"));
    EXPECT_EQ(scalar(*other, "show search_path"), "app,public") << "the data source's own";
    EXPECT_EQ(scalar(*other, "select to_regclass('seen') is null"), "t");
    EXPECT_EQ(scalar(*other, "select count(*) from pg_prepared_statements where name = 'p'"), "0");
    EXPECT_EQ(
        scalar(
            *admin_,
            "select count(*) from pg_locks l join pg_database d on d.oid = l.database where "
            "l.locktype = 'advisory' and d.datname = current_database()"
        ),
        "0"
    );
}

TEST_F(PostgresqlPooler, PassesACancelOn) {
    const auto session = pooled_->connect();
    std::stop_source stop;
    stop.request_stop();
    session->watch(stop.get_token());
    session->begin({});
    const auto failure = run(*session, {"select pg_sleep(600)"});
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->sqlstate, "57014");
    session->rollback();
    session->watch({});
    EXPECT_EQ(scalar(*session, "select 1"), "1");
}

TEST_F(PostgresqlPooler, LetsTheLockLiveLongerThanItsIdleTimeout) {
    const auto lock = pooled_->try_lock();
    ASSERT_TRUE(lock);
    EXPECT_FALSE(server_->try_lock());
    // Longer than idle_transaction_timeout: the heartbeats keep it.
    execute(*admin_, "select pg_sleep(8)");
    EXPECT_FALSE(lock->lost());
    EXPECT_FALSE(server_->try_lock());
}

}  // namespace
}  // namespace migrator::db::postgresql::test
