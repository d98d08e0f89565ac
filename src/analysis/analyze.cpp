#include "analysis/analyze.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "analysis/allowances.hpp"
#include "analysis/catalog.hpp"
#include "analysis/parser.hpp"
#include "analysis/rules.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"
#include "db/sql/apply/scripts.hpp"
#include "script/first_words.hpp"

namespace migrator::analysis {
namespace {

/// Longer statements hold data.
constexpr std::size_t kLongest = std::size_t{256} << 10U;

struct ReadFile {
    FileView view;
    std::vector<StatementView> statements;
};

bool begins_with(std::string_view text, std::string_view word) {
    return text.size() >= word.size() &&
           std::ranges::equal(text.substr(0, word.size()), word, [](char a, char b) {
               return to_lower(a) == b;
           });
}

/// Reads the statements of pending files.
class Reading {
public:
    Reading(
        const db::sql::Dialect& dialect,
        const db::Options& options,
        Parser& parser,
        Analysis& analysis
    )
        : scripts_(dialect, options), options_(options), parser_(parser), analysis_(analysis) {}

    ReadFile read(const PlannedFile& planned) {
        const Migration& migration = *planned.migration;
        ++analysis_.files;
        path_.clear();
        ReadFile file;
        file.view = {
            .file = migration.file,
            .for_tenants = is_for_tenants(migration.type),
            .schemas = *planned.schemas};
        const auto prepared = scripts_.prepare(migration, std::string(kOwnSchema), true);
        const script::Script& script = *prepared.script;
        file.view.outside_transaction = prepared.outside_transaction;
        file.view.wrapped = script.wrapped;
        if (!script.problem.empty() || !script.sure) {
            leave(
                {.file = migration.file,
                 .line = script.open_line,
                 .text = {},
                 .why =
                     script.problem.empty() ? "its statements can't be told apart" : script.problem}
            );
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
            StatementView view{
                .number = i + 1,
                .line = statement.line,
                .text = db::sql::apply::statement_text(prepared, statement),
                .changes = {},
                .allowed = allowed(migration.file, statement.line, comments)};
            read(migration.file, view);
            file.statements.push_back(std::move(view));
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

    void read(const std::string& file, StatementView& view) {
        // Rows and nothing else.
        if (begins_with(view.text, "copy ")) return;
        if (view.text.size() > kLongest) {
            if (!begins_with(view.text, "insert "))
                leave(unread(file, view, "it is longer than 256 KB"));
            return;
        }
        std::string why_not;
        const Parser::Answer answer = parser_.parse(view.text);
        if (answer.tree.empty()) {
            why_not = answer.why_not;
        } else {
            view.changes = changes_of(answer.tree, view.text, why_not);
        }
        for (Change& change : view.changes) {
            find_in_path(change);
            if (change.act == Act::Dynamic)
                why_not = change.name + " runs what only shows when it runs";
        }
        if (!why_not.empty()) leave(unread(file, view, why_not));
    }

    /// Names without a schema are those of the schema that the file has put into its path.
    void find_in_path(Change& change) {
        if (change.act == Act::ChangeSession && change.name == "search_path") {
            path_ = change.new_name;
        }
        if (path_.empty() || path_ == "$user") return;
        for (Name* name : {&change.table, &change.other}) {
            if (name->schema.empty() && !name->name.empty()) name->schema = path_;
        }
    }

    Unread unread(const std::string& file, const StatementView& view, const std::string& why)
        const {
        std::string text = script::first_words(view.text);
        std::string reason = why;
        for (std::string* each : {&text, &reason}) {
            for (std::size_t at = each->find(kOwnSchema); at != std::string::npos;
                 at = each->find(kOwnSchema)) {
                each->replace(at, kOwnSchema.size(), options_.placeholder);
            }
        }
        return {.file = file, .line = view.line, .text = std::move(text), .why = std::move(reason)};
    }

    void leave(Unread unread) { analysis_.unread.push_back(std::move(unread)); }

    db::sql::apply::Scripts scripts_;
    const db::Options& options_;
    Parser& parser_;
    Analysis& analysis_;
    std::string path_;  ///< the first schema that the file has set
};

/// "varchar" of "varchar(40)[]".
std::string_view bare_type(std::string_view type) {
    return type.substr(0, type.find_first_of("(["));
}

CatalogWanted wanted_of(const std::vector<ReadFile>& files) {
    CatalogWanted wanted;
    for (const ReadFile& file : files) {
        wanted.schemas.insert(file.view.schemas.begin(), file.view.schemas.end());
        for (const StatementView& statement : file.statements) {
            for (const Change& change : statement.changes) {
                for (const Name* name : {&change.table, &change.other}) {
                    if (name->name.empty()) continue;
                    wanted.relations.insert(name->name);
                    if (!name->schema.empty() && name->schema != kOwnSchema)
                        wanted.schemas.insert(name->schema);
                }
                if (!change.name.empty()) wanted.columns.insert(change.name);
                wanted.columns.insert(change.columns.begin(), change.columns.end());
                wanted.relations.insert({std::string(bare_type(change.type)), change.new_name});
                wanted.functions.insert(change.functions.begin(), change.functions.end());
            }
        }
    }
    return wanted;
}

/// What only the catalog has told comes to its place.
void sort_unread(const std::vector<ReadFile>& files, Analysis& analysis) {
    std::map<std::string_view, std::size_t> places;
    for (const ReadFile& file : files) places.emplace(file.view.file, places.size());
    std::ranges::stable_sort(analysis.unread, {}, [&](const Unread& each) {
        return std::pair(places[each.file], each.line);
    });
}

/// Scripts run at every apply: they are no news for an application.
bool is_looked_at(const PlannedFile& planned) {
    return !is_script(planned.migration->type) && !planned.schemas->empty();
}

}  // namespace

Analysis analyze(
    db::sql::Server& server,
    const db::Options& options,
    const Plan& plan,
    const std::string& parser_program
) {
    // The parser's rules are PostgreSQL's; no other dialect has a field for them.
    if (server.dialect().name != "PostgreSQL") {
        throw Error(
            ErrorKind::InvalidRequest,
            fmt::format("There is no analysis of files for {}", server.dialect().name)
        );
    }
    for (const auto& [rule, level] : options.analysis.levels) {
        if (std::ranges::find(rule_names(), rule) == rule_names().end()) {
            throw Error(
                ErrorKind::Configuration, fmt::format("analysis: there is no rule '{}'", rule)
            );
        }
    }
    Analysis analysis;
    Parser parser(parser_program);
    Reading reading(server.dialect(), options, parser, analysis);
    std::vector<ReadFile> files;
    for (const PlannedFile& planned : plan.files) {
        if (is_looked_at(planned)) files.push_back(reading.read(planned));
    }
    if (files.empty()) return analysis;
    const auto session = server.connect();
    session->use_schemas({});
    const Catalog catalog(*session, wanted_of(files));
    Rules rules(catalog, options, analysis);
    for (ReadFile& file : files) {
        rules.begin(file.view);
        for (const StatementView& statement : file.statements) rules.look(statement);
    }
    sort_unread(files, analysis);
    return analysis;
}

}  // namespace migrator::analysis
