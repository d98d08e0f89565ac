#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "db/sql/apply/context.hpp"
#include "db/sql/apply/units.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql::apply {

/// A unit that did not come to its end: it is rolled back, as far as it ran in a transaction.
struct UnitFailure {
    const Migration* migration = nullptr;  ///< the file that failed; null: it was the COMMIT
    std::string schema;
    Failure failure;
    std::optional<Error> error{};  ///< what was thrown instead of a Failure
    std::size_t done = 0;          ///< executions of the unit that are recorded and stay
    bool has_begun = true;         ///< false: there was no connection for it
    bool outcome_unknown = false;  ///< nobody knows whether it was committed: the run is over
    bool met_ours = false;         ///< it waited in vain for another worker of the run
};

/// The Error that tells of it.
Error error_of(const UnitFailure& failed);

/// A session that runs units, and how it stands among others of the run. All lent. One thread at a
/// time.
struct Worker {
    const Context& context;
    std::unique_ptr<Session>& session;  ///< another one after it was lost
    std::size_t number = 0;             ///< from 0
    std::stop_token stop;               ///< gives up the unit in work
    bool alone = true;                  ///< no other worker of the run has a transaction open

    store::Tables tables() const { return context.tables(*session); }
    /// Throws Cancelled, or, when the migration lock is gone, Locked or Unavailable.
    void stop_if_asked() const;
    /// Puts another session in the place of one that was lost. Throws as `Job::connect`, and as
    /// `stop_if_asked`.
    void connect_again() const;
    /// While it lives, the session is doing something of ours, for people.
    Observed doing(std::string_view about) const {
        return {context.observer(number), {.session = session->id(), .about = about}};
    }
    void report(
        std::string_view phase, const Migration* file, std::size_t sent, std::size_t files = 0
    ) const {
        context.progress.report(number, phase, file, sent, files);
    }
};

void log_execution(const Migration& migration, const std::string& schema);

}  // namespace migrator::db::sql::apply
