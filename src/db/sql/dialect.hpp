#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/schema_name.hpp"
#include "db/options.hpp"
#include "script/lexis.hpp"
#include "script/script.hpp"

namespace migrator::db::sql {

/// A script before anything runs, for `Dialect::judge`. All is lent.
struct JudgedScript {
    std::string_view text;
    const script::Script& script;
    std::string_view schema;       ///< that it runs for; may be empty
    std::string_view placeholder;  ///< for a schema in files
    bool outside_transaction = false;
    /// Statements of earlier files whose temporary objects are still there.
    std::span<const std::string> temporary{};
};

/// What is wrong with a statement.
struct StatementProblem {
    const script::Statement* statement;
    std::string why;  ///< goes on from a quotation of it
    bool wants_no_transaction = false;
};

/// A query (session, beginning of its message) for what a session waits for: a row for each session
/// that is in its way, at least one when it waits. Columns, each of which may be NULL: what it
/// waits for, for people; schema and table of that; the other session, its user, address, program,
/// for how many seconds it has had what is waited for at most, its state, its statement; true when
/// only DDL takes the lock that is wanted, false when only others do.
struct WaitQuery {
    std::string_view sql;
    bool is_guess = false;  ///< the sessions may be others
};

/// Whose rules say what a statement would do to an application in use (`analysis`).
enum class AnalysisRules : std::uint8_t { None, Postgresql, Mysql };

/// Everything in which two SQL servers differ, as text and facts. Constant data.
///
/// In all texts the tables stand with their prefix, our own parameters are `placeholder(1)` and
/// up. Where a list of names is a parameter, it is one JSON array of strings, but for servers that
/// take no such thing (`literals`).
struct Dialect {
    std::string_view name;  ///< for people: "PostgreSQL"
    script::Lexis lexis;
    /// Finds the statements of a script; the first argument after the text is `lexis`.
    script::Script (*scan)(std::string_view, const script::Lexis&, bool) = script::scan;
    /// Sessions send large scripts in pieces, so that their texts need not be held as a whole. For
    /// servers with `script::scan`.
    bool sends_pieces = false;
    /// What is wrong with a script by what it names, beside what its traits say. Null: nothing.
    std::optional<StatementProblem> (*judge)(const JudgedScript&) = nullptr;
    Atomicity default_atomicity;
    bool allows_version_atomicity;  ///< SQLite: false
    bool allows_file_atomicity = false;
    bool version_ids_survive_rollback;  ///< ids come from a sequence
    /// False: each DDL statement commits. Files are then recorded one by one
    /// (`Session::run_recorded`), and a dry run executes nothing.
    bool transactional_ddl = true;
    /// A session that works for a run holds a named lock of its own, so a worker has one at a time.
    bool one_session_per_worker = false;
    /// Several tenants can be worked for at once, and one that fails is left out of the run.
    bool has_fleets = true;
    /// Names of files that differ only in case may be one in the column `filename`.
    bool folds_file_names = false;
    std::size_t max_schemas;  ///< that one transaction can work in; 0: no limit

    std::size_t max_identifier_bytes;  ///< the server cuts longer names; 0: it does not

    /// The setting that limits a message, behind a blank and in parentheses; may be empty.
    std::string_view message_limit{};
    /// Bytes that the contents of a file take in its row, as the row is sent, where the limit of a
    /// message holds for it. Null: rows can be as long as they like.
    std::size_t (*row_bytes)(std::string_view contents) = nullptr;

    std::string_view prefix;                ///< of migrator's own tables: "migrator."
    std::string (*placeholder)(int index);  ///< index from 1: "$1", "?"
    std::string_view json_list;             ///< subquery over a JSON array parameter, `{}` for it
    /// Query over a JSON array parameter, `{}` for it: columns `value`, and `position`, a number
    /// that is different for each.
    std::string_view json_positions;
    /// Aggregate over the column `position` of that query, from 1: a text of {0} digits, '1' in
    /// each place that is there. May be empty.
    std::string_view joined_places{};
    /// Names as a row of literals, `'a', 'b'`, where the server takes no list as a parameter.
    /// Null: it does.
    std::string (*literals)(std::span<const std::string> names) = nullptr;
    /// With `literals`: an expression, `{}` for a column, and what it gives for a name. Up to 32
    /// bits, different for most names.
    std::string_view name_hash;
    std::uint32_t (*hash_name)(std::string_view name) = nullptr;
    std::string_view now_utc;  ///< expression: a database time in UTC, as text
    /// Expression for a `created` of the Go program's tables that is now; empty: `now_utc`'s value.
    std::string_view now_created;
    std::string (*quote)(std::string_view identifier);
    /// Makes this schema, called exactly so, if it is missing; empty when connecting makes it.
    std::string (*create_schema)(const SchemaName& name);

    /// Query: the name of each schema. Empty: `Session::missing_schemas` knows.
    std::string_view schemas{};

    /// Drops this schema, if it is there, with all that is in it. Null: no statement does.
    std::string (*drop_schema)(const SchemaName& name) = nullptr;
    /// Query: for people, some objects in other schemas that would be dropped with this one. Null:
    /// nothing outside is dropped.
    std::string (*dropped_with)(const SchemaName& schema) = nullptr;

