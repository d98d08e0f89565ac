#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/sql/session.hpp"
#include "db/sqlite/connection.hpp"
#include "db/sqlite/places.hpp"

namespace migrator::db::sqlite {

/// Runs the statements of scripts on a connection, one by one.
class ScriptRunner {
public:
    /// All are lent.
    struct Context {
        Connection& connection;
        const sql::WorkSettings& settings;
        /// Whether a name is a schema that `create schema` has nothing to do for.
        std::function<bool(std::string_view name)> is_schema;
        std::string_view written_schema;  ///< as files have it: "{schema}"
        TemporaryObjects& temporary;
        sql::Observer* observer = nullptr;  ///< may be null
    };
    explicit ScriptRunner(Context context) : context_(std::move(context)) {}

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
    Refusal judge_accesses(const Places& places, std::string_view statement, Author author);
    sql::Failure refused(
        const Place& place,
        Author author,
        const Refusal& refusal,
        std::string_view before,
        std::string_view compiled
    ) const;
    std::string schema_of(const std::string& name);
    void note_setting(const Place& place);
    std::optional<sql::Failure> setting_without_effect(const Place& place);
    std::optional<sql::Failure> skip_create_schema(const Place& place) const;
    sql::Failure failed(const Place& place, int code, std::string_view sent, std::string_view rest)
        const;

    /// A PRAGMA whose effect is to be seen at the end of the script.
    struct Setting {
        std::size_t statement;  ///< as `Place::index`
        std::string schema;
        std::string name;
        std::string value;
    };

    const Context context_;
    std::vector<Setting> settings_made_;
};

}  // namespace migrator::db::sqlite
