#include "metrics/watched.hpp"

#include <fmt/format.h>
#include <prometheus/check_names.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::metrics {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

namespace {

/// Nothing when it fails: the rest is still worth showing.
template <typename Value>
std::optional<Value> ask(const std::string& name, const std::function<Value()>& value) try {
    return value();
} catch (const std::exception& error) {
    log::debug(fmt::format("could not read the metric {}: {}", name, error.what()));
    return std::nullopt;
}

ClientMetric gauge_of(double value, std::vector<ClientMetric::Label> labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    return metric;
}

/// What the serializer leaves as it is.
std::string escape_help(std::string_view help) {
    std::string escaped;
    for (const char c : help) {
        if (c == '\\') {
            escaped += "\\\\";
        } else if (c == '\n') {
            escaped += "\\n";
        } else {
            escaped += c;
        }
    }
    return escaped;
}

template <typename All>
void refuse_second(const All& all, const std::string& name) {
    if (std::none_of(all.begin(), all.end(), [&](const auto& one) { return one.name == name; })) {
        return;
    }
    throw Error(ErrorKind::Internal, fmt::format("the metric {} already exists", name));
}

}  // namespace

void Watched::add_pool(const std::string& name, std::function<PoolUse()> use) {
    const std::lock_guard lock(mutex_);
    refuse_second(pools_, name);
    pools_.push_back({name, std::move(use)});
}

void Watched::add_gauge(
    const std::string& name, const std::string& help, std::function<double()> value
) {
    add({name, escape_help(help), std::move(value), MetricType::Gauge});
}

void Watched::add_counter(
    const std::string& name, const std::string& help, std::function<double()> value
) {
    add({name, escape_help(help), std::move(value), MetricType::Counter});
}

void Watched::add(OneValue value) {
    if (!prometheus::CheckMetricName(value.name)) {
        throw Error(ErrorKind::Internal, fmt::format("{} is not a valid metric name", value.name));
    }
    const std::lock_guard lock(mutex_);
    refuse_second(values_, value.name);
    values_.push_back(std::move(value));
}

std::vector<MetricFamily> Watched::collect() const {
    std::vector<Pool> pools;
    std::vector<OneValue> values;
    {
        const std::lock_guard lock(mutex_);
        pools = pools_;
        values = values_;
    }
    std::vector<MetricFamily> families;
    collect_pools(pools, families);
    for (const OneValue& one : values) {
        const auto value = ask<double>(one.name, one.value);
        if (!value) continue;
        ClientMetric metric = gauge_of(*value);
        metric.counter.value = *value;  // the type of the family says which of them is shown
        families.push_back({one.name, one.help, one.type, {metric}});
    }
    return families;
}

void Watched::collect_pools(const std::vector<Pool>& pools, std::vector<MetricFamily>& families) {
    MetricFamily connections{
        "migrator_db_connections",
        "Database connections, by pool and state",
        MetricType::Gauge,
        {}};
    MetricFamily limits{
        "migrator_db_connections_limit",
        "Maximum number of connections of a pool",
        MetricType::Gauge,
        {}};
    for (const Pool& pool : pools) {
        const std::optional<PoolUse> use = ask<PoolUse>(pool.name, pool.use);
        if (!use) continue;
        const auto add = [&pool](MetricFamily& family, std::size_t count, const char* state) {
            std::vector<ClientMetric::Label> labels{{"pool", pool.name}};
            if (state != nullptr) labels.push_back({"state", state});
            family.metric.push_back(gauge_of(static_cast<double>(count), std::move(labels)));
        };
        add(connections, use->in_use, "in_use");
        add(connections, use->idle, "idle");
        add(limits, use->limit, nullptr);
    }
    families.push_back(std::move(connections));
    families.push_back(std::move(limits));
}

}  // namespace migrator::metrics
