// What a file finds in the session: nothing of the files and tenants before it.
#include "databases/project_test.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::test {
namespace {

/// A file, and what an expression is to be in the next.
struct Left {
    const char* name;
    const char* text;
    const char* expression;
    const char* expected;
};

class SessionState : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        project().write("catalog/000_schema.sql", "create schema {schema};");
        project().apply();
    }
    /// Adds a file to the single schema `catalog`.
    void file(const std::string& text) { add("catalog", text); }
    void tenant_file(const std::string& text) { add("stores", text); }
    std::string value(const std::string& sql, const std::string& schema = "catalog") {
        return project().value(sql, schema);
    }
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }

private:
    void add(const std::string& folder, const std::string& text) {
        const std::string number = std::to_string(++files_);
        const std::string name = folder + "/" + std::string(3 - number.size(), '0') + number;
        project().write(name + "_file.sql", text);
    }
    int files_ = 0;
};

class SessionStateOnPostgresql : public SessionState {
protected:
    /// What the last of these files finds by `expression`, when all of them run together.
    std::string found(const std::vector<std::string>& before, const std::string& expression) {
        file("create table {schema}.seen (v text);");
        for (const std::string& text : before) file(text);
        file("insert into {schema}.seen select " + expression + ";");
        project().apply();
        return value("select v from catalog.seen");
    }
};

TEST_P(SessionStateOnPostgresql, IsResetBehindWhateverAFileLeaves) {
    file(
        "create function {schema}.moves() returns trigger language plpgsql as $$ begin "
        "perform set_config('datestyle', 'German', false); return new; end $$;"
        "create table {schema}.moved (i int);"
        "create trigger moves before insert on {schema}.moved execute function {schema}.moves();"
    );
    file("create table {schema}.seen (what text, v text);");
    const Left cases[] = {
        {"set", "set datestyle = 'German'", "current_setting('datestyle')", "ISO, MDY"},
        {"set local", "set local datestyle = 'German'", "current_setting('datestyle')", "ISO, MDY"},
        {"a dropped wrapper",
         "begin; set local datestyle = 'German'; commit;",
         "current_setting('datestyle')",
         "ISO, MDY"},
        {"set_config",
         "select set_config('datestyle', 'German', false)",
         "current_setting('datestyle')",
         "ISO, MDY"},
        {"a block",
         "do $$ begin perform set_config('datestyle', 'German', true); end $$",
         "current_setting('datestyle')",
         "ISO, MDY"},
        {"a trigger",
         "insert into {schema}.moved values (1)",
         "current_setting('datestyle')",
         "ISO, MDY"},
        {"a time limit",
         "set statement_timeout = '77s'",
         "current_setting('statement_timeout')",
         "0"},
        {"a role", "set role pg_monitor", "current_user = session_user", "true"},
        {"a role of the session",
         "set session authorization pg_monitor",
         "current_user <> 'pg_monitor'",
         "true"},
        {"a prepared statement",
         "prepare p as select 1",
         "count(*) from pg_catalog.pg_prepared_statements",
         "0"},
        {"a cursor",
         "declare c cursor with hold for select 1",
         "count(*) from pg_catalog.pg_cursors",
         "0"},
        {"a temporary table",
         "create temp table x (i int)",
         "pg_catalog.to_regclass('pg_temp.x') is null",
         "true"},
        {"one with checks to make",
         "create temp table x (i int primary key, j int references x deferrable initially "
         "deferred); insert into x values (1, 1)",
         "pg_catalog.to_regclass('pg_temp.x') is null",
         "true"},
        {"select into",
         "select 1 as i into temp x",
         "pg_catalog.to_regclass('pg_temp.x') is null",
         "true"},
        {"listen", "listen a", "count(*) from pg_catalog.pg_listening_channels()", "0"},
        {"a lock of the session",
         "select pg_advisory_lock(77)",
         "count(*) from pg_catalog.pg_locks where locktype = 'advisory' and objid = 77 and pid = "
         "pg_catalog.pg_backend_pid()",
         "0"},
    };
    for (const auto& c : cases) {
        file(c.text);
        file(
            std::string("insert into {schema}.seen select '") + c.name +
            "', x::text from (select " + c.expression + ") y (x);"
        );
    }
    project().apply();
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(
            value(std::string("select v from catalog.seen where what = '") + c.name + "'"),
            c.expected
        );
    }
}

