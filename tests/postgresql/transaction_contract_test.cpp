// Transactions: limits, rows, commit, and leaving nothing behind.
#include <thread>

#include "core/sha256.hpp"
#include "postgresql/test_database.hpp"

namespace migrator::db::postgresql::test {
namespace {

using std::chrono::milliseconds;

class PostgresqlTransaction : public PostgresqlTest {
protected:
    void create_tables() {
        for (const std::string_view ddl :
             {dialect().create_metadata_schema,
              dialect().create_versions,
              dialect().create_migrations}) {
            execute(*admin_, ddl);
        }
    }
};

TEST_F(PostgresqlTransaction, BeginsWithTheLimits) {
    const auto session = connect();
    session->begin(
        {.statement_timeout = milliseconds(61'000), .lock_timeout = milliseconds(5'500), .role = ""}
    );
    EXPECT_EQ(scalar(*session, "show statement_timeout"), "61s");
    EXPECT_EQ(scalar(*session, "show lock_timeout"), "5500ms");
    EXPECT_EQ(scalar(*session, "show idle_in_transaction_session_timeout"), "0");
    if (server_version() >= 140'000) {
        EXPECT_EQ(scalar(*session, "show client_connection_check_interval"), "1s");
    }
    EXPECT_EQ(scalar(*session, "show tcp_keepalives_idle"), "15");
    ASSERT_FALSE(session->commit());
    EXPECT_EQ(scalar(*session, "show lock_timeout"), "0");
}

TEST_F(PostgresqlTransaction, LeavesNothingOfAScriptAfterAReset) {
    const std::string role = make_role();
    const auto session = connect();
    session->begin({.statement_timeout = {}, .lock_timeout = milliseconds(7'000), .role = ""});
    const std::string login = scalar(*session, "select current_user");
    ASSERT_FALSE(
        run(*session,
            {"set search_path = ''; set lock_timeout = 1; set work_mem = '1MB'; set "
             "client_encoding = 'LATIN1';",
             "create temp table seen (a int); prepare p as select 1; declare c cursor with hold "
             "for select 1;"
             "listen channel; select pg_advisory_lock(42); set session authorization " +
                 role + ";"})
    );
    session->reset();
    EXPECT_EQ(scalar(*session, "select current_user"), login);
    EXPECT_EQ(scalar(*session, "show lock_timeout"), "7s") << "our limits are set again";
    EXPECT_EQ(scalar(*session, "show client_encoding"), "UTF8");
    const auto expect_clean = [&] {
        EXPECT_EQ(scalar(*session, "show work_mem"), scalar(*admin_, "show work_mem"));
        EXPECT_EQ(scalar(*session, "show search_path"), "\"$user\", public");
        EXPECT_EQ(scalar(*session, "select count(*) from pg_prepared_statements"), "0");
        EXPECT_EQ(scalar(*session, "select count(*) from pg_cursors where name = 'c'"), "0");
        EXPECT_EQ(scalar(*session, "select count(*) from pg_listening_channels()"), "0");
        EXPECT_EQ(scalar(*session, "select to_regclass('seen') is null"), "t");
        EXPECT_EQ(
            scalar(
                *session,
                "select count(*) from pg_locks where locktype = 'advisory' and pid = "
                "pg_backend_pid()"
            ),
            "0"
        );
    };
    expect_clean();
    ASSERT_FALSE(session->commit());
    expect_clean();
    EXPECT_EQ(scalar(*session, "show lock_timeout"), "0");
}

TEST_F(PostgresqlTransaction, LeavesNothingOfAScriptAfterARollback) {
    const auto session = connect();
    session->begin({});
    ASSERT_TRUE(
        run(*session,
            {"select pg_advisory_lock(42); set work_mem = '1MB'; create table t (a int);",
             "select missing"})
    );
    session->rollback();
    EXPECT_EQ(scalar(*session, "select to_regclass('t') is null"), "t");
    EXPECT_EQ(
        scalar(
            *session,
            "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
        ),
        "0"
    );
    session->rollback();  // safe at any time
    EXPECT_EQ(scalar(*session, "select 1"), "1");
}

TEST_F(PostgresqlTransaction, RollsBackWhenDestroyed) {
    auto session = connect();
    session->begin({});
    ASSERT_FALSE(run(*session, {"create table t (a int);"}));
    session.reset();
    EXPECT_EQ(scalar(*admin_, "select to_regclass('t') is null"), "t");
}

TEST_F(PostgresqlTransaction, NamesTheDeferredConstraintThatCommitRaises) {
    execute(
        *admin_,
        "create table a (id int primary key); create table b (a int constraint b_a references a "
        "deferrable initially deferred)"
    );
    const auto session = connect();
    session->begin({});
    ASSERT_FALSE(run(*session, {"insert into b values (1);"}));
    const auto failure = session->commit();
    ASSERT_TRUE(failure);
    EXPECT_NE(failure->message.find("deferred"), std::string::npos) << failure->message;
    EXPECT_EQ(failure->context, "constraint b_a of table public.b");
    EXPECT_EQ(failure->sqlstate, "23503");
    EXPECT_FALSE(failure->connection_lost);
    session->rollback();

    session->begin({});
    ASSERT_FALSE(run(*session, {"insert into b values (2);", "insert into a values (2)"}));
    EXPECT_FALSE(session->commit()) << "mended by a later script";
}

TEST_F(PostgresqlTransaction, SaysWhenTheTransactionHadFailedBeforeCommit) {
    const auto session = connect();
    session->begin({});
    ASSERT_TRUE(run(*session, {"select missing"}));
    const auto failed = session->commit();
    ASSERT_TRUE(failed);
    EXPECT_NE(failed->message.find("had already failed"), std::string::npos) << failed->message;
    const auto none = session->commit();
    ASSERT_TRUE(none);
    EXPECT_NE(none->message.find("no longer open"), std::string::npos) << none->message;
}

TEST_F(PostgresqlTransaction, TellsThatTheConnectionWasLostWhileCommitting) {
    execute(
        *admin_,
        "create table t (a int);"
        "create function slow() returns trigger language plpgsql as $$ begin perform "
        "pg_sleep(600); return null; end $$;"
        "create constraint trigger slow after insert on t deferrable initially deferred for each "
        "row execute procedure slow()"
    );
    const auto session = connect();
    session->begin({});
    ASSERT_FALSE(run(*session, {"insert into t values (1)"}));
    const std::string pid = scalar(*session, "select pg_backend_pid()");
    std::jthread killer([&] {
        wait_until_running("commit");
        execute(*admin_, "select pg_terminate_backend(" + pid + ")");
    });
    const auto failure = session->commit();
    ASSERT_TRUE(failure);
    EXPECT_TRUE(failure->connection_lost);
    session->begin({});
    message_of([&] { scalar(*session, "select 1"); }, ErrorKind::Unavailable);
}

TEST_F(PostgresqlTransaction, WritesRowsAsTheyAre) {
    create_tables();
    execute(*admin_, "insert into migrator.migrator_versions (id, name) values (7, 'v')");
    const std::string contents = "line one\r\n\ttab \\ backslash \\N \\.\n\\.\n'quotes' é 😀\n";
    std::vector<Migration> migrations = {
        {"a.sql",
         "/m/ref",
         "/m/ref/a.sql",
         MigrationType::SingleMigration,
         contents,
         sha256_hex(contents)},
        {"b\t.sql",
         "/m/tenants",
         "/m/tenants/b\t.sql",
         MigrationType::TenantScript,
         "caf\xe9",
         "c"},
        {"c.sql", "/m", "/m/c.sql", MigrationType::SingleMigration, "", ""},
    };
    const std::string schemas[] = {"ref", "tenant-1", "m"};
    std::vector<sql::MetadataRow> rows;
    for (std::size_t i = 0; i < migrations.size(); ++i)
        rows.push_back({&migrations[i], &schemas[i]});
    const std::vector<std::string> wanted = {
        "c.sql",
        "/m",
        "/m/c.sql",
        "1",
        "m",
        "t",
        "",
        "",
        "7",
        "a.sql",
        "/m/ref",
        "/m/ref/a.sql",
        "1",
        "ref",
        "t",
        contents,
        sha256_hex(contents),
        "7",
        "b\t.sql",
        "/m/tenants",
        "/m/tenants/b\t.sql",
        "4",
        "tenant-1",
        "t",
        "caf\xef\xbf\xbd",
        "c",
        "7"};
    const auto session = connect();
    // Few go as values, many by COPY.
    for (const std::size_t times : {1U, 400U}) {
        SCOPED_TRACE(times);
        execute(*admin_, "truncate migrator.migrator_migrations");
        session->begin({});
        std::vector<sql::MetadataRow> all;
        for (std::size_t i = 0; i < times; ++i) all.insert(all.end(), rows.begin(), rows.end());
        session->insert_rows(7, {}, all);
        ASSERT_FALSE(session->commit());
        const std::string table = "from migrator.migrator_migrations";
        EXPECT_EQ(scalar(*admin_, "select count(*) " + table), std::to_string(all.size()));
        std::vector<std::string> read;
        admin_->query(
            "select distinct on (filename) name, source_dir, filename, type, db_schema, "
            "now() at time zone 'utc' - created between interval '0' and interval '1 minute', "
            "contents, checksum, version_id " +
                table + " order by filename",
            {},
            [&](const sql::Row& row) {
                for (const Value& value : row) read.push_back(value.value_or("(null)"));
            }
        );
        EXPECT_EQ(read, wanted);
    }
}

TEST_F(PostgresqlTransaction, WritesRowsAsTheyAreWhateverAScriptDidToTheEncoding) {
    create_tables();
    execute(*admin_, "insert into migrator.migrator_versions (id, name) values (7, 'v')");
    const Migration migration{
        "é.sql", "/m", "/m/é.sql", MigrationType::SingleMigration, "select 'é'", "c"};
    const std::string schema = "m";
    const sql::MetadataRow row{&migration, &schema};
    const auto session = connect();
    session->begin({});
    ASSERT_FALSE(
        run(*session,
            {"do $$ begin perform set_config('client_encoding', 'LATIN1', "
             "false); end $$"})
    );
    session->reset();
    session->insert_rows(7, {}, {&row, 1});
    ASSERT_FALSE(session->commit());
    EXPECT_EQ(
        scalar(*admin_, "select filename || contents from migrator.migrator_migrations"),
        "/m/é.sqlselect 'é'"
    );
}

TEST_F(PostgresqlTransaction, WritesTenThousandRows) {
    create_tables();
    execute(*admin_, "insert into migrator.migrator_versions (id, name) values (1, 'v')");
    const Migration migration{
        "a.sql", "/m", "/m/a.sql", MigrationType::TenantMigration, std::string(1'000, '\n'), "c"};
    const std::string schema = "s";
    const std::vector<sql::MetadataRow> rows(10'000, {&migration, &schema});
    const auto session = connect();
    session->begin({});
    session->insert_rows(1, "2026-11-22 01:02:03", rows);
    EXPECT_EQ(
        scalar(
            *session,
            "select count(*) || ' ' || sum(length(contents)) from migrator.migrator_migrations"
        ),
        "10000 10000000"
    );
}

TEST_F(PostgresqlTransaction, SaysThatARowCouldNotBeAddedButNotItsContents) {
    create_tables();
    const Migration migration{
        "a.sql", "/m", std::string(300, 'f'), MigrationType::TenantMigration, "CONTENTS", "c"};
    const std::string schema = "s";
    const sql::MetadataRow row{&migration, &schema};
    const auto session = connect();
    for (const std::size_t count : {1U, 1'000U}) {
        session->begin({});
        const std::vector<sql::MetadataRow> rows(count, row);
        const auto record = [&] {
            session->insert_rows(1, {}, rows);
            session->commit();
        };
        const std::string message = message_of(record, ErrorKind::Internal);
        EXPECT_TRUE(message.starts_with("Failed to add migration entry: ERROR: ")) << message;
        EXPECT_EQ(message.find("CONTENTS"), std::string::npos);
        session->rollback();
    }
}

TEST_F(PostgresqlTransaction, RunsScriptsOutsideATransaction) {
    const auto session = connect();
    const Scripts scripts(
        {"create table t (a int); create index concurrently i on t (a);\n"
         "begin; insert into t values (1); commit;\nset work_mem = '1MB';\n"
         "copy t from stdin;\n2\n3\n\\.\nvacuum t;"}
    );
    std::vector<std::size_t> done;
    const auto failure = session->run_without_transaction(
        scripts.runs()[0],
        {.statement_timeout = {}, .lock_timeout = milliseconds(1), .role = ""},
        [&](std::size_t statements) { done.push_back(statements); }
    );
    ASSERT_FALSE(failure) << failure->message;
    EXPECT_EQ(done, (std::vector<std::size_t>{1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(scalar(*admin_, "select sum(a) from t"), "6");
    EXPECT_EQ(scalar(*session, "show work_mem"), scalar(*admin_, "show work_mem"));
    EXPECT_EQ(
        scalar(*session, "show idle_in_transaction_session_timeout"),
        scalar(*admin_, "show idle_in_transaction_session_timeout")
    );
}

TEST_F(PostgresqlTransaction, NamesTheStatementThatFailedOutsideATransaction) {
    const auto session = connect();
    const struct {
        const char* name;
        std::string text;
        std::size_t statement;
        std::uint32_t line;
        std::string message;
    } cases[] = {
        {"error", "create table t1 (a int);\nselect\nmissing;\nselect 1;", 2, 3, "missing"},
        {"error in its own transaction",
         "begin;\ninsert into nothing values (1);\ncommit;",
         2,
         2,
         "nothing"},
        {"left open",
         "create table t2 (a int);\nbegin;\ninsert into t2 values (1);",
         3,
         0,
         "left a transaction open"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const Scripts scripts({c.text});
        const auto failure = session->run_without_transaction(scripts.runs()[0], {}, nullptr);
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->step, 1U);
        EXPECT_EQ(failure->statement, c.statement);
        EXPECT_EQ(failure->line, c.line);
        EXPECT_NE(failure->message.find(c.message), std::string::npos) << failure->message;
    }
    EXPECT_EQ(scalar(*admin_, "select to_regclass('t1') is not null"), "t") << "stays";
    EXPECT_EQ(scalar(*admin_, "select count(*) from t2"), "0");
}

TEST_F(PostgresqlTransaction, KeepsTheSessionFenceWhileItRunsOutsideATransaction) {
    const auto session = connect();
    EXPECT_EQ(scalar(*session, dialect().session_fence), "t");
    const Scripts scripts({"select 1;"});
    ASSERT_FALSE(session->run_without_transaction(scripts.runs()[0], {}, nullptr));
    EXPECT_EQ(scalar(*admin_, dialect().fence_is_free), "f");
    EXPECT_EQ(scalar(*session, dialect().release_session_fence), "t");
    EXPECT_EQ(scalar(*admin_, dialect().fence_is_free), "t");
}

}  // namespace
}  // namespace migrator::db::postgresql::test
