#pragma once

#include <string>
#include <string_view>

#include "db/driver.hpp"

/// How secrets are hidden; those of a data source are known to its driver.
namespace migrator::config {

/// `data_source` as the driver of that name masks it; all of it when there is no such driver.
/// Never throws (but std::bad_alloc).
std::string redact_data_source(
    db::Drivers drivers, std::string_view driver, std::string_view data_source
);

/// A URL with everything after the host replaced by `***`, user info included.
std::string redact_url(std::string_view url);

/// `Authorization: ***`.
std::string redact_header(std::string_view header);

/// A base location or endpoint: of an http or https URL without the query (an Azure SAS) and with
/// user info masked; anything else as it is.
std::string redact_location(std::string_view location);

}  // namespace migrator::config
