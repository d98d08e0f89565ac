#pragma once

#include <memory>
#include <string>
#include <vector>

#include "db/connector.hpp"
#include "db/servers/server_list.hpp"

namespace migrator::db::servers {

/// A run that holds the catalog's lock, and takes that of each server for its own part. What
/// changes records on all servers is done on one after the other; an error says how far it came,
/// and to do it again is harmless.
class ServersRun : public Run {
public:
    /// `list` and `catalog` live longer.
    ServersRun(
        ServerList& list, Connector& catalog, std::unique_ptr<Run> catalog_run, RunOwner owner
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
    std::string move_tenant(
        const SchemaName& tenant, const std::string& to, const std::vector<Migration>& sources
    ) override;

private:
    ApplyResult create_tenant(const Plan& plan, const ApplyRequest& request);
    std::size_t choose_server(const Layout& layout, const ApplyRequest& request);
    std::size_t recorded_place(
        const Layout& layout, const ApplyRequest& request, std::size_t chosen
    );
    void refuse_if_present(const ApplyRequest& request) const;
    static std::size_t server_called(const Layout& layout, const std::string& name);
    std::size_t holder_of(const Layout& layout, const SchemaName& tenant, std::size_t to);
    void check_schemas(
        const Layout& layout, const SchemaName& tenant, std::size_t from, std::size_t to
    );
    /// Under the server's lock, the catalog's included.
    template <typename Work>
    void on_any(const Layout& layout, std::size_t server, Work&& work);
    template <typename Work>
    void on_all(Work&& work);
    template <typename Work>
    void on(const Layout& layout, const Server& server, Work&& work);

    ServerList& list_;
    Connector& catalog_;
    const std::unique_ptr<Run> catalog_run_;
    const RunOwner owner_;
};

}  // namespace migrator::db::servers
