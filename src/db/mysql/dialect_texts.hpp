#pragma once

#include <string_view>

/// SQL of the dialect. Every name is qualified: the default database belongs to the user's files.
/// Nothing here needs more than MySQL 5.7: no CTE, no JSON_TABLE, no RETURNING.
namespace migrator::db::mysql {

// The tables and columns are those of the Go program (docs/compatibility.md, "Metadata tables"),
// which works on the same database. Names compare letter by letter, as file names do.

inline constexpr std::string_view kCreateMetadataSchema =
    "create database migrator character set utf8mb4 collate utf8mb4_bin";

inline constexpr std::string_view kCreateVersions = R"sql(
create table migrator.migrator_versions (
    id serial primary key,
    name varchar(200) not null,
    created timestamp default now()
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin
)sql";

inline constexpr std::string_view kCreateMigrations = R"sql(
create table migrator.migrator_migrations (
    id serial primary key,
    name varchar(200) not null,
    source_dir varchar(200) not null,
    filename varchar(200) not null,
    type int not null,
    db_schema varchar(200) not null,
    created timestamp default now(),
    contents longtext,
    checksum varchar(64),
    version_id bigint unsigned not null,
    index migrator_migrations_version_id_idx (version_id),
    constraint migrator_versions_version_id_fk foreign key (version_id)
        references migrator.migrator_versions (id) on delete cascade
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin
)sql";

inline constexpr std::string_view kCreateTenants = R"sql(
create table migrator.migrator_tenants (
    id serial primary key,
    name varchar(200) not null,
    created timestamp default now()
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin
)sql";

// Our own tables have times in UTC, in columns that no session's time zone changes.
inline constexpr std::string_view kCreateLock = R"sql(
create table migrator.migrator_lock (
    id int primary key,
    run_id varchar(200) not null,
    owner text,
    request_id text,
    version_name text,
    since datetime(6) not null
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin
)sql";

inline constexpr std::string_view kCreateRuns = R"sql(
create table migrator.migrator_runs (
    id varchar(200) primary key,
    state varchar(20) not null,
    request text,
    progress longtext,
    status int,
    answer longtext,
    cancel boolean not null default false,
    owner text,
    started datetime(6),
    ended datetime(6),
    changed datetime(6)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin
)sql";

inline constexpr std::string_view kCreateTenantState = R"sql(
create table migrator.migrator_tenant_state (
    tenant varchar(200) primary key,
    version_id bigint,
    first_file text,
    state varchar(20) not null,
    file text,
    statement bigint,
    `sqlstate` text,
    message text,
    changed datetime(6)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin
)sql";

inline constexpr std::string_view kCreatePlaces = R"sql(
create table migrator.migrator_places (
    place varchar(200) not null,
    same_as varchar(200) not null,
    created datetime(6) not null default current_timestamp(6),
    primary key (place, same_as)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin
)sql";

inline constexpr std::string_view kHasFingerprints = R"sql(
select exists (select 1 from information_schema.tables where table_schema = 'migrator'
    and table_name = 'migrator_fingerprints')
)sql";

inline constexpr std::string_view kCreateFingerprints = R"sql(
create table migrator.migrator_fingerprints (
    tenant varchar(200) primary key,
    format text not null,
    files text not null,
    hash text not null
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin
)sql";

// The head comes first: while there is no table of rows, nothing is taken for complete.
inline constexpr std::string_view kCreateAudit = R"sql(
create table if not exists migrator.migrator_audit_head (
    id int primary key,
    last_row bigint not null,
    hash varchar(64) not null
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;
insert ignore into migrator.migrator_audit_head (id, last_row, hash) values (1, 0, '');
create table migrator.migrator_audit (
    id bigint primary key,
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
    version_id bigint not null,
    asked_row bigint not null,
    message text not null,
    key_id text not null,
    hash text not null,
    index migrator_audit_version_id_idx (version_id)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin
)sql";

inline constexpr std::string_view kLockAuditHead =
    "select last_row, hash from migrator.migrator_audit_head where id = 1 for update";

inline constexpr std::string_view kCreateFilenameIndex =
    "create index migrator_migrations_filename_idx "
    "on migrator.migrator_migrations (filename, db_schema)";

// A procedure could look first and then act, as the Go program's does; but that needs the right to
// make one. Each step looks by itself, as an upgrade may have been cut off behind any of them.
inline constexpr std::string_view kAddVersionId = R"sql(
set @migrator_ddl = if(
    exists (
        select 1 from information_schema.columns where table_schema = 'migrator'
        and table_name = 'migrator_migrations' and column_name = 'version_id'
    ),
    'do 0',
    'alter table migrator.migrator_migrations add column version_id bigint unsigned, '
    'add index migrator_migrations_version_id_idx (version_id)'
);
prepare migrator_ddl from @migrator_ddl;
execute migrator_ddl;
deallocate prepare migrator_ddl
)sql";

