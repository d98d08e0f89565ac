#pragma once

#include <string>
#include <string_view>

#include "db/sql/dialect.hpp"
#include "db/sql/metadata_schema.hpp"

namespace migrator::db::sqlserver {

/// T-SQL for SQL Server 2016 and newer, and Azure SQL.
const sql::Dialect& dialect();

/// Query: one row, true when the transaction may work for run $1; a later run then waits until it
/// has ended. `prefix`: of migrator's own tables. `fence`: kFence of their schema.
std::string fence_query(std::string_view prefix, std::string_view fence);

/// Gives the dialect of a metadata schema the fence of its own.
void set_fence(sql::MetadataDialect& dialect, std::string_view fence);

/// The locks of `sp_getapplock`, one each for a metadata schema (`sql::metadata_lock`): the run's,
/// which its working connection holds, and the fence (docs/architecture.md, "The lock").
inline constexpr std::string_view kRunLock = "migrator";
inline constexpr std::string_view kFence = "migrator-work";

/// How a lock is taken.
struct LockForm {
    std::string_view mode;   ///< "Exclusive" or "Shared"
    std::string_view owner;  ///< "Session", or "Transaction": it goes with the open transaction
};

/// Query: one row with one column, 1 when the lock was got at once, else 0. `also`: a condition
/// that has to hold beside that; may be empty.
std::string try_lock_query(
    std::string_view resource, const LockForm& form, std::string_view also = {}
);

/// `[name]`
std::string quote_identifier(std::string_view identifier);
/// `N'text'`
std::string quote_text(std::string_view text);

}  // namespace migrator::db::sqlserver
