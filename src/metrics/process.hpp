#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace migrator::metrics {

/// `process_*` as other programs show them, read from /proc and the system at each call. What
/// can't be read is left out.
std::vector<prometheus::MetricFamily> process_metrics();

}  // namespace migrator::metrics