inline constexpr std::string_view kRequireVersionId = R"sql(
set @migrator_ddl = if(
    exists (
        select 1 from information_schema.key_column_usage where table_schema = 'migrator'
        and table_name = 'migrator_migrations' and column_name = 'version_id'
        and referenced_table_name = 'migrator_versions'
    ),
    'do 0',
    'alter table migrator.migrator_migrations add constraint migrator_versions_version_id_fk '
    'foreign key (version_id) references migrator.migrator_versions (id) on delete cascade'
);
prepare migrator_ddl from @migrator_ddl;
execute migrator_ddl;
deallocate prepare migrator_ddl;
alter table migrator.migrator_migrations modify version_id bigint unsigned not null
)sql";

inline constexpr std::string_view kMakeNamesExact = R"sql(
alter table migrator.migrator_migrations convert to character set utf8mb4 collate utf8mb4_bin,
    modify contents longtext character set utf8mb4 collate utf8mb4_bin;
alter table migrator.migrator_versions convert to character set utf8mb4 collate utf8mb4_bin;
set @migrator_ddl = if(
    exists (
        select 1 from information_schema.tables where table_schema = 'migrator'
        and table_name = 'migrator_tenants'
    ),
    'alter table migrator.migrator_tenants convert to character set utf8mb4 collate utf8mb4_bin',
    'do 0'
);
prepare migrator_ddl from @migrator_ddl;
execute migrator_ddl;
deallocate prepare migrator_ddl
)sql";

// A column version_id that may be null is an upgrade that was cut off.
inline constexpr std::string_view kShapeQuery = R"sql(
select
    exists (select 1 from information_schema.schemata where schema_name = 'migrator'),
    exists (select 1 from information_schema.tables where table_schema = 'migrator'
        and table_name = 'migrator_migrations'),
    exists (select 1 from information_schema.columns where table_schema = 'migrator'
        and table_name = 'migrator_migrations' and column_name = 'version_id'
        and is_nullable = 'NO'),
    exists (select 1 from information_schema.tables where table_schema = 'migrator'
        and table_name = 'migrator_versions'),
    exists (select 1 from information_schema.tables where table_schema = 'migrator'
        and table_name = 'migrator_tenants'),
    exists (select 1 from information_schema.tables where table_schema = 'migrator'
        and table_name = 'migrator_lock'),
    exists (select 1 from information_schema.tables where table_schema = 'migrator'
        and table_name = 'migrator_runs'),
    exists (select 1 from information_schema.tables where table_schema = 'migrator'
        and table_name = 'migrator_tenant_state'),
    exists (select 1 from information_schema.tables where table_schema = 'migrator'
        and table_name = 'migrator_places'),
    exists (select 1 from information_schema.tables where table_schema = 'migrator'
        and table_name = 'migrator_audit'),
    exists (select 1 from information_schema.statistics f
        join information_schema.statistics s on s.table_schema = f.table_schema
        and s.table_name = f.table_name and s.index_name = f.index_name
        where f.table_schema = 'migrator' and f.table_name = 'migrator_migrations'
        and f.column_name = 'filename' and f.seq_in_index = 1
        and s.column_name = 'db_schema' and s.seq_in_index = 2),
    not exists (select 1 from information_schema.columns where table_schema = 'migrator'
        and table_name in ('migrator_migrations', 'migrator_tenants')
        and (collation_name <> 'utf8mb4_bin'
            or (column_name = 'contents' and data_type <> 'longtext')))
)sql";

