#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "coordinator/dependencies.hpp"
#include "coordinator/inspection.hpp"
#include "coordinator/options.hpp"
#include "drift/report.hpp"

namespace migrator::coordinator {

struct DriftRequest {
    /// Tenants to tell of, `*` for any characters; empty: all. The others at their levels are read,
    /// too.
    std::vector<std::string> tenants;
    std::vector<std::string> ignored;  ///< beside those of the options
    /// Sets tenants against the schema that their files make, not against what most of them have.
    bool scratch = false;
    std::stop_token stop{};
};

/// Whether the schemas of tenants are what their recorded files say. Thread-safe.
class DriftCheck {
public:
    /// Both are lent.
    DriftCheck(
        const Dependencies& dependencies, const Inspection& inspection, const Options& options
    )
        : dependencies_(dependencies), inspection_(inspection), options_(options) {}

    /// Reads only, but for a scratch schema. A look at all tenants without ignored objects of its
    /// own is shown in the metrics. Throws NotFound when a name or pattern means nobody,
    /// Unavailable when schemas can't be read, InvalidRequest where the database has no such check.
    drift::Report run(const DriftRequest& request) const;

private:
    const Dependencies& dependencies_;
    const Inspection& inspection_;
    const Options& options_;
};

}  // namespace migrator::coordinator