TEST_P(SessionStateOnPostgresql, IsResetBehindEveryFileWhereCodeOfTheDatabaseChangesIt) {
    const char* codes[] = {
        "create view catalog.v as select set_config('datestyle', 'German', false)",
        "create table catalog.v (i int default 1, d text default set_config('datestyle', 'SQL', "
        "false))",
        "create function catalog.f() returns int language sql as 'select 1'; create function "
        "catalog.g() returns trigger language plpgsql as 'begin -- x\n set datestyle = ''SQL''; "
        "return new; end'; create table catalog.v (i int); create trigger g before insert on "
        "catalog.v for each row execute function catalog.g()",
    };
    int number = 100;
    for (const char* code : codes) {
        SCOPED_TRACE(code);
        for (const char* statement :
             {"drop schema catalog cascade",
              "create schema catalog",
              "create table catalog.seen (v text)"}) {
            project().execute(statement);
        }
        project().execute("do $do$ begin execute $x$" + std::string(code) + "$x$; end $do$");
        const bool is_view = std::string(code).starts_with("create view");
        for (const std::string text :
             {is_view ? "select * from catalog.v;" : "insert into catalog.v (i) values (2);",
              "insert into catalog.seen values (current_setting('datestyle'));"}) {
            project().write("catalog/" + std::to_string(++number) + "_file.sql", text);
        }
        project().apply();
        EXPECT_EQ(value("select v from catalog.seen"), "ISO, MDY");
    }
}

TEST_P(SessionStateOnPostgresql, KeepsItsOldMeaningWithKeep) {
    project().database.session_state = db::SessionState::Keep;
    EXPECT_EQ(found({"set datestyle = 'German'"}, "current_setting('datestyle')"), "German, DMY");
}

TEST_P(SessionStateOnPostgresql, DoesNotReachTheNextTenant) {
    file("create table {schema}.seen (tenant text, v text);");
    project().apply();
    for (const char* tenant : {"north", "south"}) project().create_tenant(tenant);
    tenant_file(
        "insert into catalog.seen select '{schema}', current_setting('datestyle'); "
        "set datestyle = 'German';"
    );
    project().apply();
    EXPECT_EQ(
        value("select string_agg(tenant || ' ' || v, ', ' order by tenant) from catalog.seen"),
        "north ISO, MDY, south ISO, MDY"
    );
}

TEST_P(SessionStateOnPostgresql, RefusesNamesThatAnEarlierFileWouldHavePlaced) {
    project().create_tenant("north");
    tenant_file("set search_path = {schema};\ncreate table settings (k text);");
    tenant_file("insert into settings values ('owner');");
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "002_file.sql failed with error: \"insert into settings")) << text;
    EXPECT_TRUE(has(text, "001_file.sql leaves the search path changed")) << text;
    EXPECT_TRUE(has(text, "sessionState: keep")) << text;
    EXPECT_TRUE(has(text, "Nothing was run")) << text;
    EXPECT_EQ(value("select to_regclass('north.settings')::text"), "");
}

TEST_P(SessionStateOnPostgresql, RefusesWhatNoResetUndoes) {
    const char* texts[] = {
        "select setseed(0.5)",
        "load 'plpgsql'",
        "set constraints all deferred",
        "select pg_advisory_xact_lock(1)",
        "set transaction read only"};
    file("create table {schema}.a (i int);");
    for (const char* text : texts) {
        SCOPED_TRACE(text);
        const std::string path = project().write("catalog/900_bound.sql", text);
        const std::string said = project().failure_of_apply();
        EXPECT_TRUE(
            has(said, "900_bound.sql failed with error: \"" + std::string(text).substr(0, 4))
        ) << said;
        EXPECT_TRUE(has(said, "Nothing was run")) << said;
    }
    project().write(
        "catalog/900_bound.sql", "set constraints all deferred; set constraints all immediate;"
    );
    project().apply();
}

TEST_P(SessionStateOnPostgresql, SetsTheDataSourcesSettingsRoleAndLimitsAgain) {
    project().database.data_source += "?search_path=pg_catalog&work_mem=7MB";
    project().database.set_role = "pg_database_owner";
    project().database.statement_timeout = std::chrono::seconds(66);
    project().execute("create table catalog.seen (v text)");
    project().execute("grant usage, create on schema catalog to public");
    project().execute("grant all on catalog.seen to public");
    file("reset all; set work_mem = '9MB'; set statement_timeout = 0; reset role;");
    file(
        "insert into {schema}.seen select concat_ws(' ', current_setting('search_path'), "
        "current_setting('work_mem'), current_setting('statement_timeout'), current_user);"
    );
    project().apply();
    EXPECT_EQ(value("select v from catalog.seen"), "pg_catalog 7MB 66s pg_database_owner");
}

