#include "db/sqlite/dialect.hpp"

#include <fmt/format.h>

#include <array>

#include "db/sqlite/files.hpp"
#include "db/sqlite/judge_script.hpp"
#include "db/sqlite/lexis.hpp"

namespace migrator::db::sqlite {
namespace {

std::string placeholder(int index) { return fmt::format("?{}", index); }

std::string quote(std::string_view identifier) {
    std::string quoted = "\"";
    for (const char c : identifier) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

/// Attaching makes it.
std::string create_schema(const SchemaName&) { return {}; }

std::string objects_in(const SchemaName& schema) {
    return fmt::format(
        "select type || ' ' || name, '{0}' from \"{0}\".sqlite_schema "
        "order by type <> 'table', rowid limit 100",
        schema.str()
    );
}

// There was never a version 4 of the Go program on SQLite: version_id is there when its table is.
constexpr std::string_view kShapeQuery = R"(
with objects(type, name) as (select type, name from main.sqlite_schema)
select 1,
       exists (select 1 from objects where type = 'table' and name = 'migrator_migrations'),
       exists (select 1 from objects where type = 'table' and name = 'migrator_migrations'),
       exists (select 1 from objects where type = 'table' and name = 'migrator_versions'),
       exists (select 1 from objects where type = 'table' and name = 'migrator_tenants'),
       exists (select 1 from objects where type = 'table' and name = 'migrator_lock'),
       exists (select 1 from objects where type = 'table' and name = 'migrator_runs'),
       exists (select 1 from objects where type = 'table' and name = 'migrator_tenant_state'),
       exists (select 1 from objects where type = 'table' and name = 'migrator_places'),
       exists (select 1 from objects where type = 'table' and name = 'migrator_audit'),
       exists (select 1 from objects
               where type = 'index' and name = 'migrator_migrations_filename_idx'))";

// `autoincrement` never gives the id of a deleted row again, as `serial` elsewhere.
constexpr std::string_view kCreateVersions = R"(
create table main.migrator_versions (
    id integer primary key autoincrement,
    name text not null,
    created text default (strftime('%Y-%m-%d %H:%M:%f', 'now'))
))";

constexpr std::string_view kCreateMigrations = R"(
create table main.migrator_migrations (
    id integer primary key autoincrement,
    name text not null,
    source_dir text not null,
    filename text not null,
    type integer not null,
    db_schema text not null,
    created text default (strftime('%Y-%m-%d %H:%M:%f', 'now')),
    contents text,
    checksum text,
    version_id integer not null
        constraint migrator_versions_version_id_fk
        references migrator_versions (id) on delete cascade
);
create index main.migrator_migrations_version_id_idx on migrator_migrations (version_id))";

constexpr std::string_view kCreateTenants = R"(
create table main.migrator_tenants (
    id integer primary key autoincrement,
    name text not null,
    created text default (strftime('%Y-%m-%d %H:%M:%f', 'now'))
))";

constexpr std::string_view kCreateLock = R"(
create table main.migrator_lock (
    id integer primary key check (id = 1),
    run_id text,
    owner text,
    request_id text,
    version_name text,
    since text
))";

constexpr std::string_view kCreateRuns = R"(
create table main.migrator_runs (
    id text primary key not null,
    state text not null,
    request text,
    progress text,
    status integer,
    answer text,
    cancel boolean not null default 0,
    owner text,
    started text,
    ended text,
    changed text
))";

constexpr std::string_view kCreateTenantState = R"(
create table main.migrator_tenant_state (
    tenant text primary key not null,
    version_id integer not null,
    first_file text,
    state text not null,
    file text,
    statement integer,
    sqlstate text,
    message text,
    changed text
))";

constexpr std::string_view kCreatePlaces = R"(
create table main.migrator_places (
    place text not null,
    same_as text not null,
    created text default (strftime('%Y-%m-%d %H:%M:%f', 'now')),
    primary key (place, same_as)
))";

constexpr std::string_view kHasFingerprints = R"(
select exists (
    select 1 from main.sqlite_schema where type = 'table' and name = 'migrator_fingerprints'
))";

constexpr std::string_view kCreateFingerprints = R"(
create table main.migrator_fingerprints (
    tenant text primary key,
    format text not null,
    files text not null,
    hash text not null
))";

// The head comes first: while there is no table of rows, nothing is taken for complete.
constexpr std::string_view kCreateAudit = R"(
create table if not exists main.migrator_audit_head (
    id integer primary key check (id = 1),
    last_row integer not null,
    hash text not null
);
insert into main.migrator_audit_head (id, last_row, hash) values (1, 0, '')
on conflict (id) do nothing;
create table main.migrator_audit (
    id integer primary key,
    happened_at text not null,
    outcome text not null,
    operation text not null,
    principal text not null,
    proof text not null,
    role_name text not null,
    address text not null,
    request_id text not null,
    details text not null,
    plan_sha256 text not null,
    version_id integer not null,
    asked_row integer not null,
    message text not null,
    key_id text not null,
    hash text not null
);
create index main.migrator_audit_version_id_idx on migrator_audit (version_id))";

// Who writes has begun with the lock on the file.
constexpr std::string_view kLockAuditHead =
    "select last_row, hash from main.migrator_audit_head where id = 1";

constexpr std::string_view kCreateFilenameIndex =
    "create index main.migrator_migrations_filename_idx "
    "on migrator_migrations (filename, db_schema)";

// sqlite_sequence has the highest id ever given; rows that were inserted with an id of their own
// before it existed are found by max(id).
constexpr std::string_view kNextVersionId = R"(
select 1 + max(
    coalesce((select seq from main.sqlite_sequence where name = 'migrator_versions'), 0),
    coalesce((select max(id) from main.migrator_versions), 0)))";

