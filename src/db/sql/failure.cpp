#include "db/sql/failure.hpp"

#include <fmt/format.h>

namespace migrator::db::sql {
namespace {

/// PostgreSQL: 25001 active_sql_transaction, 2D000 invalid_transaction_termination (a DO block or
/// a procedure that commits), 55P04 unsafe_new_enum_value_usage.
bool wants_no_transaction(const std::string& sqlstate) {
    return sqlstate == "25001" || sqlstate == "2D000" || sqlstate == "55P04";
}

/// PostgreSQL: 55006 object_in_use ("pending trigger events"), and the value of an enum.
bool wants_own_transaction(const std::string& sqlstate) {
    return sqlstate == "55006" || sqlstate == "55P04";
}

void add_line(std::string& text, const char* label, const std::string& value) {
    if (!value.empty()) text += fmt::format("\n{}: {}", label, value);
}

std::string where(const std::string& schema, const Failure& failure) {
    std::string text = fmt::format("schema {}", schema);
    if (failure.statement > 0) text += fmt::format(", statement {}", failure.statement);
    if (failure.line > 0) text += fmt::format(", line {}", failure.line);
    return text;
}

std::string headline(const Failure& failure) {
    return failure.sqlstate.empty()
               ? failure.message
               : fmt::format("{} (SQLSTATE {})", failure.message, failure.sqlstate);
}

std::string details(const Failure& failure) {
    std::string text;
    add_line(text, "DETAIL", failure.detail);
    add_line(text, "HINT", failure.hint);
    add_line(text, "CONTEXT", failure.context);
    return text;
}

}  // namespace

std::string describe(const Failure& failure) { return headline(failure) + details(failure); }

std::string no_transaction_advice(const std::string& name) {
    return fmt::format(
        "begin the file with the comment \"-- migrator:no-transaction\", or, if the file must not "
        "be edited, set noTransaction: [\"{}\"] in the configuration",
        name
    );
}

Error script_error(const Migration& migration, const std::string& schema, const Failure& failure) {
    std::string text = fmt::format(
        "SQL migration {} failed with error: {}, {}{}",
        migration.file,
        headline(failure),
        where(schema, failure),
        details(failure)
    );
    if (wants_own_transaction(failure.sqlstate)) {
        text += "\nTo commit each file by itself, set atomicity: file";
    }
    if (wants_no_transaction(failure.sqlstate)) {
        text +=
            "\nTo run this file outside a transaction, " + no_transaction_advice(migration.name);
    }
    return {
        failure.connection_lost ? ErrorKind::Unavailable : ErrorKind::MigrationFailed,
        text,
    };
}

Error commit_error(const Failure& failure) {
    return {
        failure.connection_lost ? ErrorKind::Unavailable : ErrorKind::MigrationFailed,
        "Could not commit transaction: " + describe(failure),
    };
}

}  // namespace migrator::db::sql
