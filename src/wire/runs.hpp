#pragma once

#include <string_view>
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
const Columns<ServerOutcome>& server_columns();

/// "done", "failed", "unreachable", "locked", "not begun".
std::string_view name_of(ServerOutcome::End end);

/// Without the columns that are null.
boost::json::object summary(const Summary& summary);
/// The counts alone: a plan has no version and took no time.
boost::json::object counts(const Summary& summary);
boost::json::object failure(const TenantFailure& failure);
boost::json::array servers(const std::vector<ServerOutcome>& servers);
boost::json::array notices(const std::vector<Notice>& notices);

}  // namespace migrator::wire
