#include "analysis/mysql_analysis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/mysql_catalog.hpp"
#include "analysis/mysql_rules.hpp"
#include "analysis/mysql_statement.hpp"
#include "analysis/online_alter.hpp"
#include "analysis/pending_files.hpp"
#include "core/ascii.hpp"
#include "core/count_of.hpp"
#include "core/error.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::analysis {
namespace {

/// Longer statements hold data.
constexpr std::size_t kLongestMysql = std::size_t{256} << 10U;
constexpr std::size_t kMostListed = 20;

struct MysqlFile {
    PendingFile pending;
    std::vector<MysqlStatement> read;  ///< of each statement
    std::vector<std::string> texts;    ///< as the server sees them
};

/// By number of file and statement.
using Answers = std::map<std::pair<std::size_t, std::size_t>, AskedAnswer>;

bool is_read_as_usual(const script::Reading& reading) {
    return reading == script::Reading{.encoding = reading.encoding};
}

/// Reads statements as this server does.
class MysqlReading {
public:
    MysqlReading(
        const script::Lexis& lexis,
        const MysqlVersion& version,
        const db::Options& options,
        Analysis& analysis
    )
        : lexis_(lexis), version_(version), options_(options), analysis_(analysis) {}

    MysqlFile read(PendingFile pending) {
        MysqlFile file{.pending = std::move(pending), .read = {}, .texts = {}};
        if (file.pending.unread) analysis_.unread.push_back(*file.pending.unread);
        std::string used;
        for (const StatementView& view : file.pending.statements) {
            std::string text;
            MysqlStatement statement = read(view, text);
            for (const MysqlChange& change : statement.changes) {
                if (change.act == MysqlAct::Use) used = change.name;
                if (change.act == MysqlAct::Dynamic)
                    statement.why_not = change.name + " runs what only shows when it runs";
            }
            if (!statement.why_not.empty()) {
                analysis_.unread.push_back(
                    unread_of(file.pending.view, view, options_.placeholder, statement.why_not)
                );
            }
            place(statement, used);
            file.read.push_back(std::move(statement));
            file.texts.push_back(std::move(text));
        }
        return file;
    }

private:
    MysqlStatement read(const StatementView& view, std::string& text) const {
        MysqlStatement statement;
        if (view.text.size() > kLongestMysql) {
            const std::string_view begin = std::string_view(view.text).substr(0, 8);
            const bool holds_rows = starts_with_ignoring_case(begin, "insert") ||
                                    starts_with_ignoring_case(begin, "replace");
            if (!holds_rows) statement.why_not = "it is longer than 256 KB";
            return statement;
        }
        text = as_executed(view.text, lexis_, view.reading, version_);
        return read_mysql(text, lexis_, view.reading);
    }

    /// Names without a database are in the one that USE has chosen.
    static void place(MysqlStatement& statement, const std::string& used) {
        if (used.empty()) return;
        const auto place_one = [&](Name& name) {
            if (!name.name.empty() && name.schema.empty()) name.schema = used;
        };
        place_one(statement.altered);
        for (MysqlChange& change : statement.changes) {
            place_one(change.table);
            place_one(change.other);
        }
    }

    const script::Lexis& lexis_;
    const MysqlVersion& version_;
    const db::Options& options_;
    Analysis& analysis_;
};

MysqlWanted wanted_of(const std::vector<MysqlFile>& files) {
    MysqlWanted wanted;
    for (const MysqlFile& file : files) {
        const auto& schemas = file.pending.view.schemas;
        wanted.schemas.insert(schemas.begin(), schemas.end());
        for (const MysqlStatement& statement : file.read) {
            for (const MysqlChange& change : statement.changes) {
                if (change.act == MysqlAct::ChangeColumn || change.act == MysqlAct::DropColumn)
                    wanted.columns = true;
                for (const Name* name : {&change.table, &change.other}) {
                    if (name->name.empty()) continue;
                    wanted.tables.insert(name->name);
                    if (!name->schema.empty() && name->schema != kOwnSchema)
                        wanted.schemas.insert(name->schema);
                }
            }
        }
    }
    return wanted;
}

/// Asks the server about statements that change tables, schema by schema: each file of one whose
/// tables are the largest of all schemas that it is pending for.
class Asking {
public:
    Asking(
        db::sql::Server& server,
        const MysqlCatalog& catalog,
        const std::vector<MysqlFile>& files,
        const db::TraceRequest& request
    )
        : server_(server), catalog_(catalog), files_(files), request_(request) {}

