#pragma once

#include <vector>

#include "core/notice.hpp"
#include "core/plan.hpp"
#include "wire/columns.hpp"

/// What a run did.
namespace migrator::wire {

/// Null: only of a run that works for tenants one by one.
const Columns<Summary>& summary_columns();
const Columns<TenantFailure>& failure_columns();
const Columns<Notice>& notice_columns();

/// Without the columns that are null.
boost::json::object summary(const Summary& summary);
/// The counts alone: a plan has no version and took no time.
boost::json::object counts(const Summary& summary);
boost::json::object failure(const TenantFailure& failure);
boost::json::array notices(const std::vector<Notice>& notices);

}  // namespace migrator::wire
