#pragma once

#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "db/connector.hpp"
#include "db/servers/server_list.hpp"
#include "db/servers/shared_sink.hpp"
#include "db/shared_failures.hpp"
#include "plan/servers.hpp"

namespace migrator::db::servers {

/// One run over all servers: wave after wave, in each the catalog's part first, then those of the
/// others, some at once. The lock of a server is tried once, and under it the server's part is
/// planned anew. For one run, once.
class Distribution {
public:
    /// `catalog_run` holds the catalog's lock, `catalog` reads it. All is lent.
    Distribution(
        const ServerList& list,
        const Layout& layout,
        Connector& catalog,
        Run& catalog_run,
        const RunOwner& owner,
        const Plan& plan,
        const ApplyRequest& request
    );

    /// Throws what the catalog's own part throws when nothing has been done elsewhere, and
    /// Cancelled. What happens on other servers is in the result.
    ApplyResult run();

private:
    using End = ServerOutcome::End;

    std::vector<std::vector<std::string>> waves() const;
    void run_wave(const std::vector<std::string>& tenants, bool is_last, std::size_t reached);
    bool is_over() const;
    /// What a wave has to do on a server; null: nothing.
    std::optional<Plan> part_in_wave(
        const plan::ServerPart& part, const std::vector<std::string>& tenants, bool is_last
    );
    void work(const plan::ServerPart& part, const Plan& planned);
    void work_on(Connector& connector, Run& run, const plan::ServerPart& part, const Plan& planned);
    void take(std::size_t server, const Plan& planned, ApplyResult result);
    void fail(std::size_t server, const Error& error, bool holds_lock);
    void end(std::size_t server, End end, const std::string& message);
    std::string held_by(Connector& connector) const;
    void count_tenants(FleetSummary& fleet) const;
    ApplyResult conclude();

    const ServerList& list_;
    const Layout& layout_;
    Connector& catalog_;
    Run& catalog_run_;
    const RunOwner& owner_;
    const Plan& plan_;
    const ApplyRequest& request_;
    const PlanBasis& basis_;
    const std::vector<plan::ServerPart> parts_;
    std::unordered_map<const Migration*, std::size_t> places_;  ///< in the plan
    SharedFailures failures_;
    SharedSink progress_;

    mutable std::mutex mutex_;  ///< for what follows
    ApplyResult result_;
    std::vector<ServerOutcome> ends_;  ///< by server
    std::vector<bool> has_begun_;      ///< by server: its files of single schemas have run
    std::vector<std::size_t> done_;    ///< tenants, by server
    std::exception_ptr cancelled_;
    std::exception_ptr catalog_failed_;
};

}  // namespace migrator::db::servers
