#pragma once

#include <memory>
#include <string>

#include "db/connector.hpp"
#include "db/driver.hpp"

namespace migrator::app {

/// Every database that is built, in the order in which people are told of them.
db::Drivers drivers();

/// The Connector for `options.driver`. Connects to nothing yet. Throws Configuration ("Failed to
/// create Connector unknown driver: X"; a data source that can't be understood).
std::unique_ptr<db::Connector> make_connector(const db::Options& options);

}  // namespace migrator::app
