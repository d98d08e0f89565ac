#pragma once

#include <string_view>

/// What databases are compared by: queries that give database (`s`), kind, name and definition of
/// each object. `{0}` stands for a condition on the database, "= 'north'".
namespace migrator::db::mysql {

/// Without what a table has come to, such as its next number.
inline constexpr std::string_view kTables = R"sql(
select table_schema as s, lower(replace(table_type, 'BASE ', '')) as kind, table_name as name,
       concat_ws(' ', if(table_type = 'BASE TABLE', concat('engine ', engine), null),
           table_collation, nullif(create_options, '')) as definition
from information_schema.tables where table_schema {0}
)sql";

inline constexpr std::string_view kColumns = R"sql(
select table_schema as s, 'column' as kind, concat(table_name, '.', column_name) as name,
       concat_ws(' ', column_type, collation_name, if(is_nullable = 'YES', null, 'not null'),
           concat('default ', column_default), nullif(extra, ''),
           concat('as ', nullif(generation_expression, ''))) as definition
from information_schema.columns where table_schema {0}
)sql";

/// Those without a name of their own are called by what they are. `{column}`: what an index is on;
/// `{hidden}`: text for one that is not used.
inline constexpr std::string_view kIndexes = R"sql(
select s, 'index' as kind,
       if(is_generated, concat(owner, ': ', text), concat(owner, '.', name)) as name,
       if(is_generated, '', text) as definition
from (
    select table_schema as s, table_name as owner, index_name as name,
           concat(if(min(non_unique) = 0, 'unique ', ''), lower(min(index_type)), ' (',
               group_concat(concat_ws(' ', {column}, concat('(', sub_part, ')'),
                   if(collation = 'D', 'desc', null))
                   order by seq_in_index separator ', '), ')', {hidden}) as text,
           index_name = min(if(seq_in_index = 1, column_name, null))
               or index_name regexp concat('^', min(if(seq_in_index = 1, column_name, null)), '_[0-9]+$')
               or index_name regexp '_ibfk_[0-9]+$' as is_generated
    from information_schema.statistics where table_schema {0}
    group by table_schema, table_name, index_name
) i
)sql";

inline constexpr std::string_view kForeignKeys = R"sql(
select s, 'constraint' as kind,
       if(is_generated, concat(owner, ': ', text), concat(owner, '.', name)) as name,
       if(is_generated, '', text) as definition
from (
    select r.constraint_schema as s, r.table_name as owner, r.constraint_name as name,
           concat('foreign key (', k.columns, ') references ', k.target, ' (', k.targets,
               ') on update ', lower(r.update_rule), ' on delete ', lower(r.delete_rule)) as text,
           r.constraint_name regexp '_ibfk_[0-9]+$' as is_generated
    from information_schema.referential_constraints r
    join (
        select constraint_schema, table_name, constraint_name,
               group_concat(column_name order by ordinal_position separator ', ') as columns,
               concat(min(referenced_table_schema), '.', min(referenced_table_name)) as target,
               group_concat(referenced_column_name order by ordinal_position separator ', ')
                   as targets
        from information_schema.key_column_usage
        where constraint_schema {0} and referenced_table_name is not null
        group by constraint_schema, table_name, constraint_name
    ) k on k.constraint_schema = r.constraint_schema and k.table_name = r.table_name
        and k.constraint_name = r.constraint_name
    where r.constraint_schema {0}
) f
)sql";

inline constexpr std::string_view kMariadbChecks = R"sql(
select constraint_schema as s, 'constraint' as kind,
       if(is_generated, concat(table_name, ': check ', check_clause),
          concat(table_name, '.', constraint_name)) as name,
       if(is_generated, '', check_clause) as definition
from (
    select constraint_schema, table_name, constraint_name, check_clause,
           constraint_name regexp '^CONSTRAINT_[0-9]+$' as is_generated
    from information_schema.check_constraints where constraint_schema {0}
) c
)sql";

