#include "analysis/analyze.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "analysis/catalog.hpp"
#include "analysis/mysql_analysis.hpp"
#include "analysis/parser.hpp"
#include "analysis/pending_files.hpp"
#include "analysis/rule_names.hpp"
#include "analysis/rules.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"

namespace migrator::analysis {
namespace {

/// Longer statements hold data.
constexpr std::size_t kLongest = std::size_t{256} << 10U;

bool begins_with(std::string_view text, std::string_view word) {
    return text.size() >= word.size() &&
           std::ranges::equal(text.substr(0, word.size()), word, [](char a, char b) {
               return to_lower(a) == b;
           });
}

/// Reads what statements of PostgreSQL do.
class Reading {
public:
    Reading(const db::Options& options, Parser& parser, Analysis& analysis)
        : options_(options), parser_(parser), analysis_(analysis) {}

    void read(PendingFile& file) {
        path_.clear();
        if (file.unread) analysis_.unread.push_back(*file.unread);
        for (StatementView& statement : file.statements) {
            const std::string why_not = read(statement);
            if (why_not.empty()) continue;
            analysis_.unread.push_back(
                unread_of(file.view, statement, options_.placeholder, why_not)
            );
        }
    }

private:
    /// Why nobody can say what it does; empty when somebody can.
    std::string read(StatementView& view) {
        // Rows and nothing else.
        if (begins_with(view.text, "copy ")) return {};
        if (view.text.size() > kLongest) {
            return begins_with(view.text, "insert ") ? "" : "it is longer than 256 KB";
        }
        const Parser::Answer answer = parser_.parse(view.text);
        if (answer.tree.empty()) return answer.why_not;
        std::string why_not;
        view.changes = changes_of(answer.tree, view.text, why_not);
        for (Change& change : view.changes) {
            find_in_path(change);
            if (change.act == Act::Dynamic)
                why_not = change.name + " runs what only shows when it runs";
        }
        return why_not;
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

    const db::Options& options_;
    Parser& parser_;
    Analysis& analysis_;
    std::string path_;  ///< the first schema that the file has set
};

/// "varchar" of "varchar(40)[]".
std::string_view bare_type(std::string_view type) {
    return type.substr(0, type.find_first_of("(["));
}

CatalogWanted wanted_of(const std::vector<PendingFile>& files) {
    CatalogWanted wanted;
    for (const PendingFile& file : files) {
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
void sort_unread(const std::vector<PendingFile>& files, Analysis& analysis) {
    std::map<std::string_view, std::size_t> places;
    for (const PendingFile& file : files) places.emplace(file.view.file, places.size());
    std::ranges::stable_sort(analysis.unread, {}, [&](const Unread& each) {
        return std::pair(places[each.file], each.line);
    });
}

Analysis analyze_postgresql(
    db::sql::Server& server,
    const db::Options& options,
    const Plan& plan,
    const std::string& parser_program
) {
    Analysis analysis;
    std::vector<PendingFile> files = read_pending(server.dialect(), options, plan, analysis);
    Parser parser(parser_program);
    Reading reading(options, parser, analysis);
    for (PendingFile& file : files) reading.read(file);
    if (files.empty()) return analysis;
    const auto session = server.connect();
    session->use_schemas({});
    const Catalog catalog(*session, wanted_of(files));
    Rules rules(catalog, options, analysis);
    for (PendingFile& file : files) {
        rules.begin(file.view);
        for (const StatementView& statement : file.statements) rules.look(statement);
    }
    sort_unread(files, analysis);
    return analysis;
}

}  // namespace

Analysis analyze(
    db::sql::Server& server,
    const db::Options& options,
    const Plan& plan,
    const std::string& parser_program,
    const db::TraceRequest& request
) {
    for (const auto& [rule, level] : options.analysis.levels) {
        if (!is_rule(rule)) {
            throw Error(
                ErrorKind::Configuration, fmt::format("analysis: there is no rule '{}'", rule)
            );
        }
    }
    switch (server.dialect().rules) {
        case db::sql::AnalysisRules::Postgresql:
            return analyze_postgresql(server, options, plan, parser_program);
        case db::sql::AnalysisRules::Mysql:
            return analyze_mysql(server, options, plan, request);
        case db::sql::AnalysisRules::None:
            break;
    }
    throw Error(
        ErrorKind::InvalidRequest,
        fmt::format("There is no analysis of files for {}", server.dialect().name)
    );
}

}  // namespace migrator::analysis
