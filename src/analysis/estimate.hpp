#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "analysis/sizes.hpp"
#include "core/estimate.hpp"
#include "core/trace.hpp"

namespace migrator::analysis {

/// What a statement takes for a tenant with these tables.
TimeRange time_of(const StatementEstimate& statement, const TableSizes& sizes);

/// `traces`: of live tenants, each with the sizes of its tables in `sizes`, by the trace's schema.
/// `tenants`: for whom the files are pending, in the order of the run. `parallelism`: at least 1.
Estimate estimate(
    const std::vector<Trace>& traces,
    const std::map<std::string, TableSizes>& sizes,
    const std::vector<std::string>& tenants,
    std::size_t parallelism
);

}  // namespace migrator::analysis
