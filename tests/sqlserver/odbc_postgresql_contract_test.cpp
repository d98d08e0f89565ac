// The ODBC part of the driver on PostgreSQL's ODBC driver: a server that can be slow and go away.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <thread>

#include "core/random_id.hpp"
#include "sqlserver/plain_odbc.hpp"

namespace migrator::db::sqlserver {
namespace {

constexpr const char* kLibraries[] = {
    "/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so", "/usr/lib/aarch64-linux-gnu/odbc/psqlodbcw.so"};

/// Each test works in a schema of its own.
class OdbcOfPostgresql : public ::testing::Test {
protected:
    void SetUp() override {
        const char* url = std::getenv("MIGRATOR_TEST_POSTGRESQL_URL");
        const char* required = std::getenv("MIGRATOR_TEST_REQUIRE");
        const bool is_required =
            required != nullptr && std::string(required).find("postgresql") != std::string::npos;
        for (const char* library : kLibraries) {
            if (std::filesystem::exists(library)) library_ = library;
        }
        if (url == nullptr || library_.empty()) {
            if (is_required) FAIL() << "MIGRATOR_TEST_POSTGRESQL_URL or odbc-postgresql is missing";
            GTEST_SKIP() << "needs MIGRATOR_TEST_POSTGRESQL_URL and odbc-postgresql";
        }
        std::smatch parts;
        const std::string text = url;
        const std::regex form("postgres(?:ql)?://([^@:/]+)(?::([^@]*))?@([^:/]+):([0-9]+)/(\\w+).*"
        );
        ASSERT_TRUE(std::regex_match(text, parts, form)) << "the URL has another form";
        connection_string_ = "Driver={" + library_ + "};Server=" + parts[3].str() +
                             ";Port=" + parts[4].str() + ";Database=" + parts[5].str() +
                             ";UID=" + parts[1].str() + ";PWD=" + parts[2].str() + ";";
        connection_ = std::make_unique<Connection>(settings());
        schema_ = "odbc_" + random_uuid().substr(0, 8);
        ASSERT_FALSE(connection_->run("create schema " + schema_));
        ASSERT_FALSE(connection_->run("set search_path = " + schema_));
    }
    void TearDown() override {
        if (schema_.empty()) return;
        Connection(settings()).run("drop schema " + schema_ + " cascade");
    }
    ConnectSettings settings() const { return {.connection_string = connection_string_}; }

    std::string library_;
    std::string connection_string_;
    std::string schema_;
    std::unique_ptr<Connection> connection_;
};

TEST_F(OdbcOfPostgresql, GivesParametersBack) {
    test::expect_parameters_to_come_back(*connection_);
}

TEST_F(OdbcOfPostgresql, TellsErrors) { test::expect_errors_to_be_told(*connection_); }

TEST_F(OdbcOfPostgresql, HasTransactions) { test::expect_transactions(*connection_); }

TEST_F(OdbcOfPostgresql, ReadsManyRows) { test::expect_many_rows(*connection_); }

TEST_F(OdbcOfPostgresql, ReadsTimesInOneForm) {
    const auto row = test::first_row(
        *connection_,
        "select timestamp '2026-01-02 03:04:05.678', null::timestamp, true, 1.5::numeric"
    );
    EXPECT_EQ(row.at(0), "2026-01-02 03:04:05.678000");
    EXPECT_EQ(row.at(1), std::nullopt);
}

TEST_F(OdbcOfPostgresql, SeesAnErrorBehindAResult) {
    const auto error = connection_->run("select 1; select 1 / 0; select 2");
    ASSERT_TRUE(error);
    EXPECT_EQ(error->sqlstate, "22012");
    EXPECT_FALSE(error->connection_lost);
}

TEST_F(OdbcOfPostgresql, EndsAStatementAtItsTimeLimit) {
    connection_->set_time_limit(std::chrono::milliseconds(100));
    EXPECT_EQ(connection_->time_limit(), std::chrono::seconds(1));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(connection_->run("select pg_sleep(60)"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
    connection_->set_time_limit(std::nullopt);
    EXPECT_EQ(test::first_row(*connection_, "select 1").at(0), "1");
}

TEST_F(OdbcOfPostgresql, CancelsWhatIsRunning) {
    std::stop_source stop;
    connection_->canceller().watch(stop.get_token());
    std::jthread later([&] {
        Connection other(settings());
        const std::string sql =
            "select count(*) from pg_stat_activity where query like "
            "'select pg_sleep(61)%' and state = 'active'";
        while (test::first_row(other, sql).at(0) == "0") {
        }
        stop.request_stop();
    });
    const auto error = connection_->run("select pg_sleep(61)");
    ASSERT_TRUE(error);
    EXPECT_FALSE(error->connection_lost) << error->message;
    // Once stopped, whatever follows is cancelled, too, but for what must not be.
    EXPECT_TRUE(connection_->run("select pg_sleep(61)"));
    connection_->canceller().set_undisturbed(true);
    EXPECT_FALSE(connection_->run("select pg_sleep(0.2)"));
}

TEST_F(OdbcOfPostgresql, ConnectionsDoNotWaitForEachOther) {
    Connection other(settings());
    ASSERT_FALSE(other.run("begin; select pg_advisory_xact_lock(77)"));
    std::atomic<bool> waits = false;
    std::jthread waiting([&] {
        waits = true;
        connection_->run("select pg_advisory_lock(77)");
    });
    while (!waits) std::this_thread::yield();
    const std::string sql =
        "select count(*) from pg_locks where locktype = 'advisory' and not granted";
    while (test::first_row(other, sql).at(0) == "0") {
    }
    EXPECT_FALSE(other.run("commit"));
}

TEST_F(OdbcOfPostgresql, NoticesALostConnection) {
    const auto error = connection_->run("select pg_terminate_backend(pg_backend_pid())");
    ASSERT_TRUE(error);
    EXPECT_TRUE(error->connection_lost || connection_->run("select 1")->connection_lost)
        << error->message;
    EXPECT_TRUE(connection_->is_lost());
    EXPECT_THROW(test::first_row(*connection_, "select 1"), Error);
}

TEST_F(OdbcOfPostgresql, SaysThatAServerIsNotThere) {
    ConnectSettings wrong = settings();
    wrong.connection_string =
        std::regex_replace(wrong.connection_string, std::regex("Port=[0-9]+"), "Port=1");
    try {
        Connection connection(wrong);
        FAIL() << "it connected";
    } catch (const Connection::Refused& error) {
        EXPECT_TRUE(error.error().sqlstate.starts_with("08")) << error.what();
    }
}

}  // namespace
}  // namespace migrator::db::sqlserver
