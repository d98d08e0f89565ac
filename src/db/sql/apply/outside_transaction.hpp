#pragma once

#include <optional>
#include <string>

#include "db/sql/apply/worker.hpp"

namespace migrator::db::sql::apply {

/// Runs files outside a transaction: each for one schema after the other, statement by statement,
/// on a session of its own, or on the worker's where that holds its lock.
class OutsideTransaction {
public:
    explicit OutsideTransaction(const Worker& worker) : worker_(worker) {}

    /// As `UnitRunner::run`.
    std::optional<UnitFailure> run(const Unit& unit);

private:
    std::optional<UnitFailure> run_for(
        const Unit& unit, const Migration& migration, const std::string& schema
    );
    std::optional<Failure> run_file(const Migration& migration, const std::string& schema);
    std::optional<Failure> run_file_on_own(const Migration& migration, const std::string& schema);
    std::optional<Failure> run_file_on(
        Session& session, const Migration& migration, const std::string& schema
    );
    std::optional<UnitFailure> record_one(
        const Unit& unit, const Migration& migration, const std::string& schema
    );
    PreparedScript prepared(Session& session, const Migration& migration, const std::string& schema)
        const;

    const Worker& worker_;
};

}  // namespace migrator::db::sql::apply
