#include "core/migration.hpp"

#include <algorithm>

namespace migrator {
namespace {

constexpr Kind kNoKind{.for_people = "file", .runs = Runs::Always};

std::int64_t executions(const Summary& summary, Runs runs) {
    std::int64_t sum = 0;
    for (const Kind& kind : kKinds) {
        if (kind.runs == runs) sum += summary.*kind.executions;
    }
    return sum;
}

}  // namespace

std::string_view schema_of_directory(std::string_view source_dir) {
    while (source_dir.ends_with('/')) source_dir.remove_suffix(1);
    const auto slash = source_dir.rfind('/');
    return slash == std::string_view::npos ? source_dir : source_dir.substr(slash + 1);
}

std::int64_t Summary::migrations_grand_total() const { return executions(*this, Runs::Once); }
std::int64_t Summary::scripts_grand_total() const { return executions(*this, Runs::Always); }

const Kind& kind_of(MigrationType type) {
    const auto* found = std::ranges::find(kKinds, type, &Kind::type);
    return found == std::end(kKinds) ? kNoKind : *found;
}

bool is_script(MigrationType type) { return kind_of(type).runs == Runs::Always; }
bool is_for_tenants(MigrationType type) { return kind_of(type).for_tenants; }
bool is_single_migration(MigrationType type) { return !is_script(type) && !is_for_tenants(type); }
bool is_tenant_migration(MigrationType type) { return !is_script(type) && is_for_tenants(type); }

}  // namespace migrator
