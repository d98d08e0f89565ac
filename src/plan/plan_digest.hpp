#pragma once

#include <string>

#include "core/plan.hpp"

namespace migrator::plan {

/// SHA-256 in hex over the files of the plan in their order: identity, checksum, and the schemas
/// that each is for. The same for two plans that do the same.
std::string digest(const Plan& plan);

}  // namespace migrator::plan
