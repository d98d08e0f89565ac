#pragma once

#include <memory>
#include <string>

#include "db/sql/apply/units.hpp"
#include "db/sql/apply/worker.hpp"

namespace migrator::db::sql::apply {

/// What became of a unit's transaction when the connection was lost: the server may still be busy
/// with it. Both are lent.
class LostCommit {
public:
    LostCommit(const Worker& worker, const Unit& unit) : worker_(worker), unit_(unit) {}

    /// A new session, once the transaction has ended. Throws Unavailable when that can't be had in
    /// time, and at once when the run is to stop, or Locked.
    std::unique_ptr<Session> reconnect() const;

    /// Whether the COMMIT took place. The worker has a new session then. `lost` says what happened.
    /// Throws Unavailable when nobody can tell.
    bool took_place(const std::string& lost) const;

private:
    bool has_ended(Session& session) const;

    const Worker& worker_;
    const Unit& unit_;
};

}  // namespace migrator::db::sql::apply
