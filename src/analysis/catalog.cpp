#include "analysis/catalog.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <unordered_set>

#include "db/sql/own_sql.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::analysis {
namespace {

using db::sql::text_of;

/// Those that are asked for, the tables of indexes, and the tables that foreign keys lead to. Sizes
/// are those of statistics, which cost no lock; only a table that has none is measured. The rows of
/// partitions count for their parent.
constexpr std::string_view kRelations = R"(
with recursive asked as (
  select c.oid
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.relname in (select value from json_array_elements_text($2::json))
    and (n.nspname in (select value from json_array_elements_text($1::json))
         or pg_table_is_visible(c.oid))
), locked as (
  select oid from asked
  union
  select i.indrelid from pg_index i join asked a on a.oid = i.indexrelid
  union
  select k.confrelid from pg_constraint k join asked a on a.oid = k.conrelid where k.contype = 'f'
  union
  select p.partdefid from pg_partitioned_table p join asked a on a.oid = p.partrelid
  where p.partdefid <> 0
  union
  select a.attrelid
  from pg_attribute a
  join pg_type t on t.oid = a.atttypid and t.typtype = 'd'
  join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'm')
  where t.typname in (select value from json_array_elements_text($2::json))
), named as (
  select c.oid, n.nspname, c.relname, c.relkind, coalesce(i.indrelid, c.oid) as measured,
         pg_table_is_visible(c.oid) as visible
  from locked l
  join pg_class c on c.oid = l.oid
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_index i on i.indexrelid = c.oid
), parts as (
  select measured as root, measured as part, true as own from named
  union
  select p.root, h.inhrelid, p.own and c.relkind = 'p' from parts p
  join pg_class c on c.oid = p.part and c.relkind in ('p', 'r')
  join pg_inherits h on h.inhparent = p.part
), below as (
  select p.root, json_agg(c.relname order by c.relname) filter (where p.own) as partitions,
         json_agg(c.relname order by c.relname) filter (where not p.own) as heirs
  from parts p join pg_class c on c.oid = p.part
  where p.part <> p.root
  group by p.root
), counted as (
  select p.root, p.own, c.oid, c.relpages::bigint as pages, greatest(c.reltuples, 0)::bigint as known,
         pg_stat_get_live_tuples(c.oid) as live,
         current_setting('block_size')::bigint as block
  from parts p join pg_class c on c.oid = p.part
  where c.relkind in ('r', 'm', 't')
), measured as (
  select root, own, known, live,
         case when known = 0 and live = 0 and pages = 0 then coalesce(pg_relation_size(oid), 0)
              when known > 0 then pages * block * greatest(live, known) / known
              else greatest(pages * block, live * 100) end as bytes
  from counted
), sizes as (
  select root, own,
         sum(greatest(known, live, case when known = 0 and live = 0 then bytes / 100 end)) as rows,
         sum(bytes) as bytes
  from measured group by root, own
)
select n.nspname, n.relname, n.relkind, coalesce(t.relname, ''), coalesce(s.rows, 0)::bigint,
       coalesce(s.bytes, 0)::bigint, n.visible,
       coalesce(h.rows, 0)::bigint, coalesce(h.bytes, 0)::bigint,
       coalesce(b.partitions, '[]'), coalesce(b.heirs, '[]'), coalesce(d.relname, ''),
       coalesce((select json_agg(a.attname) from pg_attribute a
                 where a.attrelid = pt.partrelid and a.attnum = any(pt.partattrs::int2[])), '[]'),
       coalesce((select json_agg(a.attname) from pg_index x
                 join pg_attribute a on a.attrelid = x.indrelid and a.attnum = any(x.indkey::int2[])
                 where x.indexrelid = n.oid and not a.attnotnull), '[]')
from named n
left join sizes s on s.root = n.measured and s.own
left join sizes h on h.root = n.measured and not h.own
left join below b on b.root = n.oid
left join pg_partitioned_table pt on pt.partrelid = n.oid
left join pg_class d on d.oid = pt.partdefid
left join pg_class t on t.oid = n.measured and n.measured <> n.oid
order by 1, 2)";

constexpr std::string_view kColumns = R"(
select n.nspname, c.relname, a.attname,
       case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod)
            else format_type(a.atttypid, a.atttypmod) end, a.attnotnull
from pg_attribute a
join pg_type t on t.oid = a.atttypid
join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
join pg_namespace n on n.oid = c.relnamespace
where c.relname in (select value from json_array_elements_text($2::json))
  and a.attname in (select value from json_array_elements_text($3::json))
  and not a.attisdropped and a.attnum > 0
  and (n.nspname in (select value from json_array_elements_text($1::json))
       or pg_table_is_visible(c.oid)))";

