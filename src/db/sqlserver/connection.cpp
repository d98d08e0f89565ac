#include "db/sqlserver/connection.hpp"

#include <fmt/format.h>

#include "db/sqlserver/connect_deadline.hpp"
#include "db/sqlserver/statement.hpp"
#include "db/sqlserver/utf16.hpp"

namespace migrator::db::sqlserver {
namespace {

constexpr std::chrono::milliseconds kCancelAgain{50};

ConnectionHandle make_connection_handle(SQLHENV environment) {
    SQLHDBC handle = nullptr;
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_DBC, environment, &handle))) {
        throw Error(ErrorKind::Internal, "ODBC: could not allocate a connection handle");
    }
    return ConnectionHandle(handle);
}

void set_number(SQLHDBC connection, SQLINTEGER attribute, std::uintptr_t value) {
    // One that a driver doesn't know is no reason not to connect.
    SQLSetConnectAttrW(connection, attribute, reinterpret_cast<SQLPOINTER>(value), SQL_IS_UINTEGER);
}

}  // namespace

EnvironmentHandle make_environment() {
    SQLHENV handle = nullptr;
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &handle))) {
        throw Error(ErrorKind::Internal, "ODBC: could not allocate an environment handle");
    }
    EnvironmentHandle environment(handle);
    SQLSetEnvAttr(
        handle, SQL_ATTR_ODBC_VERSION, reinterpret_cast<SQLPOINTER>(std::uintptr_t{SQL_OV_ODBC3}), 0
    );
    return environment;
}

// An environment each: nothing is shared between connections.
Connection::Connection(const ConnectSettings& settings)
    : environment_(make_environment()),
      connection_(make_connection_handle(environment_.get())),
      canceller_(kCancelAgain, [this] { SQLCancel(called_); }) {
    const auto seconds = static_cast<std::uintptr_t>(settings.login_timeout.count());
    if (seconds > 0) set_number(handle(), SQL_ATTR_LOGIN_TIMEOUT, seconds);
    if (settings.packet_size > 0) set_number(handle(), SQL_ATTR_PACKET_SIZE, settings.packet_size);
    const std::u16string text = to_utf16(settings.connection_string);
    std::optional<ConnectDeadline> deadline;
    if (settings.watched_port != 0 && seconds > 0) {
        deadline.emplace(settings.watched_port, settings.login_timeout);
    }
    const SQLRETURN result = SQLDriverConnectW(
        handle(),
        nullptr,
        wide(text),
        static_cast<SQLSMALLINT>(text.size()),
        nullptr,
        0,
        nullptr,
        SQL_DRIVER_NOPROMPT
    );
    const bool was_too_late = deadline && deadline->end();
    if (!SQL_SUCCEEDED(result)) {
        ServerError error = read_error(SQL_HANDLE_DBC, handle());
        if (was_too_late) {
            error.message =
                fmt::format("no answer in {} s (connection timeout): {}", seconds, error.message);
        }
        throw Refused(std::move(error));
    }
    connected_ = true;
}

Connection::~Connection() { close(); }

Connection::Call::Call(Connection& connection, SQLHSTMT statement) : connection_(connection) {
    connection_.called_ = statement;
    connection_.canceller_.begin();
}

Connection::Call::~Call() { connection_.canceller_.end(); }

void Connection::close() noexcept {
    lost_ = true;
    if (!connected_) return;
    connected_ = false;
    SQLDisconnect(handle());
}

std::optional<ServerError> Connection::run(std::string_view text, const sql::RowSink& row) {
    Statement statement(*this);
    if (auto error = statement.execute(text, {})) return error;
    sql::Row columns;
    while (statement.next(row ? &columns : nullptr)) {
        if (row) row(columns);
    }
    return statement.error();
}

void Connection::hear(SQLHSTMT statement) {
    if (!tell_) return;
    for (const ServerError& info : read_infos(SQL_HANDLE_STMT, statement)) tell_(info);
}

void Connection::set_time_limit(std::optional<std::chrono::milliseconds> limit) {
    time_limit_ = std::chrono::ceil<std::chrono::seconds>(limit.value_or(std::chrono::seconds(0)));
}

void Connection::look_at(ServerError& error) {
    SQLUINTEGER dead = SQL_CD_FALSE;
    const SQLRETURN result =
        SQLGetConnectAttrW(handle(), SQL_ATTR_CONNECTION_DEAD, &dead, sizeof dead, nullptr);
    if (SQL_SUCCEEDED(result) && dead == SQL_CD_TRUE) error.connection_lost = true;
    if (error.connection_lost) lost_ = true;
}

}  // namespace migrator::db::sqlserver
