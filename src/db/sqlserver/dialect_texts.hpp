#pragma once

#include <string_view>

/// SQL of the dialect. Every name is qualified: which schema a login's names mean is its own
/// affair. Nothing newer than SQL Server 2016.
namespace migrator::db::sqlserver {

// The tables and columns are those of the Go program (docs/compatibility.md, "Metadata tables"),
// which works on the same database. One differs: `contents` is `text` there, which holds only the
// characters of the database's code page. The Go program reads and writes nvarchar(max) as well.

/// Names are compared by the database's collation.
inline constexpr std::string_view kNamesIgnoreCase =
    "select case when N'a' collate database_default = N'A' collate database_default then 1 else 0 "
    "end";

// {0} is the name of the schema, as a text.
inline constexpr const char* kObjectsIn = R"sql(
select top (100) lower(replace(o.type_desc, '_', ' ')) + ' ' + o.name, s.name
from sys.objects o join sys.schemas s on s.schema_id = o.schema_id
where s.name = {0} and o.parent_object_id = 0 and o.is_ms_shipped = 0
order by case when o.type = 'U' then 0 else 1 end, o.name
)sql";

inline constexpr std::string_view kCreateMetadataSchema = "create schema migrator";

inline constexpr std::string_view kCreateVersions = R"sql(
create table migrator.migrator_versions (
    id int identity(1, 1) primary key,
    name varchar(200) not null,
    created datetime null default current_timestamp
)
)sql";

inline constexpr std::string_view kCreateMigrations = R"sql(
create table migrator.migrator_migrations (
    id int identity(1, 1) primary key,
    name varchar(200) not null,
    source_dir varchar(200) not null,
    filename varchar(200) not null,
    type int not null,
    db_schema varchar(200) not null,
    created datetime null default current_timestamp,
    contents nvarchar(max) null,
    checksum varchar(64) null,
    version_id int not null,
    constraint migrator_versions_version_id_fk foreign key (version_id)
        references migrator.migrator_versions (id) on delete cascade
);
create index migrator_migrations_version_id_idx on migrator.migrator_migrations (version_id)
)sql";

inline constexpr std::string_view kAddVersionId =
    "alter table migrator.migrator_migrations add version_id int null";

// A column that an index uses can't be made `not null`: an index that a broken off upgrade of the
// Go program has left behind goes first.
inline constexpr std::string_view kRequireVersionId = R"sql(
if exists (select 1 from sys.indexes
           where object_id = object_id(N'migrator.migrator_migrations')
           and name = N'migrator_migrations_version_id_idx')
    drop index migrator_migrations_version_id_idx on migrator.migrator_migrations;
alter table migrator.migrator_migrations alter column version_id int not null;
create index migrator_migrations_version_id_idx on migrator.migrator_migrations (version_id);
if not exists (select 1 from sys.foreign_keys
               where parent_object_id = object_id(N'migrator.migrator_migrations')
               and name = N'migrator_versions_version_id_fk')
    alter table migrator.migrator_migrations add constraint migrator_versions_version_id_fk
        foreign key (version_id) references migrator.migrator_versions (id) on delete cascade
)sql";

inline constexpr std::string_view kCreateTenants = R"sql(
create table migrator.migrator_tenants (
    id int identity(1, 1) primary key,
    name varchar(200) not null,
    created datetime null default current_timestamp
)
)sql";

inline constexpr std::string_view kCreateLock = R"sql(
create table migrator.migrator_lock (
    id int not null primary key check (id = 1),
    run_id nvarchar(100) not null,
    owner nvarchar(400) null,
    request_id nvarchar(400) null,
    version_name nvarchar(400) null,
    since datetime2(3) not null default sysutcdatetime()
)
)sql";

// Ids of runs that differ in case are two, whatever the database's collation says.
inline constexpr std::string_view kCreateRuns = R"sql(
create table migrator.migrator_runs (
    id varchar(128) collate Latin1_General_BIN2 not null primary key,
    state nvarchar(100) not null,
    request nvarchar(max) null,
    progress nvarchar(max) null,
    status int null,
    answer nvarchar(max) null,
    cancel bit not null default 0,
    owner nvarchar(400) null,
    started datetime2(3) null,
    ended datetime2(3) null,
    changed datetime2(3) null
)
)sql";

// The tenant as parameters are: workers look it up by the key, and lock no other row.
inline constexpr std::string_view kCreateTenantState = R"sql(
create table migrator.migrator_tenant_state (
    tenant nvarchar(200) not null primary key,
    version_id int not null,
    first_file nvarchar(400) null,
    state nvarchar(100) not null,
    [file] nvarchar(400) null,
    [statement] bigint null,
    sqlstate varchar(5) null,
    message nvarchar(max) null,
    changed datetime2(3) not null default sysutcdatetime()
)
)sql";

