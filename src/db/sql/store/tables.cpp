#include "db/sql/store/tables.hpp"

#include <fmt/format.h>

namespace migrator::db::sql::store {

std::string Tables::name(std::string_view table) const {
    return fmt::format("{}{}", dialect.prefix, table);
}

std::string Tables::in_list(std::span<const std::string> names, Parameters& parameters) const {
    if (dialect.literals != nullptr) {
        return names.empty() ? "in (null)" : fmt::format("in ({})", dialect.literals(names));
    }
    parameters.emplace_back(json_array(names));
    const std::string placeholder = dialect.placeholder(static_cast<int>(parameters.size()));
    return fmt::format("in ({})", fmt::format(fmt::runtime(dialect.json_list), placeholder));
}

std::string Tables::now() const {
    const auto row = query_row(session, fmt::format("select {}", dialect.now_utc));
    return row.value().front().value();
}

}  // namespace migrator::db::sql::store
