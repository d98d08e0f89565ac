#pragma once

#include <libpq-fe.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace migrator::db::postgresql {

/// What the server said when it refused something, or libpq when the connection broke.
struct ServerError {
    std::string message;  ///< as psql shows it: `ERROR: relation "x" does not exist`
    std::string detail;
    std::string hint;
    std::string context;  ///< constraint and table, then what the server calls CONTEXT
    std::string sqlstate;
    std::string severity;      ///< "ERROR", "NOTICE": in English
    std::size_t position = 0;  ///< character in the text that was sent, from 1; 0: not known
    bool connection_lost = false;
};

ServerError server_error(const PGresult& result);

/// All of it on one line, for errors of our own SQL.
std::string describe(const ServerError& error);

/// `text` on one line, as valid UTF-8: what libpq says may have several.
std::string one_line(std::string_view text);

/// What a statement says when it has run: "COMMIT", "INSERT 0 1".
inline std::string_view command_tag(const PGresult& result) {
    return PQcmdStatus(const_cast<PGresult*>(&result));  // reads only, though it does not say so
}

inline constexpr std::string_view kQueryCanceled = "57014";

}  // namespace migrator::db::postgresql
