#pragma once

#include "coordinator/audit.hpp"
#include "coordinator/version_run.hpp"

namespace migrator::coordinator {

/// How the audit names it. Without what only a plan tells.
AuditedChange change_of(const VersionRequest& request);

}  // namespace migrator::coordinator
