#pragma once

#include <boost/json.hpp>
#include <string>

#include "core/finding.hpp"

/// What an analysis of pending files has found.
namespace migrator::wire {

boost::json::object finding(const Finding& finding);
boost::json::object analysis(const Analysis& analysis);

/// The findings as SARIF 2.1.0, for code hosts. `version`: of the program.
std::string sarif(const Analysis& analysis, const std::string& version);

}  // namespace migrator::wire