constexpr std::string_view kInsertVersion = R"(
insert into main.migrator_versions (id, name, created)
values (?1, ?2, coalesce(?3, strftime('%Y-%m-%d %H:%M:%f', 'now')))
on conflict (id) do nothing)";

constexpr std::string_view kUpsertLock = R"(
insert into main.migrator_lock (id, run_id, owner, request_id, version_name, since)
values (1, ?1, ?2, ?3, ?4, strftime('%Y-%m-%d %H:%M:%f', 'now'))
on conflict (id) do update set
    run_id = excluded.run_id, owner = excluded.owner, request_id = excluded.request_id,
    version_name = excluded.version_name, since = excluded.since)";

constexpr std::string_view kUpsertTenantState = R"(
insert into main.migrator_tenant_state
    (tenant, version_id, first_file, state, file, statement, sqlstate, message, changed)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, strftime('%Y-%m-%d %H:%M:%f', 'now'))
on conflict (tenant) do update set
    version_id = excluded.version_id, first_file = excluded.first_file, state = excluded.state,
    file = excluded.file, statement = excluded.statement, sqlstate = excluded.sqlstate,
    message = excluded.message, changed = excluded.changed)";

// `where true`: the parser takes `on` for that of a join otherwise.
constexpr std::string_view kPlanTenantStates = R"(
insert into main.migrator_tenant_state
    (tenant, version_id, first_file, state, file, statement, sqlstate, message, changed)
select t.value, ?3, f.value, 'planned', '', 0, '', '', strftime('%Y-%m-%d %H:%M:%f', 'now')
from json_each(?1) t join json_each(?2) f on f.key = t.key where true
on conflict (tenant) do update set
    version_id = excluded.version_id, first_file = excluded.first_file, state = excluded.state,
    file = excluded.file, statement = excluded.statement, sqlstate = excluded.sqlstate,
    message = excluded.message, changed = excluded.changed)";

constexpr std::string_view kInsertRun = R"(
insert into main.migrator_runs
    (id, state, request, progress, status, answer, owner, started, ended, changed)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, strftime('%Y-%m-%d %H:%M:%f', 'now'))
on conflict (id) do nothing returning 1)";

constexpr std::string_view kDeleteOldRuns = R"(
delete from main.migrator_runs where changed < strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 day'))";

constexpr std::string_view kUpdateRun = R"(
update main.migrator_runs set state = ?2, progress = ?3, status = ?4, answer = ?5, ended = ?6,
    changed = strftime('%Y-%m-%d %H:%M:%f', 'now')
where id = ?1 returning cancel)";

constexpr std::string_view kCancelRun =
    "update main.migrator_runs set cancel = 1 where id = ?1 returning 1";

constexpr std::string_view kRunSilence = "strftime('%s', 'now') - strftime('%s', changed)";

std::vector<std::string> before_check(const std::string& /*role*/) {
    return {"pragma query_only = on"};
}

constexpr std::array<std::string_view, 1> kAfterCheck = {"pragma query_only = off"};

constexpr sql::Dialect make_dialect(const script::Lexis& lexis) {
    return {
        .name = "SQLite",
        .lexis = lexis,
        .judge = judge_script,
        .default_atomicity = Atomicity::Tenant,
        .allows_version_atomicity = false,
        .version_ids_survive_rollback = false,
        .transactional_ddl = true,
        .has_fleets = false,
        .max_schemas = kMaxSchemas,
        .max_identifier_bytes = 0,
        .prefix = "main.",
        .placeholder = placeholder,
        .json_list = "select value from json_each({})",
        .json_positions = "select value, key as position from json_each({})",
        .literals = nullptr,
        .name_hash = {},
        .hash_name = nullptr,
        .now_utc = "strftime('%Y-%m-%d %H:%M:%f', 'now')",
        .now_created = {},
        .quote = quote,
        .create_schema = create_schema,
        .names_ignore_case = "select 1",
        .name_problem = Files::problem_with,
        .objects_in = objects_in,
        .shape_query = kShapeQuery,
        .create_metadata_schema = {},
        .create_migrations = kCreateMigrations,
        .create_versions = kCreateVersions,
        .add_version_id = {},
        .require_version_id = {},
        .create_tenants = kCreateTenants,
        .create_lock = kCreateLock,
        .create_runs = kCreateRuns,
        .create_tenant_state = kCreateTenantState,
        .create_places = kCreatePlaces,
        .create_audit = kCreateAudit,
        .has_fingerprints = kHasFingerprints,
        .create_fingerprints = kCreateFingerprints,
        .create_filename_index = kCreateFilenameIndex,
        .make_names_exact = {},
        .next_version_id = kNextVersionId,
        .insert_version = kInsertVersion,
        .upsert_lock = kUpsertLock,
        .upsert_tenant_state = kUpsertTenantState,
        .plan_tenant_states = kPlanTenantStates,
        .lock_tenant_state = {},
        .passing_sqlstates = {},
        .insert_run = kInsertRun,
        .delete_old_runs = kDeleteOldRuns,
        .update_run = kUpdateRun,
        .cancel_run = kCancelRun,
        .run_silence = kRunSilence,
        .lock_audit_head = kLockAuditHead,
        // The file lock and the work belong to one process: neither outlives the other.
        .fence_is_free = {},
        .session_fence = {},
        .release_session_fence = {},
        .prefers_single_messages = {},
        .before_check = before_check,
        .after_check = kAfterCheck,
        .transactions_lock_out = true,
        .broken_objects = {},
        .why_forbidden = "only migrator can attach and detach databases",
    };
}

}  // namespace

const sql::Dialect& dialect() {
    static const sql::Dialect dialect = make_dialect(kSqliteLexis);
    return dialect;
}

}  // namespace migrator::db::sqlite
