#include "db/sqlserver/server_error.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <vector>

#include "core/utf8.hpp"
#include "db/sqlserver/hints.hpp"
#include "db/sqlserver/odbc.hpp"
#include "db/sqlserver/utf16.hpp"

namespace migrator::db::sqlserver {
namespace {

// Fields beside ODBC's own; the drivers' headers need not be installed. There is one for the state
// of a message, too, but FreeTDS's driver gives its level there.
constexpr SQLSMALLINT kDiagProcedure = -1153;  // Microsoft's only
constexpr SQLSMALLINT kDiagLine = -1154;       // both

constexpr SQLSMALLINT kMostRecords = 50;

struct Record {
    std::string sqlstate;
    std::int32_t number = 0;
    std::string text;
};

std::optional<Record> read_record(SQLSMALLINT kind, SQLHANDLE handle, SQLSMALLINT index) {
    std::array<char16_t, 6> state{};
    std::u16string text(4096, u'\0');
    SQLINTEGER number = 0;
    SQLSMALLINT length = 0;
    const auto get = [&] {
        return SQLGetDiagRecW(
            kind,
            handle,
            index,
            reinterpret_cast<SQLWCHAR*>(state.data()),
            &number,
            wide(text),
            static_cast<SQLSMALLINT>(text.size()),
            &length
        );
    };
    const SQLRETURN result = get();
    if (!SQL_SUCCEEDED(result)) return std::nullopt;
    const std::size_t end = std::min(text.find(u'\0'), static_cast<std::size_t>(length));
    text.resize(std::min(end, text.size()));
    return Record{to_utf8({state.data(), 5}), number, to_utf8(text)};
}

std::uint32_t line_of(SQLSMALLINT kind, SQLHANDLE handle, SQLSMALLINT index) {
    SQLUSMALLINT line = 0;
    SQLSMALLINT length = 0;
    const SQLRETURN result =
        SQLGetDiagFieldW(kind, handle, index, kDiagLine, &line, sizeof line, &length);
    // FreeTDS's driver gives -1 for what it finds itself.
    constexpr SQLUSMALLINT kNoLine = 0xFFFF;
    return SQL_SUCCEEDED(result) && line != kNoLine ? line : 0;
}

std::string procedure_of(SQLSMALLINT kind, SQLHANDLE handle, SQLSMALLINT index) {
    std::array<char16_t, 256> name{};
    SQLSMALLINT length = 0;
    const SQLRETURN result =
        SQLGetDiagFieldW(kind, handle, index, kDiagProcedure, name.data(), sizeof name, &length);
    if (!SQL_SUCCEEDED(result)) return {};
    return to_utf8(std::u16string(name.data()));
}

/// "[Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Invalid …" without the brackets.
std::string without_origin(std::string_view text) {
    while (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return to_valid_utf8(text);
}

bool is_loss(const std::string& sqlstate) {
    return sqlstate.starts_with("08") || sqlstate == "HYT01";
}

}  // namespace

ServerError read_error(std::int16_t kind, void* handle) {
    std::vector<Record> records;
    for (SQLSMALLINT index = 1; index <= kMostRecords; ++index) {
        auto record = read_record(kind, handle, index);
        if (!record) break;
        records.push_back(std::move(*record));
    }
    ServerError error;
    if (records.empty()) {
        error.message = "the ODBC driver failed without an error message";
        return error;
    }
    // Messages of PRINT may come with the error; their state is that of a success.
    std::size_t first = 0;
    while (first + 1 < records.size() && records[first].sqlstate.starts_with("01")) ++first;
    const auto index = static_cast<SQLSMALLINT>(first + 1);
    const Record& record = records[first];
    error.sqlstate = record.sqlstate;
    error.number = record.number;
    // FreeTDS's driver knows the state of few numbers.
    if (error.number == kDeadlock) error.sqlstate = "40001";
    error.message = without_origin(record.text);
    error.line = line_of(kind, handle, index);
    error.procedure = procedure_of(kind, handle, index);
    // A driver numbers what it finds itself, too. What the server says has a line.
    if (error.number > 0 && error.line > 0) error.message += fmt::format(" (Msg {})", error.number);
    for (const Record& other : records) {
        error.connection_lost = error.connection_lost || is_loss(other.sqlstate);
        if (&other == &record || other.sqlstate.starts_with("01")) continue;
        error.detail += (error.detail.empty() ? "" : "\n") + without_origin(other.text);
    }
    return error;
}

std::vector<ServerError> read_infos(std::int16_t kind, void* handle) {
    // Of a changed database or language tells whoever has changed it.
    constexpr std::int32_t kDatabaseChanged = 5701;
    constexpr std::int32_t kLanguageChanged = 5703;
    std::vector<ServerError> infos;
    for (SQLSMALLINT index = 1; index <= kMostRecords; ++index) {
        const auto record = read_record(kind, handle, index);
        if (!record) break;
        const std::uint32_t line = line_of(kind, handle, index);
        // What the server says has a line; the others are the driver's.
        if (line == 0 || record->number == kDatabaseChanged || record->number == kLanguageChanged) {
            continue;
        }
        ServerError info;
        info.message = without_origin(record->text);
        info.sqlstate = record->sqlstate;
        info.number = record->number;
        info.line = line;
        info.procedure = procedure_of(kind, handle, index);
        infos.push_back(std::move(info));
    }
    return infos;
}

std::string describe(const ServerError& error) {
    std::string text = error.message;
    for (std::size_t begin = 0; begin < error.detail.size();) {
        const auto end = std::min(error.detail.find('\n', begin), error.detail.size());
        text += " " + error.detail.substr(begin, end - begin);
        begin = end + 1;
    }
    if (!error.sqlstate.empty()) text += fmt::format(" (SQLSTATE {})", error.sqlstate);
    return text;
}

Error own_sql_error(const ServerError& error) {
    if (error.number == kLockTimeout) {
        return {
            ErrorKind::Unavailable,
            describe(error) +
                ": the tables of migrator are locked by a run or by another program; with "
                "READ_COMMITTED_SNAPSHOT on, reads do not wait for writes"};
    }
    if (error.number == kNoSuchObject && error.message.find("openjson") != std::string::npos) {
        return {
            ErrorKind::Internal,
            describe(error) + ": the compatibility level of the database must be 130 or higher"};
    }
    if (error.connection_lost) return {ErrorKind::Unavailable, describe(error)};
    Error refused(ErrorKind::Internal, describe(error));
    refused.advise(own_hint_for(error));
    return refused;
}

}  // namespace migrator::db::sqlserver
