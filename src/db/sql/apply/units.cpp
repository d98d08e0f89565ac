#include "db/sql/apply/units.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "plan/plan.hpp"

namespace migrator::db::sql::apply {
namespace {

using Names = std::vector<std::string>;

bool for_tenants(const PlannedFile& file) { return is_for_tenants(file.migration->type); }

/// The configured single schemas, and those of the planned single migrations. Script folders have
/// no schema of their own.
Names single_schemas(const Plan& plan, Names names) {
    for (const PlannedFile& file : plan.files) {
        if (!is_single_migration(file.migration->type)) continue;
        for (const std::string& schema : *file.schemas) {
            if (std::ranges::find(names, schema) == names.end()) names.push_back(schema);
        }
    }
    return names;
}

/// All tenants that some file of `files` is planned for, in the order of the plan's tenants.
Names tenants_of(const Plan& plan, std::span<const PlannedFile> files) {
    std::unordered_set<std::string> wanted;
    const Names* last = nullptr;
    for (const PlannedFile& file : files) {
        if (!for_tenants(file) || file.schemas.get() == last) continue;
        last = file.schemas.get();
        wanted.insert(last->begin(), last->end());
    }
    Names names;
    for (const std::string& tenant : plan.tenants) {
        if (wanted.contains(tenant)) names.push_back(tenant);
    }
    return names;
}

/// `file` for those of its schemas that are in `tenants`.
PlannedFile restricted(const PlannedFile& file, const std::unordered_set<std::string>& tenants) {
    Names kept;
    for (const std::string& schema : *file.schemas) {
        if (tenants.contains(schema)) kept.push_back(schema);
    }
    return {file.migration, std::make_shared<const Names>(std::move(kept))};
}

class Cutting {
public:
    Cutting(const Plan& plan, const UnitRules& rules)
        : plan_(plan), rules_(rules), singles_(single_schemas(plan, rules.single_schemas)) {}

    std::vector<Unit> take() {
        if (rules_.records_only || (whole() && !rules_.dry_run)) {
            add_stretch(plan_.files);
        } else if (rules_.dry_run) {
            add_in_chunks(plan_.files, true);
        } else if (rules_.atomicity == Atomicity::File) {
            for (const PlannedFile& file : plan_.files) add_each(file);
        } else {
            for (const plan::Phase& phase : plan::phases(plan_)) {
                if (phase.for_tenants) {
                    add_in_chunks(phase.files, false);
                } else {
                    add_stretch(phase.files);
                }
            }
        }
        name_finished();
        return std::move(units_);
    }

private:
    bool whole() const { return rules_.atomicity == Atomicity::Version; }

    bool is_outside(const PlannedFile& file) const {
        const auto index = static_cast<std::size_t>(&file - plan_.files.data());
        return index < rules_.outside_transaction.size() && rules_.outside_transaction[index];
    }

    /// Adds a unit for `files` as they are, cut at those that run outside a transaction.
    void add_stretch(std::span<const PlannedFile> files) {
        Unit unit;
        const auto finish = [&] {
            const bool works = std::ranges::any_of(unit.files, [](const PlannedFile& file) {
                return !file.schemas->empty();
            });
            if (works) add(std::move(unit));
            unit = Unit{};
        };
        for (const PlannedFile& file : files) {
            if (!rules_.records_only && is_outside(file)) {
                finish();
                if (rules_.dry_run) continue;
                unit.in_transaction = false;
                unit.files.push_back(file);
                finish();
            } else {
                unit.files.push_back(file);
            }
        }
        finish();
    }

    /// Adds a unit for each schema.
    void add_each(const PlannedFile& file) {
        for (const std::string& schema : *file.schemas) {
            Unit unit;
            unit.in_transaction = !is_outside(file);
            unit.files.push_back({file.migration, std::make_shared<const Names>(1, schema)});
            units_.push_back(std::move(unit));
        }
    }

    /// Adds units for as many tenants at a time as one transaction can work in.
    void add_in_chunks(std::span<const PlannedFile> files, bool with_singles) {
        const Names tenants = tenants_of(plan_, files);
        const std::size_t limit = rules_.max_schemas;
        const std::size_t room =
            limit == 0 ? tenants.size() : limit - std::min(limit - 1, singles_.size());
        std::size_t begin = 0;
        do {
            const std::size_t end =
                std::min(tenants.size(), begin + std::max<std::size_t>(room, 1));
            add_chunk(
                files,
                {tenants.begin() + static_cast<std::ptrdiff_t>(begin),
                 tenants.begin() + static_cast<std::ptrdiff_t>(end)},
                with_singles
            );
            begin = end;
        } while (begin < tenants.size());
    }

    void add_chunk(
        std::span<const PlannedFile> files,
        const std::unordered_set<std::string>& tenants,
        bool with_singles
    ) {
        Unit unit;
        const auto finish = [&] {
            if (!unit.files.empty()) add(std::move(unit));
            unit = Unit{};
        };
        for (const PlannedFile& file : files) {
            if (!for_tenants(file) && !with_singles) continue;
            PlannedFile part = for_tenants(file) ? restricted(file, tenants) : file;
            if (part.schemas->empty()) continue;
            if (is_outside(file)) {
                if (rules_.dry_run) continue;
                finish();
                unit.in_transaction = false;
                unit.files.push_back(std::move(part));
                finish();
            } else {
                unit.files.push_back(std::move(part));
            }
        }
        finish();
    }

    void add(Unit unit) {
        unit.schemas = singles_;
        for (std::string& tenant : tenants_of(plan_, unit.files)) {
            unit.schemas.push_back(std::move(tenant));
        }
        units_.push_back(std::move(unit));
    }

    /// Puts every tenant into `finished` of the last unit that works for it.
    void name_finished() {
        std::unordered_map<std::string, std::size_t> last;
        for (std::size_t i = 0; i < units_.size(); ++i) {
            if (const PlannedFile* file = only_execution(units_[i])) {
                last[tenant_of(*file->migration, file->schemas->front())] = i;
                continue;
            }
            for (const std::string& tenant : tenants_of(plan_, units_[i].files)) last[tenant] = i;
            if (!std::ranges::all_of(units_[i].files, for_tenants)) last[""] = i;
        }
        for (const auto& [tenant, index] : last) units_[index].finished.push_back(tenant);
    }

    const Plan& plan_;
    const UnitRules& rules_;
    const Names singles_;
    std::vector<Unit> units_;
};

}  // namespace

const PlannedFile* only_execution(const Unit& unit) {
    const bool is_one = unit.files.size() == 1 && unit.files.front().schemas->size() == 1;
    return is_one ? &unit.files.front() : nullptr;
}

std::size_t executions_of(std::span<const PlannedFile> files) {
    std::size_t executions = 0;
    for (const PlannedFile& file : files) executions += file.schemas->size();
    return executions;
}

std::vector<Unit> make_units(const Plan& plan, const UnitRules& rules) {
    return Cutting(plan, rules).take();
}

}  // namespace migrator::db::sql::apply
