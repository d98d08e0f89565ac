#include "core/migration.hpp"

#include "core/path.hpp"

namespace migrator {
namespace {

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
    return file_name_of(source_dir);
}

std::int64_t Summary::migrations_grand_total() const { return executions(*this, Runs::Once); }
std::int64_t Summary::scripts_grand_total() const { return executions(*this, Runs::Always); }

}  // namespace migrator
