// What only PostgreSQL has: one transaction for a version, concurrent indexes, pooled sessions.
#include <fmt/format.h>

#include <thread>

#include "core/error.hpp"
#include "databases/project_test.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::test {
namespace {

using db::sql::execute;
using db::sql::query_row;

class Postgresql : public ProjectTest {
protected:
    std::unique_ptr<db::sql::Session> session() {
        server_ = project().server().make_server(project().database);
        return server_->connect();
    }
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }

private:
    std::unique_ptr<db::sql::Server> server_;
};

TEST_P(Postgresql, RollsBackTheWholeVersionWhenTheLastTenantFails) {
    write_shop();
    project().create_tenant("north");
    project().create_tenant("south");
    project().execute("create table south.c (x integer)");
    project().write("stores/006_c.sql", "create table {schema}.c (x integer);");
    EXPECT_TRUE(has(project().failure_of_apply(), "schema south, statement 1, line 1"));
    EXPECT_EQ(project().value("select to_regclass('north.c')::text"), "");
    EXPECT_EQ(project().value("select to_regclass('catalog.products')::text"), "");
}

/// A table, 60,000 rows of COPY and as many of INSERTs, which name the schema: over 8 MiB.
std::string large_file() {
    std::string text = "create table {schema}.items (id integer primary key, title text);\n";
    text += "copy {schema}.items from stdin; -- the rows of {schema}\n";
    for (int i = 1; i <= 60'000; ++i) {
        text +=
            fmt::format("{}\tan item of {{schema}}, with a long title \\\\ and number {}\n", i, i);
    }
    text += "\\.\n";
    for (int i = 60'001; i <= 120'000; ++i) {
        text += fmt::format(
            "insert into {{schema}}.items values ({}, 'an item of {{schema}}, with a long title \\ "
            "and number {}');\n",
            i,
            i
        );
    }
    return text;
}

TEST_P(Postgresql, RunsALargeFileForEachTenantAndRecordsItAsItIs) {
    project().create_tenant("a");
    project().create_tenant("a_longer_name");
    project().write("stores/001_items.sql", large_file());
    project().apply();
    for (const std::string schema : {"a", "a_longer_name"}) {
        SCOPED_TRACE(schema);
        EXPECT_EQ(
            project().value(fmt::format(
                "select count(*) from {0}.items where title = format("
                "'an item of {0}, with a long title \\ and number %s', id)",
                schema
            )),
            "120000"
        );
    }
    EXPECT_EQ(
        project().value("select count(*) from migrator.migrator_migrations where checksum = "
                        "encode(sha256(convert_to(contents, 'UTF8')), 'hex')"),
        "2"
    );
}

TEST_P(Postgresql, NamesThePlaceOfAFailureInALargeFile) {
    project().create_tenant("a_longer_name");
    const std::string file = large_file();
    project().write("stores/001_items.sql", file + "insert into\n{schema}.nowhere values (1);\n");
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "schema a_longer_name, statement 60003, line 120005")) << text;
    EXPECT_EQ(project().value("select to_regclass('a_longer_name.items')::text"), "");

    std::string in_data = file;
    in_data.replace(in_data.find("\n50000\t"), 2, "\nx");
    project().write("stores/001_items.sql", in_data);
    const std::string copy = project().failure_of_apply();
    EXPECT_TRUE(has(copy, "schema a_longer_name, statement 2, line 2")) << copy;
    EXPECT_TRUE(has(copy, "invalid input syntax for type integer: \"x0000\"")) << copy;
}

TEST_P(Postgresql, SaysHowToMarkAFileWhoseBlockCommits) {
    const std::string block = "do $$ begin commit; end $$;";
    project().write("catalog/001_block.sql", block);
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "SQLSTATE 2D000")) << text;
    EXPECT_TRUE(has(text, "noTransaction: [\"001_block.sql\"]")) << text;

    project().write("catalog/001_block.sql", "-- migrator:no-transaction\n" + block);
    project().apply();
    EXPECT_EQ(project().rows().size(), 1U);
}

TEST_P(Postgresql, DoesNotSayThatStatementsStayWhichAMarkedFileDidNotCommit) {
    project().write("catalog/001_schema.sql", "create schema {schema};");
    project().write(
        "catalog/002_open.sql",
        "-- migrator:no-transaction\ncreate table {schema}.a (x integer);\nbegin;\n"
        "create table {schema}.b (x integer);\ndrop table {schema}.nowhere;\ncommit;\n"
    );
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "the file executed 3 statements, whose committed changes stay")) << text;
    EXPECT_EQ(project().value("select to_regclass('catalog.a')::text"), "catalog.a");
    EXPECT_EQ(project().value("select to_regclass('catalog.b')::text"), "");
}

