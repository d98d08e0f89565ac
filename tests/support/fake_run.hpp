#pragma once

#include <string>
#include <vector>

#include "support/fake_connector.hpp"

namespace migrator::test {

/// The lock of a FakeConnector, and what may be done under it.
class FakeRun : public db::Run {
public:
    FakeRun(FakeConnector& database, std::string run_id);
    ~FakeRun() override;

    db::ApplyResult apply(const Plan& plan, const db::ApplyRequest& request) override;
    void accept(const Migration& migration, const std::vector<std::string>& names) override;
    void forget(
        const SchemaName& tenant,
        const std::vector<const Migration*>& files,
        const std::vector<std::string>& other_names
    ) override;
    db::TenantTraces remove_tenant(
        const SchemaName& tenant, const std::vector<Migration>& sources, bool drop_schema
    ) override;
    void settle(const std::vector<std::string>& tenants) override;
    /// What a FakeConnector reads is told by name alone, so places mean nothing to it.
    void add_places(const std::vector<SamePlace>& /*places*/) override {}
    void store_fingerprints(const std::vector<db::StoredFingerprint>& fingerprints) override;
    void rename(const std::vector<db::Rename>& renames) override;

private:
    /// One file for one schema, and whose transaction it belongs to.
    struct Step {
        const Migration* migration = nullptr;
        std::string schema;
        std::string owner;  ///< the tenant; empty for single files
        std::size_t transaction = 0;
    };
    std::vector<Step> steps(const Plan& plan) const;
    void plan_states(
        const std::vector<Step>& steps, const std::vector<OwedTenant>& owed, std::int64_t version_id
    );
    /// Tenants one by one (fake_fleet.cpp).
    db::ApplyResult apply_fleet(
        const Plan& plan,
        const std::vector<Step>& steps,
        const db::ApplyRequest& request,
        std::int64_t version_id
    );
    void execute(const Step& step, const db::ApplyRequest& request, Progress& progress);
    void commit(
        const std::vector<Step>& steps,
        std::size_t first,
        std::size_t end,
        const db::ApplyRequest& request,
        std::int64_t version_id
    );
    db::RolledBack rolled_back(
        const std::vector<Step>& steps, const std::string& version_name, std::int64_t version_id
    ) const;
    void fail_state(const Step& step, const std::string& message);
    void throw_unless_ours() const;

    FakeConnector& database_;
    const std::string run_id_;
};

}  // namespace migrator::test
