#pragma once

#include <boost/json/object.hpp>

#include "core/trace.hpp"

namespace migrator::wire {

/// What traces and the estimate found. Times are whole microseconds.
boost::json::object trace_report(const TraceReport& report);

}  // namespace migrator::wire
