#include "db/sql/store/lock_owner.hpp"

#include <fmt/format.h>

namespace migrator::db::sql::store {

std::optional<RunOwner> LockOwner::read(const MetadataShape& shape) {
    if (!shape.lock) return std::nullopt;
    const std::string sql = fmt::format(
        "select run_id, owner, request_id, version_name, since from {} where id = 1",
        tables_.name("migrator_lock")
    );
    const auto found = query_row(tables_.session, sql);
    if (!found) return std::nullopt;
    const Row& row = *found;
    return RunOwner{
        text_of(row[0]), text_of(row[1]), text_of(row[2]), text_of(row[3]), to_time(row[4])};
}

void LockOwner::write(const RunOwner& owner) {
    execute(
        tables_.session,
        tables_.dialect.upsert_lock,
        {owner.run_id, owner.owner, owner.request_id, owner.version_name}
    );
}

bool LockOwner::is(const std::string& run_id) {
    const std::string sql = fmt::format(
        "select 1 from {} where id = 1 and run_id = {}",
        tables_.name("migrator_lock"),
        tables_.dialect.placeholder(1)
    );
    return query_row(tables_.session, sql, {run_id}).has_value();
}

}  // namespace migrator::db::sql::store
