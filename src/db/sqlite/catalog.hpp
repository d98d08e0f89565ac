#pragma once

#include <memory>

#include "db/catalog.hpp"
#include "db/sqlite/files.hpp"

namespace migrator::db::sqlite {

/// Reads the files of schemas one after the other. A missing file is not made.
std::unique_ptr<Catalog> make_catalog(Files files, CatalogWanted wanted);

}  // namespace migrator::db::sqlite
