// Rows that are read one by one.
#include "postgresql/test_database.hpp"

namespace migrator::db::postgresql::test {
namespace {

class PostgresqlRows : public PostgresqlTest {
protected:
    /// Plain, and with a run-time parameter: that takes a transaction of its own for each read.
    std::vector<std::string> data_sources() const { return {url_, url_ + "?TimeZone=Asia/Tokyo"}; }
};

TEST_F(PostgresqlRows, ComeOneByOneAndEndOnce) {
    for (const std::string& data_source : data_sources()) {
        SCOPED_TRACE(data_source);
        const auto session = server_at(data_source)->connect();
        const std::vector<Value> parameters{"2"};
        const auto rows =
            session->open("select x, null from generate_series(1, $1::int) x", parameters);
        sql::Row row;
        ASSERT_TRUE(rows->next(row));
        EXPECT_EQ(row, (sql::Row{"1", std::nullopt}));
        ASSERT_TRUE(rows->next(row));
        EXPECT_EQ(row, (sql::Row{"2", std::nullopt}));
        EXPECT_FALSE(rows->next(row));
        EXPECT_FALSE(rows->next(row));
        EXPECT_EQ(scalar(*session, "select 1"), "1");
    }
}

TEST_F(PostgresqlRows, GiveTheSessionBackWhenAReaderOfAFewStopsEarly) {
    for (const std::string& data_source : data_sources()) {
        SCOPED_TRACE(data_source);
        const auto session = server_at(data_source)->connect();
        for (int read = 0; read < 3; ++read) {
            const auto rows = session->open("select x from generate_series(1, 9) x", {});
            sql::Row row;
            for (int i = 0; i < read; ++i) ASSERT_TRUE(rows->next(row));
        }
        EXPECT_FALSE(session->is_lost());
        EXPECT_EQ(scalar(*session, "select pg_current_xact_id_if_assigned() is null"), "t");
        EXPECT_EQ(scalar(*session, "select 1"), "1");
    }
}

TEST_F(PostgresqlRows, CostTheConnectionWhenAReaderOfManyStopsEarly) {
    for (const std::string& data_source : data_sources()) {
        SCOPED_TRACE(data_source);
        const auto session = server_at(data_source)->connect();
        {
            const auto rows = session->open("select generate_series(1, 1000000000)", {});
            sql::Row row;
            ASSERT_TRUE(rows->next(row));
        }
        EXPECT_TRUE(session->is_lost());
        message_of([&] { execute(*session, "select 1"); }, ErrorKind::Unavailable);
    }
    // Nothing goes on in the server.
    wait_until(
        "not exists (select from pg_stat_activity where datname = current_database() and query "
        "like 'select generate_series(1, 1000000000)' and state = 'active')"
    );
}

TEST_F(PostgresqlRows, TellOfAFailureBehindTheFirstRows) {
    for (const std::string& data_source : data_sources()) {
        SCOPED_TRACE(data_source);
        const auto session = server_at(data_source)->connect();
        const auto rows = session->open("select 1 / (3 - x) from generate_series(1, 9) x", {});
        sql::Row row;
        ASSERT_TRUE(rows->next(row));
        ASSERT_TRUE(rows->next(row));
        const std::string message = message_of([&] { rows->next(row); }, ErrorKind::Internal);
        EXPECT_NE(message.find("division by zero"), std::string::npos) << message;
        EXPECT_FALSE(rows->next(row)) << "it is over";
        EXPECT_EQ(scalar(*session, "select 1"), "1");
    }
}

TEST_F(PostgresqlRows, TellThatTheConnectionIsGone) {
    const auto session = connect();
    const std::string pid = scalar(*session, "select pg_backend_pid()");
    execute(*admin_, "select pg_terminate_backend(" + pid + ")");
    wait_until("not exists (select from pg_stat_activity where pid = " + pid + ")");
    EXPECT_FALSE(session->is_lost()) << "nobody has looked";
    message_of([&] { execute(*session, "select 1"); }, ErrorKind::Unavailable);
    EXPECT_TRUE(session->is_lost());
}

TEST_F(PostgresqlRows, LeaveATransactionOfTheCallerOpen) {
    const auto session = server_at(url_ + "?TimeZone=Asia/Tokyo")->connect();
    session->begin({});
    execute(*session, "create table t (a int)");
    {
        const auto rows = session->open("select x from generate_series(1, 9) x", {});
        sql::Row row;
        ASSERT_TRUE(rows->next(row));
    }
    execute(*session, "insert into t values (1)");
    ASSERT_FALSE(session->commit());
    EXPECT_EQ(scalar(*admin_, "select count(*) from t"), "1");
}

TEST_F(PostgresqlRows, AreFollowedByTheNextReadWhenASinkThrew) {
    const auto session = connect();
    EXPECT_THROW(
        session->query(
            "select generate_series(1, 9)",
            {},
            [](const sql::Row&) { throw std::runtime_error("full"); }
        ),
        std::runtime_error
    );
    EXPECT_EQ(scalar(*session, "select 1"), "1");
}

}  // namespace
}  // namespace migrator::db::postgresql::test
