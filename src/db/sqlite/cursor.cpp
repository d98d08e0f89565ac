#include "db/sqlite/cursor.hpp"

#include <utility>

namespace migrator::db::sqlite {
namespace {

int bind(sqlite3_stmt* statement, int index, const sql::Value& value) {
    if (!value) return sqlite3_bind_null(statement, index);
    return sqlite3_bind_text64(
        statement, index, value->data(), value->size(), SQLITE_STATIC, SQLITE_UTF8
    );
}

/// False: there is no memory for a value.
bool copy_row(sqlite3_stmt* statement, sql::Row& row) {
    row.resize(static_cast<std::size_t>(sqlite3_column_count(statement)));
    int column = 0;
    for (sql::Value& value : row) {
        if (sqlite3_column_type(statement, column) == SQLITE_NULL) {
            value.reset();
        } else {
            const auto* text =
                reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
            if (text == nullptr) return false;
            value.emplace(text, size);
        }
        ++column;
    }
    return true;
}

}  // namespace

Cursor::Cursor(Connection& connection, std::string sql, std::vector<sql::Value> parameters)
    : connection_(connection),
      sql_(std::move(sql)),
      parameters_(std::move(parameters)),
      rest_(sql_) {
    compile();
}

void Cursor::compile() {
    if (rest_.empty()) return;
    if (const int code = connection_.prepare(rest_, statement_); code != SQLITE_OK) {
        connection_.fail(code);
    }
    if (!statement_) {
        rest_ = {};  // only blanks or comments were left
        return;
    }
    int index = 0;
    for (const sql::Value& parameter : parameters_) {
        const int code = bind(statement_.get(), ++index, parameter);
        if (code != SQLITE_OK) connection_.fail(code);
    }
}

bool Cursor::next(sql::Row& row) {
    while (statement_) {
        const int code = sqlite3_step(statement_.get());
        if (code == SQLITE_ROW) {
            if (!copy_row(statement_.get(), row)) connection_.fail(SQLITE_NOMEM);
            return true;
        }
        if (code != SQLITE_DONE) connection_.fail(code);
        statement_.reset();
        compile();
    }
    return false;
}

}  // namespace migrator::db::sqlite
