#include "api/tenants.hpp"

#include <boost/json.hpp>

#include "api/content_types.hpp"
#include "api/query.hpp"
#include "coordinator/tenant_report.hpp"
#include "core/error.hpp"
#include "wire/status.hpp"
#include "wire/tenants.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kTenantsOfPage = 100;
constexpr std::size_t kMostTenantsOfPage = 1'000;

plan::FleetPage::Order order_called(std::string_view name) {
    if (name == "name") return plan::FleetPage::Order::Name;
    if (name == "attention") return plan::FleetPage::Order::Attention;
    throw Error(ErrorKind::InvalidRequest, "sort must be name or attention");
}

plan::FleetPage tenants_wanted(const Query& query) {
    plan::FleetPage page{
        .limit = query.number("limit", 1, kMostTenantsOfPage, kTenantsOfPage),
        .after = query.text("after").value_or(""),
        .search = query.text("search").value_or(""),
        .order = order_called(query.text("sort").value_or("name"))};
    if (const auto state = query.text("state")) {
        page.standing = plan::standing_called(*state);
        if (!page.standing) {
            throw Error(
                ErrorKind::InvalidRequest,
                "state must be current, lagging, unmanaged, unfinished, failed or planned"
            );
        }
    }
    if (const auto level = query.text("level")) page.level = *level == "none" ? "" : *level;
    return page;
}

/// Clients of the Go program ask without parameters.
http::Response tenants(Services services, const http::Request& request) {
    const Query query(request.query);
    if (query.has_any({"state", "level", "search", "sort", "limit", "after"})) {
        return {.content_type = kJson, .body = json::serialize(tenant_page_json(services, query))};
    }
    return {
        .content_type = kJson,
        .body = json::serialize(wire::texts(services.coordinator.tenants()))};
}

http::Response tenant(Services services, const http::Request& request) {
    return {
        .content_type = kJson, .body = json::serialize(tenant_json(services, request.parameter))};
}

}  // namespace

json::object tenant_page_json(Services services, const Query& query) {
    const plan::FleetStandings fleet =
        services.coordinator.inspection().fleet(tenants_wanted(query));
    json::object page = wire::tenant_page_head(fleet);
    json::array rows;
    rows.reserve(fleet.page.size());
    for (const plan::TenantStanding& tenant : fleet.page) {
        rows.emplace_back(wire::tenant_row(tenant));
    }
    page["page"] = std::move(rows);
    return page;
}

json::object tenant_json(Services services, const std::string& name) {
    return wire::tenant_report(coordinator::report_on(services.coordinator, name));
}

void add_tenants(Routes& routes, Services services) {
    const auto list = [=](const http::Request& request) { return tenants(services, request); };
    const auto one = [=](const http::Request& request) { return tenant(services, request); };
    routes.add("GET", "/v1/tenants", http::Lane::Work, list);
    routes.add_with_id("GET", "/v1/tenants", http::Lane::Work, one);
}

}  // namespace migrator::api