constexpr std::string_view kConstraints = R"(
select n.nspname, c.relname, k.conname, k.contype, k.convalidated,
       coalesce(fn.nspname, ''), coalesce(f.relname, ''), coalesce(a.attname, ''),
       coalesce(pg_get_expr(k.conbin, k.conrelid), '')
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
left join pg_class f on f.oid = k.confrelid
left join pg_namespace fn on fn.oid = f.relnamespace
left join pg_attribute a on k.contype = 'c' and cardinality(k.conkey) = 1
  and a.attrelid = k.conrelid and a.attnum = k.conkey[1]
where c.relname in (select value from json_array_elements_text($2::json))
  and (n.nspname in (select value from json_array_elements_text($1::json))
       or pg_table_is_visible(c.oid)))";

constexpr std::string_view kVolatile = R"(
select p.proname, bool_or(n.nspname <> 'pg_catalog' and not exists (
         select from pg_depend d where d.objid = p.oid and d.deptype = 'e'))
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where p.provolatile = 'v' and p.proname in (select value from json_array_elements_text($1::json))
group by 1)";

/// Functions, and types that are no table's. The names of those that tables have, too.
constexpr std::string_view kObjects = R"(
select n.nspname, p.proname, true, pg_function_is_visible(p.oid), false, false, '', '[]'
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where p.proname in (select value from json_array_elements_text($2::json))
  and n.nspname <> 'pg_catalog'
  and (n.nspname in (select value from json_array_elements_text($1::json))
       or pg_function_is_visible(p.oid))
union all
select n.nspname, t.typname, false, pg_type_is_visible(t.oid), t.typtype = 'd',
       t.typnotnull or exists (select from pg_constraint k where k.contypid = t.oid),
       case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) else '' end,
       coalesce((select json_agg(distinct c.relname)
                 from pg_attribute a join pg_class c on c.oid = a.attrelid
                 where t.typtype = 'd' and a.atttypid = t.oid and not a.attisdropped
                   and c.relkind in ('r', 'p', 'm') and c.relnamespace = t.typnamespace), '[]')
from pg_type t join pg_namespace n on n.oid = t.typnamespace
where t.typname in (select value from json_array_elements_text($2::json))
  and t.typrelid = 0 and n.nspname <> 'pg_catalog'
  and (n.nspname in (select value from json_array_elements_text($1::json))
       or pg_type_is_visible(t.oid)))";

std::vector<std::string> names_in(const db::sql::Value& json_text) {
    std::vector<std::string> names;
    const boost::json::value list = boost::json::parse(text_of(json_text));
    for (const auto& name : list.as_array()) names.emplace_back(name.as_string());
    return names;
}

std::string list(const std::set<std::string>& names) {
    const std::vector<std::string> all(names.begin(), names.end());
    return db::sql::json_array(all);
}

std::string key(const std::string& schema, const std::string& table, const std::string& column) {
    return schema + '\0' + table + '\0' + column;
}

/// Somebody's ACCESS EXCLUSIVE lock must not keep us for long: we fail instead.
constexpr std::chrono::milliseconds kPatience{5'000};

}  // namespace

