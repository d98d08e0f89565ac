#pragma once

#include <memory>
#include <string>

#include "db/connector.hpp"

namespace migrator::app {

/// The Connector for `options.driver`. Connects to nothing yet. Throws Configuration ("Failed to
/// create Connector unknown driver: X"; a data source that can't be understood).
std::unique_ptr<db::Connector> make_connector(const db::Options& options);

/// Valid for `driver`, for work that needs no database.
std::string unreachable_data_source(const std::string& driver);

}  // namespace migrator::app
