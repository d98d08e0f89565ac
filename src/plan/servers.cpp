#include "plan/servers.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace migrator::plan {
namespace {

using TenantNames = std::vector<std::string>;
using SharedNames = std::shared_ptr<const TenantNames>;
using TenantSet = std::unordered_set<std::string_view>;

TenantSet set_of(const TenantNames& names) { return {names.begin(), names.end()}; }

/// Those of a list that are in a set. Lists that are asked for in a row are cut once.
class Cut {
public:
    explicit Cut(const TenantSet& kept) : kept_(kept) {}

    SharedNames of(const SharedNames& whole) {
        if (whole == whole_ && part_ != nullptr) return part_;
        whole_ = whole;
        TenantNames names;
        std::ranges::copy_if(*whole, std::back_inserter(names), [&](const std::string& name) {
            return kept_.contains(name);
        });
        part_ = names.size() == whole->size()
                    ? whole
                    : std::make_shared<const TenantNames>(std::move(names));
        return part_;
    }

private:
    const TenantSet& kept_;
    SharedNames whole_;
    SharedNames part_;
};

/// Deals a list of tenants out to their servers. Lists that are asked for in a row are dealt once.
class Dealing {
public:
    explicit Dealing(const std::vector<ServerRecords>& servers) : hands_(servers.size()) {
        for (std::size_t i = 0; i < servers.size(); ++i) {
            for (const std::string& tenant : servers[i].tenants) server_of_.emplace(tenant, i);
        }
    }

    /// By server; null: none of them is there.
    const std::vector<SharedNames>& of(const SharedNames& whole) {
        if (whole == whole_) return hands_;
        whole_ = whole;
        std::vector<TenantNames> names(hands_.size());
        for (const std::string& tenant : *whole) {
            const auto found = server_of_.find(tenant);
            if (found != server_of_.end()) names[found->second].push_back(tenant);
        }
        for (std::size_t i = 0; i < names.size(); ++i) {
            hands_[i] = names[i].empty() ? nullptr
                                         : std::make_shared<const TenantNames>(std::move(names[i]));
        }
        return hands_;
    }

private:
    std::unordered_map<std::string_view, std::size_t> server_of_;
    SharedNames whole_;
    std::vector<SharedNames> hands_;
};

}  // namespace

std::vector<ServerPart> by_server(
    const Plan& plan, const std::vector<ServerRecords>& servers, const FileSet& catalog_only
) {
    std::vector<ServerPart> parts(servers.size());
    for (std::size_t i = 0; i < servers.size(); ++i) parts[i].server = i;
    Dealing dealing(servers);
    for (const PlannedFile& file : plan.files) {
        const Migration& migration = *file.migration;
        if (is_for_tenants(migration.type)) {
            const auto& hands = dealing.of(file.schemas);
            for (std::size_t i = 0; i < servers.size(); ++i) {
                if (hands[i] != nullptr) parts[i].plan.files.push_back({&migration, hands[i]});
            }
            continue;
        }
        for (std::size_t i = 0; i < servers.size(); ++i) {
            const ServerRecords& server = servers[i];
            const bool runs = server.is_catalog || !catalog_only.contains(migration.file);
            const bool has_it =
                !is_script(migration.type) && server.recorded.contains(migration.file);
            if (server.problem.empty() && runs && !has_it) parts[i].plan.files.push_back(file);
        }
    }
    const auto tenants = std::make_shared<const TenantNames>(plan.tenants);
    const auto& hands = dealing.of(tenants);
    for (std::size_t i = 0; i < servers.size(); ++i) {
        if (hands[i] != nullptr) parts[i].plan.tenants = *hands[i];
    }
    std::erase_if(parts, [](const ServerPart& part) { return part.plan.empty(); });
    return parts;
}

Plan for_tenants(const Plan& plan, const std::vector<std::string>& kept, bool keeps_singles) {
    const TenantSet names = set_of(kept);
    Cut cut(names);
    Plan part;
    for (const PlannedFile& file : plan.files) {
        if (!is_for_tenants(file.migration->type)) {
            if (keeps_singles) part.files.push_back(file);
            continue;
        }
        SharedNames schemas = cut.of(file.schemas);
        if (!schemas->empty()) part.files.push_back({file.migration, std::move(schemas)});
    }
    for (const std::string& tenant : plan.tenants) {
        if (names.contains(tenant)) part.tenants.push_back(tenant);
    }
    return part;
}

std::vector<std::string> working_tenants(const Plan& plan) {
    TenantSet working;
    const TenantNames* last = nullptr;
    for (const PlannedFile& file : plan.files) {
        if (!is_for_tenants(file.migration->type) || file.schemas.get() == last) continue;
        last = file.schemas.get();
        working.insert(last->begin(), last->end());
    }
    TenantNames names;
    for (const std::string& tenant : plan.tenants) {
        if (working.contains(tenant)) names.push_back(tenant);
    }
    return names;
}

Narrowed still_pending(
    const Plan& planned,
    const Plan& fresh,
    const std::vector<Migration>& sources,
    const Applied& applied,
    const std::vector<std::string>& ignored
) {
    const TenantNames names = working_tenants(planned);
    const TenantSet kept = set_of(names);
    Selection selection{.ignored = ignored};
    for (const std::string& tenant : fresh.tenants) {
        if (!kept.contains(tenant)) selection.without.push_back(tenant);
    }
    Narrowed rest = narrow(fresh, sources, applied, selection);
    std::unordered_map<const Migration*, SharedNames> wanted;
    for (const PlannedFile& file : planned.files) wanted.emplace(file.migration, file.schemas);
    std::vector<PlannedFile> files;
    for (const PlannedFile& file : rest.plan.files) {
        const auto found = wanted.find(file.migration);
        if (found == wanted.end()) continue;
        if (!is_for_tenants(file.migration->type)) {
            files.push_back(file);
            continue;
        }
        const TenantSet meant = set_of(*found->second);
        Cut cut(meant);
        SharedNames schemas = cut.of(file.schemas);
        if (!schemas->empty()) files.push_back({file.migration, std::move(schemas)});
    }
    rest.plan.files = std::move(files);
    return rest;
}

}  // namespace migrator::plan