Catalog::Catalog(db::sql::Session& session, const CatalogWanted& wanted) {
    db::sql::WorkSettings settings;
    settings.lock_timeout = kPatience;
    db::sql::Transaction transaction(session, settings, {});
    const db::sql::Parameters names = {list(wanted.schemas), list(wanted.relations)};
    session.query(kRelations, names, [&](const db::sql::Row& row) {
        relations_[text_of(row[1])].push_back(
            {.schema = text_of(row[0]),
             .kind = text_of(row[2]),
             .table = text_of(row[3]),
             .rows = db::sql::to_integer(row[4]),
             .bytes = db::sql::to_integer(row[5]),
             .is_found_alone = db::sql::is_true(row[6]),
             .heirs_rows = db::sql::to_integer(row[7]),
             .heirs_bytes = db::sql::to_integer(row[8]),
             .partitions = names_in(row[9]),
             .heirs = names_in(row[10]),
             .default_partition = text_of(row[11]),
             .partition_key = names_in(row[12]),
             .nullable = names_in(row[13])}
        );
    });
    if (!wanted.columns.empty()) {
        db::sql::Parameters with_columns = names;
        with_columns.push_back(list(wanted.columns));
        session.query(kColumns, with_columns, [&](const db::sql::Row& row) {
            columns_[key(text_of(row[0]), text_of(row[1]), text_of(row[2]))] = {
                text_of(row[3]), db::sql::is_true(row[4])};
        });
    }
    session.query(kConstraints, names, [&](const db::sql::Row& row) {
        ConstraintFact fact{
            .schema = text_of(row[0]),
            .name = text_of(row[2]),
            .type = text_of(row[3]),
            .is_valid = db::sql::is_true(row[4]),
            .references = {text_of(row[5]), text_of(row[6])},
            .not_null = {},
            .checked_not_null = {},
            .check = text_of(row[8])};
        // With one column in it there is no more to it.
        if (text_of(row[8]) == "(" + db::sql::doubled(text_of(row[7]), '"') + " IS NOT NULL)" ||
            text_of(row[8]) == "(\"" + db::sql::doubled(text_of(row[7]), '"') + "\" IS NOT NULL)") {
            fact.checked_not_null = text_of(row[7]);
            if (fact.is_valid) fact.not_null = fact.checked_not_null;
        }
        constraints_[text_of(row[1])].push_back(std::move(fact));
    });
    session.query(kObjects, names, [&](const db::sql::Row& row) {
        objects_[text_of(row[1])].push_back(
            {.schema = text_of(row[0]),
             .is_function = db::sql::is_true(row[2]),
             .is_found_alone = db::sql::is_true(row[3]),
             .is_domain = db::sql::is_true(row[4]),
             .is_constrained = db::sql::is_true(row[5]),
             .base = text_of(row[6]),
             .used_by = names_in(row[7])}
        );
    });
    session.query("select current_setting('TimeZone')", {}, [&](const db::sql::Row& row) {
        const std::string zone = text_of(row[0]);
        is_utc_ = zone == "UTC" || zone == "Etc/UTC" || zone == "GMT";
    });
    if (wanted.functions.empty()) return;
    const db::sql::Parameters functions = {list(wanted.functions)};
    session.query(kVolatile, functions, [&](const db::sql::Row& row) {
        volatile_.insert(text_of(row[0]));
        if (db::sql::is_true(row[1])) foreign_.insert(text_of(row[0]));
    });
}

namespace {

/// Those of `facts` that a name means.
template <typename Fact>
std::vector<const Fact*> meant(
    const std::map<std::string, std::vector<Fact>>& facts,
    const Name& name,
    const std::vector<std::string>& schemas
) {
    std::vector<const Fact*> found;
    const auto all = facts.find(name.name);
    if (all == facts.end()) return found;
    const bool own = name.schema == kOwnSchema;
    std::unordered_set<std::string> wanted;
    if (own) wanted.insert(schemas.begin(), schemas.end());
    for (const Fact& fact : all->second) {
        if (own                   ? wanted.contains(fact.schema)
            : name.schema.empty() ? fact.is_found_alone
                                  : fact.schema == name.schema) {
            found.push_back(&fact);
        }
    }
    return found;
}

}  // namespace

std::vector<const RelationFact*> Catalog::find(
    const Name& name, const std::vector<std::string>& schemas
) const {
    return meant(relations_, name, schemas);
}

std::vector<const ObjectFact*> Catalog::objects(
    const Name& name, const std::vector<std::string>& schemas, bool functions
) const {
    auto found = meant(objects_, name, schemas);
    std::erase_if(found, [&](const ObjectFact* fact) { return fact->is_function != functions; });
    return found;
}

AffectedTable Catalog::affected(
    const Name& name,
    const std::vector<std::string>& schemas,
    const std::function<bool(const RelationFact&)>& counts,
    Reach reach
) const {
    AffectedTable table;
    table.table = name.schema.empty() || name.schema == kOwnSchema ? name.name
                                                                   : name.schema + "." + name.name;
    for (const RelationFact* fact : find(name, schemas)) {
        if (counts && !counts(*fact)) continue;
        ++table.schemas;
        const bool deep = reach == Reach::WithHeirs;
        const std::int64_t rows = fact->rows + (deep ? fact->heirs_rows : 0);
        if (table.schemas > 1 && rows <= table.rows) continue;
        table.largest = fact->schema;
        table.rows = rows;
        table.bytes = fact->bytes + (deep ? fact->heirs_bytes : 0);
    }
    return table;
}

const ColumnFact* Catalog::column(
    const std::string& schema, const std::string& table, const std::string& name
) const {
    const auto found = columns_.find(key(schema, table, name));
    return found == columns_.end() ? nullptr : &found->second;
}

const std::vector<ConstraintFact>& Catalog::constraints(const std::string& table) const {
    static const std::vector<ConstraintFact> none;
    const auto found = constraints_.find(table);
    return found == constraints_.end() ? none : found->second;
}

}  // namespace migrator::analysis
