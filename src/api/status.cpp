#include "api/status.hpp"

#include <boost/json.hpp>

#include "api/content_types.hpp"
#include "api/spooled_list.hpp"
#include "core/error.hpp"
#include "core/number.hpp"
#include "wire/status.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kPage = 100;
constexpr std::size_t kLongestPage = 1'000;

[[noreturn]] void refuse(const std::string& message) {
    throw Error(ErrorKind::InvalidRequest, message);
}

std::size_t limit_of(std::string_view text) {
    const auto limit = parse_number<std::size_t>(text);
    if (!limit || *limit > kLongestPage) refuse("limit must be an integer from 0 to 1000");
    return *limit;
}

/// `state=failed&limit=10&after=acme`; unknown keys are ignored. No value needs percent-encoding.
plan::FleetPage page_of(std::string_view query) {
    plan::FleetPage page{.limit = kPage};
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        const std::string_view key = pair.substr(0, equals);
        const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
        if (key == "limit") page.limit = limit_of(value);
        if (key == "after") page.after = value;
        if (key == "state") {
            page.standing = plan::standing_called(value);
            if (!page.standing) {
                refuse("state must be current, lagging, unmanaged, unfinished, failed or planned");
            }
        }
    }
    return page;
}

http::Response standings(Services services, const http::Request& request) {
    const plan::FleetStandings fleet =
        services.coordinator.inspection().fleet(page_of(request.query));
    json::object counts = wire::fleet_standings(fleet);
    counts["next"] = wire::next_page(fleet);
    std::string head = json::serialize(counts);
    head.back() = ',';
    SpooledList page(services.spool);
    for (const plan::TenantStanding& tenant : fleet.page) {
        page.add(wire::tenant_standing(tenant));
    }
    return std::move(page).in({.content_type = kJson}, std::move(head) + R"("page":)", "}");
}

}  // namespace

void add_status(Routes& routes, Services services) {
    const auto answer = [=](const http::Request& request) { return standings(services, request); };
    routes.add("GET", "/v1/status", http::Lane::Work, answer);
}

}  // namespace migrator::api
