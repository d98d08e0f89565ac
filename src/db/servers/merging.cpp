#include "db/servers/merging.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "core/wildcard.hpp"

namespace migrator::db::servers {
namespace {

std::string on_server(const ServerRecords& records, const std::string& text) {
    return records.is_catalog ? text : fmt::format("server {}: {}", records.name, text);
}

bool is_tenant_file(const AppliedFile& file) {
    return file.is_recorded_as(MigrationType::TenantMigration);
}

bool is_single_file(const AppliedFile& file) {
    return file.is_recorded_as(MigrationType::SingleMigration);
}

}  // namespace

Merging::Merging(
    const std::vector<Migration>& sources,
    const Layout& layout,
    const std::vector<std::string>& catalog_files
)
    : sources_(sources), layout_(layout), numbers_(std::make_shared<FileNumbers>()) {
    for (const Migration& source : sources) by_file_.emplace(source.file, &source);
    merged_.catalog_only = FileSet(numbers_);
    for (const Migration& source : sources) {
        const bool is_meant = std::ranges::any_of(catalog_files, [&](const std::string& pattern) {
            return matches_wildcards(pattern, source.name);
        });
        if (is_meant && !is_for_tenants(source.type)) merged_.catalog_only.insert(source.file);
    }
    for (const Server& server : layout.servers) {
        merged_.servers.push_back(
            {.name = server.name,
             .problem = {},
             .is_catalog = server.is_catalog,
             .tenants = {},
             .recorded = FileSet(numbers_)}
        );
    }
    merged_.bad_tenants = layout.bad_tenants;
}

void Merging::add_problem(std::size_t server, const std::string& problem) {
    const std::lock_guard lock(mutex_);
    merged_.servers[server].problem = problem;
}

void Merging::add(std::size_t server, Applied applied) {
    const std::lock_guard lock(mutex_);
    ServerRecords& records = merged_.servers[server];
    add_files(applied, records);
    add_tenants(applied, records, records.is_catalog);
    add_base(applied.base);
    for (auto& [recorded, today] : applied.renamed) merged_.renamed.emplace(recorded, today);
    for (SamePlace& place : applied.places) {
        const bool is_known = std::ranges::any_of(merged_.places, [&](const SamePlace& known) {
            return known.place == place.place && known.same_as == place.same_as;
        });
        if (!is_known) merged_.places.push_back(std::move(place));
    }
}

/// Of several checksums the one counts that differs from the file: an edit that one server has not
/// accepted is one.
void Merging::add_files(Applied& applied, ServerRecords& records) {
    for (auto& [name, file] : applied.files) {
        const auto source = by_file_.find(name);
        const bool is_of_source = source != by_file_.end();
        if (is_of_source && !is_script(source->second->type) &&
            file.is_recorded_as(source->second->type)) {
            records.recorded.insert(name);
        }
        if (is_single_file(file)) ++servers_with_single_[name];
        const auto [known, is_new] = merged_.files.try_emplace(name, file);
        if (is_new) continue;
        AppliedFile& all = known->second;
        const bool all_differ = is_of_source && all.check_sum != source->second->check_sum;
        if (!file.check_sum.empty() && (all.check_sum.empty() || !all_differ)) {
            all.check_sum = file.check_sum;
        }
        all.kinds |= file.kinds;
        all.belonging = std::max(all.belonging, file.belonging);
    }
}

void Merging::add_tenants(Applied& applied, const ServerRecords& records, bool is_catalog) {
    merged_.servers[static_cast<std::size_t>(&records - merged_.servers.data())].tenants =
        std::move(applied.tenants);
    for (BadTenant& bad : applied.bad_tenants) {
        bad.message = on_server(records, bad.message);
        merged_.bad_tenants.push_back(std::move(bad));
    }
    for (const std::string& warning : applied.tenant_warnings) {
        merged_.tenant_warnings.push_back(on_server(records, warning));
    }
    for (TenantState& state : applied.states) {
        if (!is_catalog && !state.message.empty())
            state.message = on_server(records, state.message);
        merged_.states.push_back(std::move(state));
    }
    for (std::string& tenant : applied.without_schema) {
        merged_.without_schema.push_back(std::move(tenant));
    }
    const std::unordered_set<std::string_view> own(records.tenants.begin(), records.tenants.end());
    const auto place = static_cast<std::size_t>(&records - merged_.servers.data());
    for (const auto& [tenant, count] : applied.counts) {
        if (own.contains(tenant)) {
            merged_.counts.emplace(tenant, count);
        } else {
            strays_.emplace(tenant, Stray{.server = place, .count = count});
        }
    }
    for (const auto& [tenant, files] : applied.files_of_tenant) {
        if (own.contains(tenant)) merged_.files_of_tenant.emplace(tenant, renumbered(files));
    }
}

void Merging::add_base(const BaseFinding& base) {
    BaseFinding& all = merged_.base;
    if (all.today.empty()) all.today = base.today;
    for (const std::string& place : base.elsewhere) {
        if (std::ranges::find(all.elsewhere, place) == all.elsewhere.end()) {
            all.elsewhere.push_back(place);
        }
    }
    if (all.why_not.empty()) all.why_not = base.why_not;
    // What a server adopts is recorded under its own lock, when a run works there.
}

/// So that thousands of servers share one table of names.
FileSet Merging::renumbered(const FileSet& files) const {
    FileSet own(numbers_);
    for (const Migration& source : sources_) {
        if (is_tenant_migration(source.type) && files.contains(source.file)) {
            own.insert(source.file);
        }
    }
    return own;
}

Applied Merging::take() {
    settle_singles();
    settle_tenants();
    find_moved_tenants();
    tell_absent_tenants();
    tell_sets_of_tenants();
    return std::move(merged_);
}

/// A single migration that some server still lacks is not done.
void Merging::settle_singles() {
    const auto readable = static_cast<std::size_t>(
        std::ranges::count_if(merged_.servers, [](const auto& s) { return s.problem.empty(); })
    );
    for (const Migration& source : sources_) {
        const auto found = merged_.files.find(source.file);
        if (!is_single_migration(source.type) || found == merged_.files.end()) continue;
        const std::size_t wanted = merged_.catalog_only.contains(source.file) ? 1 : readable;
        const auto have = servers_with_single_.find(source.file);
        if (have != servers_with_single_.end() && have->second >= wanted) continue;
        found->second.kinds &= ~kind_bit(MigrationType::SingleMigration);
    }
}

/// A name that two servers list is left out of both lists. Which of them is right nobody can say.
void Merging::settle_tenants() {
    std::unordered_map<std::string, std::vector<std::size_t>> places;
    for (std::size_t i = 0; i < merged_.servers.size(); ++i) {
        for (const std::string& tenant : merged_.servers[i].tenants) {
            std::vector<std::size_t>& known = places[tenant];
            if (known.empty() || known.back() != i) known.push_back(i);
        }
    }
    std::unordered_set<std::string> seen;
    for (ServerRecords& server : merged_.servers) {
        std::vector<std::string> own;
        for (std::string& tenant : server.tenants) {
            const std::vector<std::size_t>& on = places.at(tenant);
            const bool is_new = seen.insert(tenant).second;
            if (on.size() == 1) {
                if (is_new) own.push_back(std::move(tenant));
                continue;
            }
            if (!is_new) continue;
            merged_.bad_tenants.push_back(
                {.tenant = tenant,
                 .message = fmt::format(
                     "tenant {} is on two servers, {} and {}; remove it from the list of one of "
                     "them. Nothing of it was touched",
                     tenant,
                     merged_.servers[on[0]].name,
                     merged_.servers[on[1]].name
                 ),
                 .files = nullptr}
            );
        }
        server.tenants = std::move(own);
        merged_.tenants.insert(merged_.tenants.end(), server.tenants.begin(), server.tenants.end());
    }
}

/// Its files would run again where it is now, as if it were new there.
void Merging::find_moved_tenants() {
    for (ServerRecords& server : merged_.servers) {
        std::erase_if(server.tenants, [&](const std::string& tenant) {
            const auto stray = strays_.find(tenant);
            if (stray == strays_.end() || merged_.counts.contains(tenant)) return false;
            merged_.bad_tenants.push_back(
                {.tenant = tenant,
                 .message = fmt::format(
                     "tenant {} is on server {}, but its records are on server {}; to take them "
                     "along: migrator move-tenant {} --to {}. Nothing of it was touched",
                     tenant,
                     server.name,
                     merged_.servers[stray->second.server].name,
                     tenant,
                     server.name
                 ),
                 .files = nullptr}
            );
            std::erase(merged_.tenants, tenant);
            return true;
        });
    }
    // They are told of as tenants that nobody lists.
    for (const auto& [tenant, stray] : strays_) merged_.counts.emplace(tenant, stray.count);
}

/// Where the schema says where a tenant is, one without a schema is nowhere; unless a server that
/// could not be read has it.
void Merging::tell_absent_tenants() {
    if (!layout_.tenants_by_schema) return;
    const bool all_are_read =
        std::ranges::all_of(merged_.servers, [](const auto& s) { return s.problem.empty(); });
    std::unordered_set<std::string_view> found(merged_.tenants.begin(), merged_.tenants.end());
    for (const BadTenant& bad : merged_.bad_tenants) found.insert(bad.tenant);
    std::vector<BadTenant> absent;
    for (const std::string& tenant : *layout_.tenants_by_schema) {
        if (found.contains(tenant)) continue;
        absent.push_back(
            {.tenant = tenant,
             .message = fmt::format(
                 "tenant {} is on no server{}: none{} has its schema. Nothing of it was touched",
                 tenant,
                 all_are_read ? "" : " that could be read",
                 all_are_read ? "" : " of those"
             ),
             .files = nullptr}
        );
    }
    std::ranges::move(absent, std::back_inserter(merged_.bad_tenants));
}

/// Who has all that its server has may still lack what others have.
void Merging::tell_sets_of_tenants() {
    std::vector<const Migration*> known;
    for (const Migration& source : sources_) {
        const auto found = merged_.files.find(source.file);
        if (!is_tenant_migration(source.type) || found == merged_.files.end()) continue;
        if (is_tenant_file(found->second)) known.push_back(&source);
    }
    for (const ServerRecords& server : merged_.servers) {
        const bool has_all = std::ranges::all_of(known, [&](const Migration* file) {
            return server.recorded.contains(file->file);
        });
        if (has_all) continue;
        FileSet own(numbers_);
        for (const Migration* file : known) {
            if (server.recorded.contains(file->file)) own.insert(file->file);
        }
        for (const std::string& tenant : server.tenants) {
            if (merged_.counts.contains(tenant)) merged_.files_of_tenant.try_emplace(tenant, own);
        }
    }
}

}  // namespace migrator::db::servers
