#include "db/mysql/recorded_message.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.hpp"
#include "core/utf8.hpp"
#include "db/mysql/lexis.hpp"
#include "db/mysql/literal.hpp"
#include "script/lexer.hpp"

namespace migrator::db::mysql {
namespace {

constexpr std::string_view kState = "migrator_tenant_state";

/// Where the list of LOCK TABLES ends: before WAIT, NOWAIT, and the end of a version comment.
std::size_t end_of_tables(std::string_view text) {
    script::Lexer lexer(text, kMysqlLexis);
    std::size_t end = 0;
    std::size_t before_wait = 0;
    for (script::Token token = lexer.next(); token.kind != script::TokenKind::End;
         token = lexer.next()) {
        if (token.kind == script::TokenKind::VersionComment) continue;
        const std::string_view word = text.substr(token.begin, token.end - token.begin);
        const bool waits = equal_ignoring_case(word, "nowait") || equal_ignoring_case(word, "wait");
        // An alias may be called so; then the kind of lock follows.
        if (waits) before_wait = end;
        if (!waits && token.kind != script::TokenKind::Number) before_wait = 0;
        end = token.end;
    }
    return before_wait > 0 ? before_wait : end;
}

/// The statement as it is sent. While tables are locked only those that LOCK TABLES names can be
/// written to, and our state row is written between the statements.
std::string text_of(
    const sql::ScriptRun& run, const script::Statement& statement, std::string_view prefix
) {
    std::string text = run.text.piece(statement.begin, statement.end);
    if ((statement.traits & script::kLocksTables) != 0) {
        text.insert(end_of_tables(text), fmt::format(", {}{} write", prefix, kState));
    }
    return text;
}

/// For people. In double quotes are values, too, and a value may be a password.
std::string excerpt_of(const sql::ScriptRun& run, const script::Statement& statement) {
    const std::size_t quote =
        std::min<std::size_t>(run.text.whole().find('"', statement.begin), statement.end);
    if (quote == statement.end) return script::excerpt(run.text.whole(), statement);
    script::Statement shown = statement;
    shown.end = static_cast<std::uint32_t>(quote);
    const std::string text = script::excerpt(run.text.whole(), shown);
    return text.ends_with("…") ? text : text + "…";
}

std::string update_progress(
    const sql::VersionRow& version,
    const sql::RecordedScript& script,
    std::size_t known,
    std::size_t next,
    std::string_view prefix
) {
    const script::Statement& statement = script.run.script->statements[next];
    const std::string doubt = fmt::format(
        "statement {} in line {}, \"{}\", was about to run",
        next + 1,
        statement.line,
        excerpt_of(script.run, statement)
    );
    return fmt::format(
        "update {}{} set version_id = {}, state = 'running', file = {}, statement = {}, `sqlstate` "
        "= "
        "'', "
        "message = {}, changed = utc_timestamp(6) where tenant = {}",
        prefix,
        kState,
        version.id,
        literal(script.row.migration->file),
        known,
        literal(to_valid_utf8(doubt)),
        literal(script.tenant)
    );
}

std::string end_state(const sql::RecordedScript& script, std::string_view prefix) {
    const std::string tenant = literal(script.tenant);
    if (script.ends_tenant) {
        return fmt::format("delete from {}{} where tenant = {}", prefix, kState, tenant);
    }
    return fmt::format(
        "update {}{} set state = 'planned', file = '', statement = 0, `sqlstate` = '', message = "
        "'' "
        "where tenant = {}",
        prefix,
        kState,
        tenant
    );
}

std::string as_literal(std::string_view text, bool plain) {
    return plain ? quoted_literal(text) : literal(text);
}

constexpr std::string_view kInsertRows =
    "insert into {}migrator_migrations (name, source_dir, filename, type, db_schema, "
    "contents, checksum, version_id) values ";

std::string values_of(
    std::int64_t version_id, const sql::MetadataRow& row, const std::string& contents
) {
    const Migration& migration = *row.migration;
    return fmt::format(
        "({}, {}, {}, {}, {}, {}, {}, {})",
        literal(migration.name),
        literal(migration.source_dir),
        literal(migration.file),
        static_cast<int>(migration.type),
        literal(*row.schema),
        contents,
        literal(migration.check_sum),
        version_id
    );
}

/// Cuts up to `bytes` off `text`, whole characters.
std::string_view take_piece(std::string_view& text, std::size_t bytes) {
    const std::string_view piece = utf8_prefix(text, bytes);
    text.remove_prefix(piece.size());
    return piece;
}

/// A literal can be twice as long as its text, and more than the server takes in a message.
std::vector<std::string> insert_in_pieces(
    std::int64_t version_id,
    const sql::MetadataRow& row,
    std::string_view contents,
    const RecordedAs& as
) {
    const std::size_t size = as.longest / 2;
    std::vector<std::string> statements;
    const std::string first = as_literal(take_piece(contents, size), as.plain);
    statements.push_back(fmt::format(kInsertRows, as.prefix) + values_of(version_id, row, first));
    while (!contents.empty()) {
        statements.push_back(fmt::format(
            "update {}migrator_migrations set contents = concat(contents, {}) where id = "
            "last_insert_id()",
            as.prefix,
            as_literal(take_piece(contents, size), as.plain)
        ));
    }
    return statements;
}

/// Whether some server takes the statement for a comment, or nobody knows: `/*!80000 set … */`.
/// One of that kind can only stand at the end of a message: with a ';' behind it, it is an error.
bool may_be_a_comment(std::string_view statement) {
    if (!statement.starts_with("/*")) return false;
    statement.remove_prefix(2);
    const bool of_mariadb = statement.starts_with("M!");
    if (!of_mariadb && !statement.starts_with("!")) return false;
    statement.remove_prefix(of_mariadb ? 2 : 1);
    const std::string_view digits = statement.substr(0, statement.find_first_not_of("0123456789"));
    // Every server that there is still reads what is for MySQL 5.6 and older.
    const bool always_read = digits.empty() || (digits.size() == 5 && digits < "50700");
    return of_mariadb || !always_read;
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
        : version_(version),
          script_(script),
          index_(index),
          as_(as),
          apart_(manners_of(script.run).apart) {}

    std::vector<Part> take() {
        const script::Script& script = *script_.run.script;
        for (std::size_t i = script_.skipped; i < script.statements.size(); ++i) add_statement(i);
        if ((script.traits & script::kLocksTables) != 0) {
            add(Part::Kind::Ours, "unlock tables", script.statements.size());
        }
        // The script may have said otherwise; version and row have to come together.
        if (apart_) add(Part::Kind::Record, "set autocommit = 0");
        add_records();
        return std::move(parts_);
    }

private:
    void add(Part::Kind kind, std::string text, std::size_t statement = 0) {
        const bool is_behind = !parts_.empty() && parts_.back().kind == Part::Kind::Script;
        if (is_behind && kind != Part::Kind::Script) {
            const std::size_t before = parts_.back().statement;
            parts_.push_back(
                {.kind = Part::Kind::Warnings,
                 .script = index_,
                 .statement = before,
                 .text = "show warnings"}
            );
        }
        parts_.push_back(
            {.kind = kind, .script = index_, .statement = statement, .text = std::move(text)}
        );
    }

    void add_statement(std::size_t index) {
        const script::Script& script = *script_.run.script;
        if (is_wrapper(script, index)) return;
        const script::Statement& statement = script.statements[index];
        if (may_commit(script, index)) {
            // Before anything has run anew what an earlier run has done is still the truth.
            const bool is_first = index == first_sent(script, 0);
            const std::size_t known = is_first ? script_.known_before : index;
            add(Part::Kind::Ours,
                update_progress(version_, script_, known, index, as_.prefix),
                index);
            commits_ = true;
        }
        add(Part::Kind::Script, text_of(script_.run, statement, as_.prefix), index);
        Part& part = parts_.back();
        part.uncounted = (statement.traits & script::kUncountedResults) != 0;
        part.reads_file = (statement.traits & script::kReadsClientFile) != 0;
        // For a file that cannot be read the server would go on with what stands behind.
        part.ends_message = apart_ || part.reads_file || may_be_a_comment(part.text);
    }

    void add_records() {
        if (as_.with_version) {
            add(Part::Kind::Record,
                fmt::format(
                    "insert ignore into {}migrator_versions (id, name) values ({}, {})",
                    as_.prefix,
                    version_.id,
                    literal(version_.name)
                ));
        }
        for (std::string& insert : insert_rows_statements(version_.id, {&script_.row, 1}, as_)) {
            add(Part::Kind::Record, std::move(insert));
        }
        if (script_.ends_tenant || commits_ || script_.is_interrupted) {
            add(Part::Kind::Record, end_state(script_, as_.prefix));
        }
        add(Part::Kind::Record, "commit");
    }

    const sql::VersionRow& version_;
    const sql::RecordedScript& script_;
    const std::size_t index_;
    const RecordedAs& as_;
    const bool apart_;  ///< one statement a message
    std::vector<Part> parts_;
    bool commits_ = false;
};

}  // namespace

bool is_wrapper(const script::Script& script, std::size_t index) {
    return script.wrapped && (index == 0 || index + 1 == script.statements.size());
}

std::size_t first_sent(const script::Script& script, std::size_t skipped) {
    return is_wrapper(script, skipped) ? skipped + 1 : skipped;
}

bool may_commit(const script::Script& script, std::size_t index) {
    const bool keeps = (script.statements[index].traits & script::kKeepsTransaction) != 0;
    return !keeps && !is_wrapper(script, index);
}

Manners manners_of(const sql::ScriptRun& run) {
    const script::Script& script = *run.script;
    const bool controls = (script.traits & script::kTransactionControl) != 0 && !script.wrapped;
    const bool changes =
        (script.traits & (script::kChangesSession | script::kUncountedResults)) != 0;
    const bool apart = !script.sure || controls ||
                       (script.traits & (script::kUncountedResults | script::kChangesLexing)) != 0;
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

std::vector<std::string> insert_rows_statements(
    std::int64_t version_id, std::span<const sql::MetadataRow> rows, const RecordedAs& as
) {
    const std::string insert = fmt::format(kInsertRows, as.prefix);
    std::vector<std::string> statements;
    std::string text;
    const auto end_statement = [&] {
        if (!text.empty()) statements.push_back(std::move(text));
        text.clear();
    };
    for (const sql::MetadataRow& row : rows) {
        const std::string contents = to_valid_utf8(row.migration->contents);
        const std::string values = values_of(version_id, row, as_literal(contents, as.plain));
        const std::size_t size = insert.size() + values.size();
        if (as.longest > 0 && text.size() + size > as.longest) end_statement();
        if (as.longest > 0 && size > as.longest) {
            for (std::string& statement : insert_in_pieces(version_id, row, contents, as)) {
                statements.push_back(std::move(statement));
            }
            continue;
        }
        text += text.empty() ? std::string_view(insert) : ", ";
        text += values;
    }
    end_statement();
    return statements;
}

}  // namespace migrator::db::mysql
