#pragma once

#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/plan.hpp"

namespace migrator::plan::test {

/// A file as tests write it: "s/1.sql" is a single migration (schema s), "t/…" a tenant
/// migration, "ss/…" a single script, "ts/…" a tenant script. The identity is "/m/" and that.
inline Migration source(const std::string& path) {
    const auto slash = path.find('/');
    const std::string directory = path.substr(0, slash);
    return {
        .name = path.substr(slash + 1),
        .source_dir = "/m/" + directory,
        .file = "/m/" + path,
        .type = directory == "ss"   ? MigrationType::SingleScript
                : directory == "ts" ? MigrationType::TenantScript
                : directory == "t"  ? MigrationType::TenantMigration
                                    : MigrationType::SingleMigration,
        .contents = "contents of " + path,
        .check_sum = "sum of " + path};
}

inline std::vector<Migration> sources(std::initializer_list<const char*> paths) {
    std::vector<Migration> result;
    for (const char* path : paths) result.push_back(source(path));
    return result;
}

/// What the metadata says after the rows `(file, tenants)` were written, as a connector reads it.
class AppliedBuilder {
public:
    AppliedBuilder(const std::vector<Migration>& sources, std::vector<std::string> tenants)
        : sources_(sources) {
        applied_.tenants = std::move(tenants);
    }

    /// Rows of a single migration or of scripts.
    AppliedBuilder& row(const std::string& path) {
        AppliedFile& file = applied_.files["/m/" + path];
        file.kinds |= kind_bit(source(path).type);
        file.check_sum = source(path).check_sum;
        return *this;
    }
    /// Rows of a tenant migration.
    AppliedBuilder& rows(const std::string& path, std::initializer_list<const char*> tenants) {
        row(path);
        for (const char* tenant : tenants) has_[tenant].insert("/m/" + path);
        return *this;
    }
    AppliedBuilder& state(const std::string& tenant, const std::string& first_path) {
        TenantState state;
        state.tenant = tenant;
        state.first_file = "/m/" + first_path;
        state.state = "failed";
        applied_.states.push_back(state);
        return *this;
    }

    Applied build() const {
        Applied applied = applied_;
        std::size_t recorded = 0;
        for (const Migration& s : sources_) {
            if (s.type == MigrationType::TenantMigration && applied.files.contains(s.file)) {
                ++recorded;
            }
        }
        for (const auto& [tenant, files] : has_) {
            FileSet of_source;
            for (const Migration& s : sources_) {
                if (files.contains(s.file)) of_source.insert(s.file);
            }
            applied.counts[tenant] = of_source.size();
            if (of_source.size() < recorded) applied.files_of_tenant[tenant] = of_source;
        }
        for (const TenantState& state : applied.states) {
            const auto files = has_.find(state.tenant);
            auto& listed = applied.files_of_tenant[state.tenant];
            if (files == has_.end()) continue;
            for (const std::string& file : files->second) listed.insert(file);
        }
        return applied;
    }

private:
    const std::vector<Migration>& sources_;
    Applied applied_;
    std::map<std::string, std::set<std::string>> has_;
};

/// The plan, readable: "t/1.sql: a b" for each file.
inline std::vector<std::string> lines(const Plan& plan) {
    std::vector<std::string> result;
    for (const PlannedFile& file : plan.files) {
        std::string line = file.migration->file.substr(3) + ":";
        for (const std::string& schema : *file.schemas) line += " " + schema;
        result.push_back(std::move(line));
    }
    return result;
}

using Lines = std::vector<std::string>;

}  // namespace migrator::plan::test
