#pragma once

#include <memory>

#include "db/catalog.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::mysql {

/// Reads information_schema, for all databases at once. The user sees there what they have rights
/// on; definitions that are hidden are an error. What privileges there are is not compared.
std::unique_ptr<Catalog> make_catalog(
    std::unique_ptr<sql::Session> session, const CatalogWanted& wanted
);

}  // namespace migrator::db::mysql
