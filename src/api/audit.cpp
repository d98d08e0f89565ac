#include "api/audit.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "api/content_types.hpp"
#include "core/error.hpp"
#include "core/number.hpp"
#include "wire/audit.hpp"

namespace migrator::api {
namespace {

constexpr std::size_t kAuditPage = 100;
constexpr std::size_t kLongestAuditPage = 1'000;

struct PageWanted {
    std::size_t first = kAuditPage;
    std::int64_t after = 0;
};

/// `first=10&after=57`; unknown keys are ignored. No value needs percent-encoding.
PageWanted audit_page_of(std::string_view query) {
    PageWanted page;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        const std::string_view key = pair.substr(0, equals);
        const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
        if (key == "first" || key == "limit") {
            const auto first = parse_number<std::size_t>(value);
            if (!first || *first == 0 || *first > kLongestAuditPage) {
                throw Error(
                    ErrorKind::InvalidRequest,
                    std::string(key) + " must be an integer from 1 to 1000"
                );
            }
            page.first = *first;
        }
        if (key == "after") {
            const auto after = parse_number<std::int64_t>(value);
            if (!after || *after < 1) {
                throw Error(ErrorKind::InvalidRequest, "after must be the ID of a row");
            }
            page.after = *after;
        }
    }
    return page;
}

}  // namespace

void add_audit(Routes& routes, Services services) {
    const auto answer = [=](const http::Request& request) -> http::Response {
        const PageWanted wanted = audit_page_of(request.query);
        const auto page = services.coordinator.audit().page(wanted.first, wanted.after);
        return {
            .content_type = kJson,
            .body = boost::json::serialize(wire::audit_page(page.head, page.rows, page.next))};
    };
    routes.add("GET", "/v1/audit", http::Lane::Work, answer);
}

}  // namespace migrator::api
