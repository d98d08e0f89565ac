#include "db/sql/apply/precheck.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

#include "core/log.hpp"
#include "core/utf8.hpp"
#include "db/sql/failure.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::size_t kMaxName = 200;  // varchar(200) of the metadata columns

const script::Statement* first_with(const script::Script& script, std::uint32_t traits) {
    const auto found =
        std::ranges::find_if(script.statements, [&](const script::Statement& statement) {
            return (statement.traits & traits) != 0;
        });
    return found == script.statements.end() ? nullptr : &*found;
}

std::string quoted(const PreparedScript& prepared, const script::Statement& statement) {
    return fmt::format(
        "\"{}\" in line {}", script::excerpt(prepared.text, statement), statement.line
    );
}

}  // namespace

std::string length_problem(const Migration& migration) {
    for (const std::string* value : {&migration.name, &migration.source_dir, &migration.file}) {
        const std::size_t length = utf8_length(*value);
        if (length > kMaxName) {
            return fmt::format(
                "the name {} is {} characters long, at most {} can be recorded: shorten it",
                *value,
                length,
                kMaxName
            );
        }
    }
    return {};
}

PreparedScript Preparation::prepare(
    const Migration& migration, const std::string& schema, bool standard_conforming_strings
) {
    PreparedScript prepared;
    prepared.text = script::replace_placeholder(
        without_byte_order_mark(migration.contents), options_.placeholder, schema
    );
    const auto [kept, is_new] = kept_.try_emplace(&migration);
    const bool same = !is_new && kept->second.schema == schema &&
                      kept->second.standard_conforming_strings == standard_conforming_strings;
    if (same) {
        prepared.script = kept->second.script;
        return prepared;
    }
    prepared.script = std::make_shared<const script::Script>(
        dialect_.scan(prepared.text, dialect_.lexis, standard_conforming_strings)
    );
    if (is_new) kept->second = {schema, standard_conforming_strings, prepared.script};
    return prepared;
}

bool Preparation::runs_outside_transaction(const Migration& migration, const script::Script& script)
    const {
    if (script.no_transaction_marker) return true;
    return std::ranges::any_of(options_.no_transaction, [&](const std::string& pattern) {
        return fnmatch(pattern.c_str(), migration.name.c_str(), 0) == 0 ||
               fnmatch(pattern.c_str(), migration.file.c_str(), 0) == 0;
    });
}

std::string Preparation::find_problem(
    const PlannedFile& file, const PreparedScript& prepared, bool outside
) {
    const script::Script& script = *prepared.script;
    if (!script.problem.empty()) return script.problem;
    if (const script::Statement* statement = first_with(script, script::kForbidden)) {
        return fmt::format(
            "{} is not possible: {}", quoted(prepared, *statement), dialect_.why_forbidden
        );
    }
    if (outside) return {};
    // Where each file is committed by itself there is no transaction that one could end.
    if (!dialect_.transactional_ddl) return {};
    if (const script::Statement* statement = first_with(script, script::kTransactionControl);
        statement != nullptr && !script.wrapped) {
        return fmt::format(
            "{} would end or nest the transaction that migrator runs files in: remove it, or, to "
            "run the file outside a transaction, {}",
            quoted(prepared, *statement),
            no_transaction_advice(file.migration->name)
        );
    }
    if (const script::Statement* statement = first_with(script, script::kRefusesTransaction)) {
        return fmt::format(
            "{} can't run inside a transaction: {}",
            quoted(prepared, *statement),
            no_transaction_advice(file.migration->name)
        );
    }
    return {};
}

std::vector<ScriptProblem> Preparation::check(
    const Plan& plan, bool standard_conforming_strings, std::vector<bool>& outside
) {
    std::vector<ScriptProblem> problems;
    bool setting = standard_conforming_strings;
    std::size_t wrapped = 0;
    for (const PlannedFile& file : plan.files) {
        const Migration& migration = *file.migration;
        std::string problem = length_problem(migration);
        const std::string schema = file.schemas->empty() ? std::string() : file.schemas->front();
        const PreparedScript prepared = prepare(migration, schema, setting);
        outside.push_back(runs_outside_transaction(migration, *prepared.script));
        // A file outside the transaction has a session of its own.
        if (!outside.back()) setting = prepared.script->standard_conforming_strings;
        if (problem.empty()) problem = find_problem(file, prepared, outside.back());
        if (!problem.empty()) problems.push_back({migration.file, problem});
        if (prepared.script->wrapped) ++wrapped;
    }
    if (wrapped > 0) {
        log::info(fmt::format(
            "{} files begin with BEGIN and end with COMMIT: these two statements are not sent, the "
            "run's own transaction does what they ask for",
            wrapped
        ));
    }
    return problems;
}

void Preparation::add_open_quotes(const Plan& plan, std::vector<ScriptProblem>& problems) {
    for (const PlannedFile& file : plan.files) {
        const std::string& name = file.migration->file;
        const std::string schema = file.schemas->empty() ? std::string() : file.schemas->front();
        const auto line = prepare(*file.migration, schema, true).script->open_line;
        if (line == 0 ||
            std::ranges::find(problems, name, &ScriptProblem::file) != problems.end()) {
            continue;
        }
        problems.push_back(
            {name, fmt::format("line {}: a quote or comment begins here and is not closed", line)}
        );
    }
}

}  // namespace migrator::db::sql::apply
