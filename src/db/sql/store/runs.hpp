#pragma once

#include <memory>
#include <optional>
#include <string>

#include "db/connector.hpp"
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
    bool insert(const StoredRun& run);
    /// Whether its end was asked for; false too when there is no such run.
    bool update(const StoredRun& run);
    /// False: there is no such run.
    bool cancel(const std::string& id);
    std::optional<StoredRun> find(const std::string& id);
    /// All, newest first, for `to_run`.
    std::unique_ptr<RowSource> open();

    static StoredRun to_run(const Row& row);

private:
    std::string select(std::string_view rest) const;

    Session& session_;
    const Dialect& dialect_;
};

}  // namespace migrator::db::sql::store
