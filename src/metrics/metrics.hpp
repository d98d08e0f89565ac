#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/migration.hpp"

namespace migrator::metrics {

using Seconds = std::chrono::duration<double>;

/// A request that was answered, of a route that counts.
struct RequestDone {
    std::string_view method;
    std::string_view path;  ///< the route's template, prefix included: "/migrator/v1/runs/:id"
    std::string_view host;  ///< as the client sent it; only known ones become a label
    int status = 200;
    Seconds duration{0};
    std::size_t request_bytes = 0;   ///< about: line, headers and body
    std::size_t response_bytes = 0;  ///< of the body
};

/// How a pool of connections is used at this moment.
struct PoolUse {
    std::size_t in_use = 0;
    std::size_t idle = 0;
    std::size_t limit = 0;
};

/// What the process counts, and its Prometheus text (docs/http-api.md, "Metrics"; our own names
/// beside the compatible ones). Safe for all threads.
class Registry {
public:
    /// `version` is the label of `migrator_gin_info`: "RELEASE @ SHA". `hosts` are the values that
    /// the label `host` may take, beside "other".
    Registry(const std::string& version, std::vector<std::string> hosts);
    ~Registry();
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    void request_done(const RequestDone& request);

    /// A run that committed a version (`summary.version_id`) or a tenant.
    void committed(const Summary& summary, bool new_tenant);
    /// Every run that has ended. `result`: "done", "nothing_to_do", "failed", "cancelled", ….
    void run_ended(std::string_view result);
    /// Time spent in a phase of a run: "loading", "planning", "waiting" (for the lock),
    /// "applying".
    void phase_done(std::string_view phase, Seconds duration);
    /// Reading the source, whoever asked.
    void source_loaded(Seconds duration, std::size_t files);
    void webhook_done(bool delivered);
    /// How many tenants stood so when somebody looked last. `state`: "current", "failed", ….
    void tenants_seen(std::string_view state, std::size_t tenants);
    /// How many files did not fit what is recorded when somebody looked last. `finding`: "moved",
    /// "late", "missing".
    void files_seen(std::string_view finding, std::size_t files);
    /// How many tenants' schemas differed from what was expected when somebody looked last. Without
    /// any look there is no such metric.
    void drift_seen(std::size_t tenants);

    /// Asked at each `text`, from its thread. `name` is a label's value: "read", "health".
    void watch_pool(const std::string& name, std::function<PoolUse()> use);
    /// The same for any gauge that is best asked when it is shown.
    void watch_gauge(
        const std::string& name, const std::string& help, std::function<double()> value
    );
    /// The same for a number that only grows; its name ends in `_total`.
    void watch_counter(
        const std::string& name, const std::string& help, std::function<double()> value
    );

    /// Prometheus text format 0.0.4, `process_*` included.
    std::string text() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace migrator::metrics