    Answers ask() {
        std::set<std::string> schemas;
        for (const MysqlFile& file : files_) {
            chosen_.push_back(largest(file));
            for (const MysqlStatement& statement : file.read) {
                if (statement.altered.name.empty()) continue;
                if (auto schema = schema_of(statement.altered, chosen_.back()); !schema.empty()) {
                    schemas.insert(std::move(schema));
                }
            }
        }
        for (const std::string& schema : schemas) ask_in(schema);
        return std::move(answers_);
    }

private:
    /// The schema where the tables that the file changes are the largest; empty: nobody has them.
    std::string largest(const MysqlFile& file) const {
        std::map<std::string, std::int64_t> bytes;
        for (const MysqlStatement& statement : file.read) {
            if (statement.altered.schema != kOwnSchema) continue;
            for (const MysqlTable* table :
                 catalog_.find(statement.altered, file.pending.view.schemas)) {
                bytes[table->schema] += table->bytes;
            }
        }
        const auto most =
            std::ranges::max_element(bytes, {}, [](const auto& each) { return each.second; });
        return most == bytes.end() ? "" : most->first;
    }

    std::string schema_of(const Name& name, const std::string& own) const {
        if (name.schema == kOwnSchema) return own;
        return name.schema.empty() ? catalog_.current() : name.schema;
    }

    void ask_in(const std::string& schema) {
        const auto session = server_.connect();
        session->watch(request_.stop);
        const auto made = make(*session, schema);
        OnlineAlter& asked = *made;
        unknown_.clear();
        for (std::size_t f = 0; f < files_.size(); ++f) {
            const MysqlFile& file = files_[f];
            const auto& schemas = file.pending.view.schemas;
            const bool is_own = std::ranges::find(schemas, schema) != schemas.end();
            for (std::size_t s = 0; s < file.read.size(); ++s) {
                const std::string own = is_own ? schema : "";
                auto answer = ask_one(asked, file, s, schema, own);
                const bool is_told =
                    file.read[s].altered.schema != kOwnSchema || chosen_[f] == schema;
                if (!answer || !is_told) continue;
                // The name of the copy's database says nothing to people.
                auto& refused = answer->refused;
                for (std::size_t at = refused.find(asked.scratch()); at != std::string::npos;
                     at = refused.find(asked.scratch())) {
                    refused.replace(at, asked.scratch().size(), schema);
                }
                answers_[{f, s}] = {std::move(*answer), schema};
            }
            asked.check_foreign_keys(true);
        }
    }

    std::unique_ptr<OnlineAlter> make(db::sql::Session& session, const std::string& schema) try {
        return std::make_unique<OnlineAlter>(session, server_.dialect().lexis, schema);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Unavailable) throw;
        throw Error(
            ErrorKind::Configuration,
            std::string("No scratch database could be made for --scratch, which needs the right to "
                        "create and drop databases called migrator_scratch_…: "
            ) + error.what()
        );
    }

    /// Does to the copies what the statement does, and says how; nothing when that can't be told.
    std::optional<OnlineAnswer> ask_one(
        OnlineAlter& asked,
        const MysqlFile& file,
        std::size_t index,
        const std::string& schema,
        const std::string& own
    ) {
        const MysqlStatement& statement = file.read[index];
        for (const MysqlChange& change : statement.changes) {
            if (change.act == MysqlAct::SetForeignKeyChecks) {
                asked.check_foreign_keys(change.is_on);
            }
        }
        const auto is_here = [&](const Name& name) {
            return !name.name.empty() && schema_of(name, own) == schema;
        };
        if (is_here(statement.altered) && knows_all(statement, is_here) &&
            is_read_as_usual(file.pending.statements[index].reading)) {
            auto answer = asked.ask(shown(file.texts[index], schema));
            if (answer) return answer;
        }
        // What it makes of its tables is not known from here on.
        for (const MysqlChange& change : statement.changes) {
            if (!changes_tables(change.act)) continue;
            if (is_here(change.table)) unknown_.insert(lower_case(change.table.name));
            if (change.act == MysqlAct::RenameTable && is_here(change.other))
                unknown_.insert(lower_case(change.other.name));
        }
        return std::nullopt;
    }

    template <typename IsHere>
    bool knows_all(const MysqlStatement& statement, const IsHere& is_here) const {
        if (unknown_.contains(lower_case(statement.altered.name))) return false;
        return std::ranges::none_of(statement.changes, [&](const MysqlChange& change) {
            return is_here(change.other) && unknown_.contains(lower_case(change.other.name));
        });
    }

