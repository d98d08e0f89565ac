#include "db/sql/apply/worker_limit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/count_of.hpp"
#include "core/log.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::db::sql::apply {
namespace {

/// The first file for tenants that locks tables; null: none does.
const Migration* find_lock_tables(const Context& context, bool setting) {
    for (const PlannedFile& file : context.plan.files) {
        if (!is_for_tenants(file.migration->type) || file.schemas->empty()) continue;
        const auto prepared =
            context.scripts.prepare(*file.migration, file.schemas->front(), setting);
        if ((prepared.script->traits & script::kLocksTables) != 0) return file.migration;
    }
    return nullptr;
}

/// As many as the server and the files allow.
std::size_t sensible(const Context& context, Session& session, std::vector<std::string>& notes) {
    const std::size_t wanted = context.options.parallelism;
    if (wanted <= 1) return 1;
    const auto fewer = [&](std::size_t workers, const std::string& why) {
        notes.push_back(fmt::format(
            "parallelism is {}, but {}; {} at a time",
            wanted,
            why,
            count_of(workers, "tenant was processed", "tenants were processed")
        ));
        log::answered(log::Level::Warn, notes.back());
        return workers;
    };
    if (context.commits_each_file) {
        // Our row of a file that locks tables is in a table that is locked with them.
        const bool setting = session.standard_conforming_strings();
        if (const Migration* file = find_lock_tables(context, setting)) {
            return fewer(1, fmt::format("{} locks tables, including one of migrator", file->file));
        }
    }
    const std::size_t most = session.most_workers();
    if (most == 0 || wanted <= most) return wanted;
    return fewer(
        most,
        fmt::format(
            "a run can use at most {} on this database", count_of(most, "connection", "connections")
        )
    );
}

}  // namespace

std::size_t allowed_workers(
    const Context& context, Session& session, std::vector<std::string>& notes
) {
    const std::size_t wanted = sensible(context, session, notes);
    if (wanted <= 1 || context.dialect.free_connections.empty()) {
        return std::max<std::size_t>(wanted, 1);
    }
    const auto row = query_row(session, context.dialect.free_connections);
    const std::int64_t free = row ? std::max<std::int64_t>(to_integer(row->front()), 0) : 0;
    const std::size_t possible = std::min(wanted, static_cast<std::size_t>(free) + 1);
    if (possible == wanted) return wanted;
    notes.push_back(fmt::format(
        "parallelism is {}, but the server has room for {} (max_connections); {} at a time",
        wanted,
        count_of(free, "more connection", "more connections"),
        count_of(possible, "tenant was processed", "tenants were processed")
    ));
    log::answered(log::Level::Warn, notes.back());
    return possible;
}

}  // namespace migrator::db::sql::apply
