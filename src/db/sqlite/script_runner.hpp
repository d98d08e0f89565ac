#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "db/sql/session.hpp"
#include "db/sqlite/connection.hpp"

namespace migrator::db::sqlite {

/// Runs the statements of scripts on a connection, one by one.
class ScriptRunner {
public:
    /// `is_schema` tells whether a name is a schema that `create schema` has nothing to do for.
    ScriptRunner(
        Connection& connection,
        const sql::WorkSettings& settings,
        std::function<bool(std::string_view name)> is_schema
    )
        : connection_(connection), settings_(settings), is_schema_(std::move(is_schema)) {}

    /// In the open transaction; a wrapper of BEGIN and COMMIT is left out.
    std::optional<sql::Failure> run(const sql::ScriptRun& script);

    /// Outside a transaction, with the script's own transaction control. `done` may be null.
    std::optional<sql::Failure> run_on_its_own(
        const sql::ScriptRun& script, const std::function<void(std::size_t statements)>& done
    );

private:
    /// Where in which script we are.
    struct Place {
        const sql::ScriptRun& script;
        std::string_view text;  ///< of the script, without what must not be sent
        std::size_t index;      ///< of the statement in the script
        const script::Statement& statement() const { return script.script->statements[index]; }
        std::string_view statement_text() const;
        /// With its ';' and the comments before it: SQLite keeps the text of what is created up to
        /// there, and should keep what other programs make of the same file.
        std::string_view sent_text() const;
    };

    std::optional<sql::Failure> run_statement(const Place& place, Author author);
    std::optional<sql::Failure> send(const Place& place, Author author);
    std::optional<sql::Failure> skip_create_schema(const Place& place) const;
    sql::Failure failed(const Place& place, int code, std::string_view sent, std::string_view rest)
        const;

    Connection& connection_;
    const sql::WorkSettings& settings_;
    std::function<bool(std::string_view name)> is_schema_;
};

}  // namespace migrator::db::sqlite