TEST_P(SessionStateOnPostgresql, ForgetsKeysBeforeAFileThatAsksForThem) {
    file("create table {schema}.a (i serial);");
    file("insert into {schema}.a default values;");
    file("insert into {schema}.a values (lastval());");
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "003_file.sql")) << text;
    EXPECT_TRUE(has(text, "SQLSTATE 55000")) << text;
}

TEST_P(SessionStateOnPostgresql, ReadsEachFileUnderTheSettingsThatItHasAlone) {
    file("create table {schema}.seen (v text);");
    file("set standard_conforming_strings = off; insert into {schema}.seen values ('a\\\\b');");
    file("insert into {schema}.seen values ('c\\d');");
    file("set client_encoding = 'latin1';");
    file("insert into {schema}.seen values ('é');");
    file("do $$ begin perform set_config('standard_conforming_strings', 'off', false); end $$;");
    file("insert into {schema}.seen values ('e\\f');");
    project().apply();
    EXPECT_EQ(
        value("select string_agg(v, ' ' order by v collate \"C\") from catalog.seen"),
        "a\\b c\\d e\\f é"
    );
}

TEST_P(SessionStateOnPostgresql, NamesTheFileWhoseLeftoversCanNotBeUndone) {
    file(
        "create temp table x (i int primary key, j int references x deferrable initially "
        "deferred); insert into x values (1, 2);"
    );
    file("create table {schema}.a (i int);");
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "001_file.sql")) << text;
    EXPECT_TRUE(has(text, "could not be reset")) << text;
}

class TransactionsOnPostgresql : public SessionState {
protected:
    void set_default(const std::string& name, const std::string& value) {
        project().execute(
            "do $$ begin execute format('alter database %I set " + name + " = " + value +
            "', current_database()); end $$"
        );
    }
};

TEST_P(TransactionsOnPostgresql, RunUnderReadCommittedWhateverTheDefaultIs) {
    set_default("default_transaction_isolation", "serializable");
    file("create table {schema}.seen as select current_setting('transaction_isolation') as v;");
    project().apply();
    EXPECT_EQ(value("select v from catalog.seen"), "read committed");
}

TEST_P(TransactionsOnPostgresql, RunUnderTheIsolationOfTheDataSource) {
    project().database.data_source += "?default_transaction_isolation=serializable";
    file("create table {schema}.seen as select current_setting('transaction_isolation') as v;");
    project().apply();
    EXPECT_EQ(value("select v from catalog.seen"), "serializable");
}

TEST_P(TransactionsOnPostgresql, RefuseAReadOnlyDefaultByNameUnlessTheDataSourceLiftsIt) {
    set_default("default_transaction_read_only", "on");
    file("create table {schema}.a (i int);");
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "transaction_read_only is on")) << text;
    const std::string plain = project().database.data_source;
    for (const char* way :
         {"?default_transaction_read_only=off",
          "?options=-c%20default_transaction_read_only%3Doff"}) {
        project().database.data_source = plain + way;
        project().apply();
        file("create table {schema}.b (i int);");
    }
}

TEST_P(TransactionsOnPostgresql, OfAFleetDoNotConflictUnderASerializableDefault) {
    set_default("default_transaction_isolation", "serializable");
    project().database.atomicity = db::Atomicity::Tenant;
    project().database.parallelism = 16;
    project().database.retries = 0;
    project().execute(
        "do $$ begin for i in 1..60 loop execute format('create schema t%s', i); "
        "insert into migrator.migrator_tenants (name) values ('t' || i); end loop; end $$"
    );
    tenant_file("create table {schema}.t (i int);");
    const auto outcome = project().apply();
    EXPECT_TRUE(outcome.failures.empty());
    EXPECT_EQ(value("select count(*) from pg_tables where tablename = 't'"), "60");
}

class SessionStateOnSqlite : public SessionState {};

TEST_P(SessionStateOnSqlite, IsResetBehindWhateverAFileLeaves) {
    file("create table {schema}.seen (v text);");
    file(
        "pragma recursive_triggers = on; create temp table x (i); "
        "insert into {schema}.seen values ('first');"
    );
    file("insert into {schema}.seen select 'temporary ' || count(*) from temp.sqlite_schema;");
    file(
        "insert into {schema}.seen select 'triggers ' || recursive_triggers from "
        "pragma_recursive_triggers;"
    );
    file("insert into {schema}.seen values ('row ' || last_insert_rowid() || ' of ' || changes());"
    );
    project().apply();
    EXPECT_EQ(
        value("select group_concat(v, ', ') from catalog.seen"),
        "first, temporary 0, triggers 0, row 0 of 0"
    );
}

