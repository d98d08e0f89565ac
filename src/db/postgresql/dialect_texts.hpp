#pragma once

#include <string_view>

/// SQL of the dialect. Every name is qualified: the search path belongs to the user's files.
namespace migrator::db::postgresql {

// The tables and columns are those of the Go program (docs/compatibility.md, "Metadata tables"),
// which works on the same database.

// With the schema-based sharding of Citus every new schema is distributed, and this one must not
// be: its transactions lock rows of it beside the schemas of all tenants.
inline constexpr std::string_view kCreateMetadataSchema = R"sql(
select pg_catalog.set_config('before_citus.sharding',
        pg_catalog.current_setting('citus.enable_schema_based_sharding', true), true),
    pg_catalog.set_config('citus.enable_schema_based_sharding', 'off', true)
from pg_catalog.pg_extension where extname = 'citus';
create schema migrator;
select pg_catalog.set_config('citus.enable_schema_based_sharding',
    pg_catalog.current_setting('before_citus.sharding'), true)
from pg_catalog.pg_extension where extname = 'citus'
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
    contents text,
    checksum varchar(64),
    version_id integer not null,
    constraint migrator_versions_version_id_fk foreign key (version_id)
        references migrator.migrator_versions (id) on delete cascade
);
create index migrator_migrations_version_id_idx on migrator.migrator_migrations (version_id)
)sql";

inline constexpr std::string_view kCreateVersions = R"sql(
create table migrator.migrator_versions (
    id serial primary key,
    name varchar(200) not null,
    created timestamp with time zone default now()
)
)sql";

inline constexpr std::string_view kAddVersionId = R"sql(
alter table migrator.migrator_migrations add column if not exists version_id integer;
create index if not exists migrator_migrations_version_id_idx
    on migrator.migrator_migrations (version_id)
)sql";

inline constexpr std::string_view kRequireVersionId = R"sql(
alter table migrator.migrator_migrations alter column version_id set not null;
do $migrator$
begin
    if not exists (
        select from pg_catalog.pg_constraint c
        where c.conname = 'migrator_versions_version_id_fk'
        and c.conrelid = 'migrator.migrator_migrations'::pg_catalog.regclass
    ) then
        alter table migrator.migrator_migrations add constraint migrator_versions_version_id_fk
            foreign key (version_id) references migrator.migrator_versions (id) on delete cascade;
    end if;
end
$migrator$
)sql";

inline constexpr std::string_view kCreateTenants = R"sql(
create table migrator.migrator_tenants (
    id serial primary key,
    name varchar(200) not null,
    created timestamp default now()
)
)sql";

inline constexpr std::string_view kCreateLock = R"sql(
create table migrator.migrator_lock (
    id integer primary key check (id = 1),
    run_id text not null,
    owner text,
    request_id text,
    version_name text,
    since timestamp with time zone not null default now()
)
)sql";

inline constexpr std::string_view kCreateRuns = R"sql(
create table migrator.migrator_runs (
    id text primary key,
    state text not null,
    request text,
    progress text,
    status integer,
    answer text,
    cancel boolean not null default false,
    owner text,
    started timestamp with time zone,
    ended timestamp with time zone,
    changed timestamp with time zone
)
)sql";

inline constexpr std::string_view kCreateTenantState = R"sql(
create table migrator.migrator_tenant_state (
    tenant varchar(200) primary key,
    version_id integer,
    first_file text,
    state text not null,
    file text,
    statement bigint,
    sqlstate text,
    message text,
    changed timestamp with time zone not null default now()
)
)sql";

inline constexpr std::string_view kCreatePlaces = R"sql(
create table migrator.migrator_places (
    place text not null,
    same_as text not null,
    created timestamp with time zone not null default now(),
    primary key (place, same_as)
)
)sql";

inline constexpr std::string_view kHasFingerprints = R"sql(
select exists (
    select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'migrator' and c.relname = 'migrator_fingerprints'
)
)sql";

inline constexpr std::string_view kCreateFingerprints = R"sql(
create table migrator.migrator_fingerprints (
    tenant varchar(200) primary key,
    format text not null,
    files text not null,
    hash text not null
)
)sql";

// The head comes first: while there is no table of rows, nothing is taken for complete.
inline constexpr std::string_view kCreateAudit = R"sql(
create table if not exists migrator.migrator_audit_head (
    id integer primary key check (id = 1),
    last_row bigint not null,
    hash text not null
);
insert into migrator.migrator_audit_head (id, last_row, hash) values (1, 0, '')
on conflict (id) do nothing;
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
    hash text not null
);
create index migrator_audit_version_id_idx on migrator.migrator_audit (version_id)
)sql";

