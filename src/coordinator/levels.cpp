#include "coordinator/levels.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/count_of.hpp"
#include "core/sha256.hpp"
#include "plan/tenant_rows.hpp"

namespace migrator::coordinator {

Levels::Levels(const std::vector<Migration>& sources, const Applied& applied) : applied_(applied) {
    for (const Migration& source : sources) {
        if (is_tenant_migration(source.type) && plan::is_recorded(applied, source)) {
            recorded_.push_back(&source);
        }
    }
}

std::string Levels::key_of(const std::string& tenant) const {
    const plan::TenantRows rows(applied_, tenant);
    if (!rows.is_managed()) return {};
    std::string key(recorded_.size(), '1');
    for (std::size_t i = 0; i < recorded_.size() && !rows.has_all(); ++i) {
        if (!rows.has(recorded_[i]->file)) key[i] = '0';
    }
    return key + '.';  // not empty without files, either
}

std::string Levels::name_of(const std::string& key) const {
    const std::size_t last = key.rfind('1');
    return fmt::format(
        "{} of {}{}",
        std::ranges::count(key, '1'),
        count_of(recorded_.size(), "file", "files"),
        last == std::string::npos ? "" : ", the last: " + recorded_[last]->name
    );
}

std::vector<const Migration*> Levels::files_of(const std::string& key) const {
    std::vector<const Migration*> files;
    for (std::size_t i = 0; i < recorded_.size(); ++i) {
        if (key[i] == '1') files.push_back(recorded_[i]);
    }
    return files;
}

std::string Levels::hash_of(const std::string& key) const {
    std::string names;
    for (const Migration* file : files_of(key)) names += file->name + '\n';
    return sha256_hex(names);
}

}  // namespace migrator::coordinator
