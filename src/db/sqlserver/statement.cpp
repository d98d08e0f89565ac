#include "db/sqlserver/statement.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "db/sqlserver/utf16.hpp"

namespace migrator::db::sqlserver {
namespace {

constexpr std::size_t kMostInNvarchar = 4000;  // UTF-16 units; longer ones are of a long type
constexpr std::size_t kPiece = 4096;           // UTF-16 units that a value is read by, at first
constexpr std::size_t kLargestPiece = 1U << 20U;

StatementHandle make_handle(Connection& connection) {
    SQLHSTMT handle = nullptr;
    if (connection.is_lost()) {
        throw Error(ErrorKind::Unavailable, "the connection to the database was lost");
    }
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, connection.handle(), &handle))) {
        ServerError error = read_error(SQL_HANDLE_DBC, connection.handle());
        connection.look_at(error);
        throw Error(ErrorKind::Unavailable, describe(error));
    }
    return StatementHandle(handle);
}

}  // namespace

Statement::Statement(Connection& connection)
    : connection_(connection), statement_(make_handle(connection)) {}

Statement::~Statement() {
    if (ended_ || connection_.is_lost()) return;
    // Freeing alone would have some drivers read all that is left.
    SQLCancel(statement_.get());
}

bool Statement::set_time_limit() {
    const auto seconds = static_cast<std::uintptr_t>(connection_.time_limit().count());
    return seconds == 0 || SQL_SUCCEEDED(SQLSetStmtAttrW(
                               statement_.get(),
                               SQL_ATTR_QUERY_TIMEOUT,
                               reinterpret_cast<SQLPOINTER>(seconds),
                               SQL_IS_UINTEGER
                           ));
}

bool Statement::bind(std::span<const sql::Value* const> values) {
    bound_.resize(values.size());  // once: the driver keeps the addresses
    SQLUSMALLINT number = 0;
    for (const sql::Value* value : values) {
        Bound& bound = bound_[number++];
        if (*value) bound.text = to_utf16(**value);
        const std::size_t units = bound.text.size();
        bound.length = *value ? static_cast<SQLLEN>(units * sizeof(char16_t)) : SQL_NULL_DATA;
        // Sizes of two kinds only, so that the server finds its plan again.
        const bool is_long = units > kMostInNvarchar;
        const SQLRETURN result = SQLBindParameter(
            statement_.get(),
            number,
            SQL_PARAM_INPUT,
            SQL_C_WCHAR,
            is_long ? SQL_WLONGVARCHAR : SQL_WVARCHAR,
            is_long ? units : kMostInNvarchar,
            0,
            wide(bound.text),
            bound.length > 0 ? bound.length : 0,
            &bound.length
        );
        if (!SQL_SUCCEEDED(result)) return false;
    }
    return true;
}

std::optional<ServerError> Statement::execute(
    std::string_view text, std::span<const sql::Value* const> values
) {
    if (!set_time_limit() || !bind(values)) {
        fail();
        return error_;
    }
    const std::u16string units = to_utf16(text);
    ended_ = false;
    SQLRETURN result = SQL_SUCCESS;
    {
        const Connection::Call call(connection_, statement_.get());
        result =
            SQLExecDirectW(statement_.get(), wide(units), static_cast<SQLINTEGER>(units.size()));
    }
    // Without rows changed there is no data; results may still follow.
    if (result == SQL_NO_DATA) result = SQL_SUCCESS;
    take_result(result);
    return error_;
}

void Statement::fail() {
    ServerError error = read_error(SQL_HANDLE_STMT, statement_.get());
    connection_.look_at(error);
    error_ = std::move(error);
    in_rows_ = false;
}

/// False: it is over.
bool Statement::take_result(SQLRETURN result) {
    in_rows_ = false;
    if (result == SQL_SUCCESS_WITH_INFO) connection_.hear(statement_.get());
    if (result == SQL_NO_DATA) {
        ended_ = true;
        return false;
    }
    if (!SQL_SUCCEEDED(result)) {
        fail();
        return false;
    }
    SQLSMALLINT columns = 0;
    if (!SQL_SUCCEEDED(SQLNumResultCols(statement_.get(), &columns)) ||
        !describe_columns(columns)) {
        fail();
        return false;
    }
    in_rows_ = columns > 0;
    return true;
}