inline constexpr std::string_view kCreatePlaces = R"sql(
create table migrator.migrator_places (
    place nvarchar(200) collate Latin1_General_BIN2 not null,
    same_as nvarchar(200) collate Latin1_General_BIN2 not null,
    created datetime2(3) not null default sysutcdatetime(),
    primary key (place, same_as)
)
)sql";

// The head comes first: while there is no table of rows, nothing is taken for complete.
inline constexpr std::string_view kCreateAudit = R"sql(
if object_id(N'migrator.migrator_audit_head') is null
    create table migrator.migrator_audit_head (
        id int not null primary key check (id = 1),
        last_row bigint not null,
        hash varchar(64) not null
    );
if not exists (select 1 from migrator.migrator_audit_head)
    insert into migrator.migrator_audit_head (id, last_row, hash) values (1, 0, '');
create table migrator.migrator_audit (
    id bigint not null primary key,
    happened_at nvarchar(max) not null,
    outcome nvarchar(max) not null,
    operation nvarchar(max) not null,
    principal nvarchar(max) not null,
    proof nvarchar(max) not null,
    role_name nvarchar(max) not null,
    address nvarchar(max) not null,
    request_id nvarchar(max) not null,
    details nvarchar(max) not null,
    plan_sha256 nvarchar(max) not null,
    version_id bigint not null,
    asked_row bigint not null,
    message nvarchar(max) not null,
    key_id nvarchar(max) not null,
    hash nvarchar(max) not null
);
create index migrator_audit_version_id_idx on migrator.migrator_audit (version_id)
)sql";

inline constexpr std::string_view kLockAuditHead =
    "select last_row, hash from migrator.migrator_audit_head with (updlock, rowlock) where id = 1";

inline constexpr std::string_view kCreateFilenameIndex =
    "create index migrator_migrations_filename_idx "
    "on migrator.migrator_migrations (filename, db_schema)";

inline constexpr std::string_view kShapeQuery = R"sql(
select
    case when schema_id(N'migrator') is null then 0 else 1 end,
    case when object_id(N'migrator.migrator_migrations') is null then 0 else 1 end,
    case when col_length(N'migrator.migrator_migrations', N'version_id') is null
        then 0 else 1 end,
    case when object_id(N'migrator.migrator_versions') is null then 0 else 1 end,
    case when object_id(N'migrator.migrator_tenants') is null then 0 else 1 end,
    case when object_id(N'migrator.migrator_lock') is null then 0 else 1 end,
    case when object_id(N'migrator.migrator_runs') is null then 0 else 1 end,
    case when object_id(N'migrator.migrator_tenant_state') is null then 0 else 1 end,
    case when object_id(N'migrator.migrator_places') is null then 0 else 1 end,
    case when object_id(N'migrator.migrator_audit') is null then 0 else 1 end,
    case when exists (
        select 1 from sys.indexes i
        join sys.index_columns f on f.object_id = i.object_id and f.index_id = i.index_id
            and f.key_ordinal = 1
            and col_name(f.object_id, f.column_id) = N'filename'
        join sys.index_columns s on s.object_id = i.object_id and s.index_id = i.index_id
            and s.key_ordinal = 2
            and col_name(s.object_id, s.column_id) = N'db_schema'
        where i.object_id = object_id(N'migrator.migrator_migrations')
        and i.has_filter = 0 and i.is_disabled = 0
    ) then 1 else 0 end
)sql";

// An identity value that was given once is never given again, also when its row is rolled back.
// Works inside a transaction and outside.
inline constexpr std::string_view kNextVersionId = R"sql(
declare @id int;
begin transaction;
save transaction migrator_version_id;
insert into migrator.migrator_versions (name) values ('');
set @id = cast(scope_identity() as int);
rollback transaction migrator_version_id;
commit transaction;
select @id
)sql";

// The first worker that is done puts it in, and who looks at the same moment waits for that. The
// others only read.
inline constexpr std::string_view kInsertVersion = R"sql(
if not exists (select 1 from migrator.migrator_versions where id = @p1)
if not exists (select 1 from migrator.migrator_versions with (updlock, holdlock) where id = @p1)
begin
    set identity_insert migrator.migrator_versions on;
    insert into migrator.migrator_versions (id, name, created)
    values (cast(@p1 as int), @p2, getutcdate());
    set identity_insert migrator.migrator_versions off;
end
)sql";

inline constexpr std::string_view kUpsertLock = R"sql(
update migrator.migrator_lock
set run_id = @p1, owner = @p2, request_id = @p3, version_name = @p4, since = sysutcdatetime()
where id = 1;
if @@rowcount = 0
    insert into migrator.migrator_lock (id, run_id, owner, request_id, version_name, since)
    values (1, @p1, @p2, @p3, @p4, sysutcdatetime())
)sql";

