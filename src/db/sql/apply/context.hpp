#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/plan.hpp"
#include "db/connector.hpp"
#include "db/sql/apply/interruptions.hpp"
#include "db/sql/apply/leftovers.hpp"
#include "db/sql/apply/long_statements.hpp"
#include "db/sql/apply/new_tenant.hpp"
#include "db/sql/apply/scripts.hpp"
#include "db/sql/apply/shared_progress.hpp"
#include "db/sql/apply/units.hpp"
#include "db/sql/session.hpp"
#include "db/sql/store/tables.hpp"

namespace migrator::db::sql::apply {

/// What an application of a plan is asked for, and with what it works. All lent.
struct Job {
    Server& server;
    const Dialect& dialect;
    const Options& options;
    const std::string& run_id;
    RunLock& lock;
    std::stop_token stop;  ///< the run is to end: somebody asked, or `lost`
    std::stop_token lost;  ///< the lock is lost: nothing may be written any more
    const Plan& plan;
    const ApplyRequest& request;

    Atomicity atomicity() const { return options.atomicity.value_or(dialect.default_atomicity); }
    /// Of a transaction that runs scripts.
    WorkSettings settings() const;
    /// Scripts see what those before them have left in the session.
    bool keeps_state() const { return options.session_state == SessionState::Keep; }
    store::Tables tables(Session& session) const { return {session, dialect, options}; }
    /// A connection for worker `number` (0: the run's own), the first or in place of one that was
    /// lost. It obeys `stopped`. Throws Unavailable, or Locked.
    std::unique_ptr<Session> connect(std::size_t number, const std::stop_token& stopped) const;
};

/// How long a lost connection is tried again.
struct Patience {
    std::chrono::milliseconds limit{30'000};
    std::chrono::milliseconds pause{250};
};

/// What all units of one application share: complete before the first of them runs, and nobody
/// changes it then.
struct Context : Job {
    Scripts& scripts;
    StatefulCode& stateful_code;
    SharedProgress& progress;
    std::vector<bool> outside_transaction{};  ///< by file of the plan
    bool names_own_tables = false;            ///< a file may be about migrator's own tables
    std::optional<NewTenant> new_tenant{};    ///< when the run creates one
    std::int64_t version_id = 0;
    bool commits_each_file = false;  ///< DDL commits: each file is recorded by itself
    Interruptions interruptions{};   ///< an earlier run's
    bool intent_written = false;
    /// First planned file of each tenant ("" for the single files), when an intent is written.
    std::unordered_map<std::string, std::string> first_files{};
    Patience patience{};
    std::chrono::milliseconds first_pause{1'000};  ///< at most, before a tenant is tried again
    LongStatements* long_statements = nullptr;     ///< null: nobody is told of them

    /// As `Job::connect`; what the session does is observed.
    std::unique_ptr<Session> connect(std::size_t number, const std::stop_token& stopped) const;
    /// Of what the sessions of a worker do; may be null.
    Observer* observer(std::size_t number) const;

    /// Of a transaction that is about to begin.
    Leftovers leftovers() const { return keeps_state() ? Leftovers() : Leftovers(stateful_code); }

    /// Makes the tenant of the request, in the open transaction of the session.
    void make_tenant(Session& session) const;

    /// The units of `part` of the plan, which begins with file `first_file` of it.
    std::vector<Unit> cut(const Plan& part, std::size_t first_file) const;
};

}  // namespace migrator::db::sql::apply
