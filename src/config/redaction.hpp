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

/// `Authorization: ***`. Without a value, the name may be the secret.
std::string redact_header(std::string_view header);

/// SQL without the texts in it: `'***'`. `has_quoted_texts`: those in double quotes, too. Where
/// that can't be told, all of it is masked.
std::string redact_sql(std::string_view sql, bool has_quoted_texts);

/// The template of a JSON document without the strings in it, but for names and those with a
/// `${summary…}`. What is no such template is masked whole.
std::string redact_template(std::string_view text);

/// A base location or endpoint: a URL without the query (an Azure SAS), of http or https with user
/// info masked; anything else as it is.
std::string redact_location(std::string_view location);

}  // namespace migrator::config
