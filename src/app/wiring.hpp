#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "app/cloud.hpp"
#include "cli/cli.hpp"
#include "config/config.hpp"
#include "coordinator/coordinator.hpp"
#include "db/connector.hpp"
#include "loader/loader.hpp"
#include "metrics/metrics.hpp"
#include "notifier/notifier.hpp"

namespace migrator::app {

using Overrides = std::map<std::string, std::string>;

/// What a configuration is made of when it runs, built in the order of the dependencies.
class Opened {
public:
    /// `cloud` outlives it. `metrics` may be null.
    Opened(config::Config configuration, Cloud& cloud, metrics::Registry* metrics = nullptr);

    const config::Config& configuration() const { return configuration_; }
    coordinator::Coordinator& coordinator() { return coordinator_; }
    db::Connector& connector() { return *connector_; }
    const loader::OpenLoader& open_loader() const { return open_loader_; }

private:
    config::Config configuration_;
    loader::OpenLoader open_loader_;
    std::unique_ptr<db::Connector> connector_;
    std::unique_ptr<notifier::Notifier> notifier_;
    coordinator::Coordinator coordinator_;
};

/// What a configuration is read for. The log of a service is for operators, from the configured
/// level on; a command shows warnings only, for people, unless flags name a level. Offline, a data
/// source that can't be reached stands in for the configured one, and secrets stay unknown.
enum class Use : std::uint8_t { Service, Command, Offline };

/// Reads the configuration and sets up the log. Secrets come from `cloud`, which outlives the
/// configuration. Throws Configuration ("Error reading config file: …").
config::Config read_configuration(
    const std::string& path, Overrides overrides, Cloud& cloud, Use use
);

/// The HTTP service, until a signal; its exit code. Throws what opening throws.
int serve(const std::string& path, const Overrides& overrides, Cloud& cloud);

/// "migrator RELEASE (COMMIT, DATE)".
std::string version_text();

}  // namespace migrator::app
