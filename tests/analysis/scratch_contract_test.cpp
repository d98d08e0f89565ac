// Scratch schemas: what is built in them, what is refused, and that nothing stays.
#include <optional>

#include "analysis/scratch.hpp"
#include "postgresql/test_database.hpp"

namespace migrator::analysis {
namespace {

using db::postgresql::test::execute;
using db::postgresql::test::message_of;
using db::postgresql::test::scalar;

Migration file(
    const std::string& name,
    const std::string& contents,
    MigrationType type = MigrationType::TenantMigration
) {
    Migration migration;
    migration.name = name;
    migration.source_dir = type == MigrationType::TenantMigration ? "tenants" : "ref";
    migration.file = migration.source_dir + "/" + name;
    migration.type = type;
    migration.contents = contents;
    return migration;
}

class ScratchTest : public db::postgresql::test::PostgresqlTest {
protected:
    void SetUp() override {
        PostgresqlTest::SetUp();
        if (IsSkipped()) return;
        execute(
            *admin_,
            "create schema ref; create table ref.country (code text primary key, name text); "
            "create sequence ref.numbers; "
            "insert into ref.country values ('ch', 'Switzerland')"
        );
    }

    std::unique_ptr<Scratch> make(ScratchPlace place = ScratchPlace::SameDatabase) {
        return std::make_unique<Scratch>(
            *server_, options_, ScratchOptions{.place = place, .maker = "this test"}
        );
    }

    /// All names, and what is in the tables of others.
    std::string state() {
        return scalar(*admin_, R"(
select string_agg(line, ' ' order by line) from (
  select nspname::text line from pg_namespace where nspname !~ '^pg_'
  union all select oid::regclass || ' ' || relfilenode from pg_class where oid >= 16384
    and relnamespace <> 'pg_toast'::regnamespace
  union all select oid::regproc::text from pg_proc where oid >= 16384
  union all select oid::regtype::text from pg_type where oid >= 16384
  union all select c::text from ref.country c
  union all select last_value || ' ' || is_called from ref.numbers) l)");
    }