// {0} is the name of the schema; a server compares it as it likes.
inline constexpr const char* kObjectsIn = R"sql(
select * from (
    select concat(if(table_type like '%VIEW', 'view ', 'table '), table_name), table_schema
    from information_schema.tables where table_schema = '{0}'
    union all
    select concat(lower(routine_type), ' ', routine_name), routine_schema
    from information_schema.routines where routine_schema = '{0}'
    union all
    select concat('event ', event_name), event_schema
    from information_schema.events where event_schema = '{0}') objects limit 100
)sql";

// The number is taken from the counter that gives ids, which a rollback does not take back: so an
// id is never given twice.
inline constexpr std::string_view kNextVersionId =
    "start transaction; insert into migrator.migrator_versions (name) values (''); rollback; "
    "select last_insert_id()";

inline constexpr std::string_view kInsertVersion =
    "insert ignore into migrator.migrator_versions (id, name) values (?1, ?2)";

inline constexpr std::string_view kUpsertLock = R"sql(
insert into migrator.migrator_lock (id, run_id, owner, request_id, version_name, since)
values (1, ?1, ?2, ?3, ?4, utc_timestamp(6))
on duplicate key update run_id = values(run_id), owner = values(owner),
    request_id = values(request_id), version_name = values(version_name), since = values(since)
)sql";

inline constexpr std::string_view kUpsertTenantState = R"sql(
insert into migrator.migrator_tenant_state
    (tenant, version_id, first_file, state, file, statement, `sqlstate`, message, changed)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, utc_timestamp(6))
on duplicate key update version_id = values(version_id), first_file = values(first_file),
    state = values(state), file = values(file), statement = values(statement),
    `sqlstate` = values(`sqlstate`), message = values(message), changed = values(changed)
)sql";

// A file that an earlier run has left half-way stays named until it runs again.
inline constexpr std::string_view kPlanTenantStates = R"sql(
insert into migrator.migrator_tenant_state
    (tenant, first_file, version_id, state, file, statement, `sqlstate`, message, changed)
values {}
on duplicate key update version_id = values(version_id), first_file = values(first_file),
    state = if(file = '', values(state), state), changed = values(changed)
)sql";

inline constexpr std::string_view kInsertRun = R"sql(
insert ignore into migrator.migrator_runs
    (id, state, request, progress, status, answer, owner, started, ended, changed)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, utc_timestamp(6));
select 1 from (select row_count() as inserted) r where r.inserted = 1
)sql";

inline constexpr std::string_view kDeleteOldRuns =
    "delete from migrator.migrator_runs where changed < utc_timestamp(6) - interval 1 day";

inline constexpr std::string_view kUpdateRun = R"sql(
update migrator.migrator_runs set state = ?2, progress = ?3, status = ?4, answer = ?5, ended = ?6,
    changed = utc_timestamp(6)
where id = ?1;
select cancel from migrator.migrator_runs where id = ?1
)sql";

inline constexpr std::string_view kCancelRun = R"sql(
update migrator.migrator_runs set cancel = true where id = ?1;
select 1 from migrator.migrator_runs where id = ?1
)sql";

// Of the two comments each server reads its own, the text of a table that the other has not.
inline constexpr std::string_view kFreeConnections =
    "select cast(@@max_connections - (select variable_value from "
    "/*!50700 performance_schema.global_status *//*M!100000 information_schema.global_status */ "
    "where variable_name = 'Threads_connected') as signed)";

// Code that sets more than the columns of a new row, or holds one of the words in `kStatefulWords`.
// Who may not read a routine sees NULL. The pattern is one for the engines of all servers.
inline constexpr std::string_view kStatefulCode = R"sql(
select exists (
    select 1 from information_schema.routines
    where routine_schema not in ('mysql', 'sys', 'information_schema', 'performance_schema')
        and (routine_definition is null or routine_body <> 'SQL'
            or routine_definition regexp stateful.pattern)
) or exists (
    select 1 from information_schema.triggers
    where trigger_schema not in ('mysql', 'sys')
        and (action_statement is null or action_statement regexp stateful.pattern)
)
from (select concat(
    '@|set[[:space:]]+([^n]|n[^e]|ne[^w]|new[^.])|deallocate|execute|found_rows|get_lock|',
    'last_insert_id|lastval|prepare|previous|release_all_locks|release_lock|row_count|temporary'
) as pattern) as stateful
)sql";

inline constexpr std::string_view kRunSilence = "timestampdiff(second, changed, utc_timestamp(6))";

}  // namespace migrator::db::mysql
