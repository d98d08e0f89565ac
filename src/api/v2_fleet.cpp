// Where the tenants stand.
#include "api/v2_fleet.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "core/error.hpp"
#include "core/time.hpp"
#include "graphql/execution.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using coordinator::Coordinator;
using graphql::FieldContext;
using graphql::ListResult;
using graphql::Result;
using graphql::Schema;

constexpr std::int64_t kLongestPage = 1'000;
constexpr std::string_view kStandings[] = {
    "Current", "Lagging", "Unmanaged", "Unfinished", "Failed"};

struct Count {
    plan::Standing standing;
    std::size_t tenants;
};

std::string_view enumerator(plan::Standing standing) {
    return kStandings[static_cast<std::size_t>(standing)];
}

template <typename Value, typename Write>
void resolve(Schema& schema, const char* type, const char* field, Write write) {
    schema.resolve(type, field, [write](FieldContext& context, Result& result) {
        write(context.parent().as<Value>(), result);
    });
}

void text_or_null(Result& result, const std::string& text) {
    if (text.empty()) return result.null();
    result.string(text);
}

void write_texts(Result& result, const std::vector<std::string>& texts) {
    result.list([&](ListResult& list) {
        for (const std::string& text : texts) list.next().string(text);
    });
}

plan::FleetPage page_of(const json::object& arguments) {
    plan::FleetPage page;
    const auto given = [&](const char* name) -> const json::value* {
        const json::value* value = arguments.if_contains(name);
        return value == nullptr || value->is_null() ? nullptr : value;
    };
    const json::value* first = given("first");
    const std::int64_t limit = first == nullptr ? 0 : first->as_int64();
    if (limit < 0 || limit > kLongestPage) {
        throw Error(ErrorKind::InvalidRequest, "first is a number from 0 to 1000");
    }
    page.limit = static_cast<std::size_t>(limit);
    if (const json::value* after = given("after")) page.after = std::string(after->as_string());
    if (const json::value* standing = given("standing")) {
        const auto* found = std::ranges::find(kStandings, std::string_view(standing->as_string()));
        page.standing = static_cast<plan::Standing>(found - std::begin(kStandings));
    }
    return page;
}

void resolve_tenant(Schema& schema) {
    using Tenant = plan::TenantStatus;
    constexpr const char* kType = "TenantStatus";
    resolve<Tenant>(schema, kType, "name", [](const Tenant& tenant, Result& result) {
        result.string(tenant.tenant);
    });
    resolve<Tenant>(schema, kType, "standing", [](const Tenant& tenant, Result& result) {
        result.string(enumerator(tenant.standing));
    });
    resolve<Tenant>(schema, kType, "level", [](const Tenant& tenant, Result& result) {
        text_or_null(result, tenant.level);
    });
    resolve<Tenant>(schema, kType, "missing", [](const Tenant& tenant, Result& result) {
        write_texts(result, tenant.missing);
    });
    resolve<Tenant>(schema, kType, "unfinished", [](const Tenant& tenant, Result& result) {
        if (!tenant.state) return result.null();
        result.object(graphql::Object(*tenant.state));
    });
}

void resolve_unfinished(Schema& schema) {
    constexpr const char* kType = "UnfinishedRun";
    resolve<TenantState>(schema, kType, "versionId", [](const TenantState& state, Result& result) {
        result.integer(state.version_id);
    });
    resolve<TenantState>(schema, kType, "state", [](const TenantState& state, Result& result) {
        result.string(state.state);
    });
    resolve<TenantState>(schema, kType, "firstFile", [](const TenantState& state, Result& result) {
        result.string(state.first_file);
    });
    const auto text = [&](const char* field, std::string TenantState::*member) {
        resolve<TenantState>(schema, kType, field, [=](const TenantState& state, Result& result) {
            text_or_null(result, state.*member);
        });
    };
    text("file", &TenantState::file);
    text("sqlstate", &TenantState::sqlstate);
    text("message", &TenantState::message);
    resolve<TenantState>(schema, kType, "changed", [](const TenantState& state, Result& result) {
        result.string(format_rfc3339(state.changed));
    });
}

void resolve_whole(Schema& schema) {
    using Fleet = plan::FleetStatus;
    resolve<Fleet>(schema, "Fleet", "tenants", [](const Fleet& fleet, Result& result) {
        result.integer(static_cast<std::int64_t>(fleet.tenants));
    });
    resolve<Fleet>(schema, "Fleet", "standings", [](const Fleet& fleet, Result& result) {
        result.list([&](ListResult& list) {
            for (std::size_t i = 0; i < plan::kStandings; ++i) {
                const Count count{static_cast<plan::Standing>(i), fleet.standings[i]};
                list.next().object(graphql::Object(count));
            }
        });
    });
    resolve<Fleet>(schema, "Fleet", "levels", [](const Fleet& fleet, Result& result) {
        result.list([&](ListResult& list) {
            for (const auto& level : fleet.levels) list.next().object(graphql::Object(level));
        });
    });
    resolve<Fleet>(schema, "Fleet", "pending", [](const Fleet& fleet, Result& result) {
        write_texts(result, fleet.pending);
    });
    resolve<Fleet>(schema, "Fleet", "page", [](const Fleet& fleet, Result& result) {
        result.object(graphql::Object(fleet));
    });
    resolve<Fleet>(schema, "TenantPage", "nodes", [](const Fleet& fleet, Result& result) {
        result.list([&](ListResult& list) {
            for (const auto& tenant : fleet.page) list.next().object(graphql::Object(tenant));
        });
    });
    resolve<Fleet>(schema, "TenantPage", "next", [](const Fleet& fleet, Result& result) {
        if (!fleet.has_more || fleet.page.empty()) return result.null();
        result.string(fleet.page.back().tenant);
    });
}

}  // namespace

void resolve_fleet(Schema& schema, Coordinator& coordinator) {
    schema.resolve("Query", "fleet", [&coordinator](FieldContext& context, Result& result) {
        const plan::FleetStatus status = coordinator.fleet(page_of(context.arguments()));
        result.object(graphql::Object(status));
    });
    resolve_whole(schema);
    resolve_tenant(schema);
    resolve_unfinished(schema);
    resolve<Count>(schema, "StandingCount", "standing", [](const Count& count, Result& result) {
        result.string(enumerator(count.standing));
    });
    resolve<Count>(schema, "StandingCount", "tenants", [](const Count& count, Result& result) {
        result.integer(static_cast<std::int64_t>(count.tenants));
    });
    using Level = plan::FleetLevel;
    resolve<Level>(schema, "FleetLevel", "file", [](const Level& level, Result& result) {
        text_or_null(result, level.file);
    });
    resolve<Level>(schema, "FleetLevel", "tenants", [](const Level& level, Result& result) {
        result.integer(static_cast<std::int64_t>(level.tenants));
    });
}

}  // namespace migrator::api
