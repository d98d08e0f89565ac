#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/sql/session.hpp"
#include "db/sqlserver/connection.hpp"
#include "db/sqlserver/odbc.hpp"

namespace migrator::db::sqlserver {

/// One text on its way through a connection, which can do nothing else meanwhile. Used once.
/// Destroying it before the end cancels what is left.
class Statement {
public:
    /// Throws Unavailable when the connection is gone.
    explicit Statement(Connection& connection);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// Sends the text, `?` for each of `values`. The values are bound; they need not outlive the
    /// call. Without values the text goes to the server as it is, as one batch.
    std::optional<ServerError> execute(
        std::string_view text, std::span<const sql::Value* const> values
    );

    /// The next row of any result of the text; false after the last, or when one has failed
    /// (`error`). `row` may be null: then rows are only counted.
    bool next(sql::Row* row);

    /// What ended the row of results, when it was no success.
    const std::optional<ServerError>& error() const { return error_; }

private:
    struct Bound {
        std::u16string text;
        SQLLEN length = 0;
    };

    // False: the driver has refused.
    bool set_time_limit();
    bool bind(std::span<const sql::Value* const> values);
    bool take_result(SQLRETURN result);
    void fail();
    bool fetch(sql::Row* row);
    bool read_column(SQLUSMALLINT number, sql::Value& value);
    bool read_text(SQLUSMALLINT number, sql::Value& value);
    bool read_time(SQLUSMALLINT number, sql::Value& value);
    bool describe_columns(SQLSMALLINT count);

    Connection& connection_;
    StatementHandle statement_;
    std::vector<Bound> bound_;
    std::vector<bool> is_time_;  ///< for each column of the result
    std::u16string buffer_;
    bool in_rows_ = false;
    bool ended_ = true;
    std::optional<ServerError> error_;
};

}  // namespace migrator::db::sqlserver