bool Statement::describe_columns(SQLSMALLINT count) {
    is_time_.assign(static_cast<std::size_t>(count), false);
    for (SQLSMALLINT column = 0; column < count; ++column) {
        const auto number = static_cast<SQLUSMALLINT>(column + 1);
        SQLLEN type = 0;
        const SQLRETURN result = SQLColAttributeW(
            statement_.get(), number, SQL_DESC_CONCISE_TYPE, nullptr, 0, nullptr, &type
        );
        if (!SQL_SUCCEEDED(result)) return false;
        is_time_[static_cast<std::size_t>(column)] =
            type == SQL_TYPE_TIMESTAMP || type == SQL_TIMESTAMP;
    }
    return true;
}

bool Statement::next(sql::Row* row) {
    while (!ended_ && !error_) {
        if (in_rows_) {
            if (fetch(row)) return true;
            continue;
        }
        SQLRETURN result = SQL_SUCCESS;
        {
            const Connection::Call call(connection_, statement_.get());
            result = SQLMoreResults(statement_.get());
        }
        take_result(result);
    }
    return false;
}

bool Statement::fetch(sql::Row* row) {
    const Connection::Call call(connection_, statement_.get());
    const SQLRETURN result = SQLFetch(statement_.get());
    if (result == SQL_NO_DATA) {
        in_rows_ = false;
        return false;
    }
    if (!SQL_SUCCEEDED(result)) {
        fail();
        return false;
    }
    if (row == nullptr) return true;
    row->resize(is_time_.size());
    SQLUSMALLINT number = 0;
    for (sql::Value& value : *row) {
        if (!read_column(++number, value)) {
            fail();
            return false;
        }
    }
    return true;
}

bool Statement::read_column(SQLUSMALLINT number, sql::Value& value) {
    return is_time_[number - 1U] ? read_time(number, value) : read_text(number, value);
}

/// Not as text: how drivers write times is nothing to rely on.
bool Statement::read_time(SQLUSMALLINT number, sql::Value& value) {
    SQL_TIMESTAMP_STRUCT time{};
    SQLLEN length = 0;
    const SQLRETURN result =
        SQLGetData(statement_.get(), number, SQL_C_TYPE_TIMESTAMP, &time, sizeof time, &length);
    if (!SQL_SUCCEEDED(result)) return false;
    value.reset();
    if (length == SQL_NULL_DATA) return true;
    value = fmt::format(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}",
        time.year,
        time.month,
        time.day,
        time.hour,
        time.minute,
        time.second,
        time.fraction / 1000
    );
    return true;
}

bool Statement::read_text(SQLUSMALLINT number, sql::Value& value) {
    value.reset();
    std::u16string text;
    if (buffer_.size() < kPiece) buffer_.resize(kPiece);
    for (bool is_first = true;; is_first = false) {
        SQLLEN length = 0;
        const auto bytes = static_cast<SQLLEN>(buffer_.size() * sizeof(char16_t));
        const SQLRETURN result =
            SQLGetData(statement_.get(), number, SQL_C_WCHAR, buffer_.data(), bytes, &length);
        if (result == SQL_NO_DATA && !is_first) break;
        if (!SQL_SUCCEEDED(result)) return false;
        if (length == SQL_NULL_DATA) return true;
        // One unit of the buffer is for a NUL.
        const std::size_t room = buffer_.size() - 1;
        const bool is_cut =
            length == SQL_NO_TOTAL || static_cast<std::size_t>(length) / sizeof(char16_t) > room;
        const std::size_t units =
            is_cut ? room : static_cast<std::size_t>(length) / sizeof(char16_t);
        text.append(buffer_, 0, units);
        if (!is_cut) break;
        buffer_.resize(std::min(buffer_.size() * 4, kLargestPiece));
    }
    value = to_utf8(text);
    return true;
}

}  // namespace migrator::db::sqlserver
