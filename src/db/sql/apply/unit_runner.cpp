#include "db/sql/apply/unit_runner.hpp"

#include <algorithm>

#include "db/sql/apply/states.hpp"

namespace migrator::db::sql::apply {

std::optional<UnitFailure> UnitRunner::run(const Unit& unit) {
    const Context& context = worker_.context;
    auto failed = !unit.in_transaction        ? outside_.run(unit)
                  : context.commits_each_file ? recorded_.run(unit)
                                              : in_transaction_.run(unit);
    if (failed) return failed;
    context.progress.tenants_done(static_cast<std::size_t>(std::ranges::count_if(
        unit.finished, [](const std::string& tenant) { return !tenant.empty(); }
    )));
    worker_.report("applying", nullptr, 0);
    return std::nullopt;
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
