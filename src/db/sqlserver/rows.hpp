#pragma once

#include <span>
#include <string_view>

#include "db/sql/session.hpp"
#include "db/sqlserver/statement.hpp"

namespace migrator::db::sqlserver {

/// The rows of one statement of our own, as the driver gives them.
class Rows final : public sql::RowSource {
public:
    /// Sends it: `@p1` and up stand for the parameters (`bind_names`). Throws `own_sql_error`, and
    /// Internal when the text names a parameter that is not there.
    Rows(Connection& connection, std::string_view sql, std::span<const sql::Value> parameters);
    bool next(sql::Row& row) override;

private:
    Statement statement_;
};

}  // namespace migrator::db::sqlserver