TEST_P(Postgresql, BuildsAConcurrentIndexWhileOthersWaitForTheLock) {
    write_shop();
    project().create_tenant("north");
    project().apply();
    project().write("catalog/008_before.sql", "create table {schema}.before (x integer);");
    project().write(
        "catalog/009_index.sql",
        "-- migrator:no-transaction\ncreate index concurrently products_sku on "
        "{schema}.products (sku);\n"
    );
    project().write("catalog/010_after.sql", "create table {schema}.after (x integer);");
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) {
        callers.emplace_back([&] {
            try {
                project().apply();
            } catch (const std::exception& error) {
                ADD_FAILURE() << error.what();
            }
        });
    }
    callers.clear();
    EXPECT_EQ(
        project().value("select indisvalid from pg_index where indexrelid = "
                        "'catalog.products_sku'::regclass"),
        "t"
    );
    EXPECT_EQ(
        project().value("select count(*) from migrator.migrator_migrations where name in "
                        "('008_before.sql', '009_index.sql', '010_after.sql')"),
        "3"
    );
    EXPECT_EQ(project().value("select count(*) from migrator.migrator_tenant_state"), "0");
}

TEST_P(Postgresql, CountsAFileThatLeavesAnInvalidIndexAsFailed) {
    write_shop();
    project().write(
        "catalog/004_twice.sql",
        "create table {schema}.twice as select 1 as x "
        "from generate_series(1, 2);"
    );
    project().write(
        "catalog/005_unique.sql",
        "-- migrator:no-transaction\ncreate unique index concurrently twice_x on {schema}.twice "
        "(x);\n"
    );
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "005_unique.sql failed with error")) << text;
    EXPECT_TRUE(has(text, "drop index concurrently")) << text;
    EXPECT_TRUE(has(text, "twice_x")) << text;
    const auto status = project().open()->inspection().status();
    ASSERT_EQ(status.broken_objects.size(), 1U);
    EXPECT_TRUE(has(status.broken_objects[0], "twice_x")) << status.broken_objects[0];
}

TEST_P(Postgresql, TakesNoTransactionFilesFromPatternsToo) {
    write_shop();
    project().database.no_transaction = {"*_vacuum.sql"};
    project().write("catalog/009_vacuum.sql", "vacuum {schema}.products;");
    project().apply();
    EXPECT_EQ(project().rows().back(), "touch.sql/catalog-scripts");
}

TEST_P(Postgresql, DryRunNamesFilesThatItDidNotTry) {
    write_shop();
    project().write("catalog/009_vacuum.sql", "-- migrator:no-transaction\nvacuum;");
    const auto outcome = project().apply({.version_name = "preview", .dry_run = true});
    ASSERT_EQ(outcome.notes.size(), 1U);
    EXPECT_TRUE(has(outcome.notes[0], "009_vacuum.sql")) << outcome.notes[0];
}

TEST_P(Postgresql, TellsOfADeferredConstraintThatFailsAtCommit) {
    project().write(
        "catalog/001_deferred.sql",
        "create schema {schema};\ncreate table {schema}.a (id integer primary key);\n"
        "create table {schema}.b (a integer constraint b_to_a references {schema}.a deferrable "
        "initially deferred);\ninsert into {schema}.b values (1);"
    );
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(text.starts_with("Could not commit transaction: ")) << text;
    EXPECT_TRUE(has(text, "b_to_a")) << text;
    EXPECT_TRUE(has(text, "deferred")) << text;
    EXPECT_TRUE(project().rows().empty());
}

TEST_P(Postgresql, ContinuesARunThatWasKilledBetweenItsTransactions) {
    write_shop();
    project().create_tenant("north");
    project().create_tenant("south");
    // A run with a file outside a transaction was killed: north got its file, south did not.
    project().write("stores/006_c.sql", "create table if not exists {schema}.c (x integer);");
    project().execute(
        "insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, "
        "checksum, version_id) select '006_c.sql', source_dir, replace(filename, "
        "'005_orders.sql', '006_c.sql'), 2, 'north', null, version_id from "
        "migrator.migrator_migrations where name = '005_orders.sql' and db_schema = 'north'"
    );
    EXPECT_EQ(project().open()->inspection().status().lagging.size(), 1U);
    project().execute(
        "insert into migrator.migrator_tenant_state (tenant, version_id, first_file, state, file, "
        "statement, sqlstate, message) select 'south', 1, replace(filename, '005_orders.sql', "
        "'006_c.sql'), 'planned', '', 0, '', '' from migrator.migrator_migrations where name = "
        "'005_orders.sql' and db_schema = 'north'"
    );
    project().apply();
    EXPECT_EQ(project().value("select to_regclass('south.c')::text"), "south.c");
    EXPECT_EQ(project().value("select to_regclass('north.c')::text"), "");
    EXPECT_TRUE(project().open()->inspection().status().lagging.empty());
}

