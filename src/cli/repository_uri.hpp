#pragma once

#include <string>

namespace migrator::cli {

/// How a code host names a file: relative to the root of its Git repository; outside of one, to
/// `folder` if the file is below it; else, and where `file` is a URL, the whole name. Never fails.
std::string repository_uri(const std::string& file, const std::string& folder);

}  // namespace migrator::cli
