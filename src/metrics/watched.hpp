#pragma once

#include <prometheus/metric_family.h>

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "metrics/metrics.hpp"

namespace migrator::metrics {

/// What is asked when it is shown. Safe for all threads.
class Watched {
public:
    /// Throws Internal when the name is there already.
    void add_pool(const std::string& name, std::function<PoolUse()> use);
    /// The same, also when `name` is not a valid metric name.
    void add_gauge(const std::string& name, const std::string& help, std::function<double()> value);
    void add_counter(
        const std::string& name, const std::string& help, std::function<double()> value
    );

    /// Asks all of them, without holding a lock. One that throws is left out.
    std::vector<prometheus::MetricFamily> collect() const;

private:
    struct Pool {
        std::string name;
        std::function<PoolUse()> use;
    };
    struct OneValue {
        std::string name;
        std::string help;
        std::function<double()> value;
        prometheus::MetricType type;
    };
    void add(OneValue value);
    static void collect_pools(
        const std::vector<Pool>& pools, std::vector<prometheus::MetricFamily>& families
    );

    mutable std::mutex mutex_;
    std::vector<Pool> pools_;
    std::vector<OneValue> values_;
};

}  // namespace migrator::metrics
