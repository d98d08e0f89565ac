#include "db/postgresql/own_statement.hpp"

#include <fmt/format.h>

#include <charconv>

#include "db/postgresql/rows.hpp"

namespace migrator::db::postgresql {

std::string join(std::span<const OwnStatement> statements) {
    std::vector<std::string_view> texts;
    for (const OwnStatement& statement : statements) texts.push_back(statement.text);
    return fmt::format("{}", fmt::join(texts, "; "));
}

std::string bound(
    std::string_view sql,
    std::span<const sql::Value> parameters,
    const std::function<std::string(std::string_view)>& literal
) {
    std::string text;
    while (true) {
        const std::size_t dollar = sql.find('$');
        text += sql.substr(0, dollar);
        if (dollar == std::string_view::npos) return text;
        sql.remove_prefix(dollar + 1);
        std::size_t number = 0;
        const auto [end, problem] = std::from_chars(sql.data(), sql.data() + sql.size(), number);
        if (problem != std::errc{} || number == 0 || number > parameters.size()) {
            throw Error(ErrorKind::Internal, fmt::format("missing parameter for ${}", sql));
        }
        sql.remove_prefix(static_cast<std::size_t>(end - sql.data()));
        const sql::Value& value = parameters[number - 1];
        text += value ? literal(*value) : "null";
    }
}

Error refused(const OwnStatement& statement, const ServerError& error) {
    using Kind = OwnStatement::Kind;
    if (error.connection_lost && statement.kind != Kind::Rows) return own_sql_error(error);
    switch (statement.kind) {
        case Kind::Setting:
            // The server quotes the value, which is nobody's business.
            return {
                ErrorKind::Configuration,
                fmt::format(
                    "data source: the server rejected the run-time parameter {} or its value "
                    "(SQLSTATE {})",
                    statement.setting,
                    error.sqlstate
                )};
        case Kind::Role:
            return {ErrorKind::Configuration, "setRole: " + describe(error)};
        case Kind::Rows: {
            ServerError shown = error;
            shown.context.clear();  // COPY's shows the row, file contents and all
            const Error failed = own_sql_error(shown);
            return failed.as(
                failed.kind(), std::string("Failed to add migration entry: ") + failed.what()
            );
        }
        case Kind::Fence:
        case Kind::ReadOnly:
        case Kind::OwnTables:
        case Kind::Plain:
            break;
    }
    return own_sql_error(error);
}

}  // namespace migrator::db::postgresql
