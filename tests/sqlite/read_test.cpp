#include <sqlite3.h>

#include <atomic>
#include <stop_token>
#include <thread>

#include "sqlite/workshop.hpp"

namespace migrator::test {
namespace {

class SqliteReading : public Workshop {};

TEST_F(SqliteReading, SeesAnEmptyDatabaseAndMakesNoFileWhenThereIsNone) {
    const auto session = connect();
    EXPECT_EQ(ask(*session, "select count(*) from main.sqlite_schema"), "0");
    EXPECT_TRUE(std::filesystem::is_empty(dir_.path()));
}

TEST_F(SqliteReading, SeesAFileThatAppearsIsReplacedAndDisappears) {
    const auto session = connect();
    const auto tables = [&] { return ask(*session, "select name from main.sqlite_schema"); };
    EXPECT_EQ(tables(), "");
    write("migrator.db", "create table a (x)");
    EXPECT_EQ(tables(), "a");
    write("other.db", "create table b (x)");
    std::filesystem::rename(file("other.db"), file("migrator.db"));
    EXPECT_EQ(tables(), "b");
    std::filesystem::remove(file("migrator.db"));
    EXPECT_EQ(tables(), "");
    EXPECT_FALSE(std::filesystem::exists(file("migrator.db")));
}

TEST_F(SqliteReading, AWriteWithoutATransactionCreatesTheFile) {
    const auto session = connect();
    session->query("create table main.t (x)", {}, nullptr);
    session->query("insert into main.t values (?1)", std::vector<db::sql::Value>{"1"}, nullptr);
    EXPECT_EQ(read("migrator.db", "select x from t"), "1");
}

TEST_F(SqliteReading, BindsParametersAndGivesNullAndTextAsTheyAre) {
    const auto session = connect();
    EXPECT_EQ(
        ask(*session, "select ?1, ?2, ?1, 7, 2.5, null", {"it's \"x\"", std::nullopt}),
        "it's \"x\"|-|it's \"x\"|7|2.5|-"
    );
}

TEST_F(SqliteReading, RunsAllStatementsOfOneText) {
    const auto session = connect();
    session->query("create table main.a (x); create table main.b (x);\n-- end\n", {}, nullptr);
    EXPECT_EQ(ask(*session, "select name from main.sqlite_schema order by 1"), "a b");
}

TEST_F(SqliteReading, ReportsSqlThatIsWrongAsInternal) {
    const auto session = connect();
    for (const char* sql : {"select", "select * from main.nothing", "select ?1 from x"}) {
        try {
            ask(*session, sql);
            ADD_FAILURE() << sql;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Internal) << sql;
        }
    }
}

TEST_F(SqliteReading, FindsTheTablesOfConfiguredSingleSchemas) {
    write("config.db", "create table tenants (name); insert into tenants values ('north')");
    const auto session = connect();
    EXPECT_EQ(ask(*session, "select name from config.tenants"), "north");
    EXPECT_NE(
        message_of([&] { ask(*session, "select 1 from ref.t"); }).find("ref.t"), std::string::npos
    );
    EXPECT_FALSE(std::filesystem::exists(file("ref.db")));
    EXPECT_FALSE(std::filesystem::exists(file("migrator.db")));
}

TEST_F(SqliteReading, IsNotKeptOutByAnOpenTransactionAndSeesTheStateBeforeIt) {
    write("migrator.db", "create table t (x); insert into t values (1)");
    const auto writer = connect();
    writer->use_schemas({});
    writer->begin({});
    ASSERT_EQ(said(run(*writer, "update main.t set x = 2")), "");
    const auto reader = connect();
    EXPECT_EQ(ask(*reader, "select x from main.t"), "1");
    ASSERT_EQ(said(writer->commit()), "");
    EXPECT_EQ(ask(*reader, "select x from main.t"), "2");
}

TEST_F(SqliteReading, CanBeStoppedWhileItWaitsForAWriter) {
    write("migrator.db", "create table t (x)");
    const auto reader = connect();
    sqlite3* writer = nullptr;
    ASSERT_EQ(sqlite3_open(file("migrator.db").c_str(), &writer), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(writer, "begin exclusive", nullptr, nullptr, nullptr), SQLITE_OK);
    std::stop_source stop;
    reader->watch(stop.get_token());
    std::string message;
    std::thread waiting([&] { message = message_of([&] { ask(*reader, "select x from t"); }); });
    stop.request_stop();
    waiting.join();
    EXPECT_NE(message.find("locked"), std::string::npos) << message;
    EXPECT_NE(message.find(file("migrator.db").string()), std::string::npos) << message;
    sqlite3_close(writer);
}

TEST_F(SqliteReading, WaitsForACommitThatIsUnderWay) {
    write("migrator.db", "create table t (x)");
    const auto reader = connect();
    sqlite3* writer = nullptr;
    ASSERT_EQ(sqlite3_open(file("migrator.db").c_str(), &writer), SQLITE_OK);
    ASSERT_EQ(
        sqlite3_exec(
            writer, "begin exclusive; insert into t values (1)", nullptr, nullptr, nullptr
        ),
        SQLITE_OK
    );
    std::atomic<bool> reads{false};
    std::string answer;
    std::thread waiting([&] {
        reads = true;
        reads.notify_one();
        answer = ask(*reader, "select x from t");
    });
    reads.wait(false);
    ASSERT_EQ(sqlite3_exec(writer, "commit", nullptr, nullptr, nullptr), SQLITE_OK);
    waiting.join();
    EXPECT_EQ(answer, "1");
    sqlite3_close(writer);
}

TEST_F(SqliteReading, LetsAWriterInOnceAReaderOfRowsHasStopped) {
    write("migrator.db", "create table t (x); insert into t values (1), (2), (3)");
    const auto session = connect();
    sqlite3* writer = nullptr;
    ASSERT_EQ(sqlite3_open(file("migrator.db").c_str(), &writer), SQLITE_OK);
    const auto try_to_write = [&] {
        return sqlite3_exec(writer, "insert into t values (4)", nullptr, nullptr, nullptr);
    };
    db::sql::Row row;
    {
        const auto rows = session->open("select x from main.t", {});
        ASSERT_TRUE(rows->next(row));
        EXPECT_EQ(try_to_write(), SQLITE_BUSY);
    }
    EXPECT_EQ(try_to_write(), SQLITE_OK) << "given up";
    {
        const auto rows = session->open("select x from main.t", {});
        while (rows->next(row)) {
        }
        EXPECT_EQ(try_to_write(), SQLITE_OK) << "read to its end";
    }
    sqlite3_close(writer);
}

TEST_F(SqliteReading, WaitsNoLongerThanItsPatience) {
    write("migrator.db", "create table t (x)");
    const auto session = connect();
    sqlite3* writer = nullptr;
    ASSERT_EQ(sqlite3_open(file("migrator.db").c_str(), &writer), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(writer, "begin exclusive", nullptr, nullptr, nullptr), SQLITE_OK);
    session->set_patience(std::chrono::milliseconds(1));
    for (const char* sql : {"select x from main.t", "insert into main.t values (1)"}) {
        try {
            ask(*session, sql);
            ADD_FAILURE() << sql;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Busy);
            const std::string message = error.what();
            EXPECT_NE(message.find("has locked the file"), std::string::npos) << message;
            EXPECT_NE(message.find(file("migrator.db").string()), std::string::npos) << message;
        }
    }
    sqlite3_close(writer);
    EXPECT_EQ(ask(*session, "select count(*) from main.t"), "0");
}

TEST_F(SqliteReading, KeepsNoLockOnAFileInWalModeBehindAReaderThatStopped) {
    write("migrator.db", "pragma journal_mode = wal");
    write("migrator.db", "create table t (x); insert into t values (1), (2)");
    const auto reader = connect();
    {
        const auto rows = reader->open("select x from main.t", {});
        db::sql::Row row;
        ASSERT_TRUE(rows->next(row));
    }
    EXPECT_EQ(read("migrator.db", "pragma journal_mode = delete"), "delete");
}

TEST_F(SqliteReading, KeepsNoLockOnAFileInWalMode) {
    write("migrator.db", "pragma journal_mode = wal");
    write("migrator.db", "create table t (x)");
    const auto reader = connect();
    EXPECT_EQ(ask(*reader, "select count(*) from main.t"), "0");
    EXPECT_EQ(read("migrator.db", "pragma journal_mode = delete"), "delete");
}

}  // namespace
}  // namespace migrator::test
