#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/principal.hpp"

namespace migrator::api {

/// An operation of the API and what it needs. Roles belong to operations, not to HTTP methods.
struct Permission {
    std::string_view operation;  ///< "GET /v1/tenants" without the prefix, "Mutation.createTenant"
    Role role;                   ///< None: open to everybody
    Role of_dry_run = role;      ///< when it only tries
};

/// All of them: each route, and each field of Query and Mutation. What is not here can't be added
/// to the API.
std::span<const Permission> permissions() noexcept;

/// Throws Internal when there is no such operation.
const Permission& permission_for(std::string_view operation);

}  // namespace migrator::api
