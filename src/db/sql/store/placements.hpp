#pragma once

#include <string>

#include "core/schema_name.hpp"
#include "db/sql/store/tables.hpp"

namespace migrator::db::sql::store {

/// `migrator_placements`, on the catalog of several servers: where a new tenant is to be. It is
/// made by the first placement, so that a database alone has no such table.
class Placements {
public:
    explicit Placements(const Tables& tables) : tables_(tables) {}

    /// Records the server, unless one is recorded; gives the one that is recorded then.
    std::string place(const SchemaName& tenant, const std::string& server);
    void remove(const SchemaName& tenant);

private:
    void make_table();

    const Tables tables_;
};

}  // namespace migrator::db::sql::store
