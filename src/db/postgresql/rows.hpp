#pragma once

#include <optional>
#include <span>
#include <string>

#include "core/error.hpp"
#include "db/postgresql/connection.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::postgresql {

/// What our own SQL has failed with: Unavailable when the connection is gone, else Internal.
Error own_sql_error(const ServerError& error);

/// The rows of one statement, in libpq's single-row mode.
class Rows final : public sql::RowSource {
public:
    /// `alone`: a transaction was begun for it, which it ends.
    Rows(Connection& connection, bool alone) : connection_(connection), alone_(alone) {}
    ~Rows() override;
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;

    /// Once, before `next`.
    void send(const std::string& sql, std::span<const sql::Value> parameters);
    bool next(sql::Row& row) override;

private:
    void finish();

    Connection& connection_;
    const bool alone_;
    bool ended_ = false;
    Result result_;
    int next_row_ = 0;  ///< of `result_`
    std::optional<ServerError> error_;
};

}  // namespace migrator::db::postgresql
