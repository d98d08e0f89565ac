#include "app/wiring.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "access/authenticator.hpp"
#include "api/router.hpp"
#include "api/session.hpp"
#include "app/build_info.hpp"
#include "app/drivers.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/log_queue.hpp"
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

/// The same database (of several servers the catalog's) over connections of its own, which nothing
/// else can use up.
std::unique_ptr<db::Connector> make_connector_apart(db::Options options, std::size_t connections) {
    options.servers = {};
    options.max_connections = connections;
    return make_connector(options);
}

/// The proofs in a request.
access::Credentials credentials_of(const http::Request& request) {
    access::Credentials credentials{
        .authorization = request.header("Authorization"),
        .balancer = request.header("x-amzn-oidc-data"),
        .certificate = std::nullopt,
        .session = api::session_token(request)};
    if (const auto& shown = request.certificate) {
        credentials.certificate = access::CertificateNames{
            .subject = shown->subject, .dns = shown->dns, .uris = shown->uri};
    }
    return credentials;
}

api::Gate make_gate(access::Authenticator& authenticator, coordinator::Audit& audit) {
    if (!authenticator.is_configured()) return {};
    return api::Gate(
        [&authenticator](const http::Request& request) {
            return authenticator.authenticate(credentials_of(request));
        },
        [&audit](
            const coordinator::Asker& asker,
            std::string_view operation,
            const std::string& request_id,
            std::string_view why
        ) {
            audit.refused(
                asker,
                {.operation = std::string(operation),
                 .parameters = {},
                 .plan = {},
                 .request_id = request_id},
                why
            );
        }
    );
}

/// Of a server that is configured still.
std::string data_source_of(const config::Config& configuration, const std::string& name) {
    for (const db::ServerOptions& server : configuration.database.servers.named) {
        if (server.name == name) return server.data_source;
    }
    throw Error(ErrorKind::Configuration, "server " + name + " is not configured any more");
}

bool is_loopback(std::string_view address) {
    return address.starts_with("127.") || address == "::1" || address == "[::1]";
}

void watch_pool(metrics::Registry& metrics, const std::string& name, db::Connector& connector) {
    metrics.watch_pool(name, [&connector] {
        const db::PoolUse use = connector.connections();
        return metrics::PoolUse{.in_use = use.in_use, .idle = use.idle, .limit = use.limit};
    });
}

/// Ends the process when its objects take too long to end: a connection to a server that is gone
/// waits for it.
class EndLimit {
public:
    /// `lines` lives longer.
    void begin(std::unique_ptr<log::Queue>& lines) {
        thread_ = std::jthread([&lines](const std::stop_token& ended) {
            std::mutex mutex;
            std::unique_lock lock(mutex);
            std::condition_variable_any never;
            never.wait_for(lock, ended, kTime, [] { return false; });
            if (ended.stop_requested()) return;
            log::error("the service did not end in time; ending the process");
            lines.reset();
            std::_Exit(http::Server::kUnfinished);
        });
    }

private:
    static constexpr std::chrono::seconds kTime{4};

    std::jthread thread_;
};

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
        for (db::ServerOptions& server : configuration.database.servers.named) {
            server.renewed_data_source = [&cloud, read, name = server.name] {
                cloud.forget_secrets();
                return data_source_of(read(), name);
            };
        }
        configuration.database.servers.resolve =
            [lookups, driver = configuration.database.driver](const std::string& text) {
                return config::resolved_data_source(text, driver, lookups);
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
    if (use == Use::Service) {
        for (const std::string& warning : configuration.service_warnings) log::warn(warning);
    }
    for (const std::string& warning : configuration.warnings) {
        const auto is_among = [&](const std::vector<std::string>& some) {
            return std::ranges::find(some, warning) != some.end();
        };
        const bool is_told =
            is_among(configuration.unknown_keys) || is_among(configuration.unset_variables);
        if (use == Use::Service || !is_told) log::warn(warning);  // a command tells them itself
    }
    return configuration;
}

int serve(const std::string& path, const Overrides& overrides, Cloud& cloud) {
    // Before all others, to end after them.
    auto log_lines = std::make_unique<log::Queue>(STDERR_FILENO);
    EndLimit end_limit;
    config::Config read = read_configuration(path, overrides, cloud, Use::Service);
    using coordinator::AuditMode;
    // Where it is known who asks, no change goes without a record.
    AuditMode& audit = read.coordinator.audit;
    if (read.access.is_configured() && audit == AuditMode::Auto) audit = AuditMode::On;
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
    access::Authenticator authenticator(configuration.access, now);
    const api::Gate gate = make_gate(authenticator, opened.coordinator().audit());
    if (gate.is_open() && !is_loopback(configuration.http.listen_address)) {
        log::warn(fmt::format(
            "no authentication is configured: everyone who can reach {}:{} may apply migrations "
            "and "
            "create tenants; set tokens, issuers, balancerSigner or certificates",
            configuration.http.listen_address,
            configuration.http.port
        ));
    }
    const std::string prefix = api::normalize_prefix(configuration.path_prefix);
    const http::Router router = api::make_router(
        {.coordinator = opened.coordinator(),
         .detached_runs = detached_runs,
         .health = health,
         .metrics = metrics,
         .spool = spool,
         .gate = gate},
        {.build = {kRelease, kCommitSha, kCommitDate},
         .path_prefix = prefix,
         .redacted_config = configuration.redacted_yaml,
         .deprecated_tenant_keys = configuration.deprecated_tenant_keys,
         .query_timeout = configuration.query_timeout,
         .metrics_apart = configuration.http.metrics_port.has_value(),
         .is_https = !configuration.http.tls.certificate.empty(),
         .console = configuration.console}
    );
    const http::Router metrics_router = api::make_metrics_router(metrics, prefix);
    std::optional<http::SidePort> metrics_port;
    if (const auto port = configuration.http.metrics_port) {
        metrics_port.emplace(*port, metrics_router, "metrics");
    }
    http::Options http_options = configuration.http;
    // One run works, the others wait; and one more finds out that there is no room.
    http_options.patient_workers = configuration.coordinator.run_queue + 2;
    metrics.watch_counter(
        "migrator_log_lines_dropped_total",
        "Lines of the log that standard error did not take",
        [&log_lines] { return static_cast<double>(log_lines->dropped()); }
    );
    const auto server = in_context("Error starting migrator", [&] {
        return std::make_unique<http::Server>(http_options, router, &metrics, metrics_port);
    });
    const int code = server->run_until_signal([&] { opened.coordinator().cancel_all(); });
    if (code != 0) {
        // What did not finish holds on to the objects here: none of them may end before it.
        log_lines.reset();
        std::_Exit(code);
    }
    end_limit.begin(log_lines);
    return code;
}

}  // namespace migrator::app
