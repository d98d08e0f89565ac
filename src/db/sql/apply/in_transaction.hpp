#pragma once

#include <cstddef>
#include <optional>

#include "db/sql/apply/worker.hpp"

namespace migrator::db::sql::apply {

/// Runs units in a transaction each: runs, records, commits.
class InTransaction {
public:
    /// Before a dry run rolls a unit back, what it had recorded is put into `kept`, if given.
    explicit InTransaction(const Worker& worker, std::optional<RolledBack>* kept = nullptr)
        : worker_(worker), kept_(kept) {}

    /// As `UnitRunner::run`.
    std::optional<UnitFailure> run(const Unit& unit);

private:
    std::optional<UnitFailure> run_scripts(const Unit& unit);
    void forbid_own_tables(const Unit& unit) const;
    std::size_t batch_limit();
    RolledBack read_recorded() const;

    const Worker& worker_;
    std::optional<RolledBack>* const kept_;
    std::optional<std::size_t> batch_limit_;
    bool may_have_done_more_ = false;  ///< a script of the unit, than its text shows
};

}  // namespace migrator::db::sql::apply
