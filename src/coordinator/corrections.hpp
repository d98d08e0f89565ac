#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coordinator/dependencies.hpp"
#include "coordinator/inspection.hpp"
#include "coordinator/options.hpp"
#include "core/migration.hpp"

namespace migrator::coordinator {

/// Corrections of the metadata that a person asks for: accept and forget. Thread-safe.
class Corrections {
public:
    /// What it is made from lives longer.
    Corrections(
        const Dependencies& dependencies, const Inspection& inspection, const Options& options
    );

    /// What `accept` would do: the file as it is, and its recorded checksum. Throws NotFound when
    /// the file is not in the source, or not recorded; `file` is an identity or its unique end.
    struct Change {
        Migration migration;
        std::string recorded_check_sum;
    };
    Change find_change(const std::string& file);
    /// Takes the lock; throws Locked.
    void accept(const Change& change, const std::string& request_id);

    /// The tenant's recorded migrations from `file` (identity or its unique end) on, in source
    /// order: what `forget` would make pending again. Throws NotFound.
    std::vector<Migration> find_forgettable(const std::string& tenant, const std::string& file);
    /// Takes the lock; throws Locked.
    void forget(
        const std::string& tenant,
        const std::vector<Migration>& files,
        const std::string& request_id
    );

private:
    std::unique_ptr<db::Run> lock(const std::string& what, const std::string& request_id) const;

    const Dependencies& dependencies_;
    const Inspection& inspection_;
    const std::chrono::milliseconds lock_timeout_;
};

}  // namespace migrator::coordinator
