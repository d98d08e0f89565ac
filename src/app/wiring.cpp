#include "app/wiring.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>

#include "api/router.hpp"
#include "app/build_info.hpp"
#include "app/make_connector.hpp"
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

/// For those who wait for our lock.
std::string host_and_process() {
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) host = {"unknown host"};
    return fmt::format("{}, process {}", host.data(), getpid());
}

}  // namespace

std::string version_text() {
    return fmt::format("migrator {} ({}, {})", kRelease, kCommitSha, kCommitDate);
}

Opened::Opened(config::Config configuration)
    : configuration_(std::move(configuration)),
      connector_(make_connector(configuration_.database)),
      coordinator_(
          {.connector = *connector_,
           .open_loader = [this] { return loader::make_loader(configuration_.loader); },
           .clock = [] { return std::chrono::system_clock::now(); },
           .owner = host_and_process()},
          configuration_.coordinator
      ) {
    loader::make_loader(configuration_.loader);  // a storage that is not built shows at once
}

config::Config read_configuration(
    const std::string& path, const Overrides& overrides, bool is_service
) {
    config::Config configuration;
    try {
        const config::Lookups lookups{.environment = environment};
        const bool no_file = path == kDefaultPath && access(kDefaultPath, F_OK) != 0 &&
                             config::can_do_without_file(overrides, lookups);
        configuration = config::read(no_file ? "" : path, overrides, lookups);
    } catch (const Error& error) {
        throw Error(error.kind(), std::string("Error reading config file: ") + error.what());
    }
    log::Level level = configuration.log.level;
    if (!is_service && !overrides.contains("logLevel") && level < log::Level::Warn) {
        level = log::Level::Warn;
    }
    log::configure(level, configuration.log.format);
    for (const std::string& warning : configuration.warnings) log::warn(warning);
    return configuration;
}

int serve(const std::string& path, const Overrides& overrides) {
    log::always("Starting " + version_text());
    Opened opened(read_configuration(path, overrides, true));
    const config::Config& configuration = opened.configuration();
    const http::Router router = api::make_router(
        opened.coordinator(),
        {.build = {kRelease, kCommitSha, kCommitDate},
         .path_prefix = api::normalize_prefix(configuration.path_prefix),
         .redacted_config = configuration.redacted_yaml,
         .deprecated_tenant_keys = configuration.deprecated_tenant_keys}
    );
    const auto server = in_context("Error starting migrator", [&] {
        return std::make_unique<http::Server>(configuration.http, router);
    });
    return server->run_until_signal([&] { opened.coordinator().cancel_all(); });
}

}  // namespace migrator::app