inline constexpr std::string_view kLockAuditHead =
    "select last_row, hash from migrator.migrator_audit_head where id = 1 for update";

inline constexpr std::string_view kCreateFilenameIndex =
    "create index if not exists migrator_migrations_filename_idx "
    "on migrator.migrator_migrations (filename, db_schema)";

// The catalogs are readable for everybody, which information_schema and to_regclass are not.
inline constexpr std::string_view kShapeQuery = R"sql(
with relations as (
    select c.oid, c.relname
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'migrator' and c.relkind in ('r', 'p', 'v', 'f')
), columns as (
    select r.oid, a.attname, a.attnum
    from relations r join pg_catalog.pg_attribute a on a.attrelid = r.oid
    where r.relname = 'migrator_migrations' and not a.attisdropped
)
select
    exists (select from pg_catalog.pg_namespace where nspname = 'migrator'),
    exists (select from relations where relname = 'migrator_migrations'),
    exists (select from columns where attname = 'version_id'),
    exists (select from relations where relname = 'migrator_versions'),
    exists (select from relations where relname = 'migrator_tenants'),
    exists (select from relations where relname = 'migrator_lock'),
    exists (select from relations where relname = 'migrator_runs'),
    exists (select from relations where relname = 'migrator_tenant_state'),
    exists (select from relations where relname = 'migrator_places'),
    exists (select from relations where relname = 'migrator_audit'),
    exists (
        select from pg_catalog.pg_index i
        join columns f on f.oid = i.indrelid and f.attname = 'filename' and f.attnum = i.indkey[0]
        join columns s on s.oid = i.indrelid and s.attname = 'db_schema' and s.attnum = i.indkey[1]
        where i.indisvalid and i.indpred is null
    )
)sql";

inline constexpr std::string_view kUpsertLock = R"sql(
insert into migrator.migrator_lock (id, run_id, owner, request_id, version_name, since)
values (1, $1, $2, $3, $4, pg_catalog.now())
on conflict (id) do update set run_id = excluded.run_id, owner = excluded.owner,
    request_id = excluded.request_id, version_name = excluded.version_name, since = excluded.since
)sql";

inline constexpr std::string_view kUpsertTenantState = R"sql(
insert into migrator.migrator_tenant_state
    (tenant, version_id, first_file, state, file, statement, sqlstate, message, changed)
values ($1, $2, $3, $4, $5, $6, $7, $8, pg_catalog.now())
on conflict (tenant) do update set version_id = excluded.version_id,
    first_file = excluded.first_file, state = excluded.state, file = excluded.file,
    statement = excluded.statement, sqlstate = excluded.sqlstate, message = excluded.message,
    changed = excluded.changed
)sql";

inline constexpr std::string_view kPlanTenantStates = R"sql(
insert into migrator.migrator_tenant_state
    (tenant, version_id, first_file, state, file, statement, sqlstate, message, changed)
select t.name, $3, f.name, 'planned', '', 0, '', '', pg_catalog.now()
from pg_catalog.json_array_elements_text($1::json) with ordinality as t (name, position)
join pg_catalog.json_array_elements_text($2::json) with ordinality as f (name, position)
    on f.position = t.position
on conflict (tenant) do update set version_id = excluded.version_id,
    first_file = excluded.first_file, state = excluded.state, file = excluded.file,
    statement = excluded.statement, sqlstate = excluded.sqlstate, message = excluded.message,
    changed = excluded.changed
)sql";

inline constexpr std::string_view kLockTenantState =
    "select 1 from migrator.migrator_tenant_state where tenant = $1 for update";

