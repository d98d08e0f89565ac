#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "db/sql/session.hpp"

/// How a script is sent where DDL commits: as its statements, each that may commit behind an update
/// of the tenant's state row that says how far the script has come, then its own row, then COMMIT.
/// The statement that may commit commits what came before it, so that after a crash one statement
/// at most is in doubt, and the state row names it.
namespace migrator::db::mysql {

/// One statement of a message. Each gives one result, but those with `uncounted`.
struct Part {
    enum class Kind : std::uint8_t { Ours, Script, Record, Warnings };
    /// Record: what makes the script count as applied. Warnings: asks for those of the statement
    /// before it; where a statement of ours follows, as it changes `row_count()`.
    Kind kind = Kind::Ours;
    std::size_t script = 0;     ///< its place in the row of scripts
    std::size_t statement = 0;  ///< of the script, from 0; their number: behind the last
    bool uncounted = false;
    bool reads_file = false;    ///< the server asks for a file: nothing else in the message
    bool ends_message = false;  ///< nothing may stand behind it in a message
    std::string text;
};

/// What a script leaves behind in the session, or how it wants to be sent.
struct Manners {
    bool changes_session = false;  ///< nobody knows the settings afterwards
    bool apart = false;            ///< one statement a message
};
Manners manners_of(const sql::ScriptRun& run);

/// Whether the statement is of the BEGIN and COMMIT around a script, which are not sent.
bool is_wrapper(const script::Script& script, std::size_t index);

/// The first statement that is sent when so many at the beginning are not.
std::size_t first_sent(const script::Script& script, std::size_t skipped);

/// Whether a statement is sent that may commit by itself.
bool may_commit(const script::Script& script, std::size_t index);

/// How texts get into our own statements.
struct RecordedAs {
    bool with_version = false;  ///< the version's row goes in, too
    bool plain = false;         ///< `quoted_literal` will do: `Connection::reads_quoted_literals`
    std::size_t longest = 0;    ///< bytes that a statement of ours may have; 0: no limit
    std::string_view prefix = "migrator.";  ///< of migrator's own tables
};

/// All of `script`, number `index` of its row.
std::vector<Part> parts_of(
    const sql::VersionRow& version,
    const sql::RecordedScript& script,
    std::size_t index,
    const RecordedAs& as
);

/// The rows of `migrator_migrations` for these executions: one statement, or several for a row
/// whose contents are too long for one.
std::vector<std::string> insert_rows_statements(
    std::int64_t version_id, std::span<const sql::MetadataRow> rows, const RecordedAs& as
);

}  // namespace migrator::db::mysql