    static bool changes_tables(MysqlAct act) {
        switch (act) {
            case MysqlAct::CreateTrigger:
            case MysqlAct::Delete:
            case MysqlAct::Insert:
            case MysqlAct::LockTables:
            case MysqlAct::Maintain:
            case MysqlAct::ReplaceView:
            case MysqlAct::Truncate:
            case MysqlAct::Update:
                return false;
            default:
                return true;
        }
    }

    db::sql::Server& server_;
    const MysqlCatalog& catalog_;
    const std::vector<MysqlFile>& files_;
    const db::TraceRequest& request_;
    std::vector<std::string> chosen_;  ///< by file
    std::set<std::string> unknown_;    ///< tables of the schema in work, in lower case
    Answers answers_;
};

std::string some_of(const std::vector<std::string>& places) {
    std::string list;
    for (std::size_t i = 0; i < std::min(places.size(), kMostListed); ++i) {
        list += (i == 0 ? "" : ", ") + places[i];
    }
    if (places.size() > kMostListed) {
        list += fmt::format(", and {} more", places.size() - kMostListed);
    }
    return list;
}

/// The statements that nobody has asked about, for people.
std::string not_asked_note(const std::vector<std::string>& places, bool scratch) {
    const std::string list = some_of(places);
    return scratch
               ? fmt::format(
                     "The server could not be asked about {}, whose tables earlier statements make "
                     "or rename, or which reach other tables: {}",
                     count_of(places.size(), "statement", "statements"),
                     list
                 )
               : fmt::format(
                     "The server was not asked about {}; --scratch asks it on empty copies of the "
                     "tables which ALGORITHM and LOCK it takes: {}",
                     count_of(places.size(), "change of a table", "changes of tables"),
                     list
                 );
}

}  // namespace

void check_mysql_request(const db::TraceRequest& request) {
    const char* option = !request.on.empty()               ? "--on"
                         : !request.scratch_source.empty() ? "--scratch-source"
                                                           : nullptr;
    if (option == nullptr) return;
    throw Error(
        ErrorKind::InvalidRequest,
        fmt::format(
            "{} traces files on PostgreSQL only: MySQL and MariaDB commit each DDL statement, and "
            "nothing could be rolled back. Leave it out, with --sample, --max-hold and "
            "--max-bytes; --scratch asks the server how it would change each table",
            option
        )
    );
}

Analysis analyze_mysql(
    db::sql::Server& server,
    const db::Options& options,
    const Plan& plan,
    const db::TraceRequest& request
) {
    check_mysql_request(request);
    Analysis analysis;
    std::vector<PendingFile> pending = read_pending(server.dialect(), options, plan, analysis);
    if (pending.empty()) return analysis;
    const auto session = server.connect();
    const auto told = db::sql::query_row(*session, "select version()");
    const auto version =
        MysqlVersion::parse(told ? db::sql::text_of(told->front()) : std::string());
    if (version.is_tidb) {
        throw Error(ErrorKind::InvalidRequest, "There is no analysis of files for TiDB");
    }
    MysqlReading reading(server.dialect().lexis, version, options, analysis);
    std::vector<MysqlFile> files;
    for (PendingFile& each : pending) files.push_back(reading.read(std::move(each)));
    const MysqlCatalog catalog(*session, server.dialect(), wanted_of(files));
    Answers answers;
    if (request.scratch) answers = Asking(server, catalog, files, request).ask();
    MysqlRules rules(catalog, version, options, analysis);
    std::vector<std::string> not_asked;
    for (std::size_t f = 0; f < files.size(); ++f) {
        const MysqlFile& file = files[f];
        rules.begin(file.pending.view);
        for (std::size_t s = 0; s < file.read.size(); ++s) {
            const auto answer = answers.find({f, s});
            const StatementView& view = file.pending.statements[s];
            if (answer == answers.end() && rules.is_about_old_table(file.read[s])) {
                not_asked.push_back(fmt::format("{}:{}", file.pending.view.file, view.line));
            }
            rules.look(
                view,
                file.read[s],
                answer == answers.end() ? std::nullopt : std::optional(answer->second)
            );
        }
    }
    if (!rules.not_found().empty()) {
        analysis.notes.push_back(
            "Tables that no schema has, or that the login may not see; nothing is said of them: " +
            some_of(rules.not_found())
        );
    }
    if (!not_asked.empty()) analysis.notes.push_back(not_asked_note(not_asked, request.scratch));
    return analysis;
}

}  // namespace migrator::analysis
