#include "metrics/metrics.hpp"

#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <set>
#include <sstream>
#include <utility>

#include "core/error.hpp"
#include "metrics/hosts.hpp"
#include "metrics/process.hpp"
#include "metrics/watched.hpp"

namespace migrator::metrics {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::MetricFamily;

const Histogram::BucketBoundaries kRequestBuckets{
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
/// From one small file to an index on a large table in each of many tenants.
const Histogram::BucketBoundaries kRunBuckets{
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800};

/// A summary without quantiles.
class Sum {
public:
    Sum(const char* name, const char* help) : name_(name), help_(help) {}

    void add(std::size_t value) {
        const std::lock_guard lock(mutex_);
        ++count_;
        sum_ += static_cast<double>(value);
    }
    MetricFamily collect() const {
        prometheus::ClientMetric metric;
        const std::lock_guard lock(mutex_);
        metric.summary.sample_count = count_;
        metric.summary.sample_sum = sum_;
        return {name_, help_, prometheus::MetricType::Summary, {metric}};
    }

private:
    const char* const name_;
    const char* const help_;
    mutable std::mutex mutex_;
    std::uint64_t count_ = 0;
    double sum_ = 0;
};

void sort(std::vector<MetricFamily>& families) {
    std::sort(families.begin(), families.end(), [](const auto& a, const auto& b) {
        return a.name < b.name;
    });
    for (MetricFamily& family : families) {
        std::sort(family.metric.begin(), family.metric.end(), [](const auto& a, const auto& b) {
            return a.label < b.label;
        });
    }
}

/// "single_migrations", "tenant_migrations_total": what is counted are executions.
std::string label_of(const Kind& kind) {
    std::string label;
    for (const char c : kind.key) {
        const bool is_capital = c >= 'A' && c <= 'Z';
        if (is_capital) label += '_';
        label += is_capital ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return kind.for_tenants ? label + "_total" : label;
}

}  // namespace

struct Registry::State {
    explicit State(std::vector<std::string> known_hosts) : hosts(std::move(known_hosts)) {}

    Family<Counter>& counter(const char* name, const char* help) {
        names.insert(name);
        return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    }
    Family<Gauge>& gauge(const char* name, const char* help) {
        names.insert(name);
        return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
    }
    Family<Histogram>& histogram(const char* name, const char* help) {
        names.insert(name);
        return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
    }

    void refuse_known(const std::string& name) const {
        if (!names.contains(name) && !name.starts_with("process_")) return;
        throw Error(ErrorKind::Internal, fmt::format("the metric {} already exists", name));
    }

    const KnownHosts hosts;
    prometheus::Registry registry;
    /// Of all that others may not watch.
    std::set<std::string> names{
        "migrator_gin_request_size_bytes",
        "migrator_gin_response_size_bytes",
        "migrator_db_connections",
        "migrator_db_connections_limit"};

    Family<Gauge>& info = gauge("migrator_gin_info", "Information about migrator app");
    Gauge& versions_created =
        gauge("migrator_gin_versions_created", "Versions created by this process").Add({});
    Gauge& tenants_created =
        gauge("migrator_gin_tenants_created", "Tenants created by this process").Add({});
    Family<Gauge>& applied = gauge(
        "migrator_gin_migrations_applied", "Migrations and scripts applied by this process, by type"
    );

    Family<Counter>& requests =
        counter("migrator_gin_requests_total", "HTTP requests that were answered");
    Family<Histogram>& request_duration = histogram(
        "migrator_gin_request_duration", "Seconds from a whole request to the end of its answer"
    );
    Sum request_size{"migrator_gin_request_size_bytes", "Approximate size of HTTP requests"};
    Sum response_size{"migrator_gin_response_size_bytes", "Size of the bodies of HTTP answers"};

    Family<Counter>& runs = counter("migrator_runs_total", "Finished runs, by result");
    Family<Histogram>& phases =
        histogram("migrator_run_phase_seconds", "Duration of the phases of a run");
    Histogram& lock_wait =
        histogram("migrator_lock_wait_seconds", "Time that runs waited for the migration lock")
            .Add({}, kRunBuckets);
    Histogram& source_load =
        histogram("migrator_source_load_seconds", "Time to load all source migrations")
            .Add({}, kRunBuckets);
    Gauge& source_files =
        gauge("migrator_source_files", "Source migrations found when they were last loaded")
            .Add({});
    Family<Gauge>& tenants =
        gauge("migrator_tenants", "Tenants by state, as of the last status or run");
    Family<Gauge>& files = gauge(
        "migrator_files",
        "Files that do not fit the records, by finding, as of the last status or run"
    );
    Family<Gauge>& drifted = gauge(
        "migrator_drifted_tenants",
        "Tenants whose schema differs from what is expected, as of the last look"
    );
    Family<Counter>& webhooks = counter("migrator_webhooks_total", "Webhook calls, by result");

    Watched watched;
};

Registry::Registry(const std::string& version, std::vector<std::string> hosts)
    : state_(std::make_unique<State>(std::move(hosts))) {
    state_->info.Add({{"version", version}}).Set(1);
    // All series that are known are there from the start: one that begins with its first event
    // has no increase that shows it.
    for (const char* result : {"done", "nothing_to_do", "partly_failed", "failed", "cancelled"}) {
        state_->runs.Add({{"result", result}});
    }
    for (const Kind& kind : kKinds) state_->applied.Add({{"type", label_of(kind)}});
    for (const char* phase : {"loading", "planning", "waiting", "applying"}) {
        state_->phases.Add({{"phase", phase}}, kRunBuckets);
    }
    for (const char* result : {"delivered", "failed"}) state_->webhooks.Add({{"result", result}});
}

Registry::~Registry() = default;

void Registry::request_done(const RequestDone& request) {
    const std::string method(request.method);
    const std::string path(request.path);
    const std::string host(state_->hosts.label_of(request.host));
    state_->requests
        .Add(
            {{"code", std::to_string(request.status)},
             {"method", method},
             {"handler", method + " " + path},
             {"host", host},
             {"path", path}}
        )
        .Increment();
    state_->request_duration
        .Add({{"method", method}, {"path", path}, {"host", host}}, kRequestBuckets)
        .Observe(request.duration.count());
    state_->request_size.add(request.request_bytes);
    state_->response_size.add(request.response_bytes);
}

void Registry::committed(const Summary& summary, bool new_tenant) {
    if (summary.version_id != 0) state_->versions_created.Increment();
    if (new_tenant) state_->tenants_created.Increment();
    for (const Kind& kind : kKinds) {
        const auto count = static_cast<double>(summary.*kind.executions);
        state_->applied.Add({{"type", label_of(kind)}}).Increment(count);
    }
}

void Registry::run_ended(std::string_view result) {
    state_->runs.Add({{"result", std::string(result)}}).Increment();
}

void Registry::phase_done(std::string_view phase, Seconds duration) {
    state_->phases.Add({{"phase", std::string(phase)}}, kRunBuckets).Observe(duration.count());
    if (phase == "waiting") state_->lock_wait.Observe(duration.count());
}

void Registry::source_loaded(Seconds duration, std::size_t files) {
    state_->source_load.Observe(duration.count());
    state_->source_files.Set(static_cast<double>(files));
}

void Registry::tenants_seen(std::string_view state, std::size_t tenants) {
    state_->tenants.Add({{"state", std::string(state)}}).Set(static_cast<double>(tenants));
}

void Registry::files_seen(std::string_view finding, std::size_t files) {
    state_->files.Add({{"finding", std::string(finding)}}).Set(static_cast<double>(files));
}

void Registry::drift_seen(std::size_t tenants) {
    state_->drifted.Add({}).Set(static_cast<double>(tenants));
}

void Registry::webhook_done(bool delivered) {
    state_->webhooks.Add({{"result", delivered ? "delivered" : "failed"}}).Increment();
}

void Registry::watch_pool(const std::string& name, std::function<PoolUse()> use) {
    state_->watched.add_pool(name, std::move(use));
}

void Registry::watch_gauge(
    const std::string& name, const std::string& help, std::function<double()> value
) {
    state_->refuse_known(name);
    state_->watched.add_gauge(name, help, std::move(value));
}

void Registry::watch_counter(
    const std::string& name, const std::string& help, std::function<double()> value
) {
    state_->refuse_known(name);
    state_->watched.add_counter(name, help, std::move(value));
}

std::string Registry::text() const {
    std::vector<MetricFamily> families = state_->registry.Collect();
    families.push_back(state_->request_size.collect());
    families.push_back(state_->response_size.collect());
    for (auto& more : {state_->watched.collect(), process_metrics()}) {
        families.insert(families.end(), more.begin(), more.end());
    }
    std::erase_if(families, [](const MetricFamily& family) { return family.metric.empty(); });
    sort(families);
    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, families);
    return std::move(text).str();
}

}  // namespace migrator::metrics