inline constexpr std::string_view kUpsertTenantState = R"sql(
update migrator.migrator_tenant_state
set version_id = cast(@p2 as int), first_file = @p3, state = @p4, [file] = @p5,
    [statement] = cast(@p6 as bigint), sqlstate = @p7, message = @p8, changed = sysutcdatetime()
where tenant = @p1;
if @@rowcount = 0
    insert into migrator.migrator_tenant_state (tenant, version_id, first_file, state, [file],
        [statement], sqlstate, message, changed)
    values (@p1, cast(@p2 as int), @p3, @p4, @p5, cast(@p6 as bigint), @p7, @p8, sysutcdatetime())
)sql";

inline constexpr std::string_view kLockTenantState =
    "select 1 from migrator.migrator_tenant_state with (updlock, rowlock) where tenant = @p1";

inline constexpr std::string_view kPlanTenantStates = R"sql(
delete from migrator.migrator_tenant_state
where tenant in (select cast(value as nvarchar(400)) collate database_default
                 from openjson(cast(@p1 as nvarchar(max))));
insert into migrator.migrator_tenant_state (tenant, version_id, first_file, state, [file],
    [statement], sqlstate, message, changed)
select t.value, cast(@p3 as int), f.value, N'planned', N'', 0, '', N'', sysutcdatetime()
from openjson(cast(@p1 as nvarchar(max))) t
join openjson(cast(@p2 as nvarchar(max))) f on f.[key] = t.[key]
)sql";

inline constexpr std::string_view kInsertRun = R"sql(
insert into migrator.migrator_runs
    (id, state, request, progress, status, answer, owner, started, ended, changed)
select @p1, @p2, @p3, @p4, cast(@p5 as int), @p6, @p7, cast(@p8 as datetime2(3)),
    cast(@p9 as datetime2(3)), sysutcdatetime()
where not exists (
    select 1 from migrator.migrator_runs with (updlock, holdlock) where id = @p1);
if @@rowcount = 1 select 1
)sql";

inline constexpr std::string_view kDeleteOldRuns =
    "delete from migrator.migrator_runs where changed < dateadd(day, -1, sysutcdatetime())";

inline constexpr std::string_view kUpdateRun = R"sql(
update migrator.migrator_runs
set state = @p2, progress = @p3, status = cast(@p4 as int), answer = @p5,
    ended = cast(@p6 as datetime2(3)), changed = sysutcdatetime()
output inserted.cancel
where id = @p1
)sql";

inline constexpr std::string_view kCancelRun =
    "update migrator.migrator_runs set cancel = 1 output inserted.cancel where id = @p1";

inline constexpr std::string_view kRunSilence = "datediff(second, changed, sysutcdatetime())";

// Spelled out, with milliseconds: a cast to text would depend on the session's language.
inline constexpr std::string_view kNowUtc = "convert(varchar(23), sysutcdatetime(), 121)";

// Compared with columns of the database's own collation. 400 is more than any name has.
inline constexpr std::string_view kJsonList =
    "select cast(value as nvarchar(400)) collate database_default "
    "from openjson(cast({} as nvarchar(max)))";

inline constexpr std::string_view kJsonPositions =
    "select cast(value as nvarchar(400)) collate database_default as value, "
    "cast([key] as bigint) as position from openjson(cast({} as nvarchar(max)))";

/// Whom a session waits for. The table is known where the whole of it is to be locked.
inline constexpr std::string_view kWaits = R"sql(
select concat('a lock (', r.wait_type, ', ', rtrim(r.wait_resource), ')'),
    object_schema_name(o.id), object_name(o.id),
    r.blocking_session_id, s.login_name, coalesce(c.client_net_address, s.host_name), s.program_name,
    datediff(second, coalesce(t.transaction_begin_time, s.last_request_start_time), getdate()),
    case when s.status = 'sleeping' and t.transaction_id is not null then 'idle in a transaction'
         else s.status end,
    q.text, null
from sys.dm_exec_requests r
cross apply (select try_cast(case when r.wait_resource like 'OBJECT:%' then
    parsename(replace(rtrim(substring(r.wait_resource, 9, 100)), ':', '.'), 2) end as int) as id) o
left join sys.dm_exec_sessions s on s.session_id = r.blocking_session_id
left join sys.dm_exec_connections c
    on c.session_id = s.session_id and c.parent_connection_id is null
left join sys.dm_tran_session_transactions st on st.session_id = s.session_id
left join sys.dm_tran_active_transactions t on t.transaction_id = st.transaction_id
outer apply sys.dm_exec_sql_text(c.most_recent_sql_handle) q
where r.session_id = cast(@p1 as smallint) and r.blocking_session_id <> 0
)sql";

}  // namespace migrator::db::sqlserver
