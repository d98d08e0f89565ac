#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cli/cli.hpp"
#include "core/error.hpp"

/// The documents of `--json`, as docs/cli.md describes them: one JSON text each.
namespace migrator::cli::json {

std::string outcome(
    const coordinator::VersionRequest& request, const coordinator::Outcome& outcome
);
/// `outcome` with the keys of `error` in front, and `failures`.
std::string partly_failed(
    const coordinator::VersionRequest& request, const coordinator::Outcome& outcome, int exit_code
);
/// `exit_code`: with it, and what it counts.
std::string status(
    const plan::StatusReport& status,
    const std::vector<coordinator::FileDifference>& differences,
    std::optional<int> exit_code
);
/// `sql`: null without `--sql`; `analysis`: null without `--analyze`; `traced`: null when nothing
/// was; `checks`: null without `--checks`.
std::string preview(
    const coordinator::Preview& preview,
    const std::string* sql,
    const Analysis* analysis,
    const TraceReport* traced,
    const db::CheckReport* checks
);
std::string validation(
    const coordinator::Validation& validation,
    const std::vector<std::string>& unknown_keys,
    const std::vector<std::string>& unset_variables
);
/// Of `validate --offline`: what was not checked can't be called valid.
std::string offline_validation(
    const coordinator::Validation& validation,
    const std::vector<std::string>& unknown_keys,
    const std::vector<std::string>& not_checked
);
std::string drift(const drift::Report& report);
/// The files that `init` or `new` has made.
std::string created(const std::vector<std::string>& paths);
/// A new bearer token, and its line for the configuration.
std::string token(const std::string& token, const std::string& line);
std::string tenants(const std::vector<std::string>& tenants);
/// Who created each version, by its id.
using Creators = std::map<std::int64_t, std::string>;
std::string versions(const std::vector<Version>& versions, const Creators& creators);
std::string version(
    const Version& version,
    const std::vector<AppliedMigration>& migrations,
    const Creators& creators
);
std::string audit(const coordinator::AuditPage& page);
std::string audit_check(const coordinator::AuditCheck& check);
std::string configuration(const std::string& driver, const std::string& yaml);
std::string accepted(const coordinator::Corrections::Change& change, bool accepted);
/// Of `restore`.
std::string restored(const coordinator::Corrections::Change& change, bool restored);
std::string moved(const coordinator::Corrections::Moved& moved);
std::string as_new(const std::vector<std::string>& places);
std::string forgotten(
    const std::string& tenant, const std::vector<Migration>& files, bool forgotten
);
std::string removed_tenant(const db::TenantTraces& removed, bool drop_schema);
/// The program's own version.
std::string moved_tenant(const std::string& tenant, const std::string& from, const std::string& to);
std::string program(const std::string& version_text);
std::string reachable();

/// `changed`: the files of a checksum mismatch, else empty.
std::string error(
    ErrorKind kind,
    const std::string& message,
    int exit_code,
    const std::vector<Migration>& changed = {}
);

}  // namespace migrator::cli::json
