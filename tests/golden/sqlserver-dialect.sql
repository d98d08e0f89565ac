-- shape_query
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
GO

-- create_metadata_schema
create schema migrator
GO

-- create_versions
create table migrator.migrator_versions (
    id int identity(1, 1) primary key,
    name varchar(200) not null,
    created datetime null default current_timestamp
)
GO

-- create_migrations
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
GO

-- add_version_id
alter table migrator.migrator_migrations add version_id int null
GO

-- require_version_id
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
GO

-- create_tenants
create table migrator.migrator_tenants (
    id int identity(1, 1) primary key,
    name varchar(200) not null,
    created datetime null default current_timestamp
)
GO

-- create_lock
create table migrator.migrator_lock (
    id int not null primary key check (id = 1),
    run_id nvarchar(100) not null,
    owner nvarchar(400) null,
    request_id nvarchar(400) null,
    version_name nvarchar(400) null,
    since datetime2(3) not null default sysutcdatetime()
)
GO

-- create_runs
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
GO

-- create_tenant_state
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
GO

-- create_places
create table migrator.migrator_places (
    place nvarchar(200) collate Latin1_General_BIN2 not null,
    same_as nvarchar(200) collate Latin1_General_BIN2 not null,
    created datetime2(3) not null default sysutcdatetime(),
    primary key (place, same_as)
)
GO

-- create_audit
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
GO

-- create_filename_index
create index migrator_migrations_filename_idx on migrator.migrator_migrations (filename, db_schema)
GO

-- next_version_id
declare @id int;
begin transaction;
save transaction migrator_version_id;
insert into migrator.migrator_versions (name) values ('');
set @id = cast(scope_identity() as int);
rollback transaction migrator_version_id;
commit transaction;
select @id
GO

-- insert_version
if not exists (select 1 from migrator.migrator_versions where id = @p1)
if not exists (select 1 from migrator.migrator_versions with (updlock, holdlock) where id = @p1)
begin
    set identity_insert migrator.migrator_versions on;
    insert into migrator.migrator_versions (id, name, created)
    values (cast(@p1 as int), @p2, getutcdate());
    set identity_insert migrator.migrator_versions off;
end
GO

-- upsert_lock
update migrator.migrator_lock
set run_id = @p1, owner = @p2, request_id = @p3, version_name = @p4, since = sysutcdatetime()
where id = 1;
if @@rowcount = 0
    insert into migrator.migrator_lock (id, run_id, owner, request_id, version_name, since)
    values (1, @p1, @p2, @p3, @p4, sysutcdatetime())
GO

-- upsert_tenant_state
update migrator.migrator_tenant_state
set version_id = cast(@p2 as int), first_file = @p3, state = @p4, [file] = @p5,
    [statement] = cast(@p6 as bigint), sqlstate = @p7, message = @p8, changed = sysutcdatetime()
where tenant = @p1;
if @@rowcount = 0
    insert into migrator.migrator_tenant_state (tenant, version_id, first_file, state, [file],
        [statement], sqlstate, message, changed)
    values (@p1, cast(@p2 as int), @p3, @p4, @p5, cast(@p6 as bigint), @p7, @p8, sysutcdatetime())
GO

-- plan_tenant_states
delete from migrator.migrator_tenant_state
where tenant in (select cast(value as nvarchar(400)) collate database_default
                 from openjson(cast(@p1 as nvarchar(max))));
insert into migrator.migrator_tenant_state (tenant, version_id, first_file, state, [file],
    [statement], sqlstate, message, changed)
select t.value, cast(@p3 as int), f.value, N'planned', N'', 0, '', N'', sysutcdatetime()
from openjson(cast(@p1 as nvarchar(max))) t
join openjson(cast(@p2 as nvarchar(max))) f on f.[key] = t.[key]
GO

-- lock_tenant_state
select 1 from migrator.migrator_tenant_state with (updlock, rowlock) where tenant = @p1
GO

-- insert_run
insert into migrator.migrator_runs
    (id, state, request, progress, status, answer, owner, started, ended, changed)
select @p1, @p2, @p3, @p4, cast(@p5 as int), @p6, @p7, cast(@p8 as datetime2(3)),
    cast(@p9 as datetime2(3)), sysutcdatetime()
where not exists (
    select 1 from migrator.migrator_runs with (updlock, holdlock) where id = @p1);
if @@rowcount = 1 select 1
GO

-- delete_old_runs
delete from migrator.migrator_runs where changed < dateadd(day, -1, sysutcdatetime())
GO

-- update_run
update migrator.migrator_runs
set state = @p2, progress = @p3, status = cast(@p4 as int), answer = @p5,
    ended = cast(@p6 as datetime2(3)), changed = sysutcdatetime()
output inserted.cancel
where id = @p1
GO

-- cancel_run
update migrator.migrator_runs set cancel = 1 output inserted.cancel where id = @p1
GO

-- run_silence
datediff(second, changed, sysutcdatetime())
GO

-- lock_audit_head
select last_row, hash from migrator.migrator_audit_head with (updlock, rowlock) where id = 1
GO

-- now_utc
convert(varchar(23), sysutcdatetime(), 121)
GO

-- json_list
select cast(value as nvarchar(400)) collate database_default from openjson(cast({} as nvarchar(max)))
GO

-- json_positions
select cast(value as nvarchar(400)) collate database_default as value, cast([key] as bigint) as position from openjson(cast({} as nvarchar(max)))
GO

-- run lock
declare @got int;
exec @got = sys.sp_getapplock @Resource = N'migrator', @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = 0;
select case when @got >= 0 then 1 else 0 end
GO

-- fence
declare @got int;
exec @got = sys.sp_getapplock @Resource = N'migrator-work', @LockMode = N'Shared', @LockOwner = N'Transaction', @LockTimeout = 0;
select case when @got >= 0 and exists (select 1 from migrator.migrator_lock where id = 1 and run_id = @p1) then 1 else 0 end
GO

-- fence_is_free
declare @got int;
exec @got = sys.sp_getapplock @Resource = N'migrator-work', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 0;
select case when @got >= 0 then 1 else 0 end
GO

-- session_fence
declare @got int;
exec @got = sys.sp_getapplock @Resource = N'migrator-work', @LockMode = N'Shared', @LockOwner = N'Session', @LockTimeout = 0;
select case when @got >= 0 then 1 else 0 end
GO

-- release_session_fence
exec sys.sp_releaseapplock @Resource = N'migrator-work', @LockOwner = N'Session'
GO

-- create_schema
if not exists (select 1 from information_schema.schemata where schema_name = N'a-b')
    exec sys.sp_executesql N'create schema [a-b]'
GO

-- names_ignore_case
select case when N'a' collate database_default = N'A' collate database_default then 1 else 0 end
GO

-- objects_in
select top (100) lower(replace(o.type_desc, '_', ' ')) + ' ' + o.name, s.name
from sys.objects o join sys.schemas s on s.schema_id = o.schema_id
where s.name = N'a-b' and o.parent_object_id = 0 and o.is_ms_shipped = 0
order by case when o.type = 'U' then 0 else 1 end, o.name
GO