TEST_P(SessionStateOnSqlite, RefusesPragmasThatATransactionIgnores) {
    for (const char* pragma :
         {"foreign_keys = on",
          "foreign_keys = 1",
          "auto_vacuum = 1",
          "page_size = 512",
          "journal_mode = wal"}) {
        SCOPED_TRACE(pragma);
        project().write("catalog/900_pragma.sql", "pragma " + std::string(pragma) + ";");
        const std::string text = project().failure_of_apply();
        EXPECT_TRUE(has(text, "migrator:no-transaction")) << text;
    }
    project().write("catalog/900_pragma.sql", "pragma foreign_keys = 0;");
    project().apply();
}

TEST_P(SessionStateOnSqlite, ObeysForeignKeysOutsideATransaction) {
    file(
        "create table {schema}.parent (id integer primary key);"
        "create table {schema}.child (p integer references parent (id) on delete cascade);"
        "insert into {schema}.parent values (1); insert into {schema}.child values (1);"
    );
    file(
        "-- migrator:no-transaction\npragma foreign_keys = on;\n"
        "delete from {schema}.parent where id = 1;"
    );
    project().apply();
    EXPECT_EQ(value("select count(*) from catalog.child"), "0");
}

class SessionStateOnMariadb : public SessionState {
protected:
    void SetUp() override {
        SessionState::SetUp();
        if (!IsSkipped()) file("create table {schema}.seen (what text, v text);");
    }
    void see(const std::string& what, const std::string& expression) {
        file("insert into {schema}.seen select '" + what + "', " + expression + ";");
    }
    std::string seen(const std::string& what) {
        return value("select coalesce(v, 'null') from catalog.seen where what = '" + what + "'");
    }
};

TEST_P(SessionStateOnMariadb, EndsWithTheFile) {
    file(
        "create table {schema}.keyed (id integer auto_increment primary key, v text);\n"
        "create trigger {schema}.g before insert on {schema}.keyed for each row set @b = 1;"
    );
    const Left cases[] = {
        {"a variable", "set @a = 1", "@a", "null"},
        {"assigned in a query", "select @a := 1", "@a", "null"},
        {"of a query", "select 1 into @a", "@a", "null"},
        {"of a trigger", "insert into {schema}.keyed (v) values ('a')", "@b", "null"},
        {"a setting", "set sql_safe_updates = 1", "@@sql_safe_updates", "0"},
        {"a mode", "set sql_mode = 'ANSI_QUOTES'", "@@sql_mode like '%ANSI%'", "0"},
        {"in a comment", "/*!40101 set time_zone = '+05:30' */", "@@time_zone", "SYSTEM"},
        {"names", "set names latin1", "@@character_set_client", "utf8mb4"},
        {"the database", "use {schema}", "database()", "null"},
        {"autocommit", "set autocommit = 1", "@@autocommit", "0"},
        {"the last key", "insert into {schema}.keyed (v) values ('b')", "last_insert_id()", "0"},
        {"a key set", "select last_insert_id(77)", "last_insert_id()", "0"},
        {"a lock", "select get_lock('a', 0)", "is_free_lock('a')", "1"},
        {"of a procedure",
         "create procedure {schema}.p() set sql_warnings = 1;\ncall {schema}.p()",
         "@@sql_warnings",
         "0"},
        {"of a block", "begin not atomic set @c = 1; end", "@c", "null"},
        {"of a statement", "execute immediate 'set @d = 1'", "@d", "null"},
    };
    for (const auto& c : cases) {
        file(std::string(c.text) + ";");
        see(c.name, c.expression);
    }
    project().apply();
    for (const auto& c : cases) EXPECT_EQ(seen(c.name), c.expected) << c.name;
}

TEST_P(SessionStateOnMariadb, IsResetBehindEveryFileWhereCodeOfTheDatabaseChangesIt) {
    const struct {
        const char* name;
        const char* code;
        const char* runs;
    } cases[] = {
        {"a trigger that sets a column",
         "create trigger {schema}.g before insert on {schema}.t for each row set new.i = 2",
         "insert into {schema}.t values (1)"},
        {"a trigger",
         "create or replace trigger {schema}.g before insert on {schema}.t for each row set @b = 7",
         "insert into {schema}.t values (1)"},
        {"a function",
         "create function {schema}.f() returns int begin set @b = 8; return 1; end",
         "select {schema}.f()"},
    };
    file("create table {schema}.t (i int);");
    for (const auto& c : cases) {
        file(std::string(c.code) + ";");
        project().apply();  // the run that looks for code is another one
        file(std::string(c.runs) + ";");
        see(c.name, "@b");
        project().apply();
        EXPECT_EQ(seen(c.name), "null") << c.name;
    }
    EXPECT_EQ(value("select group_concat(i order by i) from catalog.t"), "1,2");
}

