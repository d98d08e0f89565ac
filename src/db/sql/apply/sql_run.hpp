#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "db/connector.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql::apply {

/// A run that holds the migration lock. `server` and `options` live longer.
class SqlRun : public Run {
public:
    SqlRun(
        Server& server,
        const Options& options,
        std::unique_ptr<RunLock> lock,
        std::unique_ptr<Session> session,
        RunOwner owner
    );

    ApplyResult apply(const Plan& plan, const ApplyRequest& request) override;
    void accept(const Migration& migration, const std::vector<std::string>& names) override;
    void forget(
        const SchemaName& tenant,
        const std::vector<const Migration*>& files,
        const std::vector<std::string>& other_names
    ) override;
    TenantTraces remove_tenant(
        const SchemaName& tenant, const std::vector<Migration>& sources, bool drop_schema
    ) override;
    void settle(const std::vector<std::string>& tenants) override;
    void add_places(const std::vector<SamePlace>& places) override;
    void store_fingerprints(const std::vector<StoredFingerprint>& fingerprints) override;
    void rename(const std::vector<Rename>& renames) override;
    std::string place(const SchemaName& tenant, const std::string& server) override;
    void displace(const SchemaName& tenant) override;
    void take_over(const SchemaName& tenant, const TenantRecords& records) override;

private:
    /// Runs `write` in a transaction of its own, behind the fence.
    template <typename Write>
    void in_transaction(Write&& write);

    Server& server_;
    const Options& options_;
    const RunOwner owner_;
    std::stop_source lost_;             ///< requested by a lost lock
    std::stop_source stop_;             ///< the same, and by a cancelled request
    std::unique_ptr<RunLock> lock_;     ///< its thread uses `stop_`
    std::unique_ptr<Session> session_;  ///< closed first: closing may still change files
};

}  // namespace migrator::db::sql::apply
