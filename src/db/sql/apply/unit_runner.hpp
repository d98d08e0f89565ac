#pragma once

#include <optional>

#include "db/sql/apply/in_transaction.hpp"
#include "db/sql/apply/outside_transaction.hpp"
#include "db/sql/apply/recorded.hpp"
#include "db/sql/apply/worker.hpp"

namespace migrator::db::sql::apply {

/// Runs one unit after the other over one session, each in its way. One thread at a time; several
/// may share the context.
class UnitRunner {
public:
    /// `kept`: see `InTransaction`.
    explicit UnitRunner(const Worker& worker, std::optional<RolledBack>* kept = nullptr)
        : worker_(worker), in_transaction_(worker_, kept), recorded_(worker_), outside_(worker_) {}
    UnitRunner(const UnitRunner&) = delete;
    UnitRunner& operator=(const UnitRunner&) = delete;

    /// Throws Cancelled, Locked when the migration lock is gone, Unavailable when the connection
    /// was lost while nothing of a script ran.
    std::optional<UnitFailure> run(const Unit& unit);

    /// The same; a failure is written down, if it is some file's and an intent says that there may
    /// be one, and thrown.
    void run_or_throw(const Unit& unit);

    const Worker& worker() const { return worker_; }

private:
    void add_wait(UnitFailure& failed) const;

    const Worker worker_;
    InTransaction in_transaction_;
    Recorded recorded_;
    OutsideTransaction outside_;
};

}  // namespace migrator::db::sql::apply
