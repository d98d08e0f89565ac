#include "db/mysql/recorded_message.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/utf8.hpp"
#include "db/mysql/literal.hpp"

namespace migrator::db::mysql {
namespace {

constexpr std::string_view kState = "migrator.migrator_tenant_state";

bool is_wrapper(const sql::Script& script, std::size_t index) {
    return script.wrapped && (index == 0 || index + 1 == script.statements.size());
}

/// The statement as it is sent. While tables are locked only those that LOCK TABLES names can be
/// written to, and our state row is written between the statements.
std::string text_of(const sql::ScriptRun& run, const sql::Statement& statement) {
    std::string text(run.text.substr(statement.begin, statement.end - statement.begin));
    if ((statement.traits & sql::kLocksTables) != 0) {
        // Behind the list; a version comment around the statement goes on to its end.
        const std::size_t end = text.ends_with("*/") ? text.size() - 2 : text.size();
        text.insert(end, fmt::format(", {} write", kState));
    }
    return text;
}

std::string update_progress(
    const sql::VersionRow& version,
    const sql::RecordedScript& script,
    std::size_t known,
    std::size_t next
) {
    const sql::Statement& statement = script.run.script->statements[next];
    const std::string doubt = fmt::format(
        "statement {} in line {}, \"{}\", was about to run",
        next + 1,
        statement.line,
        sql::excerpt(script.run.text, statement)
    );
    return fmt::format(
        "update {} set version_id = {}, state = 'running', file = {}, statement = {}, `sqlstate` = "
        "'', "
        "message = {}, changed = utc_timestamp(6) where tenant = {}",
        kState,
        version.id,
        literal(script.row.migration->file),
        known,
        literal(to_valid_utf8(doubt)),
        literal(script.tenant)
    );
}

std::string end_state(const sql::RecordedScript& script) {
    const std::string tenant = literal(script.tenant);
    if (script.ends_tenant) return fmt::format("delete from {} where tenant = {}", kState, tenant);
    return fmt::format(
        "update {} set state = 'planned', file = '', statement = 0, `sqlstate` = '', message = '' "
        "where tenant = {}",
        kState,
        tenant
    );
}

std::string contents_of(const Migration& migration, bool plain) {
    const auto as = [plain](std::string_view text) {
        return plain ? quoted_literal(text) : literal(text);
    };
    return is_valid_utf8(migration.contents) ? as(migration.contents)
                                             : as(to_valid_utf8(migration.contents));
}

/// Adds the parts of one script in order.
class Parts {
public:
    Parts(
        const sql::VersionRow& version,
        const sql::RecordedScript& script,
        std::size_t index,
        const RecordedAs& as
    )
        : version_(version), script_(script), index_(index), as_(as) {}

    std::vector<Part> take() {
        const sql::Script& script = *script_.run.script;
        for (std::size_t i = script_.skipped; i < script.statements.size(); ++i) add_statement(i);
        if ((script.traits & sql::kLocksTables) != 0) add(Part::Kind::Ours, "unlock tables");
        // The script may have said otherwise; version and row have to come together.
        if (manners_of(script_.run).apart) add(Part::Kind::Record, "set autocommit = 0");
        add_records();
        return std::move(parts_);
    }

private:
    void add(Part::Kind kind, std::string text) {
        parts_.push_back({.kind = kind, .script = index_, .text = std::move(text)});
    }

    void add_statement(std::size_t index) {
        const sql::Script& script = *script_.run.script;
        if (is_wrapper(script, index)) return;
        const sql::Statement& statement = script.statements[index];
        if (may_commit(statement)) {
            // Before anything has run anew what an earlier run has done is still the truth.
            const bool is_first = index == 0;
            const std::size_t known = is_first ? script_.known_before : index;
            add(Part::Kind::Ours, update_progress(version_, script_, known, index));
            parts_.back().statement = index;
            commits_ = true;
        }
        add(Part::Kind::Script, text_of(script_.run, statement));
        Part& part = parts_.back();
        part.statement = index;
        part.uncounted = (statement.traits & sql::kUncountedResults) != 0;
        part.ends_message = manners_of(script_.run).apart;
    }

    void add_records() {
        if (as_.with_version) {
            add(Part::Kind::Record,
                fmt::format(
                    "insert ignore into migrator.migrator_versions (id, name) values ({}, {})",
                    version_.id,
                    literal(version_.name)
                ));
        }
        add(Part::Kind::Record, insert_rows_statement(version_.id, {&script_.row, 1}, as_.plain));
        if (script_.ends_tenant || commits_ || script_.is_interrupted) {
            add(Part::Kind::Record, end_state(script_));
        }
        add(Part::Kind::Record, "commit");
    }

    const sql::VersionRow& version_;
    const sql::RecordedScript& script_;
    const std::size_t index_;
    const RecordedAs& as_;
    std::vector<Part> parts_;
    bool commits_ = false;
};

}  // namespace

Manners manners_of(const sql::ScriptRun& run) {
    const sql::Script& script = *run.script;
    const bool controls = (script.traits & sql::kTransactionControl) != 0 && !script.wrapped;
    const bool changes = (script.traits & (sql::kChangesSession | sql::kUncountedResults)) != 0;
    const bool apart = !script.sure || controls ||
                       (script.traits & (sql::kUncountedResults | sql::kChangesLexing)) != 0;
    return {.changes_session = changes || apart, .apart = apart};
}

std::vector<Part> parts_of(
    const sql::VersionRow& version,
    const sql::RecordedScript& script,
    std::size_t index,
    const RecordedAs& as
) {
    return Parts(version, script, index, as).take();
}

std::string insert_rows_statement(
    std::int64_t version_id, std::span<const sql::MetadataRow> rows, bool plain
) {
    std::string text =
        "insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, "
        "contents, checksum, version_id) values ";
    for (const sql::MetadataRow& row : rows) {
        const Migration& migration = *row.migration;
        if (&row != rows.data()) text += ", ";
        text += fmt::format(
            "({}, {}, {}, {}, {}, {}, {}, {})",
            literal(migration.name),
            literal(migration.source_dir),
            literal(migration.file),
            static_cast<int>(migration.type),
            literal(*row.schema),
            contents_of(migration, plain),
            literal(migration.check_sum),
            version_id
        );
    }
    return text;
}

}  // namespace migrator::db::mysql
