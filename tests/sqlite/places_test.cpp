// Where the statements of a file work: in the schema that they name, and nowhere else.
#include <map>
#include <random>
#include <set>

#include "db/sqlite/dialect.hpp"
#include "db/sqlite/judge_script.hpp"
#include "db/sqlite/lexis.hpp"
#include "sqlite/workshop.hpp"

namespace migrator::test {
namespace {

using db::sqlite::kSqliteLexis;

/// What is wrong with a file for `north`, as it is told before anything runs; empty: nothing.
std::string judged(const std::string& text, bool outside_transaction = false) {
    const auto script = script::scan(text, kSqliteLexis);
    const auto problem = db::sqlite::judge_script(
        {.text = text,
         .script = script,
         .schema = "north",
         .placeholder = "{schema}",
         .outside_transaction = outside_transaction}
    );
    if (!problem) return {};
    return "line " + std::to_string(problem->statement->line) + ": " + problem->why;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(SqlitePlaces, AreRefusedByTheTextWhereNoSchemaIsNamed) {
    const struct {
        const char* text;
        const char* advice;
    } cases[] = {
        {"create table orders (id)", "write {schema}.orders"},
        {"CREATE TABLE IF NOT EXISTS \"My Orders\" (id)", "write {schema}.\"My Orders\""},
        {"create /* a */ table -- b\n if not exists /* c */ [orders] (id)", "{schema}.[orders]"},
        {"create table `orders` as select 1", "write {schema}.`orders`"},
        {"create table 'orders' (id)", "write {schema}.'orders'"},
        {"create table north_orders (id)", "write {schema}.north_orders"},
        {"create view v as select 1", "write {schema}.v"},
        {"create virtual table f using fts5(a)", "write {schema}.f"},
        {"create virtual table if not exists f using fts5(a)", "write {schema}.f"},
        {"create unique index if not exists i on t (a)", "write {schema}.i"},
        {"create index i on t (a)", "write {schema}.i"},
        {"create trigger g after insert on t begin select 1; end", "write {schema}.g"},
        {"create trigger g instead of update of a on t begin select 1; end", "write {schema}.g"},
        {"insert into t values (1)", "write {schema}.t"},
        {"insert or replace into t values (1)", "write {schema}.t"},
        {"insert into t values (1) on conflict do update set a = 2", "write {schema}.t"},
        {"insert into t select * from north.u", "write {schema}.t"},
        {"replace into \"t\" values (1)", "write {schema}.\"t\""},
        {"update t set a = 1", "write {schema}.t"},
        {"update or ignore t set a = 1", "write {schema}.t"},
        {"delete from t", "write {schema}.t"},
        {"with c as (select 1) insert into t select * from c", "write {schema}.t"},
        {"with recursive c(i) as (select 1 union select i + 1 from c) delete from t", "{schema}.t"},
        {"with replace as (select replace('a', 'b', 'c')) replace into t select 1", "{schema}.t"},
        {"with c as materialized (select 1) update t set a = 1", "write {schema}.t"},
        {"alter table t add column b", "write {schema}.t"},
        {"alter table t rename to north_t", "write {schema}.t"},
        {"drop table t", "write {schema}.t"},
        {"drop table if exists t", "write {schema}.t"},
        {"drop index i", "write {schema}.i"},
        {"drop view if exists v", "write {schema}.v"},
        {"drop trigger g", "write {schema}.g"},
        {"reindex t", "write {schema}.t"},
        {"reindex", "write reindex {schema}.NAME"},
        {"analyze t", "write {schema}.t"},
        {"analyze", "write analyze {schema}"},
        {"pragma user_version = 3", "write pragma {schema}.user_version"},
        {"pragma application_id(3)", "write pragma {schema}.application_id"},
        {"pragma incremental_vacuum", "write pragma {schema}.incremental_vacuum"},
        {"pragma optimize", "write pragma {schema}.optimize"},
        {"delete from sqlite_sequence", "write {schema}.sqlite_sequence"},
        {"create temp trigger g after insert on t begin select 1; end", "write {schema}.t"},
        {"create table temp.t (a); drop table temp.t; insert into u values (1)", "{schema}.u"},
        {"create temp table a (b); create index i on c (b)", "write {schema}.i"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_TRUE(has(judged(c.text), c.advice)) << judged(c.text);
        EXPECT_TRUE(
            has(judged("begin;\nselect 1;\n" + std::string(c.text) + ";\ncommit;"), "line 3")
        ) << "in a wrapper";
        EXPECT_TRUE(has(judged(c.text, true), c.advice)) << "outside a transaction";
    }
    EXPECT_TRUE(has(judged("vacuum", true), "write vacuum {schema}"));
    EXPECT_TRUE(has(judged("vacuum into 'x'", true), "write vacuum {schema}"));
    EXPECT_TRUE(has(judged("pragma journal_mode = wal", true), "pragma {schema}.journal_mode"));
}

TEST(SqlitePlaces, MayBeNamedInEveryWay) {
    for (const char* text :
         {"create table north.orders (id references other (id)); create index north.i on orders "
          "(id)",
          "create table \"north\" . /* x */ [orders] (id)",
          "create table 'north'.'orders' (id)",
          "create table if not exists `north`.`orders` (id)",
          "create trigger north.g after insert on t begin insert into u values (1); end",
          "alter table north.t rename to u; alter table north.u rename column a to b",
          "insert into main.countries values (1); create table main.x (a)",
          "insert into north.t select * from catalog.t on conflict do update set a = 1",
          "with c as (select 1) insert into north.t select * from c",
          "with c as (select 1) select * from c",
          "create temp table x (a); insert into x values (1); create index i on x (a); drop index "
          "i; "
          "create trigger g after insert on x begin select 1; end; alter table x rename to y; "
          "delete from y; drop table y",
          "create table temp.x (a); update \"X\" set a = 1; analyze x; reindex x",
          "create temporary view v as select 1; create temp trigger g instead of insert on v begin "
          "select 1; end; insert into v values (1)",
          "create temp trigger g after insert on north.t begin select 1; end; drop trigger g",
          "reindex north.t; analyze north; analyze north.t; analyze main",
          "pragma north.user_version = 3; pragma user_version; pragma foreign_key_check",
          "pragma north.optimize; pragma cache_size = 100; pragma recursive_triggers = on",
          "explain insert into t values (1); explain query plan delete from t",
          "select * from t; values (1)",
          "select 'insert into t'; -- create table t (a)\n/* drop table t */",
          "update north.t set a = 'delete from t'"}) {
        EXPECT_EQ(judged(text), "") << text;
    }
    EXPECT_EQ(judged("vacuum north; vacuum north into 'x'", true), "");
}

TEST(SqlitePlaces, AreNeverMigratorsOwnTables) {
    for (const char* text :
         {"insert into migrator_tenants (name) values ('x')",
          "insert into main.migrator_tenants (name) values ('x')",
          "replace into \"main\".\"MIGRATOR_TENANTS\" (name) values ('x')",
          "update main.migrator_migrations set checksum = ''",
          "with c as (select 1) delete from main.migrator_versions",
          "drop table main.migrator_lock",
          "alter table main.[migrator_runs] rename to x",
          "create index main.i on migrator_migrations (name)",
          "create trigger main.g after insert on migrator_migrations begin select 1; end",
          "create temp trigger g after insert on main.migrator_versions begin select 1; end",
          "create table main.migrator_next (a)",
          "update main.sqlite_sequence set seq = 0"}) {
        EXPECT_TRUE(has(judged(text), "migrator's own tables")) << text << ": " << judged(text);
        EXPECT_TRUE(has(judged(text), "create-tenant")) << text;
    }
    EXPECT_EQ(judged("insert into north.migrator_tenants values (1)"), "");
    EXPECT_EQ(judged("insert into north.t select name from main.migrator_tenants"), "");
}

TEST(SqlitePlaces, PragmasThatATransactionIgnoresNeedTheMarker) {
    for (const char* setting :
         {"foreign_keys = on",
          "foreign_keys(1)",
          "north.foreign_keys = 'yes'",
          "north.auto_vacuum = full",
          "north.page_size = 512",
          "north.journal_mode = wal",
          "north.synchronous = off"}) {
        SCOPED_TRACE(setting);
        const std::string text = "pragma " + std::string(setting);
        EXPECT_TRUE(has(judged(text), "has no effect inside a transaction")) << judged(text);
        EXPECT_TRUE(has(judged("begin; " + text + "; commit"), "no effect")) << "a dropped wrapper";
        EXPECT_EQ(judged(text, true), "");
        EXPECT_TRUE(has(judged("begin; " + text + "; commit", true), "in front of BEGIN"));
        EXPECT_EQ(judged("begin; select 1; end; " + text, true), "");
    }
    for (const char* setting :
         {"locking_mode = exclusive", "hard_heap_limit = 1", "encoding = 'UTF-16'"}) {
        EXPECT_TRUE(has(judged("pragma " + std::string(setting)), "remove it")) << setting;
        EXPECT_TRUE(has(judged("pragma " + std::string(setting), true), "remove it")) << setting;
    }
    EXPECT_EQ(judged("pragma foreign_keys = off; pragma foreign_keys; pragma journal_mode"), "");
}

/// Tables in every file that a run for `north` has attached.
class SqliteWhereNamesLead : public Workshop {
protected:
    SqliteWhereNamesLead() {
        create_tables(*connect(), db::sqlite::dialect());
        write("migrator.db", "create table legacy (a); create table both (a)");
        write("south.db", "create table t (a); create table log (a); create table both (a)");
        write("north.db", "create table t (a unique); create view v as select a from t");
        write(
            "config.db",
            "create table log (a); create table parent (a primary key); "
            "create table child (a references parent on delete cascade); "
            "create view seen as select a from log; create table fired (a); "
            "create trigger fires after insert on log begin insert into fired values (1); end"
        );
        begin();
    }
    void begin() {
        session_ = connect();
        session_->use_schemas(std::vector<std::string>{"south", "north"});
        session_->begin({});
    }
    /// What is said of a script that nobody has judged by its text.
    std::string ran(const std::string& text) {
        const auto failure = run(*session_, text);
        session_->rollback();
        session_->begin({});
        return failure ? failure->message + " in line " + std::to_string(failure->line) : "";
    }

    std::unique_ptr<db::sql::Session> session_;
};

TEST_F(SqliteWhereNamesLead, StatementsThatTheTextDoesNotShowAreRefused) {
    const struct {
        const char* text;
        const char* said;
    } cases[] = {
        {"insert into north.t\nselect * from log",
         "would read south.log without naming that schema"},
        {"insert into north.t select * from legacy", "would read main.legacy without naming"},
        {"insert into north.t select * from 'legacy'", "would read main.legacy without naming"},
        {"insert into north.t select count(*) from log l, config.parent", "would read south.log"},
        {"update north.t set a = (select max(a) from both)", "would read main.both"},
        {"delete from north.t where exists (select 1 from sqlite_schema where name = 't')",
         "would read main.sqlite_master"},
        {"create table north.c as select * from t", "would read south.t"},
        {"create temp view w as select a from log; insert into north.t select * from w",
         "would read south.log"},
        {"create temp trigger g after insert on north.t begin insert into legacy values (1); end;\n"
         "insert into north.t values (1)",
         "would change main.legacy"},
        {"create temp table x (a); drop table x;\ninsert into both values (1)", "use both of the"},
        {"create temp table both (a); drop table both;\ninsert into both values (1)",
         "would change main.both"},
        {"create table main.u (a); create trigger main.g after insert on u begin insert into "
         "migrator_tenants (name) values ('x'); end;\ninsert into main.u values (1)",
         "migrator's own tables"},
        {"insert into north.t select count(*) from pragma_table_info('t')",
         "pragma_table_info(…, '{schema}')"},
        {"pragma user_version = 7", "write pragma {schema}.user_version"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const std::string said = ran(c.text);
        EXPECT_TRUE(has(said, c.said)) << said;
        const bool second = has(c.text, "\n");
        EXPECT_TRUE(has(said, second ? "in line 2" : "in line 1")) << said;
    }
}

TEST_F(SqliteWhereNamesLead, NamesThatLeadWhereTheySayWork) {
    for (const char* text :
         {"pragma foreign_keys = off; pragma foreign_keys(0); pragma north.user_version = 2;",
          "insert into north.t select t2.a from (select 1 as a) t2",
          "with log as (select 1 as a) insert into north.t select count(*) from log",
          "with log (a) as not materialized (select 1) insert into north.t select count(*) from "
          "log",
          "insert into north.t select a from config.log; insert into north.t select a from "
          "config.seen",
          "insert into config.log values (1)",
          "insert into north.t select value from json_each('[1, 2]')",
          "insert into north.t select count(*) from main.migrator_versions",
          "insert into north.t select count(*) from migrator_versions",
          "insert into north.t select count(*) from pragma_table_info('t', 'north')",
          "insert into north.t select count(*) from north.sqlite_schema",
          "insert into north.t select a from v",
          "create temp view w as select a from config.log; insert into north.t select * from w",
          "create temp table both (a); insert into both values (1); insert into north.t select a "
          "from both",
          "create temp table t (a); insert into t values (1); insert into north.t select a from t",
          "create table main.mine (a); insert into main.mine values (1); drop table main.mine",
          "create virtual table north.f using fts5(body); insert into north.f values ('a'); "
          "insert into north.f(f) values ('optimize'); drop table north.f",
          "create table north.k (id integer primary key autoincrement); insert into north.k values "
          "(1); delete from north.sqlite_sequence where name = 'k'; alter table north.k rename to "
          "l; "
          "alter table north.l add column b; alter table north.l drop column b; drop table north.l",
          "alter table north.t rename column a to b",
          "drop view north.v; create index north.i on t (a); reindex north.i; analyze north"}) {
        EXPECT_EQ(ran(text), "") << text;
    }
}

TEST_F(SqliteWhereNamesLead, ForeignKeysLeadToTheTablesOfTheFileThatIsNamed) {
    session_->rollback();
    write("config.db", "insert into parent values (1); insert into child values (1)");
    EXPECT_EQ(
        said(run_alone(*session_, "pragma foreign_keys = on; delete from config.parent")), ""
    );
    EXPECT_EQ(read("config.db", "select count(*) from child"), "0");
}

TEST_F(SqliteWhereNamesLead, PragmasOutsideATransactionTakeEffectOrFail) {
    session_->rollback();
    EXPECT_EQ(said(run_alone(*session_, "pragma north.page_size = 8192; vacuum north")), "");
    EXPECT_EQ(read("north.db", "pragma page_size"), "8192");
    EXPECT_EQ(said(run_alone(*session_, "pragma north.auto_vacuum = full; vacuum north")), "");
    EXPECT_EQ(read("north.db", "pragma auto_vacuum"), "1");
    for (const char* setting : {"page_size = 512", "auto_vacuum = none", "page_size = 1000"}) {
        SCOPED_TRACE(setting);
        const auto failure =
            run_alone(*session_, "select 1;\npragma north." + std::string(setting));
        EXPECT_TRUE(has(said(failure), "had no effect: north still has")) << said(failure);
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->line, 2U);
        EXPECT_TRUE(has(failure->hint, "vacuum {schema}")) << failure->hint;
    }
    const auto failure = run_alone(
        *session_, "begin; insert into north.t values (5); pragma foreign_keys = on; commit"
    );
    EXPECT_TRUE(has(said(failure), "no effect inside a transaction")) << said(failure);
}

// Random files, each judged and run for `north` alone and session `south`.

class RandomFiles : public Workshop {
protected:
    RandomFiles() {
        create_tables(*connect(), db::sqlite::dialect());
        write("migrator.db", "create table log (a integer primary key autoincrement)");
        for (const char* name : {"north.db", "config.db", "south.db"}) {
            write(
                name,
                "create table t (a); insert into t values (1); create index i on t (a); create "
                "table log (a integer primary key autoincrement); create view v as select a from "
                "t; create trigger g after insert on t begin insert into log values (null); end"
            );
        }
        write("north.db", "create table seen (a)");
        write("south.db", "create table u (a); insert into t values (8), (9)");
    }
};

/// What a file did: what is said of it, and what its transaction then has in each file.
struct Done {
    std::string said;
    std::map<std::string, std::string> files;
};

std::string dump(db::sql::Session& session, const std::string& schema) {
    std::string text =
        ask(session,
            "select type, name, sql from " + schema +
                ".sqlite_schema where name not like "
                "'sqlite_stat%' order by name");
    text += ask(session, "pragma " + schema + ".user_version");
    std::vector<std::string> tables;
    session.query(
        "select name from " + schema +
            ".sqlite_schema where type = 'table' and name not like "
            "'%stat1' order by name",
        {},
        [&](const db::sql::Row& row) { tables.push_back(row[0].value_or("")); }
    );
    for (const std::string& table : tables) {
        text += "\n" + ask(session, "select * from " + schema + ".\"" + table + "\"");
    }
    return text;
}

Done apply(db::sql::Session& session, const std::string& text) {
    Done done{.said = judged(text)};
    session.begin({});
    if (done.said.empty()) {
        if (auto failure = run(session, text)) done.said = failure->message;
    }
    if (done.said.empty()) {
        session.reset();
        for (const char* schema : {"main", "north", "config"}) {
            done.files[schema] = dump(session, schema);
        }
        if (ask(session, "select 1 from pragma_database_list where name = 'south'") == "1") {
            done.files["south"] = dump(session, "south");
        }
    }
    session.rollback();
    return done;
}

/// A file, and the schemas that it names.
struct Written {
    std::string text;
    std::set<std::string> named;
};

class Writer {
public:
    explicit Writer(unsigned seed) : random_(seed) {}

    Written file() {
        Written written;
        const bool wrapped = any(4) == 0;
        for (std::size_t count = 1 + any(3); count > 0; --count)
            written.text += statement(written) + ";\n";
        if (wrapped) written.text = "begin;\n" + written.text + "commit;";
        return written;
    }

private:
    std::size_t any(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
    }

    // `$` stands for a place with or without a schema, `#` for a name alone.
    static constexpr const char* kStatements[] = {
        "create table $ (a)",
        "create table if not exists $ (a)",
        "create table $ as select * from $",
        "create unique index $ on # (a)",
        "create view $ as select * from #",
        "create trigger $ after insert on # begin insert into # values (5); end",
        "create temp table # (a)",
        "create temp view # as select a from $",
        "create temp trigger # after insert on $ begin insert into # (a) values (6); end",
        "create virtual table $ using fts5(a)",
        "insert into $ (a) values (2)",
        "insert or replace into $ (a) values (2)",
        "replace into $ (a) values (3)",
        "insert into $ (a) select a from $",
        "insert into $ (a) select count(*) from $",
        "insert into north.seen select count(*) from $",
        "insert into north.seen select count(*) from #",
        "insert into north.seen select max(a) from #",
        "create table north.x as select * from #",
        "insert into north.seen select count(*) from pragma_table_info('t')",
        "insert into north.seen select value from json_each('[1]')",
        "with c (a) as (select max(a) from $) insert into $ (a) select a from c",
        "with c (a) as (select 1) delete from $",
        "insert into $ (a) values (4) on conflict do nothing",
        "update $ set a = 7",
        "update or ignore $ set a = (select max(a) from $)",
        "delete from $ where a in (select a from $)",
        "alter table $ rename to #",
        "alter table $ add column b",
        "drop table $",
        "drop table if exists $",
        "drop view if exists $",
        "drop index if exists $",
        "drop trigger if exists $",
        "reindex $",
        "analyze $",
        "analyze",
        "pragma user_version = 3",
        "pragma north.user_version = 4",
        "delete from sqlite_sequence",
    };
    static constexpr const char* kNames[] = {
        "t", "log", "u", "v", "i", "g", "x", "y", "migrator_tenants", "migrator_versions"};
    // The file's own more often: what names another is refused or allowed by its text alone.
    static constexpr const char* kSchemas[] = {
        "north", "north", "north", "north", "config", "main", "temp"};
    static constexpr const char* kBlanks[] = {"", " ", "/**/", " -- x\n"};

    std::string quoted(const std::string& name) {
        switch (any(6)) {
            case 0:
                return '"' + name + '"';
            case 1:
                return '[' + name + ']';
            case 2:
                return '`' + name + '`';
            default:
                return name;
        }
    }
    std::string name() { return kNames[any(any(12) == 0 ? std::size(kNames) : 8)]; }
    std::string statement(Written& written) {
        std::string text;
        for (const char c : std::string(kStatements[any(std::size(kStatements))])) {
            if (c == '$') {
                text += place(written);
            } else if (c == '#') {
                text += quoted(name());
            } else {
                text += c;
            }
        }
        return text;
    }
    std::string place(Written& written) {
        if (any(8) == 0) return quoted(name());
        const std::string schema = kSchemas[any(std::size(kSchemas))];
        written.named.insert(schema);
        return quoted(schema) + kBlanks[any(4)] + "." + kBlanks[any(4)] + quoted(name());
    }

    std::mt19937 random_;
};

TEST_F(RandomFiles, ChangeOnlyTheFilesThatTheyNameAndDoTheSameBesideOthers) {
    const auto session = connect();
    session->use_schemas(std::vector<std::string>{"south", "north"});
    const auto before = apply(*session, "select 1").files;
    int accepted = 0;
    int differ = 0;
    for (unsigned seed = 1; seed <= 3000 && !HasFailure(); ++seed) {
        const Written written = Writer(seed).file();
        SCOPED_TRACE("seed " + std::to_string(seed) + ":\n" + written.text);
        session->use_schemas(std::vector<std::string>{"north"});
        const Done first = apply(*session, written.text);
        session->use_schemas({});
        session->use_schemas(std::vector<std::string>{"south", "north"});
        const Done second = apply(*session, written.text);
        for (const Done& done : {first, second}) {
            if (!done.said.empty()) continue;
            for (const char* schema : {"main", "config"}) {
                if (written.named.contains(schema)) continue;
                EXPECT_EQ(done.files.at(schema), before.at(schema)) << schema;
            }
        }
        EXPECT_EQ(
            second.said.empty() ? second.files.at("south") : before.at("south"), before.at("south")
        );
        if (first.said.empty()) ++accepted;
        if (first.said.empty() != second.said.empty()) ++differ;
        if (!first.said.empty() || !second.said.empty()) continue;
        for (const char* schema : {"main", "north", "config"}) {
            EXPECT_EQ(first.files.at(schema), second.files.at(schema)) << schema;
        }
    }
    EXPECT_GT(accepted, 500) << "a test of refusals alone tells nothing";
    EXPECT_GT(differ, 20) << "names that would have led to another file";
}

}  // namespace
}  // namespace migrator::test
