// The texts of the dialect, as the server takes them.
#include <thread>

#include "postgresql/test_database.hpp"

namespace migrator::db::postgresql::test {
namespace {

class PostgresqlDialect : public PostgresqlTest {
protected:
    std::string shape(Session& session) {
        std::string found;
        session.query(dialect().shape_query, {}, [&](const sql::Row& row) {
            for (const Value& value : row) found += value.value_or("-");
        });
        return found;
    }
    void create_all() {
        const sql::Dialect& d = dialect();
        for (const std::string_view ddl :
             {d.create_metadata_schema,
              d.create_versions,
              d.create_migrations,
              d.create_tenants,
              d.create_lock,
              d.create_runs,
              d.create_tenant_state,
              d.create_filename_index}) {
            execute(*admin_, ddl);
        }
    }
};

TEST_F(PostgresqlDialect, ShowsWhichTablesThereAre) {
    const sql::Dialect& d = dialect();
    const struct {
        std::string_view ddl;
        std::string shape;
    } steps[] = {
        {"select 1", "fffffffffff"},
        {d.create_metadata_schema, "tffffffffff"},
        {d.create_versions, "tfftfffffff"},
        {d.create_migrations, "ttttfffffff"},
        {d.create_tenants, "tttttffffff"},
        {d.create_lock, "ttttttfffff"},
        {d.create_runs, "tttttttffff"},
        {d.create_tenant_state, "ttttttttfff"},
        {d.create_places, "tttttttttff"},
        {d.create_audit, "ttttttttttf"},
        {d.create_filename_index, "ttttttttttt"},
    };
    const std::string role = make_role();
    for (const auto& step : steps) {
        SCOPED_TRACE(step.ddl);
        execute(*admin_, step.ddl);
        EXPECT_EQ(shape(*admin_), step.shape);
        const auto stranger = connect();
        execute(*stranger, "set role " + role);
        EXPECT_EQ(shape(*stranger), step.shape) << "also without any right";
    }
}

TEST_F(PostgresqlDialect, MakesTheTablesOfTheGoProgram) {
    create_all();
    EXPECT_EQ(
        column(
            *admin_,
            "select table_name || '.' || column_name || ' ' || data_type || "
            "coalesce(character_maximum_length::text, '') || ' ' || is_nullable || ' ' || "
            "coalesce(column_default, '-') from information_schema.columns where table_schema = "
            "'migrator' and table_name in ('migrator_migrations', 'migrator_versions', "
            "'migrator_tenants') order by table_name, ordinal_position"
        ),
        (std::vector<std::string>{
            "migrator_migrations.id integer NO "
            "nextval('migrator.migrator_migrations_id_seq'::regclass)",
            "migrator_migrations.name character varying200 NO -",
            "migrator_migrations.source_dir character varying200 NO -",
            "migrator_migrations.filename character varying200 NO -",
            "migrator_migrations.type integer NO -",
            "migrator_migrations.db_schema character varying200 NO -",
            "migrator_migrations.created timestamp without time zone YES now()",
            "migrator_migrations.contents text YES -",
            "migrator_migrations.checksum character varying64 YES -",
            "migrator_migrations.version_id integer NO -",
            "migrator_tenants.id integer NO nextval('migrator.migrator_tenants_id_seq'::regclass)",
            "migrator_tenants.name character varying200 NO -",
            "migrator_tenants.created timestamp without time zone YES now()",
            "migrator_versions.id integer NO "
            "nextval('migrator.migrator_versions_id_seq'::regclass)",
            "migrator_versions.name character varying200 NO -",
            "migrator_versions.created timestamp with time zone YES now()"})
    );
    EXPECT_EQ(
        column(
            *admin_,
            "select indexname from pg_indexes where schemaname = 'migrator' and tablename = "
            "'migrator_migrations' order by 1"
        ),
        (std::vector<std::string>{
            "migrator_migrations_filename_idx",
            "migrator_migrations_pkey",
            "migrator_migrations_version_id_idx"})
    );
    execute(
        *admin_,
        "insert into migrator.migrator_versions (name) values ('v');"
        "insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, "
        "version_id) values ('n', 'd', 'f', 1, 's', 1);"
        "delete from migrator.migrator_versions"
    );
    EXPECT_EQ(scalar(*admin_, "select count(*) from migrator.migrator_migrations"), "0")
        << "cascades";
}

TEST_F(PostgresqlDialect, UpgradesTablesOfV4) {
    for (const std::string_view index :
         {"", "migrator_versions_version_id_idx", "migrator_migrations_version_id_idx"}) {
        SCOPED_TRACE(index);
        execute(*admin_, "drop schema if exists migrator cascade");
        execute(
            *admin_,
            "create schema migrator; create table migrator.migrator_migrations (id serial primary "
            "key, name varchar(200) not null, "
            "source_dir varchar(200) not null, filename varchar(200) not null, type int not null, "
            "db_schema varchar(200) not null, "
            "created timestamp default now(), contents text, checksum varchar(64));"
            "insert into migrator.migrator_migrations (name, source_dir, filename, type, "
            "db_schema) values ('n', 'd', 'f', 1, 's')"
        );
        if (!index.empty())
            execute(
                *admin_,
                "create index " + std::string(index) + " on migrator.migrator_migrations (name)"
            );
        EXPECT_EQ(shape(*admin_), "ttfffffffff");
        const auto session = connect();
        session->begin({});
        execute(*session, dialect().create_versions);
        execute(*session, dialect().add_version_id);
        const std::string id = scalar(*session, dialect().next_version_id);
        const std::vector<Value> version = {id, "Initial version"};
        session->query(dialect().insert_version, version, nullptr);
        execute(*session, "update migrator.migrator_migrations set version_id = " + id);
        execute(*session, dialect().require_version_id);
        execute(*session, dialect().require_version_id);
        ASSERT_FALSE(session->commit());
        EXPECT_EQ(shape(*admin_), "ttttfffffff");
        EXPECT_THROW(
            execute(
                *admin_,
                "insert into migrator.migrator_migrations (name, source_dir, filename, type, "
                "db_schema, version_id) values ('n', 'd', 'f', 1, 's', 99)"
            ),
            Error
        );
    }
}

TEST_F(PostgresqlDialect, TakesVersionsOnce) {
    create_all();
    const std::string id = scalar(*admin_, dialect().next_version_id);
    EXPECT_NE(id, scalar(*admin_, dialect().next_version_id));
    const std::vector<Value> version = {id, "v"};
    admin_->query(dialect().insert_version, version, nullptr);
    admin_->query(dialect().insert_version, version, nullptr);
    EXPECT_EQ(
        scalar(
            *admin_, "select count(*) from migrator.migrator_versions where created is not null"
        ),
        "1"
    );
}

TEST_F(PostgresqlDialect, KeepsOneRowForLockAndTenantState) {
    create_all();
    for (const std::string run : {"one", "two"}) {
        const std::vector<Value> lock = {run, "owner", "request", std::nullopt};
        admin_->query(dialect().upsert_lock, lock, nullptr);
        const std::vector<Value> state = {
            "tenant", "7", "/m/" + run, "failed", "/m/f", "3", "42P01", std::nullopt};
        admin_->query(dialect().upsert_tenant_state, state, nullptr);
    }
    EXPECT_EQ(
        column(*admin_, "select run_id from migrator.migrator_lock"),
        (std::vector<std::string>{"two"})
    );
    EXPECT_EQ(
        column(*admin_, "select first_file || statement from migrator.migrator_tenant_state"),
        (std::vector<std::string>{"/m/two3"})
    );
}

TEST_F(PostgresqlDialect, FencesTransactionsOfAnOlderRun) {
    create_all();
    const std::vector<Value> lock = {"one", "o", "r", "v"};
    admin_->query(dialect().upsert_lock, lock, nullptr);
    const auto old_run = connect();
    // What is wrong comes with what is asked next.
    const auto work_for = [&](std::string_view run_id) {
        old_run->begin({}, run_id);
        old_run->query("select 1", {}, nullptr);
    };
    const auto lost = [&](std::string_view run_id) {
        return message_of([&] { work_for(run_id); }, ErrorKind::Locked);
    };
    EXPECT_TRUE(lost("other").starts_with("lost the migration lock to o since"));
    work_for("one");
    const auto new_run = connect();
    new_run->begin({});
    EXPECT_EQ(scalar(*new_run, dialect().fence_is_free), "f");
    ASSERT_FALSE(old_run->commit());
    EXPECT_EQ(scalar(*new_run, dialect().fence_is_free), "t");
    EXPECT_NE(lost("one"), "") << "the new run has it";
}

TEST_F(PostgresqlDialect, RunsNoScriptWhenTheFenceIsGone) {
    create_all();
    const auto session = connect();
    const std::string script = "create table public.made_without_the_fence ()";
    session->begin({}, "nobody");
    message_of([&] { run(*session, {script}); }, ErrorKind::Locked);
    session->begin({});
    EXPECT_FALSE(run(*session, {script})) << "it was not there";
    EXPECT_FALSE(session->commit());
}

TEST_F(PostgresqlDialect, TakesNoOtherErrorOfTheFenceForALostLock) {
    create_all();
    execute(*admin_, "begin");
    execute(*admin_, "lock table migrator.migrator_lock in access exclusive mode");
    const auto session = connect();
    session->begin({.lock_timeout = std::chrono::milliseconds(1)}, "one");
    const std::string message =
        message_of([&] { scalar(*session, "select 1"); }, ErrorKind::Internal);
    EXPECT_NE(message.find("lock timeout"), std::string::npos) << message;
    execute(*admin_, "rollback");
}

TEST_F(PostgresqlDialect, MakesSchemasThatAreMissing) {
    const std::string role = make_role();
    for (const std::string name : {"acme", "Acme", "a-b", "A-B", "7up", "order"}) {
        SCOPED_TRACE(name);
        const std::string ddl = dialect().create_schema(SchemaName::parse(name));
        execute(*admin_, ddl);
        EXPECT_EQ(
            scalar(*admin_, "select count(*) from pg_namespace where nspname = $1", {name}), "1"
        );
        const auto session = connect();
        execute(*session, "set role " + role);
        execute(*session, ddl);  // without the right to create: it is there
    }
    const auto session = connect();
    execute(*session, "set role " + role);
    EXPECT_THROW(execute(*session, dialect().create_schema(SchemaName::parse("another"))), Error);
}

TEST_F(PostgresqlDialect, FindsEventTriggersThatWouldSeeAWholeMessage) {
    EXPECT_EQ(scalar(*admin_, dialect().prefers_single_messages), "f");
    execute(
        *admin_,
        "create function e() returns event_trigger language plpgsql as $$ begin end $$;"
        "create event trigger e on ddl_command_end execute procedure e()"
    );
    EXPECT_EQ(scalar(*admin_, dialect().prefers_single_messages), "t");
    execute(*admin_, "alter event trigger e disable");
    EXPECT_EQ(scalar(*admin_, dialect().prefers_single_messages), "f");
}

TEST_F(PostgresqlDialect, FindsInvalidIndexes) {
    EXPECT_TRUE(column(*admin_, dialect().broken_objects).empty());
    execute(
        *admin_,
        "create schema \"S\"; create table \"S\".t (a int); insert into \"S\".t values (1), (1)"
    );
    EXPECT_THROW(execute(*admin_, "create unique index concurrently i on \"S\".t (a)"), Error);
    std::vector<std::string> found;
    admin_->query(dialect().broken_objects, {}, [&](const sql::Row& row) {
        for (const Value& value : row) found.push_back(value.value_or("-"));
    });
    EXPECT_EQ(
        found,
        (std::vector<std::string>{"invalid index \"S\".i", "drop index concurrently \"S\".i"})
    );
    execute(*admin_, found.at(1));
    EXPECT_TRUE(column(*admin_, dialect().broken_objects).empty());
}

TEST_F(PostgresqlDialect, DoesNotBlameAnIndexThatIsBeingBuilt) {
    execute(*admin_, "create table t (a int); insert into t values (1)");
    const auto reader = connect();
    reader->begin({});
    execute(*reader, "lock table t in row exclusive mode");  // the builder waits for it
    const auto builder = connect();
    std::stop_source stop;
    builder->watch(stop.get_token());
    std::jthread build([&] {
        EXPECT_THROW(execute(*builder, "create index concurrently i on t (a)"), Error);
    });
    wait_until("exists (select from pg_index where not indisvalid)");
    EXPECT_TRUE(column(*admin_, dialect().broken_objects).empty());
    stop.request_stop();
    build.join();
    EXPECT_EQ(
        column(*admin_, dialect().broken_objects),
        (std::vector<std::string>{"invalid index public.i"})
    );
}

TEST_F(PostgresqlDialect, ReadsListsAndTellsTheTimeInUtc) {
    const std::string sql =
        "select count(*) from (select unnest(array['a', 'b\"', 'c']) x) t where x in (" +
        std::string("select pg_catalog.json_array_elements_text($1::json)") + ")";
    EXPECT_EQ(dialect().json_list, "select pg_catalog.json_array_elements_text({}::json)");
    EXPECT_EQ(scalar(*admin_, sql, {R"(["a","b\""])"}), "2");
    const auto tokyo = server_at(url_ + "?TimeZone=Asia/Tokyo")->connect();
    const std::string now(dialect().now_utc);
    EXPECT_EQ(
        scalar(
            *tokyo,
            "select abs(extract(epoch from (" + now +
                ")::timestamp - timezone('utc', clock_timestamp()))) < 60"
        ),
        "t"
    );
    EXPECT_EQ(dialect().placeholder(3), "$3");
}

}  // namespace
}  // namespace migrator::db::postgresql::test
