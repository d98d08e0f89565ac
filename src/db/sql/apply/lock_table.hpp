#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "db/sql/session.hpp"

namespace migrator::db::sql::apply {

/// Watches how much of the server's lock table one transaction takes, which nobody can tell from
/// the text of its files. Never refuses by formula: real room is two to three times what the
/// settings say. Looks seldom while there is much room.
class LockTable {
public:
    /// Asks the session for the room when it is to watch. Does nothing where the dialect knows no
    /// lock table. `way_out` is what to do about too many locks.
    LockTable(
        Session& session, const Dialect& dialect, bool watches, std::string_view way_out = kWayOut
    );
    static constexpr std::string_view kWayOut =
        "set atomicity: tenant for a short transaction per tenant, or increase "
        "max_locks_per_transaction";

    /// Whether to look, after so many executions; what they lock has to be sent by then.
    bool is_due(std::size_t executions) const { return room_ > 0 && executions >= next_look_; }
    /// A file begins that runs for many schemas: it may lock more than the one before.
    void expect_more(std::size_t executions) {
        next_look_ = std::min(next_look_, executions + kTenants);
    }
    /// A warning above what the settings are made for; throws MigrationFailed, with the figures and
    /// what to do, above twice as much. `where` is the file and schema that came last.
    void look(std::size_t executions, const std::string& where);
    /// The figures and what to do; also for a server that has run out of lock memory already.
    std::string advice() const;

private:
    static constexpr std::size_t kTenants = 50;  ///< that are worked for between two looks at least

    Session& session_;
    const Dialect& dialect_;
    const std::string_view way_out_;
    std::size_t room_ = 0;  ///< what the settings are made for; 0: unknown
    std::string settings_;
    std::size_t locks_ = 0;  ///< when it looked last
    std::size_t looked_at_ = 0;
    std::size_t next_look_ = 0;
    bool warned_ = false;
};

}  // namespace migrator::db::sql::apply
