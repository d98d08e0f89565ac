#include "sqlserver/odbc_faults.hpp"

#include <dlfcn.h>
#include <netinet/in.h>
#include <sql.h>
#include <sqlext.h>
#include <sys/socket.h>

#include <mutex>
#include <optional>

namespace migrator::db::sqlserver::test::odbc_faults {
namespace {

struct State {
    std::mutex mutex;
    bool armed = false;
    std::size_t at = 0;
    Fault fault{};
    std::vector<std::string> calls;
};

State& state() {
    static State state;
    return state;
}

/// The fault of this call, if it has one.
std::optional<Fault> called(const char* function) {
    State& now = state();
    const std::lock_guard lock(now.mutex);
    if (!now.armed) return std::nullopt;
    now.calls.emplace_back(function);
    if (now.calls.size() != now.at + 1) return std::nullopt;
    return now.fault;
}

/// The function that would have been called.
template <typename Function>
Function* library(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

/// All connections of this program to servers: which one a handle has, ODBC doesn't tell.
void cut() {
    constexpr int kMostFiles = 1024;
    for (int file = 0; file < kMostFiles; ++file) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        const bool is_connected = getpeername(file, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
        if (is_connected && peer.sin_family == AF_INET) shutdown(file, SHUT_RDWR);
    }
}

/// What the call gives where there is a fault, else what `work` does. `no_more`: what it may say
/// when there is nothing left.
template <typename Work>
SQLRETURN with_fault(const char* function, SQLRETURN no_more, Work&& work) {
    const auto fault = called(function);
    if (!fault) return work();
    switch (*fault) {
        case Fault::Error:
            return SQL_ERROR;
        case Fault::Unheard:
            work();
            return SQL_ERROR;
        case Fault::NoMore:
            return no_more;
        case Fault::Lost:
            cut();
            return work();
    }
    return SQL_ERROR;
}

}  // namespace

const char* name_of(Fault fault) {
    constexpr std::array<const char*, 4> kNames = {"error", "unheard", "no more", "lost"};
    return kNames[static_cast<std::size_t>(fault)];
}

void arm(std::size_t at, Fault fault) {
    State& now = state();
    const std::lock_guard lock(now.mutex);
    now.armed = true;
    now.at = at;
    now.fault = fault;
    now.calls.clear();
}

std::vector<std::string> disarm() {
    State& now = state();
    const std::lock_guard lock(now.mutex);
    now.armed = false;
    return std::move(now.calls);
}

}  // namespace migrator::db::sqlserver::test::odbc_faults

using migrator::db::sqlserver::test::odbc_faults::library;
using migrator::db::sqlserver::test::odbc_faults::with_fault;

extern "C" {

SQLRETURN SQLAllocHandle(SQLSMALLINT kind, SQLHANDLE input, SQLHANDLE* output) {
    static auto* const real = library<decltype(SQLAllocHandle)>("SQLAllocHandle");
    return with_fault("SQLAllocHandle", SQL_ERROR, [&] { return real(kind, input, output); });
}

SQLRETURN SQLDriverConnectW(
    SQLHDBC connection,
    SQLHWND window,
    SQLWCHAR* in,
    SQLSMALLINT in_length,
    SQLWCHAR* out,
    SQLSMALLINT out_size,
    SQLSMALLINT* out_length,
    SQLUSMALLINT completion
) {
    static auto* const real = library<decltype(SQLDriverConnectW)>("SQLDriverConnectW");
    return with_fault("SQLDriverConnectW", SQL_ERROR, [&] {
        return real(connection, window, in, in_length, out, out_size, out_length, completion);
    });
}

SQLRETURN SQLSetStmtAttrW(SQLHSTMT statement, SQLINTEGER name, SQLPOINTER value, SQLINTEGER size) {
    static auto* const real = library<decltype(SQLSetStmtAttrW)>("SQLSetStmtAttrW");
    return with_fault("SQLSetStmtAttrW", SQL_ERROR, [&] {
        return real(statement, name, value, size);
    });
}

SQLRETURN SQLBindParameter(
    SQLHSTMT statement,
    SQLUSMALLINT number,
    SQLSMALLINT direction,
    SQLSMALLINT c_type,
    SQLSMALLINT sql_type,
    SQLULEN size,
    SQLSMALLINT digits,
    SQLPOINTER value,
    SQLLEN room,
    SQLLEN* length
) {
    static auto* const real = library<decltype(SQLBindParameter)>("SQLBindParameter");
    return with_fault("SQLBindParameter", SQL_ERROR, [&] {
        return real(
            statement, number, direction, c_type, sql_type, size, digits, value, room, length
        );
    });
}

SQLRETURN SQLExecDirectW(SQLHSTMT statement, SQLWCHAR* text, SQLINTEGER length) {
    static auto* const real = library<decltype(SQLExecDirectW)>("SQLExecDirectW");
    return with_fault("SQLExecDirectW", SQL_ERROR, [&] { return real(statement, text, length); });
}

SQLRETURN SQLMoreResults(SQLHSTMT statement) {
    static auto* const real = library<decltype(SQLMoreResults)>("SQLMoreResults");
    return with_fault("SQLMoreResults", SQL_NO_DATA, [&] { return real(statement); });
}

SQLRETURN SQLNumResultCols(SQLHSTMT statement, SQLSMALLINT* count) {
    static auto* const real = library<decltype(SQLNumResultCols)>("SQLNumResultCols");
    // A wrong number is success, too.
    return with_fault("SQLNumResultCols", SQL_SUCCESS, [&] { return real(statement, count); });
}

SQLRETURN SQLColAttributeW(
    SQLHSTMT statement,
    SQLUSMALLINT column,
    SQLUSMALLINT field,
    SQLPOINTER text,
    SQLSMALLINT room,
    SQLSMALLINT* length,
    SQLLEN* number
) {
    static auto* const real = library<decltype(SQLColAttributeW)>("SQLColAttributeW");
    return with_fault("SQLColAttributeW", SQL_ERROR, [&] {
        return real(statement, column, field, text, room, length, number);
    });
}

SQLRETURN SQLFetch(SQLHSTMT statement) {
    static auto* const real = library<decltype(SQLFetch)>("SQLFetch");
    return with_fault("SQLFetch", SQL_NO_DATA, [&] { return real(statement); });
}

SQLRETURN SQLGetData(
    SQLHSTMT statement,
    SQLUSMALLINT column,
    SQLSMALLINT type,
    SQLPOINTER value,
    SQLLEN room,
    SQLLEN* length
) {
    static auto* const real = library<decltype(SQLGetData)>("SQLGetData");
    return with_fault("SQLGetData", SQL_NO_DATA, [&] {
        return real(statement, column, type, value, room, length);
    });
}

SQLRETURN SQLGetDiagRecW(
    SQLSMALLINT kind,
    SQLHANDLE handle,
    SQLSMALLINT index,
    SQLWCHAR* sqlstate,
    SQLINTEGER* number,
    SQLWCHAR* text,
    SQLSMALLINT room,
    SQLSMALLINT* length
) {
    static auto* const real = library<decltype(SQLGetDiagRecW)>("SQLGetDiagRecW");
    return with_fault("SQLGetDiagRecW", SQL_NO_DATA, [&] {
        return real(kind, handle, index, sqlstate, number, text, room, length);
    });
}

SQLRETURN SQLGetDiagFieldW(
    SQLSMALLINT kind,
    SQLHANDLE handle,
    SQLSMALLINT index,
    SQLSMALLINT field,
    SQLPOINTER value,
    SQLSMALLINT room,
    SQLSMALLINT* length
) {
    static auto* const real = library<decltype(SQLGetDiagFieldW)>("SQLGetDiagFieldW");
    return with_fault("SQLGetDiagFieldW", SQL_NO_DATA, [&] {
        return real(kind, handle, index, field, value, room, length);
    });
}

SQLRETURN SQLGetConnectAttrW(
    SQLHDBC connection, SQLINTEGER name, SQLPOINTER value, SQLINTEGER room, SQLINTEGER* length
) {
    static auto* const real = library<decltype(SQLGetConnectAttrW)>("SQLGetConnectAttrW");
    return with_fault("SQLGetConnectAttrW", SQL_NO_DATA, [&] {
        return real(connection, name, value, room, length);
    });
}

}  // extern "C"
