#pragma once

#include <string>
#include <vector>

#include "db/connector.hpp"
#include "db/sql/store/metadata_shape.hpp"
#include "db/sql/store/tables.hpp"

namespace migrator::db::sql::store {

/// `migrator_versions`.
class Versions {
public:
    explicit Versions(const Tables& tables) : tables_(tables) {}

    std::vector<Version> list(const MetadataShape& shape, const VersionsWanted& wanted);
    std::int64_t next_id();
    /// In the open transaction; may be told of later (`Session::execute_later`). Does nothing when
    /// the version is there already.
    void insert(std::int64_t id, const std::string& name);

private:
    const Tables tables_;
};

}  // namespace migrator::db::sql::store
