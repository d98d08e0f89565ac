#include "db/sql/apply/worker_limit.hpp"

#include <fmt/format.h>

#include "core/log.hpp"
#include "db/sql/apply/precheck.hpp"

namespace migrator::db::sql::apply {
namespace {

/// The first file for tenants that locks tables; null: none does.
const Migration* find_lock_tables(const RunFacts& facts) {
    Preparation preparation(facts.dialect, facts.work.options);
    const bool setting = facts.work.session->standard_conforming_strings();
    for (const PlannedFile& file : facts.plan.files) {
        if (!is_for_tenants(file.migration->type) || file.schemas->empty()) continue;
        const auto prepared = preparation.prepare(*file.migration, file.schemas->front(), setting);
        if ((prepared.script->traits & script::kLocksTables) != 0) return file.migration;
    }
    return nullptr;
}

}  // namespace

std::size_t allowed_workers(const RunFacts& facts, std::vector<std::string>& notes) {
    const std::size_t wanted = facts.work.options.parallelism;
    if (wanted <= 1) return 1;
    const auto fewer = [&](std::size_t workers, const std::string& why) {
        notes.push_back(fmt::format(
            "parallelism is {}, but {}: {} worked for at once",
            wanted,
            why,
            workers == 1 ? "no two tenants were" : fmt::format("{} tenants were", workers)
        ));
        log::answered(log::Level::Warn, notes.back());
        return workers;
    };
    if (facts.commits_each_file) {
        // Our row of a file that locks tables is in a table that is locked with them.
        if (const Migration* file = find_lock_tables(facts)) {
            return fewer(
                1, fmt::format("{} locks tables, one of migrator's own with them", file->file)
            );
        }
    }
    const std::size_t most = facts.work.session->most_workers();
    if (most == 0 || wanted <= most) return wanted;
    return fewer(most, fmt::format("{} connections of a run are possible here", most));
}

}  // namespace migrator::db::sql::apply
