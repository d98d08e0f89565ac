#include "db/sqlserver/rows.hpp"

#include <vector>

#include "core/error.hpp"
#include "db/sqlserver/parameters.hpp"

namespace migrator::db::sqlserver {

Rows::Rows(Connection& connection, std::string_view sql, std::span<const sql::Value> parameters)
    : statement_(connection) {
    std::optional<ServerError> error;
    if (parameters.empty()) {
        error = statement_.execute(sql, {});
    } else {
        const BoundText bound = bind_names(sql);
        std::vector<const sql::Value*> values;
        for (const std::size_t index : bound.order) {
            if (index >= parameters.size()) {
                throw Error(
                    ErrorKind::Internal,
                    "missing value for parameter @p" + std::to_string(index + 1)
                );
            }
            values.push_back(&parameters[index]);
        }
        error = statement_.execute(bound.text, values);
    }
    if (error) throw own_sql_error(*error);
}

bool Rows::next(sql::Row& row) {
    if (statement_.next(&row)) return true;
    if (statement_.error()) throw own_sql_error(*statement_.error());
    return false;
}

}  // namespace migrator::db::sqlserver