    // Which schema the name of a tenant means: `SchemaNames` has the rule, and these the facts.
    /// How the server reads a name that needs no quotes and has none. Null: as it stands.
    std::string (*folded)(std::string_view name) = nullptr;
    /// Whether files can name it in quotes only, as far as migrator has to know. Null: every name
    /// that is not plain.
    bool (*needs_quotes)(const SchemaName& name) = nullptr;
    /// Query: one row, true when names of schemas that differ in case alone are one schema. Empty:
    /// they never are.
    std::string_view names_ignore_case{};
    /// The server's own schemas, in lower case; a last `*` stands for any end.
    std::span<const std::string_view> system_schemas{};
    /// A schema that every database has, for whoever names none; empty: there is none.
    std::string_view default_schema{};
    /// Why no schema can be called so, and what to do; empty when one can. Null: any name will do.
    std::string (*name_problem)(const std::string& name) = nullptr;
    /// Query: a row for each object in this schema, which may be missing: what it is, for people
    /// ("table orders"), and the schema as the server spells it. At least one row when there is
    /// any object, at most 100.
    std::string (*objects_in)(const SchemaName& schema) = nullptr;

    /// One row, a boolean for each object of `MetadataShape`, in its order; the last only with
    /// `make_names_exact`.
    std::string_view shape_query;
    // DDL, one statement or several, run in this order for what the shape lacks.
    std::string_view create_metadata_schema;
    std::string_view create_migrations;  ///< with version_id and foreign key; needs versions
    std::string_view create_versions;
    std::string_view add_version_id;      ///< v4: nullable column and index
    std::string_view require_version_id;  ///< v4: not null and foreign key, after the update
    std::string_view create_tenants;
    std::string_view create_lock;
    std::string_view create_runs;
    std::string_view create_tenant_state;
    std::string_view create_places;
    std::string_view create_audit;  ///< with the row of its head
    /// Makes a table, `{0}`, with these columns, `{1}`, if it is missing.
    std::string_view create_if_missing = "create table if not exists {0} ({1})";
    /// Query: one row, true when there is a table of fingerprints. Empty: there can be none.
    std::string_view has_fingerprints{};
    std::string_view create_fingerprints{};
    std::string_view create_filename_index;
    /// Makes columns compare names letter by letter and hold any text, which those that the Go
    /// program has made may not do. Empty where they do.
    std::string_view make_names_exact;

    std::string_view next_version_id;      ///< query: one row, the id for the next version
    std::string_view insert_version;       ///< (id, name); nothing when the id is there
    std::string_view upsert_lock;          ///< (run_id, owner, request_id, version_name)
    std::string_view upsert_tenant_state;  ///< (tenant, version_id, first_file, state, file,
                                           ///< statement, sqlstate, message)

    /// (tenants, first files, version_id): a row "planned" for each. Both are JSON arrays, and the
    /// places in them belong together. With `literals` `{}` stands for `(tenant, first file), …`.
    std::string_view plan_tenant_states;

    /// Query (tenant): locks its row against every other transaction, waiting for those that have
    /// changed it. Empty where one transaction at a time writes.
    std::string_view lock_tenant_state;
    /// SQLSTATEs, separated by blanks, of what passes by itself: a lock that was not free in time,
    /// a deadlock. Empty: none.
    std::string_view passing_sqlstates;

    /// (id, state, request, progress, status, answer, owner, started, ended) in UTC; gives a row
    /// unless the id is there.
    std::string_view insert_run;
    std::string_view delete_old_runs;  ///< not written for a day, ended or not
    std::string_view update_run;   ///< (id, state, progress, status, answer, ended); gives `cancel`
    std::string_view cancel_run;   ///< (id); gives a row when it is there
    std::string_view run_silence;  ///< expression: seconds since `changed`

    /// Query: number and hash of the last row of the audit; keeps others from it until the commit.
    std::string_view lock_audit_head;

    /// Query: one row, true when no transaction of an older run is open any more. May be empty.
    std::string_view fence_is_free;
    /// Takes the fence for a session that works outside a transaction, and gives it back.
    std::string_view session_fence;
    std::string_view release_session_fence;
    /// Query: one row, true when scripts should go one a message. May be empty.
    std::string_view prefers_single_messages;
    /// Query: one row, true when the database has code, beside the system's, that may change the
    /// session of whoever runs it; and, where `Session::forbid_own_tables` can tell, true when code
    /// names migrator's own tables. Empty where no code can.
    std::string_view stateful_code{};
    /// Query: one row, for how many locks the server's lock table is made, and by which settings.
    /// Empty where there is no such limit.
    std::string_view lock_room{};
    std::string_view own_locks{};           ///< query: how many of them the session holds
    std::string_view lock_room_sqlstate{};  ///< of the error when they run out
    /// Query: how many more connections the server takes. May be empty.
    std::string_view free_connections{};
    /// The first that gives rows tells; one that the server refuses is left out. Empty: nobody
    /// waits.
    std::span<const WaitQuery> waits{};
    /// What lets the server tell more, where it refuses one for want of a right, and where it does
    /// not name the sessions.
    std::string_view waits_right{};
    std::string_view waits_advice{};
    /// What keeps a check of a file from changing anything, sent before it in the open transaction;
    /// `role`: whom it is asked as, empty: the login. Undone by `after_check`.
    std::vector<std::string> (*before_check)(const std::string& role) = [](const std::string&) {
        return std::vector<std::string>();
    };
    std::span<const std::string_view> after_check{};
    /// Checks that change nothing are asked outside a transaction: one would lock out who writes.
    bool transactions_lock_out = false;
    /// Query: name, and what to do about it, of each half-made object. May be empty.
    std::string_view broken_objects;
    AnalysisRules rules = AnalysisRules::None;
    /// Why a statement with `kForbidden` is not possible.
    std::string_view why_forbidden;
    /// A transaction that is rolled back shows what statements do, and leaves nothing of it.
    bool can_be_traced = false;
    /// What a statement with `kRefusesTransaction` does, for people.
    std::string_view why_not_in_transaction = "cannot run inside a transaction";
};

}  // namespace migrator::db::sql
