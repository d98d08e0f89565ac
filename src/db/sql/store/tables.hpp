#pragma once

#include <span>
#include <string>
#include <string_view>

#include "db/options.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql::store {

/// What those who read and write migrator's own tables work with; none of them makes a table
/// (`metadata_shape.hpp`), and a reader takes missing ones for empty. All lent. Error texts:
/// docs/compatibility.md.
struct Tables {
    Session& session;
    const Dialect& dialect;
    const Options& options;

    /// With its prefix.
    std::string name(std::string_view table) const;
    /// "in (…)" for these names, adding to the parameters of the statement what it needs.
    std::string in_list(std::span<const std::string> names, Parameters& parameters) const;
    /// The database's time in UTC, for `created`: on most servers that of the transaction's start.
    std::string now() const;
};

}  // namespace migrator::db::sql::store
