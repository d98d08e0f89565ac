#include "db/sql/apply/state_left.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "db/sql/apply/units.hpp"
#include "db/sql/failure.hpp"
#include "plan/plan.hpp"
#include "script/targets.hpp"

namespace migrator::db::sql::apply {
namespace {

using script::Statement;

/// A part of the session that decides where a name without a schema leads.
struct Place {
    std::uint32_t moves;
    std::uint32_t restores;
    std::string_view name;
};
constexpr std::array<Place, 2> kPlaces = {{
    {script::kMovesPath, script::kRestoresPath, {}},  // the database has a name for it
    {script::kMovesRole, script::kRestoresRole, "role"},
}};

/// The last statement with one of `traits` that reaches the files behind its own.
const Statement* last_with(const script::Script& script, std::uint32_t traits) {
    const Statement* last = nullptr;
    for (const Statement& statement : script.statements) {
        const bool ends = script.wrapped && (statement.traits & script::kUntilCommit) != 0;
        if ((statement.traits & traits) != 0 && !ends) last = &statement;
    }
    return last;
}

bool overlap(const PlannedFile& a, const PlannedFile& b) {
    if (a.schemas == b.schemas) return !a.schemas->empty();
    const std::unordered_set<std::string_view> names(a.schemas->begin(), a.schemas->end());
    return std::ranges::any_of(*b.schemas, [&](const auto& name) { return names.contains(name); });
}

class StateProblems {
public:
    StateProblems(
        const Plan& plan,
        Scripts& scripts,
        const FilesTogether& together,
        std::vector<ScriptProblem>& problems
    )
        : plan_(plan), scripts_(scripts), together_(together), problems_(problems) {}

    void find() {
        for (const plan::Phase& phase : plan::phases(plan_)) count(phase);
        for (const plan::Phase& phase : plan::phases(plan_)) {
            const std::size_t sharing = sharers(phase);
            for (const PlannedFile& file : phase.files) {
                if (runs_in_transaction(file)) look_at(file, sharing > 1);
            }
        }
    }

private:
    struct Moved {
        const PlannedFile* file;
        const Place* place;
        std::string statement;
    };

    /// Of a file of the plan: phases are parts of it.
    std::size_t index_of(const PlannedFile& file) const {
        return static_cast<std::size_t>(&file - plan_.files.data());
    }
    bool runs_in_transaction(const PlannedFile& file) const {
        const std::size_t index = index_of(file);
        const bool outside =
            index < together_.outside_transaction.size() && together_.outside_transaction[index];
        return !outside && !file.schemas->empty();
    }
    void count(const plan::Phase& phase) {
        for (const PlannedFile& file : phase.files) {
            if (runs_in_transaction(file)) in_session_ += file.schemas->size();
        }
    }
    /// Executions that may share a transaction.
    std::size_t sharers(const plan::Phase& phase) const {
        if (together_.atomicity == Atomicity::File) return 1;
        if (together_.atomicity == Atomicity::Version) return in_session_;
        const bool each_alone = phase.for_tenants && scripts_.dialect().max_schemas == 0;
        std::size_t count = 0;
        for (const PlannedFile& file : phase.files) {
            if (runs_in_transaction(file)) count += each_alone ? 1 : file.schemas->size();
        }
        return count;
    }

    PreparedScript prepared(const PlannedFile& file) const {
        return scripts_.prepare(
            *file.migration, file.schemas->front(), together_.standard_conforming_strings
        );
    }

    void look_at(const PlannedFile& file, bool shares_transaction) {
        const std::uint32_t traits = together_.scripts[index_of(file)]->traits;
        if (moved_.empty() && (traits & kLeavesState) == 0) return;
        const std::string& name = file.migration->file;
        if (std::ranges::find(problems_, name, &ScriptProblem::file) != problems_.end()) return;
        const PreparedScript script = prepared(file);
        std::string problem = lasting(file, script, shares_transaction);
        if (problem.empty()) problem = misses_place(file, script);
        if (!problem.empty()) problems_.push_back({name, std::move(problem)});
        note_places(file, script);
    }