inline constexpr std::string_view kMysqlChecks = R"sql(
select constraint_schema as s, 'constraint' as kind,
       if(is_generated, concat(table_name, ': check ', check_clause),
          concat(table_name, '.', constraint_name)) as name,
       concat(if(is_generated, '', check_clause), if(enforced = 'YES', '', ' not enforced'))
           as definition
from (
    select c.constraint_schema, t.table_name, c.constraint_name, c.check_clause, t.enforced,
           c.constraint_name regexp '_chk_[0-9]+$' as is_generated
    from information_schema.check_constraints c
    join information_schema.table_constraints t
        on t.constraint_schema = c.constraint_schema and t.constraint_name = c.constraint_name
        and t.constraint_type = 'CHECK'
    where c.constraint_schema {0}
) c
)sql";

inline constexpr std::string_view kViews = R"sql(
select table_schema as s, 'view' as kind, concat(table_name, ': query') as name,
       concat_ws(' ', view_definition, 'check', lower(check_option), 'as', lower(security_type))
           as definition
from information_schema.views where table_schema {0}
)sql";

inline constexpr std::string_view kTriggers = R"sql(
select trigger_schema as s, 'trigger' as kind, concat(event_object_table, '.', trigger_name) as name,
       concat_ws(' ', lower(action_timing), lower(event_manipulation), action_order,
           action_statement) as definition
from information_schema.triggers where trigger_schema {0}
)sql";

/// Those that the user may see.
inline constexpr std::string_view kRoutines = R"sql(
select r.routine_schema as s, lower(r.routine_type) as kind, r.routine_name as name,
       concat_ws(' ', concat('(', p.parameters, ')'), concat('returns ', nullif(r.dtd_identifier, '')),
           lower(r.sql_data_access), if(r.is_deterministic = 'YES', 'deterministic', null),
           concat('as ', lower(r.security_type)), r.routine_definition) as definition
from information_schema.routines r
left join (
    select specific_schema, specific_name, routine_type,
           group_concat(concat_ws(' ', parameter_mode, parameter_name, dtd_identifier)
               order by ordinal_position separator ', ') as parameters
    from information_schema.parameters
    where specific_schema {0} and ordinal_position > 0
    group by specific_schema, specific_name, routine_type
) p on p.specific_schema = r.routine_schema and p.specific_name = r.specific_name
    and p.routine_type = r.routine_type
where r.routine_schema {0}
)sql";

inline constexpr std::string_view kEvents = R"sql(
select event_schema as s, 'event' as kind, event_name as name,
       concat_ws(' ', execute_at, interval_value, interval_field, lower(status), lower(on_completion),
           event_definition) as definition
from information_schema.events where event_schema {0}
)sql";

inline constexpr std::string_view kPartitions = R"sql(
select table_schema as s, 'partition' as kind,
       concat_ws('.', table_name, partition_name, subpartition_name) as name,
       concat_ws(' ', partition_method, partition_expression, partition_description,
           subpartition_method, subpartition_expression) as definition
from information_schema.partitions where table_schema {0} and partition_name is not null
)sql";

inline constexpr std::string_view kComments = R"sql(
select table_schema as s, 'comment' as kind, concat('on ', table_name) as name,
       table_comment as definition
from information_schema.tables
where table_schema {0} and table_type = 'BASE TABLE' and table_comment <> ''
union all
select table_schema, 'comment', concat('on ', table_name, '.', column_name), column_comment
from information_schema.columns where table_schema {0} and column_comment <> ''
)sql";

/// Definitions that the user may not see.
inline constexpr std::string_view kHidden = R"sql(
select (select count(*) from information_schema.routines
        where routine_schema {0} and routine_definition is null)
    + (select count(*) from information_schema.views
       where table_schema {0} and view_definition = '')
)sql";

}  // namespace migrator::db::mysql