// lock_not_available, deadlock_detected, serialization_failure; the server goes down
// (admin_shutdown, crash_shutdown, cannot_connect_now) or has no connection left
// (too_many_connections).
// A pooler gives a message to a session whose number the client does not know; the text of the
// message tells then. What other users' sessions do is hidden from who may not see it.
inline constexpr std::string_view kWaits = R"sql(
with own as (
    select a.pid, a.wait_event
    from pg_catalog.pg_stat_activity a
    where a.state = 'active' and a.pid <> pg_catalog.pg_backend_pid()
      and case when $2 = '' then a.pid = $1::integer
               else pg_catalog.length(a.query) > 0
                    and pg_catalog.left(a.query, pg_catalog.length($2))
                        = pg_catalog.left($2, pg_catalog.length(a.query)) end
    order by a.pid <> $1::integer
    limit 1
), wanted as (
    select l.locktype, l.mode, coalesce(l.relation, (
        select t.relation from pg_catalog.pg_locks t
        where t.pid = l.pid and t.locktype = 'tuple' and t.granted
        limit 1
    )) as relation
    from pg_catalog.pg_locks l join own on own.pid = l.pid
    where not l.granted
    limit 1
), target as (
    select w.locktype, w.mode, n.nspname, c.relname, n.nspname || '.' || c.relname as name
    from wanted w
    left join pg_catalog.pg_class c on c.oid = w.relation
    left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
), blockers as (
    select distinct b.pid from own, pg_catalog.unnest(pg_catalog.pg_blocking_pids(own.pid)) as b (pid)
)
select case
           when t.locktype is null then 'a synchronous standby'
           when t.locktype = 'advisory' then 'an advisory lock'
           when t.locktype = 'relation' then 'a lock on ' || coalesce(t.name, 'a relation')
           when t.name is not null then 'a row of ' || t.name
           when t.locktype in ('transactionid', 'virtualxid') then 'the end of a transaction'
           else 'a lock (' || t.locktype || ')'
       end,
       t.nspname, t.relname, b.pid,
       case when b.pid = 0 then 'unknown: a prepared transaction'
            else coalesce(s.usename::text, s.backend_type) end,
       coalesce(pg_catalog.host(s.client_addr), case when s.client_port = -1 then 'local' end),
       s.application_name,
       extract(epoch from pg_catalog.clock_timestamp() - coalesce(s.xact_start, s.query_start))::bigint,
       s.state,
       nullif(s.query, '<insufficient privilege>'),
       case when t.relname is not null then
           t.locktype = 'relation'
           and t.mode not in ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock') end
from own
left join target t on true
left join blockers b on true
left join pg_catalog.pg_stat_activity s on s.pid = b.pid
where t.locktype is not null or own.wait_event = 'SyncRep'
order by s.xact_start
)sql";

inline constexpr std::string_view kPassingSqlstates = "55P03 40P01 40001 57P01 57P02 57P03 53300";

// Times come without a zone and in UTC: a session may have another one.
inline constexpr std::string_view kInsertRun = R"sql(
insert into migrator.migrator_runs
    (id, state, request, progress, status, answer, owner, started, ended, changed)
values ($1, $2, $3, $4, $5, $6, $7, pg_catalog.timezone('utc', $8::timestamp),
    pg_catalog.timezone('utc', $9::timestamp), pg_catalog.now())
on conflict (id) do nothing returning 1
)sql";

inline constexpr std::string_view kDeleteOldRuns =
    "delete from migrator.migrator_runs where changed < pg_catalog.now() - interval '1 day'";

inline constexpr std::string_view kUpdateRun = R"sql(
update migrator.migrator_runs set state = $2, progress = $3, status = $4, answer = $5,
    ended = pg_catalog.timezone('utc', $6::timestamp), changed = pg_catalog.now()
where id = $1 returning cancel
)sql";

inline constexpr std::string_view kCancelRun =
    "update migrator.migrator_runs set cancel = true where id = $1 returning 1";

inline constexpr std::string_view kRunSilence =
    "pg_catalog.floor(extract(epoch from pg_catalog.now() - changed))::bigint";

inline constexpr std::string_view kNextVersionId =
    "select pg_catalog.nextval("
    "pg_catalog.pg_get_serial_sequence('migrator.migrator_versions', 'id')::regclass)";

// {0} is the name of the schema.
inline constexpr const char* kObjectsIn = R"sql(
with schema as (select oid, nspname from pg_catalog.pg_namespace where nspname = '{0}'),
    objects (what) as (
        select case relkind when 'r' then 'table' when 'p' then 'table' when 'v' then 'view'
            when 'm' then 'materialized view' when 'S' then 'sequence'
            when 'f' then 'foreign table' else 'type' end || ' ' || relname
        from pg_catalog.pg_class join schema on relnamespace = schema.oid
        where relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'c')
        union all
        select 'function ' || proname
        from pg_catalog.pg_proc join schema on pronamespace = schema.oid
        union all
        select 'type ' || typname
        from pg_catalog.pg_type join schema on typnamespace = schema.oid
        where typtype in ('d', 'e', 'r'))
select what, '{0}' from objects order by what like 'table %' desc, what limit 100
)sql";

