// What is said of locks, set against what a second session sees in pg_locks.
#include <map>

#include "analysis/locks.hpp"
#include "analysis/parser.hpp"
#include "analysis/postgresql_tables.hpp"

namespace migrator::analysis::test {
namespace {

class Locks : public PostgresqlTables {
protected:
    using ByTable = std::map<std::string, std::string>;

    static std::string squeezed(std::string mode) {
        std::string result;
        for (const char c : mode) {
            if (c != ' ') result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
        return result;
    }

    static int strength(const std::string& squeezed_mode) {
        for (int i = 0; i <= static_cast<int>(Mode::AccessExclusive); ++i) {
            if (squeezed(std::string(name_of(static_cast<Mode>(i)))) == squeezed_mode) return i;
        }
        return -1;
    }

    /// The strongest on each table that was there before, but for locks that only read.
    ByTable seen(const std::string& statement) {
        const auto worker = server_->connect();
        execute(*worker, "begin");
        execute(*worker, script::replace_placeholder(statement, "{schema}", schemas_[0]));
        ByTable modes;
        session_->query(
            "select c.relname, k.mode from pg_locks k join pg_class c on c.oid = k.relation "
            "join pg_namespace n on n.oid = c.relnamespace "
            "where k.pid = $1::int and n.nspname = $2 and c.relkind in ('r', 'p', 'm', 'v') and "
            "k.granted",
            std::vector<db::sql::Value>{worker->id(), schemas_[0]},
            [&](const db::sql::Row& row) {
                const std::string mode = squeezed(row[1]->substr(0, row[1]->find("Lock")));
                std::string& strongest = modes[*row[0]];
                if (strength(mode) > strength(strongest)) strongest = mode;
            }
        );
        execute(*worker, "rollback");
        std::erase_if(modes, [](const auto& each) {
            return strength(each.second) < static_cast<int>(Mode::RowExclusive);
        });
        return modes;
    }

    ByTable told(const std::string& statement) {
        const std::string text =
            script::replace_placeholder(statement, "{schema}", std::string(kOwnSchema));
        std::string why_not;
        const auto answer = parser_.parse(text);
        ByTable modes;
        const auto changes = changes_of(answer.tree, text, why_not);
        CatalogWanted wanted{
            .schemas = {schemas_[0]}, .relations = {}, .columns = {}, .functions = {}};
        for (const Change& change : changes) {
            wanted.relations.insert({change.table.name, change.other.name});
        }
        const auto session = server_->connect();
        const Catalog catalog(*session, wanted);
        for (const Change& change : changes) {
            for (const TableLock& lock : locks_of(change, catalog, {schemas_[0]})) {
                const std::string mode = squeezed(std::string(name_of(lock.mode)));
                std::string& strongest = modes[lock.table.name];
                if (strength(mode) > strength(strongest)) strongest = mode;
            }
        }
        std::erase_if(modes, [](const auto& each) {
            return strength(each.second) < static_cast<int>(Mode::RowExclusive);
        });
        return modes;
    }

    Parser parser_{migrator::test::migrator_binary()};
};

TEST_F(Locks, AreThoseThatASecondSessionSees) {
    run("alter table {schema}.heap add primary key (id);"
        "create table {schema}.child (id int references {schema}.heap (id), up int);"
        "create unique index on {schema}.sums (id);"
        "alter table {schema}.child add constraint up_fk foreign key (up) references "
        "{schema}.small;",
        schemas_[0]);
    const char* statements[] = {
        "create index on {schema}.big (n)",
        "create unique index on {schema}.big (n)",
        "drop index {schema}.big_note",
        "reindex table {schema}.big",
        "reindex index {schema}.big_note",
        "alter index {schema}.big_note rename to b",
        "alter table {schema}.big add column x int",
        "alter table {schema}.big add column x uuid default gen_random_uuid()",
        "alter table {schema}.big drop column span",
        "alter table {schema}.big alter column n set not null",
        "alter table {schema}.big alter column short type text",
        "alter table {schema}.big alter column ref type int",
        "alter table {schema}.big alter column n set default 5",
        "alter table {schema}.big alter column n set statistics 5",
        "alter table {schema}.big set (fillfactor = 90)",
        "alter table {schema}.big disable trigger user",
        "alter table {schema}.big add constraint c check (n > 0)",
        "alter table {schema}.big add constraint c check (n > 0) not valid",
        "alter table {schema}.big validate constraint big_waiting",
        "alter table {schema}.big add foreign key (ref) references {schema}.parent",
        "alter table {schema}.big add foreign key (ref) references {schema}.parent not valid",
        "alter table {schema}.big add unique (n)",
        "alter table {schema}.big rename column n to m",
        "alter table {schema}.big rename to huge",
        "alter table {schema}.big set unlogged",
        "alter table {schema}.child drop constraint up_fk",
        "alter table {schema}.parts detach partition {schema}.part1",
        "alter table {schema}.parts attach partition {schema}.loose for values from (2000) to "
        "(3000)",
        "create table {schema}.x partition of {schema}.parts for values from (9000) to (9001)",
        "create table {schema}.x (id int references {schema}.small)",
        "create trigger t before insert on {schema}.small for each row execute function "
        "suppress_redundant_updates_trigger()",
        "create policy p on {schema}.small",
        "cluster {schema}.big using big_pkey",
        "delete from {schema}.feels",
        "drop table {schema}.child",
        "lock table {schema}.big in share mode",
        "refresh materialized view {schema}.sums",
        "truncate {schema}.feels",
        "update {schema}.small set word = 'x' where id = 1",
        "alter table {schema}.base alter column n type bigint",
        "alter table {schema}.base add column x int, alter column n set not null",
        "alter table {schema}.base add constraint c check (n > 0) not valid",
        "alter table {schema}.base drop column n",
        "alter table {schema}.base rename column n to m",
        "alter table {schema}.base alter column n set default 5",
        "alter table {schema}.base alter column n set statistics 5",
        "alter table {schema}.base set (fillfactor = 90)",
        "alter table {schema}.base rename to root",
        "create index on {schema}.base (n)",
        "truncate {schema}.base",
        "update {schema}.base set n = 1 where id = 1",
        "delete from {schema}.base where id = 1",
        "lock table {schema}.base in exclusive mode",
        "drop table {schema}.base cascade",
        "alter table {schema}.parts add column x int",
        "alter table {schema}.parts alter column at set not null",
        "alter table {schema}.parts add unique (at)",
        "alter table {schema}.parts add primary key (at)",
        "alter table {schema}.parts add constraint c check (at >= 0)",
        "alter table {schema}.small add column r int references {schema}.parent",
        "alter table {schema}.parts owner to current_user",
        "alter table {schema}.parts rename to pieces",
        "create index on {schema}.parts (at)",
        "create index on only {schema}.parts (at)",
        "create trigger t after insert on {schema}.parts for each row execute function "
        "suppress_redundant_updates_trigger()",
        "truncate {schema}.parts",
        "drop table {schema}.parts",
        "alter table {schema}.days attach partition {schema}.checked for values from (2000) to "
        "(3000)",
        "alter table {schema}.days detach partition {schema}.day1",
        "create table {schema}.x partition of {schema}.days for values from (9000) to (9001)",
        "alter domain {schema}.positive add constraint c check (value < 9000)",
        "alter domain {schema}.positive add constraint c check (value < 9000) not valid",
        "alter table {schema}.big enable row level security",
        "alter table {schema}.big replica identity full",
        "alter table {schema}.big alter column note set storage external",
        "alter table {schema}.big alter column note set compression pglz",
        "alter table {schema}.big cluster on big_note",
        "alter table {schema}.big add constraint c unique using index big_note",
        "alter table {schema}.heap drop constraint heap_pkey cascade",
        "drop view {schema}.looks",
        "comment on table {schema}.big is 'x'",
        "comment on column {schema}.big.n is 'x'",
        "alter view {schema}.looks rename to sees",
        "create or replace view {schema}.looks as select id from {schema}.small",
        "grant select on {schema}.big to public",
        "alter type {schema}.mood add value 'new'",
        "with gone as (delete from {schema}.heir where id = 1 returning id) select 1 from gone",
        "merge into {schema}.small s using {schema}.big b on b.id = s.id when matched then delete",
        "insert into {schema}.small select id, note from {schema}.big where id > 1990",
        "refresh materialized view concurrently {schema}.sums",
    };
    for (const char* statement : statements) {
        SCOPED_TRACE(statement);
        ByTable real = seen(statement);
        ByTable ours = told(statement);
        for (ByTable* each : {&real, &ours}) each->erase("x");  // was not there before
        EXPECT_EQ(ours, real);
    }
}

}  // namespace
}  // namespace migrator::analysis::test
