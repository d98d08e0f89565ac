#pragma once

#include <memory>
#include <string_view>

#include "db/mysql/connection.hpp"

namespace migrator::db::mysql {

/// The rows of our own SQL, as the server sends them.
class Rows final : public sql::RowSource {
public:
    /// Sends `text`. Throws as `sql::Session::open`.
    Rows(Connection& connection, std::string_view text) : connection_(connection) {
        if (const auto error = connection_.send(text)) throw own_sql_error(*error);
        open_ = true;
    }
    ~Rows() override {
        if (open_) connection_.abandon_rows();
    }
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;

    bool next(sql::Row& row) override {
        if (!open_) return false;
        std::optional<ServerError> error;
        if (connection_.next_row(row, error)) return true;
        open_ = false;
        if (error) throw own_sql_error(*error);
        return false;
    }

private:
    Connection& connection_;
    bool open_ = false;
};

}  // namespace migrator::db::mysql