// {0} is the name of the schema. A table has defaults, rules, triggers and policies, which have no
// schema of their own.
inline constexpr const char* kDroppedWith = R"sql(
with own (classid, objid) as (
        select 'pg_catalog.pg_class'::pg_catalog.regclass, c.oid from pg_catalog.pg_class c
        where c.relnamespace = (select oid from pg_catalog.pg_namespace where nspname = '{0}')
        union all
        select 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid from pg_catalog.pg_proc p
        where p.pronamespace = (select oid from pg_catalog.pg_namespace where nspname = '{0}')
        union all
        select 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid from pg_catalog.pg_type t
        where t.typnamespace = (select oid from pg_catalog.pg_namespace where nspname = '{0}')),
    dependent as (
        select distinct d.classid, d.objid from pg_catalog.pg_depend d
        join own on own.classid = d.refclassid and own.objid = d.refobjid
        where d.deptype in ('n', 'a')),
    placed as (
        select d.classid, d.objid,
            coalesce(c.relnamespace, p.pronamespace, t.typnamespace, k.connamespace, o.relnamespace)
                as schema
        from dependent d
        left join pg_catalog.pg_class c
            on d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and c.oid = d.objid
        left join pg_catalog.pg_proc p
            on d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = d.objid
        left join pg_catalog.pg_type t
            on d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and t.oid = d.objid
        left join pg_catalog.pg_constraint k
            on d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and k.oid = d.objid
        left join pg_catalog.pg_attrdef a
            on d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and a.oid = d.objid
        left join pg_catalog.pg_rewrite r
            on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and r.oid = d.objid
        left join pg_catalog.pg_trigger g
            on d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass and g.oid = d.objid
        left join pg_catalog.pg_policy y
            on d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and y.oid = d.objid
        left join pg_catalog.pg_class o
            on o.oid = coalesce(a.adrelid, r.ev_class, g.tgrelid, y.polrelid))
select pg_catalog.pg_describe_object(placed.classid, placed.objid, 0)
from placed join pg_catalog.pg_namespace n on n.oid = placed.schema
where n.nspname <> '{0}' and n.nspname not like 'pg\_toast%'
order by 1 limit 5
)sql";

inline constexpr std::string_view kNowCreated = "pg_catalog.timezone('utc', pg_catalog.now())";

// `created` is left to its default: the column is with or without time zone, by the age of the
// database.
inline constexpr std::string_view kInsertVersion =
    "insert into migrator.migrator_versions (id, name) values ($1, $2) on conflict (id) do nothing";

// Event triggers of extensions are known not to look at the text of a statement.
inline constexpr std::string_view kPrefersSingleMessages = R"sql(
select exists (
    select from pg_catalog.pg_event_trigger e
    where e.evtenabled <> 'D' and not exists (
        select from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass
        and d.objid = e.oid and d.deptype = 'e'
    )
)
)sql";

// The words are those of the lexis (kStatefulWords), and a SET where a statement begins. Functions
// of extensions and constructors of range types are left out, as are aggregates: what they call is
// listed itself. A body that the server has parsed has no text. Views, rules and defaults are
// stored as trees, with the number of each function that they call.
inline constexpr std::string_view kStatefulCode = R"sql(
with calls as (
    select ':funcid (' || pg_catalog.string_agg(f.oid::text, '|') || ') ' as pattern
    from pg_catalog.pg_proc f
    where f.pronamespace = 'pg_catalog'::pg_catalog.regnamespace
    and f.proname in ('currval', 'lastval', 'set_config', 'setseed')
)
select exists (
    select from pg_catalog.pg_rewrite r, calls
    where r.ev_class >= 16384 and r.ev_action::text ~ calls.pattern
) or exists (
    select from pg_catalog.pg_attrdef d, calls where d.adbin::text ~ calls.pattern
) or exists (
    select from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    join pg_catalog.pg_language l on l.oid = p.prolang
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select from pg_catalog.pg_aggregate a where a.aggfnoid = p.oid)
    and not exists (
        select from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid
        and d.deptype in ('e', 'i')
    )
    and (
        l.lanname not in ('sql', 'plpgsql')
        or case when p.prosrc = '' then pg_catalog.pg_get_functiondef(p.oid) else p.prosrc end ~* (
            E'\\m(currval|deallocate|discard|execute|lastval|listen|load|pg_temp|prepare|reset|'
            'set_config|setseed|temp|temporary|unlisten)\\M|'
            '(^|[;>]|\\mbegin|\\mthen|\\melse|\\mloop)'
            '(\\s|--[^\\n]*\\n|/\\*([^*]|\\*+[^*/])*\\*+/)*set\\s'
        )
    )
)
, exists (
    select from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid
        and d.deptype in ('e', 'i')
    )
    and pg_catalog.strpos(pg_catalog.lower(
        case when p.prosrc = '' then pg_catalog.pg_get_functiondef(p.oid) else p.prosrc end
    ), 'migrator_') > 0
) or exists (
    select from pg_catalog.pg_depend d
    join pg_catalog.pg_class c on c.oid = d.refobjid
    where d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
    and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    and c.relnamespace = pg_catalog.to_regnamespace('migrator')
)
)sql";

