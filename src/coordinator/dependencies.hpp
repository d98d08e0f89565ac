#pragma once

#include <functional>
#include <memory>
#include <string>

#include "coordinator/patience.hpp"
#include "core/time.hpp"
#include "db/connector.hpp"
#include "loader/loader.hpp"
#include "metrics/metrics.hpp"
#include "notifier/notifier.hpp"

namespace migrator::coordinator {

/// How the coordinator reaches the world outside. Tests hand it fakes.
struct Dependencies {
    db::Connector& connector;
    std::function<std::unique_ptr<loader::Loader>()> open_loader;
    Clock clock;
    std::string owner;  ///< host and process, for those who wait for our lock
    /// Told of every run that did not fail, or failed for some tenants alone; may be null.
    notifier::Notifier* notifier = nullptr;
    metrics::Registry* metrics = nullptr;  ///< may be null
    Time time = {};

    /// Who we are when we want the lock now.
    RunOwner us(const std::string& request_id, const std::string& version_name) const;
};

}  // namespace migrator::coordinator
