#pragma once

#include <gtest/gtest.h>

#include <string>

#include "db/sqlserver/connection.hpp"
#include "db/sqlserver/rows.hpp"
#include "db/sqlserver/server_error.hpp"

/// What Connection and Rows promise, on any ODBC driver: they know nothing of SQL Server.
namespace migrator::db::sqlserver::test {

inline sql::Row first_row(
    Connection& connection, std::string_view sql, const std::vector<sql::Value>& parameters = {}
) {
    Rows rows(connection, sql, parameters);
    sql::Row row;
    sql::Row first;
    while (rows.next(row)) {
        if (first.empty()) first = row;
    }
    return first;
}

inline std::string count_of(Connection& connection, const std::string& table) {
    return first_row(connection, "select count(*) from " + table).at(0).value_or("(null)");
}

inline void expect_parameters_to_come_back(Connection& connection) {
    ASSERT_FALSE(connection.run("create table texts (id int, a text, b text, c text)"));
    std::string long_text;
    for (int i = 0; i < 40'000; ++i) long_text += "äß日😀x";
    const std::vector<sql::Value> parameters{"ü😀'?;--", std::nullopt, long_text, "1"};
    first_row(
        connection,
        "insert into texts (id, a, b, c) values (cast(@p4 as int), @p1, @p2, @p3)",
        parameters
    );
    const sql::Row row =
        first_row(connection, "select id, a, b, c from texts where a = @p1", parameters);
    ASSERT_EQ(row.size(), 4U);
    EXPECT_EQ(row[0], "1");
    EXPECT_EQ(row[1], parameters[0]);
    EXPECT_EQ(row[2], std::nullopt);
    EXPECT_TRUE(row[3] == parameters[2]);
}

inline void expect_errors_to_be_told(Connection& connection) {
    const auto error = connection.run("select * from no_such_table");
    ASSERT_TRUE(error);
    EXPECT_NE(error->message.find("no_such_table"), std::string::npos) << error->message;
    EXPECT_EQ(error->message.find("[unixODBC]"), std::string::npos) << error->message;
    EXPECT_EQ(error->sqlstate.size(), 5U);
    EXPECT_FALSE(error->connection_lost);
    EXPECT_THROW(first_row(connection, "select * from no_such_table"), Error);
    EXPECT_THROW(first_row(connection, "select @p2", {"one"}), Error);
    EXPECT_EQ(first_row(connection, "select 1").at(0), "1");
}

inline void expect_transactions(Connection& connection) {
    ASSERT_FALSE(connection.run("create table t (id int)"));
    ASSERT_FALSE(connection.run("begin transaction"));
    ASSERT_FALSE(connection.run("insert into t values (1)"));
    ASSERT_FALSE(connection.run("rollback"));
    EXPECT_EQ(count_of(connection, "t"), "0");
    ASSERT_FALSE(connection.run("begin transaction"));
    ASSERT_FALSE(connection.run("insert into t values (1)"));
    ASSERT_FALSE(connection.run("delete from t where id = 7"));  // no row: no error
    ASSERT_FALSE(connection.run("commit"));
    EXPECT_EQ(count_of(connection, "t"), "1");
}

inline void expect_many_rows(Connection& connection) {
    const std::string sql =
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 20000) "
        "select i, 'text ' || i from n order by i";
    int count = 0;
    Rows rows(connection, sql, {});
    for (sql::Row row; rows.next(row);) {
        ++count;
        ASSERT_EQ(row.at(1), "text " + std::to_string(count));
    }
    EXPECT_EQ(count, 20'000);
    {
        Rows broken_off(connection, sql, {});
        sql::Row row;
        EXPECT_TRUE(broken_off.next(row));
    }
    EXPECT_EQ(first_row(connection, "select 1").at(0), "1");
}

}  // namespace migrator::db::sqlserver::test