TEST_P(SessionStateOnMariadb, OfTemporaryTablesAndStatementsEndsWithTheFile) {
    file("create temporary table {schema}.x (i int); insert into {schema}.x values (1);");
    file("create table {schema}.x (i int);");
    file("insert into {schema}.x values (2), (3);");
    see("rows", "count(*) from catalog.x");
    file("prepare p from 'do 1';");
    file("execute p;");
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "007_file.sql failed")) << text;
    EXPECT_EQ(seen("rows"), "2");
}

TEST_P(SessionStateOnMariadb, DoesNotReachTheNextTenant) {
    for (const char* tenant : {"alpha", "bravo", "charlie"}) project().create_tenant(tenant);
    tenant_file("create table {schema}.plan (id int); create table {schema}.sub (id int);");
    tenant_file("insert into {schema}.sub values (@id);\nset @id = 77;");
    tenant_file(
        "create temporary table {schema}.todo (i int); insert into {schema}.plan values (1);"
    );
    tenant_file("use {schema};\ninsert into plan values (2);");
    tenant_file("set sql_log_bin = 0;");
    for (const std::size_t parallelism : {std::size_t{1}, std::size_t{3}}) {
        project().database.atomicity = db::Atomicity::Tenant;
        project().database.parallelism = parallelism;
        project().apply();
        for (const std::string tenant : {"alpha", "bravo", "charlie"}) {
            EXPECT_EQ(value("select coalesce(max(id), 'null') from " + tenant + ".sub"), "null");
            EXPECT_EQ(value("select count(*) from " + tenant + ".plan"), "2") << tenant;
        }
        project().execute("delete from migrator.migrator_migrations where name > '003'");
        for (const std::string tenant : {"alpha", "bravo", "charlie"}) {
            project().execute("delete from " + tenant + ".sub");
            project().execute("delete from " + tenant + ".plan");
        }
    }
}

TEST_P(SessionStateOnMariadb, RefusesNamesThatAnEarlierFileWouldHavePlaced) {
    file("use {schema};\ncreate table here (i int);");
    file("create table there (i int);");
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "Nothing was run")) << text;
    EXPECT_TRUE(has(text, "leaves the current database changed")) << text;
    EXPECT_TRUE(has(text, "003_file.sql")) << text;
}

TEST_P(SessionStateOnMariadb, KeepsItsOldMeaningWithKeep) {
    project().database.session_state = db::SessionState::Keep;
    file("set @a = 5;");
    see("kept", "@a");
    project().apply();
    EXPECT_EQ(seen("kept"), "5");
}

TEST_P(SessionStateOnMariadb, OfAFileOutsideATransactionEndsWithIt) {
    file("-- migrator:no-transaction\nset @a = 5, sql_mode = 'ANSI_QUOTES';");
    see("variable", "@a");
    project().apply();
    EXPECT_EQ(seen("variable"), "null");
}

TEST_P(SessionStateOnMariadb, OfAFileThatFailsEndsWithIt) {
    for (const char* tenant : {"alpha", "bravo"}) project().create_tenant(tenant);
    project().database.atomicity = db::Atomicity::Tenant;
    project().database.max_failures = {.value = 5};
    tenant_file("create table {schema}.t (v text);\n");
    project().apply();
    project().execute("create table alpha.gone (i int)");
    tenant_file("set @a = '{schema}';\ncreate table {schema}.gone (i int);\n");
    tenant_file("insert into {schema}.t values (@a);");
    EXPECT_EQ(project().apply().failures.size(), 1U);
    EXPECT_EQ(value("select coalesce(max(v), 'null') from bravo.t"), "null");
}

MIGRATOR_ON_DATABASE(SessionStateOnMariadb, "Mariadb");
MIGRATOR_ON_DATABASE(SessionStateOnPostgresql, "Postgresql");
MIGRATOR_ON_DATABASE(TransactionsOnPostgresql, "Postgresql");
MIGRATOR_ON_DATABASE(SessionStateOnSqlite, "Sqlite");

}  // namespace
}  // namespace migrator::test
