#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.hpp"
#include "coordinator/coordinator.hpp"
#include "core/share.hpp"

namespace migrator::cli {

/// Which tenants a command line means.
struct TenantChoice {
    std::vector<std::string> names;  ///< `--tenant`: names and patterns
    std::string file;                ///< `--tenants-from FILE`, one a line
    std::optional<Share> canary;
    std::vector<Share> waves;
};

Option tenant_option(TenantChoice& choice, std::string_view text);
Option tenants_from_option(TenantChoice& choice);

/// Throws InvalidRequest when the file can't be read or names nobody.
plan::Selection selection_of(const TenantChoice& choice);

}  // namespace migrator::cli