    /// Empty, or what is wrong with a file that leaves what no reset undoes.
    std::string lasting(
        const PlannedFile& file, const PreparedScript& prepared, bool shares_transaction
    ) const {
        const script::Script& script = *prepared.script;
        const Statement* bound = last_with(script, script::kBoundToTransaction);
        const Statement* undoes = last_with(script, script::kUndoesBound);
        std::string_view end = "transaction";
        if (!shares_transaction || (undoes != nullptr && bound < undoes)) bound = nullptr;
        if (bound == nullptr && in_session_ > 1) {
            bound = last_with(script, script::kBoundToSession);
            end = "session";
        }
        if (bound == nullptr) return {};
        const bool may_be_alone = end == "transaction" && scripts_.dialect().allows_file_atomicity;
        return fmt::format(
            "{} stays in effect until the end of the {}, which other files of the run share; "
            "apply the file in a separate run{}, or, to run it outside a transaction, {}",
            quoted(prepared, *bound),
            end,
            may_be_alone ? " or with atomicity: file" : "",
            no_transaction_advice(file.migration->name)
        );
    }

    /// Empty, or what is wrong with a file that needs what an earlier one has set.
    std::string misses_place(const PlannedFile& file, const PreparedScript& prepared) const {
        for (const Moved& moved : moved_) {
            if (!overlap(*moved.file, file)) continue;
            const Statement* needs = first_needing(prepared, *moved.place);
            if (needs == nullptr) continue;
            return fmt::format(
                "{} does not name a schema, and {} leaves the {} changed ({}). The session is "
                "reset between the two files, so the statement could use a different schema. Write "
                "the schema before the name, set the {} in this file too, or set "
                "sessionState: keep",
                quoted(prepared, *needs),
                moved.file->migration->file,
                name_of(*moved.place),
                moved.statement,
                name_of(*moved.place)
            );
        }
        return {};
    }

    std::string_view name_of(const Place& place) const {
        return place.name.empty() ? scripts_.dialect().lexis.path : place.name;
    }

    /// The first statement that depends on `place` before the file sets it itself.
    const Statement* first_needing(const PreparedScript& prepared, const Place& place) const {
        const script::Lexis& lexis = scripts_.dialect().lexis;
        std::string temporary;  // what makes the file's own temporary objects, which have no schema
        for (const Statement& statement : prepared.script->statements) {
            if ((statement.traits & (place.moves | place.restores)) != 0) return nullptr;
            const std::string text = statement_text(prepared, statement);
            const auto target = script::unqualified_target(text, lexis);
            const bool is_own = temporary.find(target) != std::string::npos;
            if (!target.empty() && !is_own) return &statement;
            if ((statement.traits & script::kMakesTemporary) == 0) continue;
            temporary += text;
        }
        return nullptr;
    }

    void note_places(const PlannedFile& file, const PreparedScript& prepared) {
        const std::uint32_t traits = prepared.script->traits;
        for (const Place& place : kPlaces) {
            if ((traits & (place.moves | place.restores)) == 0) continue;
            const Statement* last = last_with(*prepared.script, place.moves | place.restores);
            if (last == nullptr) continue;
            std::erase_if(moved_, [&](const Moved& moved) {
                return moved.place == &place && overlap(*moved.file, file);
            });
            if ((last->traits & place.moves) == 0) continue;
            moved_.push_back({&file, &place, quoted(prepared, *last)});
        }
    }

    const Plan& plan_;
    Scripts& scripts_;
    const FilesTogether& together_;
    std::vector<ScriptProblem>& problems_;
    std::vector<Moved> moved_;    ///< what is left changed, the newest last
    std::size_t in_session_ = 0;  ///< executions that share one
};

}  // namespace

void add_state_problems(
    const Plan& plan,
    Scripts& scripts,
    const FilesTogether& together,
    std::vector<ScriptProblem>& problems
) {
    const std::size_t before = problems.size();
    StateProblems(plan, scripts, together, problems).find();
    if (before == 0 || problems.size() == before) return;
    std::ranges::stable_sort(problems, {}, [&](const ScriptProblem& problem) {
        return std::ranges::find(
                   plan.files,
                   problem.file,
                   [](const PlannedFile& file) { return std::string_view(file.migration->file); }
               ) -
               plan.files.begin();
    });
}

}  // namespace migrator::db::sql::apply
