#include "db/sql/apply/unit_runner.hpp"

#include <algorithm>

#include "db/sql/apply/states.hpp"

namespace migrator::db::sql::apply {

std::optional<UnitFailure> UnitRunner::run(const Unit& unit) {
    const Context& context = worker_.context;
    auto failed = !unit.in_transaction        ? outside_.run(unit)
                  : context.commits_each_file ? recorded_.run(unit)
                                              : in_transaction_.run(unit);
    if (failed) {
        add_wait(*failed);
        return failed;
    }
    std::vector<std::string> finished = unit.finished;
    std::erase(finished, "");
    context.progress.tenants_done(finished);
    worker_.report("applying", nullptr, 0);
    return std::nullopt;
}

/// Whose lock it was that was not free in time, where that was seen.
void UnitRunner::add_wait(UnitFailure& failed) const {
    LongStatements* const seen = worker_.context.long_statements;
    if (seen == nullptr || !failed.failure.lock_timed_out) return;
    const auto wait = seen->last_wait(worker_.number);
    if (!wait) return;
    std::string& hint = failed.failure.hint;
    hint += (hint.empty() ? "" : "\n") + ("it waited for " + sql::told(*wait));
    failed.met_ours = !wait->is_guess && std::ranges::any_of(wait->blockers, &Blocker::is_ours);
}

void UnitRunner::run_or_throw(const Unit& unit) {
    const auto failed = run(unit);
    if (!failed) return;
    // Of a failed COMMIT nobody can say whose file it was.
    if (worker_.context.intent_written && failed->migration != nullptr) {
        write_failed(worker_, unit, *failed);
    }
    throw error_of(*failed);
}

}  // namespace migrator::db::sql::apply
