#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "coordinator/coordinator.hpp"

/// What the API shows, as JSON. Key order is part of the contract (docs/compatibility.md,
/// "Objects").
namespace migrator::api {

enum class Contents : bool { Leave, Show };

boost::json::object to_json(const Migration& migration, Contents contents);
boost::json::object to_json(const AppliedMigration& applied);
/// The counts of tenants only of a run that worked for them one by one.
boost::json::object to_json(const Summary& summary);
boost::json::object to_json(const TenantFailure& failure);

/// `text` with invalid UTF-8 replaced, as JSON needs it.
boost::json::string json_text(const std::string& text);

/// {"error":MESSAGE}
std::string error_body(const std::string& message);

}  // namespace migrator::api
