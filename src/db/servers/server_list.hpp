#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "db/servers/servers_connector.hpp"

namespace migrator::db::servers {

/// One of the servers as they are at one moment. The catalog's is the first of them.
struct Server {
    std::string name;
    bool is_catalog = false;
    std::string data_source;  ///< of another than the catalog's; holds secrets
    std::optional<std::size_t> parallelism;
    std::function<std::string()> renewed_data_source;
    std::string problem;  ///< why it cannot be reached as it is configured; else empty
    /// The names of its tenants, where `tenantSelect` gives them. Else its own table has them.
    std::optional<std::vector<std::string>> tenants;
};

/// The servers, and the tenants that belong to none of them.
struct Layout {
    std::vector<Server> servers;
    /// Where `tenantSelect` gives names alone: a tenant is on the server that has its schema.
    std::optional<std::vector<std::string>> tenants_by_schema;
    std::vector<BadTenant> bad_tenants;

    /// Whether the servers are told their tenants, and have no lists of their own.
    bool has_lists() const {
        return tenants_by_schema.has_value() || servers.front().tenants.has_value();
    }
};

/// Knows which servers there are, and opens them. Thread-safe.
class ServerList {
public:
    ServerList(const Options& options, Connect connect);

    /// What the configuration and the catalog's tables say now. Throws what reading the catalog
    /// throws, Configuration when `serversSelect` or `tenantSelect` gives too few columns.
    Layout read();

    /// A Connector for the server, to be dropped after its use. With a `tenants_by_schema` of the
    /// layout it asks the server for its schemas first. Throws Unavailable for one with a problem.
    std::unique_ptr<Connector> open(const Layout& layout, const Server& server) const;

    std::size_t connections() const { return options_.servers.connections; }
    const Options& options() const { return options_; }

private:
    void add_selected(Layout& layout);
    void place_tenants(Layout& layout);
    Connector& asking();

    const Options options_;
    const Connect connect_;
    /// For the queries of the configuration, where there are any.
    const std::unique_ptr<Connector> asking_;
};

}  // namespace migrator::db::servers
