#include <sqlite3.h>

#include <thread>

#include "sqlite/workshop.hpp"

namespace migrator::test {
namespace {

using std::chrono::milliseconds;

class SqliteCommit : public Workshop {
protected:
    SqliteCommit() : session_(connect()) {
        create_tables(*session_, server_->dialect());
        session_->use_schemas(std::vector<std::string>{"north"});
    }
    std::unique_ptr<db::sql::Session> session_;
};

/// A connection of another program that is in the middle of reading a file.
class Reader {
public:
    explicit Reader(const std::filesystem::path& file) {
        EXPECT_EQ(sqlite3_open(file.c_str(), &handle_), SQLITE_OK);
        EXPECT_EQ(
            sqlite3_prepare_v2(handle_, "select * from t", -1, &statement_, nullptr), SQLITE_OK
        );
        EXPECT_EQ(sqlite3_step(statement_), SQLITE_ROW);
    }
    ~Reader() { end(); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    void end() {
        sqlite3_finalize(std::exchange(statement_, nullptr));
        sqlite3_close(std::exchange(handle_, nullptr));
    }

private:
    sqlite3* handle_ = nullptr;
    sqlite3_stmt* statement_ = nullptr;
};

TEST_F(SqliteCommit, WritesMetadataAndEffectsTogether) {
    Migration migration{
        .name = "001.sql",
        .source_dir = "/m/north",
        .file = "/m/north/001.sql",
        .type = MigrationType::TenantMigration,
        .contents = "caf\xe9;",
        .check_sum = "abc"};
    const std::string schema = "north";
    const db::sql::MetadataRow rows[] = {{&migration, &schema}, {&migration, &schema}};
    session_->begin({});
    ASSERT_EQ(said(run(*session_, "create table north.t (x)")), "");
    session_->reset();
    session_->insert_rows(4, "2026-11-22 12:04:02.469", rows);
    EXPECT_EQ(read("migrator.db", "select count(*) from migrator_migrations"), "0");
    ASSERT_EQ(said(session_->commit()), "");
    const std::string row =
        "|001.sql|/m/north|/m/north/001.sql|2|north|2026-11-22 12:04:02.469|caf\uFFFD;|abc|4|"
        "integer";
    EXPECT_EQ(
        read("migrator.db", "select *, typeof(type) from migrator_migrations"),
        "1" + row + " 2" + row
    );
    EXPECT_EQ(read("north.db", "select name from sqlite_schema"), "t");
}

TEST_F(SqliteCommit, IsUndoneByRollback) {
    session_->begin({});
    ASSERT_EQ(said(run(*session_, "create table north.t (x)")), "");
    session_->rollback();
    session_->rollback();
    EXPECT_EQ(read("north.db", "select name from sqlite_schema"), "");
    EXPECT_NE(said(session_->commit()), "");
}

TEST_F(SqliteCommit, IsUndoneByTheEndOfTheSession) {
    session_->begin({});
    ASSERT_EQ(said(run(*session_, "create table north.t (x)")), "");
    session_.reset();
    EXPECT_EQ(read("north.db", "select name from sqlite_schema"), "");
}

TEST_F(SqliteCommit, NamesTheDeferredForeignKeyThatIsViolated) {
    ASSERT_EQ(
        said(run_alone(
            *session_,
            "create table north.p (id integer primary key);"
            "create table north.c (p references p (id) deferrable initially deferred);"
            "pragma foreign_keys = on"
        )),
        ""
    );
    session_->begin({});
    ASSERT_EQ(said(run(*session_, "insert into north.c values (9)")), "");
    const auto failure = session_->commit();
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->message, "FOREIGN KEY constraint failed");
    EXPECT_EQ(failure->context, "SQLITE_CONSTRAINT_FOREIGNKEY");
    EXPECT_NE(failure->detail.find("deferred"), std::string::npos) << failure->detail;
    EXPECT_NE(failure->detail.find("row 1 of north.c"), std::string::npos) << failure->detail;
    session_->rollback();
    EXPECT_EQ(read("north.db", "select count(*) from c"), "0");
}

TEST_F(SqliteCommit, FindsViolationsThatAScriptHasDeferred) {
    ASSERT_EQ(
        said(run_alone(
            *session_,
            "create table north.p (id integer primary key);"
            "create table north.c (p references p (id)); pragma foreign_keys = on"
        )),
        ""
    );
    session_->begin({});
    ASSERT_EQ(
        said(run(*session_, "pragma defer_foreign_keys = on; insert into north.c values (9)")), ""
    );
    session_->reset();
    EXPECT_EQ(said(session_->commit()), "FOREIGN KEY constraint failed");
}

TEST_F(SqliteCommit, GivesUpWhenAReaderDoesNotEndAndNamesTheFiles) {
    write("north.db", "create table t (x); insert into t values (1), (2)");
    Reader reader(file("north.db"));
    session_->begin({.lock_timeout = milliseconds(1)});
    ASSERT_EQ(said(run(*session_, "update north.t set x = 5")), "");
    const auto failure = session_->commit();
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->message, "database is locked");
    EXPECT_NE(failure->hint.find(file("north.db").string()), std::string::npos) << failure->hint;
    EXPECT_FALSE(failure->connection_lost);
    session_->rollback();
    reader.end();
    EXPECT_EQ(read("north.db", "select x from t"), "1 2");
}

TEST_F(SqliteCommit, WaitsForAReaderAndKeepsNewOnesOutMeanwhile) {
    write("north.db", "create table t (x); insert into t values (1), (2)");
    Reader reader(file("north.db"));
    session_->begin({});
    ASSERT_EQ(said(run(*session_, "update north.t set x = 5")), "");
    std::jthread other([&] {
        // New readers are refused from the moment on that COMMIT waits for the one that reads.
        sqlite3* fresh = nullptr;
        sqlite3_open(file("north.db").c_str(), &fresh);
        while (sqlite3_exec(fresh, "select * from t", nullptr, nullptr, nullptr) != SQLITE_BUSY) {
            std::this_thread::yield();
        }
        sqlite3_close(fresh);
        reader.end();
    });
    EXPECT_EQ(said(session_->commit()), "");
    other.join();
    EXPECT_EQ(read("north.db", "select x from t"), "5 5");
}

TEST_F(SqliteCommit, BeginSaysThatAnotherProgramWrites) {
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(file("north.db").c_str(), &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "begin immediate", nullptr, nullptr, nullptr), SQLITE_OK);
    try {
        session_->begin({.lock_timeout = milliseconds(1)});
        ADD_FAILURE() << "begun";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        EXPECT_NE(std::string(error.what()).find(file("north.db").string()), std::string::npos)
            << error.what();
    }
    sqlite3_close(other);
    session_->begin({});
    EXPECT_EQ(said(session_->commit()), "");
}

TEST_F(SqliteCommit, AFullDiskIsAFailureOfTheScript) {
    session_->begin({});
    const auto failure =
        run(*session_,
            "create table north.t (x);\npragma north.max_page_count = 4;\n"
            "insert into north.t values (zeroblob(100000))");
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->statement, 3U);
    EXPECT_EQ(failure->message, "database or disk is full");
    EXPECT_EQ(failure->context, "SQLITE_FULL");
    session_->rollback();
    EXPECT_EQ(read("north.db", "select name from sqlite_schema"), "");
}

}  // namespace
}  // namespace migrator::test
