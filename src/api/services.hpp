#pragma once

#include "api/gate.hpp"
#include "coordinator/coordinator.hpp"
#include "coordinator/detached_runs.hpp"
#include "coordinator/health.hpp"
#include "http/spool.hpp"
#include "metrics/metrics.hpp"

namespace migrator::api {

/// What the routes work with. All of it outlives the router.
struct Services {
    coordinator::Coordinator& coordinator;
    coordinator::DetachedRuns& detached_runs;
    coordinator::Health& health;
    metrics::Registry& metrics;
    http::SpoolSpace& spool;
    const Gate& gate;
};

}  // namespace migrator::api
