#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <unordered_map>

#include "core/plan.hpp"
#include "db/connector.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql::apply {

/// What an application of a plan works with. All lent.
struct Workplace {
    Server& server;
    const Options& options;
    const std::string& run_id;
    RunLock& lock;
    std::unique_ptr<Session>& session;  ///< replaced when it was lost in a COMMIT that took place
    std::stop_token stop;               ///< the run is to end: somebody asked, or `lost`
    std::stop_token lost;               ///< the lock is lost: nothing may be written any more
};

/// What all transactions of one application share. Nobody changes it while several work.
struct RunFacts {
    Workplace work;
    const Dialect& dialect;
    const Plan& plan;
    const ApplyRequest& request;
    std::int64_t version_id = 0;
    bool intent_written = false;
    bool tenant_made = false;        ///< the new tenant is committed
    bool commits_each_file = false;  ///< DDL commits: each file is recorded by itself
    std::unordered_map<std::string, TenantState> interrupted{};  ///< an earlier run's, by tenant
    /// First planned file of each tenant ("" for the single files), while an intent is written.
    std::unordered_map<std::string, std::string> first_files{};

    Atomicity atomicity() const;
    /// Of a transaction that runs scripts.
    WorkSettings settings() const;
    /// A connection for worker `number` beside the run's own, or in place of one that was lost; for
    /// number 0, whose own may be the lock's, it holds no lock. It obeys `stop`. Throws
    /// Unavailable, or Locked.
    std::unique_ptr<Session> further_session(std::size_t number, const std::stop_token& stop) const;
};

}  // namespace migrator::db::sql::apply
