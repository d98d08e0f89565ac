#pragma once

#include <memory>
#include <string>
#include <vector>

#include "db/catalog.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::postgresql {

/// Reads with a few statements for all schemas, or with one for one. `version`: 150004. Privileges
/// on the schemas are not needed: everybody may read the catalog.
std::unique_ptr<Catalog> make_catalog(
    std::unique_ptr<sql::Session> session, int version, CatalogWanted wanted
);

}  // namespace migrator::db::postgresql
