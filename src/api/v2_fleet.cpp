// Where the tenants stand.
#include "api/v2_fleet.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "api/v2_columns.hpp"
#include "api/v2_schema.hpp"
#include "core/error.hpp"
#include "wire/status.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using graphql::FieldContext;
using graphql::ListResult;
using graphql::Result;
using graphql::Schema;

constexpr std::int64_t kMostTenants = 1'000;
constexpr std::string_view kStandings[] = {
    "Current", "Lagging", "Unmanaged", "Unfinished", "Failed", "Planned"};

struct Count {
    plan::Standing standing;
    std::size_t tenants;
};

std::string_view enumerator(plan::Standing standing) {
    return kStandings[static_cast<std::size_t>(standing)];
}

plan::FleetPage page_of(const json::object& arguments) {
    plan::FleetPage page;
    const auto given = [&](const char* name) -> const json::value* {
        const json::value* value = arguments.if_contains(name);
        return value == nullptr || value->is_null() ? nullptr : value;
    };
    const json::value* first = given("first");
    const std::int64_t limit = first == nullptr ? 0 : first->as_int64();
    if (limit < 0 || limit > kMostTenants) {
        throw Error(ErrorKind::InvalidRequest, "first must be an integer from 0 to 1000");
    }
    page.limit = static_cast<std::size_t>(limit);
    if (const json::value* after = given("after")) page.after = std::string(after->as_string());
    if (const json::value* standing = given("standing")) {
        const auto* found = std::ranges::find(kStandings, std::string_view(standing->as_string()));
        page.standing = static_cast<plan::Standing>(found - std::begin(kStandings));
    }
    return page;
}

/// REST calls them `tenant` and `state`, and shows what is unfinished beside them.
void resolve_tenant(Schema& schema) {
    using Tenant = plan::TenantStanding;
    constexpr const char* kType = "TenantStatus";
    resolve<Tenant>(schema, kType, "name", [](const Tenant& tenant, Result& result) {
        result.string(tenant.tenant);
    });
    resolve<Tenant>(schema, kType, "standing", [](const Tenant& tenant, Result& result) {
        result.string(enumerator(tenant.standing));
    });
    resolve<Tenant>(schema, kType, "unfinished", [](const Tenant& tenant, Result& result) {
        if (!tenant.state) return result.null();
        result.object(graphql::Object(*tenant.state));
    });
    resolve_columns(schema, kType, wire::tenant_columns());
    resolve_columns(schema, "UnfinishedRun", wire::unfinished_columns());
}

void resolve_page(Schema& schema) {
    using Fleet = plan::FleetStandings;
    constexpr const char* kType = "TenantPage";
    resolve<Fleet>(schema, kType, "nodes", [](const Fleet& fleet, Result& result) {
        result.list([&](ListResult& list) {
            for (const auto& tenant : fleet.page) list.next().object(graphql::Object(tenant));
        });
    });
    resolve<Fleet>(schema, kType, "next", [](const Fleet& fleet, Result& result) {
        write(result, wire::next_page(fleet));
    });
}

/// REST has an object `states` in place of the list.
void resolve_standings(Schema& schema) {
    using Fleet = plan::FleetStandings;
    resolve<Fleet>(schema, "Fleet", "standings", [](const Fleet& fleet, Result& result) {
        result.list([&](ListResult& list) {
            for (std::size_t i = 0; i < plan::kStandings; ++i) {
                const Count count{static_cast<plan::Standing>(i), fleet.standings[i]};
                list.next().object(graphql::Object(count));
            }
        });
    });
    resolve<Count>(schema, "StandingCount", "standing", [](const Count& count, Result& result) {
        result.string(enumerator(count.standing));
    });
    resolve<Count>(schema, "StandingCount", "tenants", [](const Count& count, Result& result) {
        result.integer(static_cast<std::int64_t>(count.tenants));
    });
}

void resolve_whole(Schema& schema) {
    using Fleet = plan::FleetStandings;
    resolve<Fleet>(schema, "Fleet", "levels", [](const Fleet& fleet, Result& result) {
        result.list([&](ListResult& list) {
            for (const auto& level : fleet.levels) list.next().object(graphql::Object(level));
        });
    });
    resolve<Fleet>(schema, "Fleet", "page", [](const Fleet& fleet, Result& result) {
        result.object(graphql::Object(fleet));
    });
    resolve<Fleet>(schema, "Fleet", "moved", [](const Fleet& fleet, Result& result) {
        result.list([&](ListResult& list) {
            for (const plan::Move& move : fleet.findings.moved) {
                list.next().object(graphql::Object(move));
            }
        });
    });
    resolve<plan::Move>(schema, "MovedFile", "from", [](const plan::Move& move, Result& result) {
        result.string(move.from);
    });
    resolve<plan::Move>(schema, "MovedFile", "to", [](const plan::Move& move, Result& result) {
        result.string(move.to);
    });
    resolve<Fleet>(schema, "Fleet", "late", [](const Fleet& fleet, Result& result) {
        result.list([&](ListResult& list) {
            for (const plan::LateFile& late : fleet.findings.late) list.next().string(late.file);
        });
    });
    resolve_columns(schema, "Fleet", wire::fleet_columns());
    resolve_columns(schema, "FleetLevel", wire::level_columns());
}

}  // namespace

void resolve_fleet(Schema& schema) {
    schema.resolve("Query", "fleet", [](FieldContext& context, Result& result) {
        OperationReads& reads = context.request().as<V2Call*>()->reads;
        const plan::FleetStandings& fleet = reads.fleet(context, page_of(context.arguments()));
        result.object(graphql::Object(fleet));
    });
    resolve_standings(schema);
    resolve_whole(schema);
    resolve_page(schema);
    resolve_tenant(schema);
}

}  // namespace migrator::api
