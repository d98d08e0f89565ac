#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/sqlite/connection.hpp"

namespace migrator::db::sqlite {

/// Steps through our own SQL, row by row: one statement, or several with the same parameters.
/// Throws what `Connection::fail` throws, and is of no use then. While a statement has rows left
/// the file is locked against commits.
class Cursor {
public:
    /// The first statement is compiled at once.
    Cursor(Connection& connection, std::string sql, std::vector<sql::Value> parameters = {});
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    /// False at the end; then no file is locked.
    bool next(sql::Row& row);

private:
    void compile();

    Connection& connection_;
    const std::string sql_;
    const std::vector<sql::Value> parameters_;  ///< bound without a copy
    std::string_view rest_;
    Statement statement_;
};

}  // namespace migrator::db::sqlite
