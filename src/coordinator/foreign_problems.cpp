#include "coordinator/foreign_problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "core/error.hpp"
#include "plan/foreign_files.hpp"

namespace migrator::coordinator {

std::vector<db::ScriptProblem> with_foreign(
    const Plan& plan,
    const std::vector<Migration>& sources,
    const std::vector<db::ScriptProblem>& problems
) {
    const auto foreign = plan::foreign_files(plan, sources);
    if (foreign.empty()) return problems;
    std::vector<db::ScriptProblem> all;
    for (const plan::ForeignFile& each : foreign) {
        all.push_back({each.migration->file, each.problem});
    }
    for (const db::ScriptProblem& each : problems) {
        const bool is_foreign = std::ranges::any_of(foreign, [&](const plan::ForeignFile& file) {
            return file.migration->file == each.file;
        });
        if (!is_foreign) all.push_back(each);
    }
    std::unordered_map<std::string_view, std::size_t> positions;
    for (std::size_t i = 0; i < sources.size(); ++i) positions.emplace(sources[i].file, i);
    std::ranges::stable_sort(all, {}, [&](const db::ScriptProblem& problem) {
        return positions.at(problem.file);
    });
    return all;
}

std::vector<std::string> refuse_foreign(
    const Plan& plan, const std::vector<Migration>& sources, Action action
) {
    std::vector<std::string> notes;
    std::string text;
    for (const plan::ForeignFile& each : plan::foreign_files(plan, sources)) {
        const std::string& file = each.migration->file;
        if (action == Action::Sync) {
            notes.push_back(fmt::format(
                "{} is recorded without being run; an apply would refuse it: {}", file, each.problem
            ));
        } else if (text.empty()) {
            text = fmt::format("SQL migration {} failed with error: {}", file, each.problem);
        } else {
            text += fmt::format("\nand {}: {}", file, each.problem);
        }
    }
    if (text.empty()) return notes;
    throw Error(ErrorKind::MigrationFailed, text + "\nNothing was run.");
}

}  // namespace migrator::coordinator
