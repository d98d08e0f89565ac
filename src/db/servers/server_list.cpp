#include "db/servers/server_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/ascii.hpp"
#include "core/error.hpp"

namespace migrator::db::servers {
namespace {

constexpr std::size_t kLongestServerName = 100;

/// A server name is short, and can stand in a message and in a table as it is.
bool is_server_name(std::string_view name) {
    return !name.empty() && name.size() <= kLongestServerName &&
           std::ranges::all_of(name, [](char c) {
               return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
           });
}

/// One connection at a time asks the catalog what the configuration tells it to.
Options options_for_asking(Options options) {
    options.servers = {};
    options.max_connections = 1;
    return options;
}

bool asks(const Options& options) {
    return !options.tenant_select.empty() || !options.servers.select.empty();
}

[[noreturn]] void refuse_columns(std::string_view key, std::string_view what) {
    throw Error(ErrorKind::Configuration, fmt::format("{} must give {}", key, what));
}

}  // namespace

ServerList::ServerList(const Options& options, Connect connect)
    : options_(options),
      connect_(std::move(connect)),
      asking_(asks(options) ? connect_(options_for_asking(options)) : nullptr) {}

Connector& ServerList::asking() { return *asking_; }

Layout ServerList::read() {
    Layout layout;
    layout.servers.push_back({.name = std::string(kCatalogServer), .is_catalog = true});
    for (const ServerOptions& named : options_.servers.named) {
        layout.servers.push_back(
            {.name = named.name,
             .data_source = named.data_source,
             .parallelism = named.parallelism,
             .renewed_data_source = named.renewed_data_source}
        );
    }
    if (!options_.servers.select.empty()) add_selected(layout);
    // In the order of their names, whoever reads the list; the catalog first.
    std::ranges::sort(layout.servers.begin() + 1, layout.servers.end(), {}, &Server::name);
    if (!options_.tenant_select.empty()) place_tenants(layout);
    return layout;
}

void ServerList::add_selected(Layout& layout) {
    std::unordered_set<std::string> names;
    for (const Server& server : layout.servers) names.insert(server.name);
    std::size_t number = 0;
    for (const auto& row : asking().ask(options_.servers.select)) {
        ++number;
        if (row.size() < 2) refuse_columns("serversSelect", "two columns: name and data source");
        Server& server = layout.servers.emplace_back();
        server.name = row[0].value_or("");
        const std::string place = fmt::format("row {} of serversSelect", number);
        if (!is_server_name(server.name)) {
            server.name = place;
            server.problem = fmt::format(
                "{} has no valid name; a name is up to {} letters, digits, '-', '_' and '.'",
                place,
                kLongestServerName
            );
        } else if (!names.insert(server.name).second) {
            server.problem = fmt::format("{} repeats the name {}", place, server.name);
            server.name = place;
        } else if (row[1].value_or("").empty()) {
            server.problem = fmt::format("{} has no data source", place);
        } else {
            const std::string text = *row[1];
            const auto& resolve = options_.servers.resolve;
            const auto resolved = [resolve, text] { return resolve ? resolve(text) : text; };
            try {
                server.data_source = resolved();
            } catch (const Error& error) {
                server.problem = error.what();
            }
            server.renewed_data_source = resolved;
        }
    }
}

/// The catalog's own list of them tells what is wrong with a name that is none.
void ServerList::place_tenants(Layout& layout) {
    const auto rows = asking().ask(options_.tenant_select);
    const bool has_servers = !rows.empty() && rows.front().size() > 1;
    if (!has_servers) {
        layout.tenants_by_schema.emplace();
        for (const auto& row : rows) {
            layout.tenants_by_schema->push_back(row.empty() ? "" : row.front().value_or(""));
        }
        return;
    }
    std::unordered_map<std::string_view, Server*> by_name;
    for (Server& server : layout.servers) {
        server.tenants.emplace();
        by_name.emplace(server.name, &server);
    }
    for (const auto& row : rows) {
        const std::string tenant = row[0].value_or("");
        const std::string name = row[1].value_or("");
        const auto found = by_name.find(name);
        if (found != by_name.end()) {
            found->second->tenants->push_back(tenant);
            continue;
        }
        layout.bad_tenants.push_back(
            {.tenant = tenant,
             .message = fmt::format(
                 "tenant {} is on {}; correct what tenantSelect reads, or add the server to "
                 "servers",
                 tenant,
                 name.empty() ? "no server: the second column of tenantSelect is empty"
                              : fmt::format("the server {}, which is not configured", name)
             ),
             .files = nullptr}
        );
    }
}

std::unique_ptr<Connector> ServerList::open(const Layout& layout, const Server& server) const {
    if (!server.problem.empty()) throw Error(ErrorKind::Unavailable, server.problem);
    Options options = options_;
    options.servers = {};
    if (!server.is_catalog) {
        options.data_source = server.data_source;
        options.renewed_data_source = server.renewed_data_source;
    }
    if (server.parallelism) options.parallelism = *server.parallelism;
    options.max_connections = 2;
    if (server.tenants) {
        options.listed_tenants = [names = *server.tenants] { return names; };
        return connect_(options);
    }
    if (!layout.tenants_by_schema) return connect_(options);
    const auto here = std::make_shared<std::vector<std::string>>();
    options.listed_tenants = [here] { return *here; };
    auto connector = connect_(options);
    *here = connector->existing_schemas(*layout.tenants_by_schema);
    return connector;
}

}  // namespace migrator::db::servers
