#include "coordinator/drift_guard.hpp"

#include <fmt/format.h>

#include <map>
#include <unordered_map>
#include <unordered_set>

#include "coordinator/levels.hpp"
#include "core/sha256.hpp"

namespace migrator::coordinator {
namespace {

db::CatalogWanted wanted_by(const DriftOptions& options) {
    return {
        .comments = options.comments,
        .owners = options.owners,
        .ignored = options.ignore,
        .stop = {}};
}

/// What hashes hang on beside the schema: the catalog's format and what is compared.
std::string format_of(db::Catalog& catalog, const DriftOptions& options) {
    std::string text = fmt::format("{} {}", options.comments, options.owners);
    for (const std::string& pattern : options.ignore) text += '\n' + pattern;
    return fmt::format("{}, {}", catalog.format(), sha256_hex(text).substr(0, 16));
}

TenantFailure drifted(const std::string& tenant) {
    return {
        .tenant = tenant,
        .file = {},
        .statement = 0,
        .sqlstate = {},
        .message = fmt::format(
            "tenant {0}: its schema is not the one that the last run left, so something else has "
            "changed it; `migrator drift --tenant {0}` may show what. To keep the schema as it is "
            "now: one run with driftCheck: warn",
            tenant
        )};
}

}  // namespace

std::vector<db::StoredFingerprint> DriftGuard::read(
    const Applied& applied, const std::vector<std::string>& tenants
) const {
    const auto catalog = connector_.catalog(wanted_by(options_));
    const auto hashes = catalog->hashes(connector_.tenant_schemas(tenants, sources_));
    const std::string format = format_of(*catalog, options_);
    const Levels levels(sources_, applied);
    std::map<std::string, std::string> hash_of_level;
    std::vector<db::StoredFingerprint> prints;
    for (std::size_t i = 0; i < tenants.size(); ++i) {
        const std::string key = levels.key_of(tenants[i]);
        std::string& level = hash_of_level[key];
        if (level.empty()) level = levels.hash_of(key);
        prints.push_back({tenants[i], format, level, hashes.at(i).hash});
    }
    return prints;
}

std::vector<TenantFailure> DriftGuard::look(
    const Applied& applied, const std::vector<std::string>& tenants
) const {
    std::unordered_map<std::string, db::StoredFingerprint> stored;
    for (db::StoredFingerprint& each : connector_.fingerprints()) {
        stored.emplace(each.tenant, std::move(each));
    }
    // A run that did not come to its end may have left something half done.
    for (const TenantState& state : applied.states) {
        if (state.state != "planned") stored.erase(state.tenant);
    }
    std::vector<std::string> known;
    for (const std::string& tenant : tenants) {
        if (stored.contains(tenant)) known.push_back(tenant);
    }
    std::vector<TenantFailure> failures;
    if (known.empty()) {
        connector_.catalog(wanted_by(options_));  // refuses where schemas can't be compared
        return failures;
    }
    for (const db::StoredFingerprint& now : read(applied, known)) {
        const db::StoredFingerprint& before = stored.at(now.tenant);
        const bool can_tell = before.format == now.format && before.level == now.level;
        if (can_tell && before.hash != now.hash) failures.push_back(drifted(now.tenant));
    }
    return failures;
}

void DriftGuard::store(
    db::Run& run, const Applied& applied, const std::vector<std::string>& tenants
) const {
    if (!tenants.empty()) run.store_fingerprints(read(applied, tenants));
}

std::vector<std::string> DriftGuard::unknown(const std::vector<std::string>& tenants) const {
    std::unordered_set<std::string> stored;
    for (const db::StoredFingerprint& each : connector_.fingerprints()) stored.insert(each.tenant);
    std::vector<std::string> unknown;
    for (const std::string& tenant : tenants) {
        if (!stored.contains(tenant)) unknown.push_back(tenant);
    }
    return unknown;
}

}  // namespace migrator::coordinator