// Who writes to a table holds a lock on it up to the end of the transaction, whichever code it did
// it with; readers hold others. VACUUM and ANALYZE, foreign keys that refer to a table and CREATE
// TRIGGER hold the two that are left out, so triggers are looked at. `{}`: a table that is left
// out.
inline constexpr std::string_view kOwnTablesUntouched = R"sql(
pg_catalog.to_regclass('migrator.migrator_lock') is not null
and pg_catalog.to_regclass('migrator.migrator_runs') is not null
and pg_catalog.to_regclass('migrator.migrator_tenant_state') is not null
and not exists (
    select from pg_catalog.pg_locks l
    join pg_catalog.pg_class c on c.oid = l.relation
    where l.locktype = 'relation' and l.pid = pg_catalog.pg_backend_pid() and l.mode not in (
        'AccessShareLock', 'RowShareLock', 'ShareUpdateExclusiveLock', 'ShareRowExclusiveLock'
    )
    and c.relkind in ('r', 'p') and c.relnamespace = pg_catalog.to_regnamespace('migrator')
    and c.relname like 'migrator!_%' escape '!' and c.relname <> '{}'
) and not exists (
    select from pg_catalog.pg_trigger t
    join pg_catalog.pg_class c on c.oid = t.tgrelid
    where c.relnamespace = pg_catalog.to_regnamespace('migrator') and not t.tgisinternal
    and t.xmin::text::bigint = pg_catalog.txid_current() % 4294967296
)
)sql";

// Not there where `tenantSelect` lists the tenants.
inline constexpr std::string_view kOwnTenantsThere = R"sql(
and pg_catalog.to_regclass('migrator.migrator_tenants') is not null
)sql";

// We have added one in the same transaction.
inline constexpr std::string_view kOneTenantMade = R"sql(
and (
    select count(*) from migrator.migrator_tenants
    where xmin::text::bigint = pg_catalog.txid_current() % 4294967296
) <= 1
)sql";

inline constexpr std::string_view kLockRoom = R"sql(
select l.locks * (c.connections + p.prepared), pg_catalog.format(
    'max_locks_per_transaction %s × (max_connections %s + max_prepared_transactions %s)',
    l.locks, c.connections, p.prepared)
from (select pg_catalog.current_setting('max_locks_per_transaction')::bigint as locks) l,
    (select pg_catalog.current_setting('max_connections')::bigint as connections) c,
    (select pg_catalog.current_setting('max_prepared_transactions')::bigint as prepared) p
)sql";

inline constexpr std::string_view kOwnLocks =
    "select count(*) from pg_catalog.pg_locks where pid = pg_catalog.pg_backend_pid()";

// Everybody may see the sum, and nobody but a superuser who has which connection. Version 16 has
// reserved_connections, too.
inline constexpr std::string_view kFreeConnections = R"sql(
select pg_catalog.current_setting('max_connections')::bigint
    - pg_catalog.current_setting('superuser_reserved_connections')::bigint
    - coalesce(pg_catalog.current_setting('reserved_connections', true)::bigint, 0)
    - (select coalesce(pg_catalog.sum(numbackends), 0) from pg_catalog.pg_stat_database)::bigint
)sql";

// An index that is being built is invalid too. Its builder holds this lock on the table all the
// time (the view that shows progress is not there before version 12), which otherwise only a
// vacuum, an analyze or the like does: then the index is told of at the next look. Partitioned
// indexes are invalid by design until each partition has its part.
inline constexpr std::string_view kBrokenObjects = R"sql(
select pg_catalog.format('invalid index %I.%I', n.nspname, c.relname),
    pg_catalog.format('drop index concurrently %I.%I', n.nspname, c.relname)
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where not i.indisvalid and c.relkind = 'i'
and not exists (
    select from pg_catalog.pg_locks l
    left join pg_catalog.pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'relation' and l.relation = i.indrelid and l.granted
    and l.database = (select d.oid from pg_catalog.pg_database d
                      where d.datname = pg_catalog.current_database())
    and l.mode = 'ShareUpdateExclusiveLock'
    and a.backend_type is distinct from 'autovacuum worker'
)
order by 1
)sql";

}  // namespace migrator::db::postgresql
