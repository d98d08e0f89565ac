#include "app/wiring.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include "api/router.hpp"
#include "app/build_info.hpp"
#include "app/drivers.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "http/server.hpp"
#include "loader/loader.hpp"

namespace migrator::app {
namespace {

constexpr const char* kDefaultPath = "migrator.yaml";

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string host_name() {
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) return "unknown host";
    return host.data();
}

/// For those who wait for our lock.
std::string host_and_process() { return fmt::format("{}, process {}", host_name(), getpid()); }

TimePoint now() { return std::chrono::system_clock::now(); }

/// The values that the label `host` of a request's metrics may take.
std::vector<std::string> known_hosts(const http::Options& options) {
    return {host_name(), options.listen_address, "localhost", "127.0.0.1"};
}

/// The checks of /health. The database's goes over a connection of its own, so that neither a run
/// nor a busy pool makes it wait.
std::vector<coordinator::Health::Check> health_checks(
    db::Connector& connector, const loader::OpenLoader& open_loader
) {
    return {{"DB", [&connector] { connector.ping(); }}, {"Loader", [&open_loader] {
                                                             open_loader()->ping();
                                                         }}};
}

/// The same database over connections of its own, which nothing else can use up.
std::unique_ptr<db::Connector> make_connector_apart(db::Options options, std::size_t connections) {
    options.max_connections = connections;
    return make_connector(options);
}

void watch_pool(metrics::Registry& metrics, const std::string& name, db::Connector& connector) {
    metrics.watch_pool(name, [&connector] {
        const db::PoolUse use = connector.connections();
        return metrics::PoolUse{.in_use = use.in_use, .idle = use.idle, .limit = use.limit};
    });
}

}  // namespace

std::string version_text() {
    return fmt::format("migrator {} ({}, {})", kRelease, kCommitSha, kCommitDate);
}

Opened::Opened(config::Config configuration, Cloud& cloud, metrics::Registry* metrics)
    : configuration_(std::move(configuration)),
      open_loader_(loader::make_opener(configuration_.loader, cloud.surroundings())),
      connector_(make_connector(configuration_.database)),
      notifier_(notifier::make_notifier(configuration_.notifier)),
      coordinator_(
          {.connector = *connector_,
           .open_loader = open_loader_,
           .clock = now,
           .owner = host_and_process(),
           .notifier = notifier_.get(),
           .metrics = metrics},
          configuration_.coordinator
      ) {}

config::Config read_configuration(
    const std::string& path, Overrides overrides, Cloud& cloud, Use use
) {
    config::Config configuration;
    const bool offline = use == Use::Offline;
    if (offline) overrides["dataSource"] = "unknown";
    try {
        const config::Lookups lookups{
            .drivers = drivers(),
            .environment = environment,
            .secret = [&cloud, offline](const std::string& name) {
                return offline ? "unknown" : cloud.secret(name);
            }};
        const bool no_file = path == kDefaultPath && ::access(kDefaultPath, F_OK) != 0 &&
                             config::can_do_without_file(overrides, lookups);
        const auto read = [lookups, overrides, file = no_file ? "" : path] {
            return config::read(file, overrides, lookups);
        };
        configuration = read();
        if (offline) {
            auto& database = configuration.database;
            const db::Driver* driver = db::find_driver(drivers(), database.driver);
            if (driver != nullptr) database.data_source = driver->offline_data_source;
        }
        configuration.coordinator.source = loader::source_of(configuration.loader);
        configuration.database.source = configuration.coordinator.source;
        configuration.database.database_token =
            [&cloud](const std::string& host, std::uint16_t port, const std::string& user) {
                return cloud.database_token(host, port, user);
            };
        configuration.database.renewed_data_source = [&cloud, read] {
            cloud.forget_secrets();
            return read().database.data_source;
        };
    } catch (const Error& error) {
        throw Error(error.kind(), std::string("Error reading config file: ") + error.what());
    }
    auto [level, format] = configuration.log;
    if (use != Use::Service && !overrides.contains("logLevel")) {
        level = std::max(level, log::Level::Warn);
        if (format == log::Format::Text) format = log::Format::Plain;
    }
    log::configure(level, format);
    for (const std::string& warning : configuration.warnings) {
        const auto& unknown = configuration.unknown_keys;
        const bool is_told = std::ranges::find(unknown, warning) != unknown.end();
        if (use == Use::Service || !is_told) log::warn(warning);  // a command tells them itself
    }
    return configuration;
}

int serve(const std::string& path, const Overrides& overrides, Cloud& cloud) {
    config::Config read = read_configuration(path, overrides, cloud, Use::Service);
    log::always("Starting " + version_text());  // in the format that the configuration asks for
    metrics::Registry metrics(fmt::format("{} @ {}", kRelease, kCommitSha), known_hosts(read.http));
    Opened opened(std::move(read), cloud, &metrics);
    const config::Config& configuration = opened.configuration();
    const auto health_connector = make_connector_apart(configuration.database, 1);
    const auto runs_connector = make_connector_apart(configuration.database, 2);
    coordinator::Health health(health_checks(*health_connector, opened.open_loader()));
    coordinator::DetachedRuns detached_runs(
        {.connector = *runs_connector,
         .open_loader = opened.open_loader(),
         .clock = now,
         .owner = host_and_process()},
        configuration.coordinator.lock_timeout,
        opened.coordinator().stop()
    );
    http::SpoolSpace spool(configuration.spool);
    watch_pool(metrics, "read", opened.connector());
    watch_pool(metrics, "health", *health_connector);
    watch_pool(metrics, "runs", *runs_connector);
    metrics.watch_gauge(
        "migrator_spool_bytes",
        "Size of responses in files in spoolDir, in bytes",
        [&spool] { return static_cast<double>(spool.bytes_in_files()); }
    );
    const http::Router router = api::make_router(
        {.coordinator = opened.coordinator(),
         .detached_runs = detached_runs,
         .health = health,
         .metrics = metrics,
         .spool = spool},
        {.build = {kRelease, kCommitSha, kCommitDate},
         .path_prefix = api::normalize_prefix(configuration.path_prefix),
         .redacted_config = configuration.redacted_yaml,
         .deprecated_tenant_keys = configuration.deprecated_tenant_keys}
    );
    http::Options http_options = configuration.http;
    // One run works, the others wait; and one more finds out that there is no room.
    http_options.patient_workers = configuration.coordinator.run_queue + 2;
    const auto server = in_context("Error starting migrator", [&] {
        return std::make_unique<http::Server>(http_options, router, &metrics);
    });
    return server->run_until_signal([&] { opened.coordinator().cancel_all(); });
}

}  // namespace migrator::app
