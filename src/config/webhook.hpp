#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/settings.hpp"
#include "notifier/options.hpp"

namespace migrator::config {

/// Whether `text` is a URL of http or https with a host, and without white space.
bool is_http_url(std::string_view text);

/// `Name: value`, both without white space around them. Nothing without a colon, or when what is
/// before the first one is no name of a header.
std::optional<std::pair<std::string, std::string>> parse_header(std::string_view text);

/// From checked settings. Of headers with the same name, whatever its case, the last one stays.
notifier::Options webhook_options(const Settings& settings);

}  // namespace migrator::config
