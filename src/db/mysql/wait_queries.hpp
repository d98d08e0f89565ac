#pragma once

#include <array>
#include <string_view>

#include "db/sql/dialect.hpp"

/// Whom a session waits for (`Dialect::waits`). What the servers tell depends on their make and
/// version, on plugins, and on `performance_schema`, which MariaDB has off by default.
namespace migrator::db::mysql {

/// MySQL; MariaDB with performance_schema.
inline constexpr std::string_view kMetadataLocks = R"sql(
select distinct
    case waits.object_type
        when 'TABLE' then concat('a metadata lock on ', waits.object_schema, '.', waits.object_name)
        when 'USER LEVEL LOCK' then concat('the named lock ', waits.object_name)
        else concat('a lock (', lower(waits.object_type), ')')
    end,
    waits.object_schema, waits.object_name,
    other.processlist_id, other.processlist_user, other.processlist_host, null,
    coalesce(other.processlist_time, 0), lower(other.processlist_command),
    coalesce(other.processlist_info, statement.sql_text), null
from performance_schema.threads me
join performance_schema.metadata_locks waits
    on waits.owner_thread_id = me.thread_id and waits.lock_status = 'PENDING'
join performance_schema.metadata_locks holds
    on holds.object_type = waits.object_type and holds.object_schema <=> waits.object_schema
    and holds.object_name <=> waits.object_name and holds.lock_status = 'GRANTED'
    and holds.owner_thread_id <> waits.owner_thread_id
join performance_schema.threads other on other.thread_id = holds.owner_thread_id
left join performance_schema.events_statements_current statement
    on statement.thread_id = other.thread_id and statement.nesting_event_id is null
where me.processlist_id = ?1
)sql";

/// MySQL 8.
inline constexpr std::string_view kDataLocks = R"sql(
select distinct
    concat('a row of ', locks.object_schema, '.', locks.object_name),
    locks.object_schema, locks.object_name,
    other.processlist_id, other.processlist_user, other.processlist_host, null,
    coalesce(other.processlist_time, 0), lower(other.processlist_command),
    coalesce(other.processlist_info, statement.sql_text), null
from performance_schema.threads me
join performance_schema.data_lock_waits waits on waits.requesting_thread_id = me.thread_id
join performance_schema.data_locks locks
    on locks.engine_lock_id = waits.requesting_engine_lock_id
join performance_schema.threads other on other.thread_id = waits.blocking_thread_id
left join performance_schema.events_statements_current statement
    on statement.thread_id = other.thread_id and statement.nesting_event_id is null
where me.processlist_id = ?1
)sql";

/// MariaDB, MySQL 5.7. Times of transactions are in the zone of the server's system.
inline constexpr std::string_view kRowLocks = R"sql(
select distinct
    concat('a row of ', replace(locks.lock_table, '`', '')), null, null,
    other.id, other.user, other.host, null,
    timestampdiff(second, holds.trx_started,
                  convert_tz(utc_timestamp(), '+00:00', 'SYSTEM')),
    if(other.command = 'Sleep', 'idle in a transaction', lower(other.command)),
    coalesce(holds.trx_query, other.info), null
from information_schema.innodb_trx me
join information_schema.innodb_lock_waits waits on waits.requesting_trx_id = me.trx_id
join information_schema.innodb_locks locks on locks.lock_id = waits.requested_lock_id
join information_schema.innodb_trx holds on holds.trx_id = waits.blocking_trx_id
join information_schema.processlist other on other.id = holds.trx_mysql_thread_id
where me.trx_mysql_thread_id = ?1
)sql";

/// MariaDB with its plugin metadata_lock_info, which lists what is held and not what is wanted.
inline constexpr std::string_view kLockInfo = R"sql(
select distinct
    case holds.lock_type
        when 'User lock' then concat('the named lock ', holds.table_schema)
        when 'Backup lock' then 'the backup lock'
        else concat('a metadata lock on ', holds.table_schema, '.', holds.table_name)
    end,
    holds.table_schema, holds.table_name,
    other.id, other.user, other.host, null,
    coalesce(timestampdiff(second, trx.trx_started,
                           convert_tz(utc_timestamp(), '+00:00', 'SYSTEM')), other.time),
    if(other.command = 'Sleep', 'idle', lower(other.command)), other.info, null
from information_schema.processlist me
join information_schema.metadata_lock_info holds on holds.thread_id <> me.id and (
    (me.state = 'User lock' and holds.lock_type = 'User lock'
        and locate(holds.table_schema, me.info) > 0)
    or (me.state like 'Waiting for backup%' and left(holds.lock_mode, 12) = 'MDL_BACKUP_F')
    or (me.state like 'Waiting for table%' and holds.lock_type like 'Table%'
        and locate(holds.table_name, me.info) > 0
        and (me.db = holds.table_schema or locate(holds.table_schema, me.info) > 0)))
join information_schema.processlist other on other.id = holds.thread_id
left join information_schema.innodb_trx trx on trx.trx_mysql_thread_id = other.id
where me.id = ?1
)sql";

/// MariaDB without anything: of GET_LOCK with a plain name the server tells the holder.
inline constexpr std::string_view kNamedLocks = R"sql(
select concat('the named lock ', me.name), null, null,
    other.id, other.user, other.host, null, other.time,
    if(other.command = 'Sleep', 'idle', lower(other.command)), other.info, null
from (
    select regexp_replace(
        regexp_substr(info, '(?i)get_lock[[:space:]]*[(][[:space:]]*[''"][^''"]*'),
        '(?s)^.*[''"]', '') as name
    from information_schema.processlist
    where id = ?1 and state = 'User lock'
) me
join information_schema.processlist other on other.id = is_used_lock(me.name)
)sql";

/// The transactions that were open when the statement began: one of them is in the way, if it is
/// none that is idle after LOCK TABLES or the like.
inline constexpr std::string_view kOpenTransactions = R"sql(
select concat('a lock (', lower(me.state), ')'), null, null,
    other.id, other.user, other.host, null,
    timestampdiff(second, trx.trx_started,
                  convert_tz(utc_timestamp(), '+00:00', 'SYSTEM')),
    if(other.command = 'Sleep', 'idle in a transaction', lower(other.command)),
    coalesce(trx.trx_query, other.info), null
from information_schema.processlist me
left join information_schema.innodb_trx trx
    on trx.trx_mysql_thread_id <> me.id
    and timestampdiff(second, trx.trx_started,
                      convert_tz(utc_timestamp(), '+00:00', 'SYSTEM')) >= me.time
left join information_schema.processlist other on other.id = trx.trx_mysql_thread_id
where me.id = ?1 and (me.state like 'Waiting for%lock' or me.state = 'User lock')
order by trx.trx_started
)sql";

/// What is left without PROCESS.
inline constexpr std::string_view kOwnState = R"sql(
select concat('a lock (', lower(state), ')'),
    null, null, null, null, null, null, null, null, null, null
from information_schema.processlist
where id = ?1 and (state like 'Waiting for%lock' or state = 'User lock')
)sql";

inline constexpr std::array<sql::WaitQuery, 7> kWaitQueries = {
    {{.sql = kMetadataLocks},
     {.sql = kDataLocks},
     {.sql = kRowLocks},
     {.sql = kLockInfo},
     {.sql = kNamedLocks},
     {.sql = kOpenTransactions, .is_guess = true},
     {.sql = kOwnState}}};

}  // namespace migrator::db::mysql
