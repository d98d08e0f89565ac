#include "api/status.hpp"

#include <boost/json.hpp>
#include <charconv>

#include "api/content_types.hpp"
#include "api/json.hpp"
#include "api/spooled_list.hpp"
#include "core/error.hpp"
#include "core/time.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kPage = 100;
constexpr std::size_t kLongestPage = 1'000;

[[noreturn]] void refuse(const std::string& message) {
    throw Error(ErrorKind::InvalidRequest, message);
}

std::size_t limit_of(std::string_view text) {
    std::size_t limit = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    const bool is_number = error == std::errc() && rest == text.data() + text.size();
    if (!is_number || limit > kLongestPage) refuse("limit is a number from 0 to 1000");
    return limit;
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
                refuse("state is current, lagging, unmanaged, unfinished or failed");
            }
        }
    }
    return page;
}

json::array texts(const std::vector<std::string>& all) {
    json::array array;
    for (const std::string& each : all) array.emplace_back(json_text(each));
    return array;
}

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(json_text(text));
}

json::object to_json(const plan::TenantStatus& tenant) {
    const std::string_view state = plan::name_of(tenant.standing);
    json::object object;
    object["tenant"] = json_text(tenant.tenant);
    object["state"] = json::string_view(state.data(), state.size());
    object["level"] = text_or_null(tenant.level);
    object["missing"] = texts(tenant.missing);
    if (tenant.state) {
        object["versionId"] = tenant.state->version_id;
        object["firstFile"] = json_text(tenant.state->first_file);
        object["file"] = text_or_null(tenant.state->file);
        object["statement"] = tenant.state->statement;
        object["sqlstate"] = json_text(tenant.state->sqlstate);
        object["message"] = json_text(tenant.state->message);
        object["changed"] = format_rfc3339(tenant.state->changed);
    }
    return object;
}

json::object counts_of(const plan::FleetStatus& status) {
    json::object states;
    for (std::size_t i = 0; i < plan::kStandings; ++i) {
        const std::string_view name = plan::name_of(static_cast<plan::Standing>(i));
        states[json::string_view(name.data(), name.size())] = status.standings[i];
    }
    json::array levels;
    for (const plan::FleetLevel& level : status.levels) {
        levels.push_back(json::object{
            {"file", text_or_null(level.file)}, {"tenants", level.tenants}});
    }
    return {
        {"tenants", status.tenants},
        {"states", std::move(states)},
        {"levels", std::move(levels)},
        {"pending", texts(status.pending)},
        {"next",
         status.has_more && !status.page.empty() ? text_or_null(status.page.back().tenant)
                                                 : json::value(nullptr)}};
}

http::Response fleet(Services services, const http::Request& request) {
    const plan::FleetStatus status = services.coordinator.fleet(page_of(request.query));
    std::string head = json::serialize(counts_of(status));
    head.back() = ',';
    SpooledList page(services.spool);
    for (const plan::TenantStatus& tenant : status.page) page.add(to_json(tenant));
    return std::move(page).in({.content_type = kJson}, std::move(head) + R"("page":)", "}");
}

}  // namespace

void add_status(http::Router& router, Services services, const Surroundings& facts) {
    const auto answer = [=](const http::Request& request) { return fleet(services, request); };
    router.add("GET", facts.path_prefix + "/v1/status", http::Lane::Work, http::answering(answer));
}

}  // namespace migrator::api
