// The ODBC part of the driver on SQLite's ODBC driver, which needs no server.
#include <gtest/gtest.h>

#include "sqlserver/plain_odbc.hpp"
#include "support/temp_dir.hpp"

namespace migrator::db::sqlserver {
namespace {

constexpr const char* kLibraries[] = {
    "/usr/lib/x86_64-linux-gnu/odbc/libsqlite3odbc.so",
    "/usr/lib/aarch64-linux-gnu/odbc/libsqlite3odbc.so"};

class OdbcOfSqlite : public ::testing::Test {
protected:
    void SetUp() override {
        for (const char* library : kLibraries) {
            if (std::filesystem::exists(library)) library_ = library;
        }
        if (library_.empty()) GTEST_SKIP() << "libsqliteodbc is not installed";
    }
    ConnectSettings settings() const {
        return {
            .connection_string = "Driver={" + library_ +
                                 "};Database=" + (folder_.path() / "test.db").string() + ";"};
    }

    std::string library_;
    migrator::test::TempDir folder_;
};

TEST_F(OdbcOfSqlite, GivesParametersBack) {
    Connection connection(settings());
    test::expect_parameters_to_come_back(connection);
}

TEST_F(OdbcOfSqlite, TellsErrors) {
    Connection connection(settings());
    test::expect_errors_to_be_told(connection);
}

TEST_F(OdbcOfSqlite, HasTransactions) {
    Connection connection(settings());
    test::expect_transactions(connection);
}

TEST_F(OdbcOfSqlite, ReadsManyRows) {
    Connection connection(settings());
    test::expect_many_rows(connection);
}

TEST_F(OdbcOfSqlite, IsLostOnceItIsClosed) {
    Connection connection(settings());
    connection.close();
    EXPECT_TRUE(connection.is_lost());
    EXPECT_THROW(test::first_row(connection, "select 1"), Error);
}

TEST(Odbc, SaysThatADriverIsMissing) {
    try {
        Connection connection({.connection_string = "Driver={/no/such/driver.so};UID=u;PWD=secret;"}
        );
        FAIL() << "it connected";
    } catch (const Connection::Refused& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        EXPECT_EQ(error.error().sqlstate, "01000") << error.what();
        EXPECT_NE(std::string(error.what()).find("/no/such/driver.so"), std::string::npos);
        EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos);
    }
}

}  // namespace
}  // namespace migrator::db::sqlserver
