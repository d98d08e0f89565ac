#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "plan/owed_files.hpp"
#include "plan/plan.hpp"
#include "plan/scope.hpp"
#include "plan/tenant_rows.hpp"

namespace migrator::plan {
namespace {

using Schemas = std::shared_ptr<const std::vector<std::string>>;
using Position = OwedFiles::Position;

/// One list for each directory, however many files are in it.
class SingleSchemas {
public:
    Schemas of(const Migration& source) {
        Schemas& schemas = by_directory_[source.source_dir];
        if (schemas == nullptr) {
            std::string schema(schema_of_directory(source.source_dir));
            schemas = std::make_shared<const std::vector<std::string>>(1, std::move(schema));
        }
        return schemas;
    }

private:
    std::unordered_map<std::string_view, Schemas> by_directory_;
};

/// A tenant migration that somebody has, and who is to get it now.
struct RecordedFile {
    Position position = 0;
    const std::string* file = nullptr;
    std::vector<std::string> pending_for = {};
};

/// Where the first file is that `rows` has, plus one.
Position after_first_row(const std::vector<RecordedFile>& recorded, const TenantRows& rows) {
    for (const RecordedFile& file : recorded) {
        if (rows.has(*file.file)) return file.position + 1;
    }
    return OwedFiles::kNever;
}

/// The recorded tenant migrations in source order. Each rule says from which position on a tenant
/// gets the recorded files that it lacks.
std::vector<RecordedFile> recorded_files(
    const std::vector<Migration>& sources,
    const Applied& applied,
    const Scope& scope,
    const Options& options,
    const std::vector<std::string>& tenants
) {
    std::vector<RecordedFile> recorded;
    for (Position i = 0; i < sources.size(); ++i) {
        if (!is_tenant_migration(sources[i].type)) continue;
        if (!scope.is_recorded(sources[i])) continue;
        recorded.push_back({.position = i, .file = &sources[i].file});
    }
    if (recorded.empty()) return recorded;
    const OwedFiles owed(sources, applied);
    for (const std::string& tenant : tenants) {
        const TenantRows rows(applied, tenant);
        if (rows.has_all()) continue;
        Position from = options.reconcile ? 0 : owed.from(tenant);
        if (options.rule == PendingRule::PerTenant) {
            from = std::min(from, after_first_row(recorded, rows));
        }
        for (RecordedFile& file : recorded) {
            if (file.position >= from && !rows.has(*file.file)) file.pending_for.push_back(tenant);
        }
    }
    return recorded;
}

/// Turns the tenants of a file into the list that the plan holds; files for the same tenants share
/// one list.
class TenantSchemas {
public:
    explicit TenantSchemas(Schemas all) : all_(std::move(all)), latest_(all_) {}

    const Schemas& all() const { return all_; }
    const Schemas& of(std::vector<std::string> tenants) {
        if (tenants.size() == all_->size()) return all_;  // in the same order, hence the same
        if (tenants != *latest_) {
            latest_ = std::make_shared<const std::vector<std::string>>(std::move(tenants));
        }
        return latest_;
    }

private:
    Schemas all_;
    Schemas latest_;
};

Plan pending_in(
    const Scope& scope,
    const std::vector<Migration>& sources,
    const Applied& applied,
    const Options& options,
    SingleSchemas& singles
) {
    Plan plan{.files = {}, .tenants = scope.tenants()};
    auto recorded = recorded_files(sources, applied, scope, options, plan.tenants);
    auto next = recorded.begin();
    TenantSchemas tenants(std::make_shared<const std::vector<std::string>>(plan.tenants));
    for (Position i = 0; i < sources.size(); ++i) {
        const Migration& source = sources[i];
        if (next != recorded.end() && next->position == i) {
            if (!next->pending_for.empty()) {
                plan.files.push_back({&source, tenants.of(std::move(next->pending_for))});
            }
            ++next;
        } else if (is_for_tenants(source.type)) {
            plan.files.push_back({&source, tenants.all()});
        } else if (is_script(source.type) || !scope.is_recorded(source)) {
            if (scope.runs(source)) plan.files.push_back({&source, singles.of(source)});
        }
    }
    return plan;
}

/// Plans of several servers as one: each file once, for the tenants of all of them in the order of
/// the servers.
class Merged {
public:
    explicit Merged(const std::vector<Migration>& sources)
        : sources_(sources), lists_(sources.size()) {}

    void add(Plan plan) {
        tenants_.insert(tenants_.end(), plan.tenants.begin(), plan.tenants.end());
        for (PlannedFile& file : plan.files) {
            lists_[static_cast<std::size_t>(file.migration - sources_.data())].push_back(
                std::move(file.schemas)
            );
        }
    }

    Plan take() {
        Plan plan;
        std::vector<Schemas> before;
        Schemas joined_before;
        for (std::size_t i = 0; i < lists_.size(); ++i) {
            std::vector<Schemas>& lists = lists_[i];
            if (lists.empty()) continue;
            if (!is_for_tenants(sources_[i].type)) {
                plan.files.push_back({&sources_[i], lists.front()});
                continue;
            }
            if (before != lists) {
                joined_before = joined(lists);
                before = std::move(lists);
            }
            // Where other servers have tenants, one without is not what a file waits for.
            if (joined_before->empty() && !tenants_.empty()) continue;
            plan.files.push_back({&sources_[i], joined_before});
        }
        plan.tenants = std::move(tenants_);
        return plan;
    }

private:
    static Schemas joined(const std::vector<Schemas>& lists) {
        std::vector<std::string> names;
        for (const Schemas& list : lists) names.insert(names.end(), list->begin(), list->end());
        return std::make_shared<const std::vector<std::string>>(std::move(names));
    }

    const std::vector<Migration>& sources_;
    std::vector<std::vector<Schemas>> lists_;  ///< by source
    std::vector<std::string> tenants_;
};

}  // namespace

Plan pending(
    const std::vector<Migration>& sources, const Applied& applied, const Options& options
) {
    SingleSchemas singles;
    if (applied.servers.empty()) {
        return pending_in(Scope(applied, nullptr), sources, applied, options, singles);
    }
    Merged merged(sources);
    for (const Scope& scope : scopes(applied)) {
        merged.add(pending_in(scope, sources, applied, options, singles));
    }
    return merged.take();
}

Plan for_new_tenant(const std::vector<Migration>& sources, const SchemaName& tenant) {
    Plan plan{.files = {}, .tenants = {tenant.str()}};
    const auto schemas = std::make_shared<const std::vector<std::string>>(plan.tenants);
    for (const Migration& source : sources) {
        if (is_for_tenants(source.type)) plan.files.push_back({&source, schemas});
    }
    return plan;
}

std::vector<Migration> changed(const std::vector<Migration>& sources, const Applied& applied) {
    std::vector<Migration> result;
    for (const Migration& source : sources) {
        if (is_script(source.type)) continue;
        const auto row = applied.files.find(source.file);
        if (row == applied.files.end() || row->second.check_sum.empty()) continue;
        if (row->second.check_sum != source.check_sum) result.push_back(source);
    }
    return result;
}

}  // namespace migrator::plan
