#include "api/permissions.hpp"

#include <algorithm>
#include <iterator>

#include "core/error.hpp"

namespace migrator::api {
namespace {

constexpr Permission kPermissions[] = {
    {"GET /", Role::None},        // balancers look here
    {"GET /health", Role::None},  // and here; details need Read
    {"GET /metrics", Role::Read},
    {"GET /console", Role::None},  // files without data; what they show needs what the API needs
    {"GET /console/", Role::None},
    {"GET /console/:id", Role::None},

    {"GET /v1/me", Role::None},
    {"POST /v1/session", Role::None},
    {"DELETE /v1/session", Role::None},
    {"GET /v1/config", Role::Read},
    {"GET /v1/migrations/source", Role::Read},
    {"GET /migrations/source", Role::Read},
    {"GET /v1/migrations/applied", Role::Read},
    {"GET /v1/tenants", Role::Read},
    {"GET /v1/tenants/:id", Role::Read},
    {"GET /v1/status", Role::Read},
    {"GET /v1/checks", Role::Plan},
    {"GET /v1/plan", Role::Read},  // with analyze=true: Plan
    {"GET /v1/plan/file", Role::Read},
    {"GET /v1/rollout-preview", Role::Read},
    {"GET /v1/versions", Role::Read},
    {"GET /v1/versions/:id", Role::Read},
    {"GET /v1/versions/:id/file", Role::Read},
    {"POST /v1/analysis", Role::Plan},
    {"GET /v1/drift", Role::Plan},
    {"GET /v1/runs", Role::Read},
    {"GET /v1/runs/:id", Role::Read},
    {"GET /v1/runs/:id/events", Role::Read},
    {"POST /v1/runs/:id/retry", Role::Apply},
    {"DELETE /v1/runs/:id", Role::Apply},  // one's own; those of others need Admin
    {"POST /v1/migrations", Role::Apply, Role::Plan},
    {"POST /v1/tenants", Role::Admin, Role::Plan},
    {"DELETE /v1/tenants/:id", Role::Admin},
    {"POST /v1/moves", Role::Admin},
    {"GET /v1/audit", Role::Admin},

    {"GET /v2/config", Role::Read},
    {"GET /v2/schema", Role::Read},
    {"POST /v2/service", Role::Read},  // and what each field needs
    {"Query.sourceMigrations", Role::Read},
    {"Query.sourceMigration", Role::Read},
    {"Query.versions", Role::Read},
    {"Query.version", Role::Read},
    {"Query.dbMigration", Role::Read},
    {"Query.tenants", Role::Read},
    {"Query.fleet", Role::Read},
    {"Query.me", Role::Read},  // without a proof, ask GET /v1/me
    {"Query.tenantPage", Role::Read},
    {"Query.tenant", Role::Read},
    {"Query.plan", Role::Read},
    {"Query.rolloutPreview", Role::Read},
    {"Query.runs", Role::Read},
    {"Query.run", Role::Read},
    {"Query.versionPage", Role::Read},
    {"Query.versionFiles", Role::Read},
    {"Query.versionFile", Role::Read},
    {"Mutation.retryRun", Role::Apply},
    {"Query.analysis", Role::Plan},
    {"Query.checks", Role::Plan},
    {"Mutation.traceFiles", Role::Plan},
    {"Query.drift", Role::Plan},
    {"Mutation.createVersion", Role::Apply, Role::Plan},
    {"Mutation.createTenant", Role::Admin, Role::Plan},
    {"Mutation.removeTenant", Role::Admin},
    {"Mutation.acceptMoved", Role::Admin},
    {"Mutation.acceptAsNew", Role::Admin},
};

}  // namespace

std::span<const Permission> permissions() noexcept { return kPermissions; }

const Permission& permission_for(std::string_view operation) {
    const auto* found = std::ranges::find(kPermissions, operation, &Permission::operation);
    if (found != std::end(kPermissions)) return *found;
    throw Error(ErrorKind::Internal, "no role is set for " + std::string(operation));
}

}  // namespace migrator::api
