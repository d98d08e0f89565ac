#include "coordinator/corrections.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"

namespace migrator::coordinator {
namespace {

/// The source file whose identity is `wanted`, or the only one that ends in "/wanted".
const Migration& find_source(const std::vector<Migration>& sources, const std::string& wanted) {
    const Migration* found = nullptr;
    for (const Migration& source : sources) {
        if (is_script(source.type)) continue;
        if (source.file == wanted) return source;
        if (!source.file.ends_with("/" + wanted)) continue;
        if (found != nullptr) {
            throw Error(
                ErrorKind::InvalidRequest,
                fmt::format(
                    "{} is ambiguous: {} or {}; give more of the path",
                    wanted,
                    found->file,
                    source.file
                )
            );
        }
        found = &source;
    }
    if (found == nullptr) {
        throw Error(ErrorKind::NotFound, fmt::format("migration {} is not in the source", wanted));
    }
    return *found;
}

}  // namespace

Corrections::Corrections(
    const Dependencies& dependencies, const Inspection& inspection, const Options& options
)
    : dependencies_(dependencies), inspection_(inspection), lock_timeout_(options.lock_timeout) {}

std::unique_ptr<db::Run> Corrections::lock(const std::string& what, const std::string& request_id)
    const {
    Patience patience(dependencies_.time, lock_timeout_, {});
    const auto us = [&] { return dependencies_.us(request_id, what); };
    return wait_for_lock(dependencies_.connector, us, patience);
}

Corrections::Change Corrections::find_change(const std::string& file) {
    const std::vector<Migration> sources = inspection_.files();
    const Migration& source = find_source(sources, file);
    const Applied applied = dependencies_.connector.read_applied(sources);
    const auto recorded = applied.files.find(source.file);
    if (recorded == applied.files.end() || !recorded->second.as_migration) {
        throw Error(
            ErrorKind::NotFound,
            fmt::format("{} is not recorded as applied; nothing to accept", source.file)
        );
    }
    return {source, recorded->second.check_sum};
}

void Corrections::accept(const Change& change, const std::string& request_id) {
    lock("accept " + change.migration.name, request_id)->accept(change.migration);
}

std::vector<Migration> Corrections::find_forgettable(
    const std::string& tenant, const std::string& file
) {
    const std::string name = SchemaName::parse(tenant).str();
    const std::vector<Migration> sources = inspection_.files();
    const Migration& from = find_source(sources, file);
    if (!is_for_tenants(from.type)) {
        throw Error(
            ErrorKind::InvalidRequest,
            fmt::format(
                "{} is not a tenant migration; only tenant migrations can be forgotten", from.file
            )
        );
    }
    const Applied applied = dependencies_.connector.read_applied(sources);
    if (std::ranges::find(applied.tenants, name) == applied.tenants.end()) {
        throw Error(ErrorKind::NotFound, fmt::format("tenant {} does not exist", name));
    }
    const auto own = applied.files_of_tenant.find(name);
    const auto has = [&](const Migration& source) {
        if (own != applied.files_of_tenant.end()) return own->second.contains(source.file);
        const auto recorded = applied.files.find(source.file);
        return applied.counts.contains(name) && recorded != applied.files.end() &&
               recorded->second.as_migration;
    };
    std::vector<Migration> files;
    for (auto source = sources.begin() + (&from - sources.data()); source != sources.end();
         ++source) {
        if (is_tenant_migration(source->type) && has(*source)) {
            files.push_back(*source);
        }
    }
    if (files.empty()) {
        throw Error(
            ErrorKind::NotFound,
            fmt::format("tenant {} has no recorded migration at or after {}", name, from.file)
        );
    }
    return files;
}

void Corrections::forget(
    const std::string& tenant, const std::vector<Migration>& files, const std::string& request_id
) {
    std::vector<const Migration*> pointers;
    for (const Migration& file : files) pointers.push_back(&file);
    lock("forget " + tenant, request_id)->forget(SchemaName::parse(tenant), pointers);
}

}  // namespace migrator::coordinator
