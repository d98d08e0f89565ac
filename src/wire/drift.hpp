#pragma once

#include <boost/json/object.hpp>

#include "drift/report.hpp"
#include "wire/columns.hpp"

namespace migrator::wire {

// They live as long as the program.
const Columns<drift::Report>& drift_columns();  ///< without the two lists
const Columns<drift::Group>& drift_group_columns();
const Columns<drift::Difference>& difference_columns();
const Columns<drift::NotCompared>& not_compared_columns();

/// How the schemas of tenants compare.
boost::json::object drift_report(const drift::Report& report);

}  // namespace migrator::wire
