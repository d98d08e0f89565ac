#pragma once

#include <string>
#include <vector>

#include "coordinator/options.hpp"
#include "core/migration.hpp"
#include "core/plan.hpp"
#include "db/connector.hpp"

namespace migrator::coordinator {

/// For the runs of `driftCheck`: whether the schema of a tenant is still the one that the last run
/// has left. What is not known passes: a tenant that no run has stored, or whose files have changed
/// since without us, or a server of another version. Under the migration lock; for one thread.
class DriftGuard {
public:
    /// All are lent.
    DriftGuard(
        db::Connector& connector, const std::vector<Migration>& sources, const DriftOptions& options
    )
        : connector_(connector), sources_(sources), options_(options) {}

    bool is_on() const { return options_.check != DriftReaction::Off; }

    /// Those of `tenants` that have drifted, each with a sentence. Throws what reading the catalog
    /// throws: nobody may take silence for a good answer.
    std::vector<TenantFailure> look(const Applied& applied, const std::vector<std::string>& tenants)
        const;

    /// Stores what the schemas of these tenants are now. Throws what reading and writing throw.
    void store(db::Run& run, const Applied& applied, const std::vector<std::string>& tenants) const;

    /// Those of `tenants` of whom nothing is stored.
    std::vector<std::string> unknown(const std::vector<std::string>& tenants) const;

private:
    std::vector<db::StoredFingerprint> read(
        const Applied& applied, const std::vector<std::string>& tenants
    ) const;

    db::Connector& connector_;
    const std::vector<Migration>& sources_;
    const DriftOptions& options_;
};

}  // namespace migrator::coordinator
