#pragma once

#include <memory>
#include <optional>
#include <string>

#include "db/run_records.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql::store {

/// Reads and writes `migrator_runs`, which has to be there. Borrows what it is made from. Each
/// call is a statement of its own, outside a transaction. A role that may not write gets
/// MigrationFailed that says so.
class Runs {
public:
    Runs(Session& session, const Dialect& dialect) : session_(session), dialect_(dialect) {}

    void delete_old();
    /// False: the id is there already.
    bool insert(const RunRecord& run);
    /// Whether its end was asked for; false too when there is no such run.
    bool update(const RunRecord& run);
    /// False: there is no such run.
    bool cancel(const std::string& id);
    std::optional<RunRecord> find(const std::string& id);
    /// All, newest first, for `to_run`.
    std::unique_ptr<RowSource> open();

    static RunRecord to_run(const Row& row);

private:
    std::string select(std::string_view rest) const;

    Session& session_;
    const Dialect& dialect_;
};

}  // namespace migrator::db::sql::store
