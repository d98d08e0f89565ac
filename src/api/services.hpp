#pragma once

#include "coordinator/coordinator.hpp"
#include "coordinator/health.hpp"
#include "coordinator/long_runs.hpp"
#include "http/spool.hpp"
#include "metrics/metrics.hpp"

namespace migrator::api {

/// What the routes work with. All of it outlives the router.
struct Services {
    coordinator::Coordinator& coordinator;
    coordinator::LongRuns& long_runs;
    coordinator::Health& health;
    metrics::Registry& metrics;
    http::SpoolSpace& spool;
};

}  // namespace migrator::api
