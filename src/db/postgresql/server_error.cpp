#include "db/postgresql/server_error.hpp"

#include <fmt/format.h>

#include <charconv>

#include "core/utf8.hpp"

namespace migrator::db::postgresql {
namespace {

std::string field(const PGresult& result, int code) {
    const char* text = PQresultErrorField(&result, code);
    return text == nullptr ? std::string() : to_valid_utf8(text);
}

std::string qualified(const std::string& schema, const std::string& name) {
    return schema.empty() ? name : schema + "." + name;
}

/// The object that the error is about, when the server names one.
std::string object_of(const PGresult& result) {
    const std::string schema = field(result, PG_DIAG_SCHEMA_NAME);
    const std::string table = field(result, PG_DIAG_TABLE_NAME);
    const std::string column = field(result, PG_DIAG_COLUMN_NAME);
    const std::string constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
    const std::string type = field(result, PG_DIAG_DATATYPE_NAME);
    std::string object;
    const auto add = [&](std::string_view what, const std::string& name) {
        if (!name.empty())
            object += fmt::format("{}{} {}", object.empty() ? "" : " of ", what, name);
    };
    add("constraint", constraint);
    add("column", column);
    add("table", table.empty() ? table : qualified(schema, table));
    add("type", type.empty() ? type : qualified(schema, type));
    return object;
}

}  // namespace

ServerError server_error(const PGresult& result) {
    ServerError error;
    const std::string primary = field(result, PG_DIAG_MESSAGE_PRIMARY);
    if (primary.empty()) {
        error.message = one_line(PQresultErrorMessage(&result));
    } else {
        error.message = fmt::format("{}: {}", field(result, PG_DIAG_SEVERITY), primary);
    }
    error.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    error.hint = field(result, PG_DIAG_MESSAGE_HINT);
    error.sqlstate = field(result, PG_DIAG_SQLSTATE);
    error.severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    error.context = object_of(result);
    const std::string context = field(result, PG_DIAG_CONTEXT);
    if (!error.context.empty() && !context.empty()) error.context += '\n';
    error.context += context;
    const std::string position = field(result, PG_DIAG_STATEMENT_POSITION);
    std::from_chars(position.data(), position.data() + position.size(), error.position);
    return error;
}

std::string describe(const ServerError& error) {
    std::string text = error.message;
    const auto add = [&](const char* label, const std::string& value) {
        if (!value.empty()) text += fmt::format(" {}: {}", label, one_line(value));
    };
    add("DETAIL", error.detail);
    add("HINT", error.hint);
    add("CONTEXT", error.context);
    if (!error.sqlstate.empty()) text += fmt::format(" (SQLSTATE {})", error.sqlstate);
    return text;
}

std::string one_line(std::string_view text) {
    std::string line;
    bool pause = false;
    for (const char c : to_valid_utf8(text)) {
        if (c == '\n' || c == '\r' || c == '\t' || c == ' ') {
            pause = true;
            continue;
        }
        if (pause && !line.empty()) line += ' ';
        pause = false;
        line += c;
    }
    return line;
}

}  // namespace migrator::db::postgresql