    db::Options options_;
};

const Migration kOrders = file(
    "1.sql",
    "create table {schema}.orders (id int primary key, country text, total int);\n"
    "insert into {schema}.orders select 1, code, 5 from ref.country"
);

TEST_F(ScratchTest, TracesFilesOnWhatTheFilesBeforeThemHaveMade) {
    const std::string before = state();
    {
        const auto scratch = make();
        scratch->build(kOrders);
        scratch->build(file(
            "2.sql",
            "-- migrator:no-transaction\ncreate index concurrently i on {schema}.orders "
            "(country);\n"
            "vacuum {schema}.orders;"
        ));
        EXPECT_TRUE(scratch->schema().starts_with("migrator_scratch_"));
        EXPECT_NE(state(), before);
        const Migration pending[] = {
            file("3.sql", "alter table {schema}.orders alter column total type bigint"),
            file("4.sql", "alter index {schema}.i rename to j"),
            file("5.sql", "drop table ref.country", MigrationType::SingleMigration)};
        const Trace trace = scratch->trace({&pending[0], &pending[1], &pending[2]});
        EXPECT_EQ(trace.failure, "");
        ASSERT_EQ(trace.statements.size(), 2U) << "files of single schemas do not run here";
        EXPECT_TRUE(trace.statements[0].touched.at(0).is_rewritten);
        EXPECT_EQ(trace.statements[0].touched.at(0).schema, scratch->schema());
        EXPECT_FALSE(trace.statements[1].locks.empty());
    }
    EXPECT_EQ(state(), before);
}

TEST_F(ScratchTest, RefusesFilesThatWorkOutside) {
    const struct {
        const char* name;
        std::string text;
        std::string why;
    } cases[] = {
        {"a lock",
         "alter table {schema}.orders add foreign key (country) references ref.country",
         "it locks ref.country, which is outside the scratch schema, in SHARE ROW EXCLUSIVE mode"},
        {"rows", "insert into ref.country values ('at', 'Austria')", "it writes to ref.country"},
        {"a table",
         "create table public.mine (a int)",
         "makes or changes the relation public.mine"},
        {"a function",
         "create function public.one() returns int language sql as 'select 1'",
         "function public.one"},
        {"a schema", "create schema other", "schema other"},
        {"behind an exception handler",
         "do $$ begin create type public.mood as enum ('ok'); exception when duplicate_object then "
         "null; end $$",
         "type public.mood"},
        {"a rename", "alter table ref.country rename to land", "ACCESS EXCLUSIVE"}};
    const std::string before = state();
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const auto scratch = make();
        scratch->build(kOrders);
        const Migration migration = file("2.sql", c.text);
        const Trace trace = scratch->trace({&migration});
        EXPECT_NE(trace.failure.find(c.why), std::string::npos) << trace.failure;
        const std::string message =
            message_of([&] { scratch->build(migration); }, ErrorKind::MigrationFailed);
        EXPECT_NE(message.find(c.why), std::string::npos) << message;
        EXPECT_EQ(message.find("2.sql"), 0U) << message;
        scratch->drop();
        EXPECT_EQ(state(), before);
    }
}

TEST_F(ScratchTest, ObjectsThatOthersMakeMeanwhileAreNotHeldAgainstAFile) {
    const auto scratch = make();
    execute(*admin_, "create table public.of_somebody (a int)");
    scratch->build(kOrders);
    // While the file runs: it waits until another session has committed.
    const auto other = connect();
    other->begin({});
    ASSERT_FALSE(db::postgresql::test::run(*other, {"select pg_advisory_xact_lock(1)"}));
    const Migration migration =
        file("2.sql", "create table {schema}.a (b int); select pg_advisory_xact_lock(1)");
    std::optional<Trace> trace;
    {
        const std::jthread work([&] { trace = scratch->trace({&migration}); });
        wait_until_running("pg_advisory_xact_lock(1)");
        execute(*admin_, "create table public.made_meanwhile (a int)");
        other->rollback();
    }
    EXPECT_EQ(trace->failure, "");
}

TEST_F(ScratchTest, AnEmptyOtherDatabaseHasSingleSchemasToo) {
    const Migration country = file(
        "0.sql", "create table ref.country (code text primary key)", MigrationType::SingleMigration
    );
    EXPECT_NE(
        message_of([&] { make(ScratchPlace::OtherDatabase); }, ErrorKind::Configuration)
            .find("is not empty: it has schema ref"),
        std::string::npos
    );
    execute(*admin_, "drop schema ref cascade");
    const auto scratch = make(ScratchPlace::OtherDatabase);
    scratch->build(country);
    scratch->build(kOrders);
    const Migration pending = file(
        "2.sql", "alter table {schema}.orders add foreign key (country) references ref.country"
    );
    const Trace trace = scratch->trace({&pending});
    EXPECT_EQ(trace.failure, "");
    scratch->drop();
    EXPECT_EQ(
        scalar(*admin_, "select count(*) from pg_namespace where nspname ~ '^ref|^migrator'"), "0"
    );
}

TEST_F(ScratchTest, NamesWhatAnInterruptedTraceHasLeft) {
    EXPECT_TRUE(left_by_scratch(*admin_).empty());
    const auto scratch = make();
    const auto left = left_by_scratch(*admin_);
    ASSERT_EQ(left.size(), 1U);
    EXPECT_NE(left[0].find(scratch->schema()), std::string::npos) << left[0];
    EXPECT_NE(left[0].find("this test"), std::string::npos) << left[0];
}

TEST_F(ScratchTest, WorksAsTheConfiguredRole) {
    options_.set_role = make_role();
    execute(*admin_, "grant create on database " + database_ + " to " + options_.set_role);
    execute(*admin_, "grant usage on schema ref to " + options_.set_role);
    execute(*admin_, "grant select on ref.country to " + options_.set_role);
    const auto scratch = make();
    scratch->build(kOrders);
    EXPECT_EQ(
        scalar(
            *admin_,
            "select distinct relowner::regrole from pg_class where relnamespace = '" +
                scratch->schema() + "'::regnamespace"
        ),
        options_.set_role
    );
    scratch->drop();
    execute(*admin_, "drop owned by " + options_.set_role);
}

}  // namespace
}  // namespace migrator::analysis
