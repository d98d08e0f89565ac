#pragma once

#include <string>
#include <string_view>

/// The one place that hides secrets.
namespace migrator::config {

/// `data_source` with passwords and credentials-like parameters replaced by `***`, for any driver:
/// key/value, URL, Go DSN, ADO and ODBC forms. What can't be understood is masked whole. Only
/// parameters that are known to be harmless keep their values. Never throws (but std::bad_alloc).
std::string redact_data_source(std::string_view driver, std::string_view data_source);

/// A URL with everything after the host replaced by `***`, user info included.
std::string redact_url(std::string_view url);

/// `Authorization: ***`.
std::string redact_header(std::string_view header);

/// A base location or endpoint: of an http or https URL without the query (an Azure SAS) and with
/// user info masked; anything else as it is.
std::string redact_location(std::string_view location);

}  // namespace migrator::config
