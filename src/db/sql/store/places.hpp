#pragma once

#include <vector>

#include "db/sql/store/metadata_shape.hpp"
#include "db/sql/store/tables.hpp"
#include "identity/places.hpp"

namespace migrator::db::sql::store {

/// `migrator_places`: which places are the same, and which are of their own.
class Places {
public:
    explicit Places(const Tables& tables) : tables_(tables) {}

    std::vector<SamePlace> read(const MetadataShape& shape);
    /// In the open transaction; what is there already stays as it is.
    void add(const SamePlace& places);

private:
    const Tables tables_;
};

}  // namespace migrator::db::sql::store
