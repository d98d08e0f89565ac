#pragma once

#include <span>
#include <vector>

#include "db/catalog.hpp"
#include "db/sql/store/tables.hpp"

namespace migrator::db::sql::store {

/// `migrator_fingerprints`: what the schemas of tenants were when runs had worked for them. The
/// table is there only where somebody wants that.
class Fingerprints {
public:
    explicit Fingerprints(const Tables& tables) : tables_(tables) {}

    /// None without the table.
    std::vector<StoredFingerprint> read();

    // In the open transaction.
    void make_table();
    /// In the place of what is stored for these tenants.
    void write(std::span<const StoredFingerprint> fingerprints);

private:
    bool is_there();

    const Tables tables_;
};

}  // namespace migrator::db::sql::store