TEST_P(Postgresql, StopsARunWhoseLockConnectionDied) {
    project().write("catalog/001_schema.sql", "create schema {schema};");
    project().apply();
    project().write("catalog/002_slow.sql", "select pg_sleep(30);");
    std::string text;
    ErrorKind kind{};
    std::jthread run([&] {
        try {
            project().apply();
        } catch (const Error& error) {
            text = error.what();
            kind = error.kind();
        }
    });
    const auto other = session();
    // Wait until the slow file runs, then end the connection that holds key 1.
    while (!query_row(
        *other,
        "select 1 from pg_stat_activity where query like 'select pg_sleep%' "
        "and datname = current_database() and pid <> pg_backend_pid()"
    )) {
        std::this_thread::yield();
    }
    execute(
        *other,
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted "
        "and mode = 'ExclusiveLock' and database = (select oid from pg_database where datname = "
        "current_database())"
    );
    run.join();
    EXPECT_EQ(kind, ErrorKind::Locked) << text;
    EXPECT_TRUE(has(text, "lock")) << text;
    EXPECT_EQ(project().rows().size(), 1U);
}

TEST_P(Postgresql, MakesATenantWhoseFirstFileRunsOutsideATransaction) {
    project().write(
        "stores/001_first.sql", "-- migrator:no-transaction\ncreate table {schema}.a ();"
    );
    project().write("stores/002_then.sql", "create table {schema}.b ();");
    EXPECT_EQ(project().create_tenant("north").summary.tenant_migrations_total, 2);
    EXPECT_EQ(project().open()->tenants(), std::vector<std::string>{"north"});
    EXPECT_EQ(project().value("select to_regclass('north.b')::text"), "north.b");
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

TEST_P(Postgresql, GoesOnWithALoneMarkedFileForTheTenantsThatLackIt) {
    for (const char* tenant : {"north", "south", "west"}) project().create_tenant(tenant);
    project().execute("create table south.c ()");
    project().write("stores/001_c.sql", "-- migrator:no-transaction\ncreate table {schema}.c ();");
    EXPECT_TRUE(has(project().failure_of_apply(), "1 of 3 executions are committed"));
    project().execute("drop table south.c");
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 2);
    EXPECT_EQ(project().value("select to_regclass('west.c')::text"), "west.c");
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

TEST_P(Postgresql, PlansNothingForATenantThatWasThereAlready) {
    project().create_tenant("north");
    project().write("stores/001_c.sql", "-- migrator:no-transaction\ncreate table {schema}.c ();");
    EXPECT_THROW(project().create_tenant("north"), Error);
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

TEST_P(Postgresql, RefusesATenantNameThatTheServerWouldCut) {
    EXPECT_THROW(project().create_tenant(std::string(64, 'x')), Error);
    EXPECT_TRUE(project().open()->tenants().empty());
    project().create_tenant(std::string(63, 'x'));
}

TEST_P(Postgresql, AppliesAsAnotherRoleAndRecordsAsTheLogin) {
    const std::string role = "migrator_test_role";
    project().execute(
        "do $$ begin if not exists (select from pg_roles where rolname = '" + role +
        "') then create role " + role + "; end if; end $$"
    );
    project().execute(
        "do $$ begin execute format('grant create on database %I to " + role +
        "', current_database()); end $$"
    );
    project().database.set_role = role;
    project().write(
        "catalog/001_schema.sql", "create schema {schema}; create table {schema}.a ();"
    );
    project().write("stores/002_a.sql", "create table {schema}.a ();");
    project().apply();
    project().create_tenant("north");
    EXPECT_EQ(
        project().value("select tableowner from pg_tables where schemaname = 'catalog'"), role
    );
    EXPECT_EQ(project().value("select tableowner from pg_tables where schemaname = 'north'"), role);
    EXPECT_NE(
        project().value("select tableowner from pg_tables where tablename = 'migrator_versions'"),
        role
    );
}

MIGRATOR_ON_DATABASE(Postgresql, "Postgresql");

}  // namespace
}  // namespace migrator::test
