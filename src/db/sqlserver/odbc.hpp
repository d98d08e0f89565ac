#pragma once

#include <sql.h>
#include <sqlext.h>

#include <memory>

/// ODBC's handles, owned. For the .cpp files of this folder and headers that only they include.
namespace migrator::db::sqlserver {

template <SQLSMALLINT Kind>
struct FreesHandle {
    void operator()(void* handle) const noexcept { SQLFreeHandle(Kind, handle); }
};
using EnvironmentHandle = std::unique_ptr<void, FreesHandle<SQL_HANDLE_ENV>>;
using ConnectionHandle = std::unique_ptr<void, FreesHandle<SQL_HANDLE_DBC>>;
using StatementHandle = std::unique_ptr<void, FreesHandle<SQL_HANDLE_STMT>>;

/// An environment for ODBC 3. Throws Internal.
EnvironmentHandle make_environment();

static_assert(sizeof(SQLWCHAR) == sizeof(char16_t), "unixODBC's wide characters are UTF-16");

/// Our text as ODBC's functions take it; they read it only.
inline SQLWCHAR* wide(const std::u16string& text) {
    return reinterpret_cast<SQLWCHAR*>(const_cast<char16_t*>(text.data()));
}

}  // namespace migrator::db::sqlserver
