#include "analysis/pending_files.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/allowances.hpp"
#include "db/sql/apply/scripts.hpp"
#include "script/first_words.hpp"

namespace migrator::analysis {
namespace {

class Cutting {
public:
    Cutting(const db::sql::Dialect& dialect, const db::Options& options, Analysis& analysis)
        : scripts_(dialect, options), analysis_(analysis) {}

    PendingFile cut(const PlannedFile& planned) {
        const Migration& migration = *planned.migration;
        ++analysis_.files;
        PendingFile file;
        file.view = {
            .file = migration.file,
            .for_tenants = is_for_tenants(migration.type),
            .schemas = *planned.schemas};
        const auto prepared = scripts_.prepare(migration, std::string(kOwnSchema), true);
        const script::Script& script = *prepared.script;
        file.view.outside_transaction = prepared.outside_transaction;
        file.view.wrapped = script.wrapped;
        if (!script.problem.empty() || !script.sure) {
            file.unread = {
                .file = migration.file,
                .line = script.open_line,
                .text = {},
                .why =
                    script.problem.empty() ? "its statements can't be told apart" : script.problem};
            return file;
        }
        std::uint32_t behind = 0;
        for (std::size_t i = 0; i < script.statements.size(); ++i) {
            const script::Statement& statement = script.statements[i];
            ++analysis_.statements;
            // A comment on the statement's own line, behind it, is beside it as well.
            const std::uint32_t next = i + 1 < script.statements.size()
                                           ? script.statements[i + 1].begin
                                           : static_cast<std::uint32_t>(prepared.text.size());
            const std::uint32_t data_end = std::max(statement.behind, statement.data_end);
            std::string after = prepared.text.piece(data_end, std::max(next, data_end));
            after.resize(std::min(after.find('\n'), after.size()));
            const std::string comments =
                prepared.text.piece(behind, statement.begin) + "\n" + after;
            behind = data_end + static_cast<std::uint32_t>(after.size());
            file.statements.push_back(
                {.number = i + 1,
                 .line = statement.line,
                 .text = db::sql::apply::statement_text(prepared, statement),
                 .changes = {},
                 .allowed = allowed(migration.file, statement.line, comments),
                 .traits = statement.traits,
                 .reading = script.reading_behind(i)}
            );
        }
        return file;
    }

private:
    std::set<std::string> allowed(
        const std::string& file, std::uint32_t line, const std::string& comments
    ) {
        std::vector<std::string> problems;
        auto rules = allowances_in(comments, problems);
        for (const auto& problem : problems) {
            analysis_.problems.push_back(fmt::format("{}:{}: {}", file, line, problem));
        }
        return rules;
    }

    db::sql::apply::Scripts scripts_;
    Analysis& analysis_;
};

}  // namespace

std::vector<PendingFile> read_pending(
    const db::sql::Dialect& dialect,
    const db::Options& options,
    const Plan& plan,
    Analysis& analysis
) {
    Cutting cutting(dialect, options, analysis);
    std::vector<PendingFile> files;
    for (const PlannedFile& planned : plan.files) {
        if (is_script(planned.migration->type) || planned.schemas->empty()) continue;
        files.push_back(cutting.cut(planned));
    }
    return files;
}

std::string shown(std::string text, const std::string& placeholder) {
    for (std::size_t at = text.find(kOwnSchema); at != std::string::npos;
         at = text.find(kOwnSchema, at + placeholder.size())) {
        text.replace(at, kOwnSchema.size(), placeholder);
    }
    return text;
}

Unread unread_of(
    const FileView& file,
    const StatementView& statement,
    const std::string& placeholder,
    const std::string& why
) {
    return {
        .file = file.file,
        .line = statement.line,
        .text = shown(script::first_words(statement.text), placeholder),
        .why = shown(why, placeholder)};
}

}  // namespace migrator::analysis
