#pragma once

#include <optional>

#include "db/sql/apply/worker.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::sql::apply {

/// Takes the lock that whoever asks for the unit's outcome waits for (`LostCommit`). At the
/// beginning of its transaction.
void lock_tenant_row(const Worker& worker, const Unit& unit);

/// Writes the version, if it is not there, the rows of the unit, and that it was the last for some.
void record(const Worker& worker, const Unit& unit);

/// Commits, or rolls a dry run back. A COMMIT that was not answered is looked after.
std::optional<UnitFailure> end(const Worker& worker, const Unit& unit, Transaction& transaction);

}  // namespace migrator::db::sql::apply
