#pragma once

#include <string>
#include <string_view>

/// The one place that hides secrets.
namespace migrator::config {

/// `data_source` with passwords and credentials-like parameters replaced by `***`, for any driver:
/// key/value, URL, Go DSN, ADO and ODBC forms. What can't be understood is masked whole. Never
/// throws.
std::string redact_data_source(std::string_view driver, std::string_view data_source);

/// A URL with everything after the host replaced by `***`, user info included.
std::string redact_url(std::string_view url);

/// `Authorization: ***`.
std::string redact_header(std::string_view header);

}  // namespace migrator::config
