#pragma once

#include <boost/json.hpp>
#include <functional>
#include <string>

#include "core/finding.hpp"

/// What an analysis of pending files has found.
namespace migrator::wire {

boost::json::object finding(const Finding& finding);
boost::json::object analysis(const Analysis& analysis);

/// Where a code host finds a file: a reference as RFC 3986 has it.
using UriOf = std::function<std::string(const std::string& file)>;

/// The findings as SARIF 2.1.0, for code hosts. `version`: of the program.
std::string sarif(const Analysis& analysis, const std::string& version, const UriOf& uri_of);

}  // namespace migrator::wire
