// What a trace sees, and that nothing of it stays.
#include "analysis/tracer.hpp"
#include "postgresql/test_database.hpp"

namespace migrator::analysis {
namespace {

using db::postgresql::test::execute;
using db::postgresql::test::scalar;

class TracerTest : public db::postgresql::test::PostgresqlTest {
protected:
    void SetUp() override {
        PostgresqlTest::SetUp();
        if (IsSkipped()) return;
        execute(
            *admin_,
            "create schema t1; "
            "create table t1.customers (id int primary key, email text); "
            "create table t1.orders (id int generated always as identity primary key, "
            "  customer int, total int, note text); "
            "insert into t1.customers select g, 'e' || g from generate_series(1, 100) g; "
            "insert into t1.orders (customer, total) "
            "  select 1 + g % 100, g from generate_series(1, 5000) g; "
            "analyze t1.orders"
        );
    }

    /// Of files with these texts, in one tenant.
    Trace trace(const std::vector<std::string>& texts, TraceLimits limits = {}) {
        return trace(texts, std::move(limits), [](Tracer&) {});
    }

    Trace trace(
        const std::vector<std::string>& texts,
        TraceLimits limits,
        const std::function<void(Tracer&)>& prepare
    ) {
        migrations_.clear();
        for (const std::string& text : texts) {
            Migration migration;
            migration.name = "file" + std::to_string(migrations_.size() + 1) + ".sql";
            migration.file = "tenants/" + migration.name;
            migration.type = MigrationType::TenantMigration;
            migration.contents = text;
            migrations_.push_back(std::move(migration));
        }
        std::vector<TracedFile> files;
        for (const Migration& migration : migrations_) files.push_back({&migration, "t1"});
        db::sql::apply::Scripts scripts(server_->dialect(), options_of_trace_);
        const auto work = connect();
        const auto observer = connect();
        Tracer tracer(*work, *observer, scripts, std::move(limits));
        prepare(tracer);
        return tracer.run("t1", files);
    }

    /// All that a dump would show, and what a rollback does not undo.
    std::string state() {
        return scalar(
            *admin_, R"(
select string_agg(line, e'\n' order by line) from (
  select format('%s %s %s', c.oid::regclass, c.relfilenode, c.relkind) line from pg_class c
    join pg_namespace n on n.oid = c.relnamespace where n.nspname !~ '^pg_|^information_schema'
  union all select format('%s %s %s', attrelid::regclass, attname, atttypid::regtype)
    from pg_attribute a join pg_class c on c.oid = attrelid
    join pg_namespace n on n.oid = c.relnamespace where n.nspname = 't1'
  union all select format('%s %s', conname, convalidated) from pg_constraint
  union all select nspname::text from pg_namespace where nspname !~ '^pg_temp|^pg_toast_temp'
  union all select format('%s %s', sequencename, last_value) from pg_sequences
  union all select o::text from t1.orders o union all select c::text from t1.customers c) all_lines)"
        );
    }

    std::vector<Migration> migrations_;
    db::Options options_of_trace_;
};

using Texts = std::vector<std::string>;

Texts spelled(const std::vector<RelationLock>& locks) {
    Texts result;
    for (const RelationLock& lock : locks) {
        result.push_back(lock.schema + "." + lock.relation + " " + lock.mode);
    }
    return result;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST_F(TracerTest, TellsWhatEachStatementLockedRewroteAndScanned) {
    const std::string before = state();
    const Trace seen = trace(
        {"create index on {schema}.orders (customer);\n"
         "alter table {schema}.orders add constraint positive check (total > 0);",
         "-- types\nalter table {schema}.orders alter column total type bigint;\n"
         "alter table {schema}.customers add column phone text;\n"
         "update {schema}.orders set note = 'x' where total <= 10;\n"
         "create table {schema}.fresh (id int); alter table {schema}.fresh add column a int;"}
    );
    EXPECT_EQ(seen.failure, "");
    ASSERT_EQ(seen.statements.size(), 7U);
    const auto& index = seen.statements[0];
    EXPECT_EQ(spelled(index.locks), Texts{"t1.orders ShareLock"});
    EXPECT_EQ(
        index.touched, (std::vector<TouchedTable>{TouchedTable{"t1", "orders", false, true, 0}})
    );
    EXPECT_TRUE(index.held.empty());
    EXPECT_GT(index.time.count(), 0);
    const auto& check = seen.statements[1];
    EXPECT_EQ(spelled(check.locks), Texts{"t1.orders AccessExclusiveLock"});
    EXPECT_EQ(
        check.touched, (std::vector<TouchedTable>{TouchedTable{"t1", "orders", false, true, 0}})
    );
    EXPECT_EQ(check.validated, Texts{"orders.positive"});
    EXPECT_EQ(spelled(check.held), Texts{"t1.orders ShareLock"});
    const auto& type = seen.statements[2];
    EXPECT_EQ(type.file, "tenants/file2.sql");
    EXPECT_EQ(type.line, 2U);
    EXPECT_EQ(
        type.touched, (std::vector<TouchedTable>{TouchedTable{"t1", "orders", true, true, 0}})
    );
    EXPECT_TRUE(type.validated.empty());
    const auto& column = seen.statements[3];
    EXPECT_EQ(spelled(column.locks), Texts{"t1.customers AccessExclusiveLock"});
    EXPECT_TRUE(column.touched.empty());
    EXPECT_EQ(
        spelled(column.held),
        (Texts{
            "t1.orders AccessExclusiveLock",
            "t1.orders ShareLock",
            "t1.orders_pkey AccessExclusiveLock"})
    );
    ASSERT_EQ(seen.statements[4].touched.size(), 1U);
    EXPECT_EQ(seen.statements[4].touched[0].rows_changed, 10);
    EXPECT_TRUE(seen.statements[6].locks.empty()) << "the table is new";
    EXPECT_EQ(state(), before);
}

TEST_F(TracerTest, SeesBothTablesOfAForeignKey) {
    const Trace seen = trace(
        {"alter table {schema}.orders add foreign key (customer) references {schema}.customers"}
    );
    ASSERT_EQ(seen.statements.size(), 1U);
    const Texts locks = spelled(seen.statements[0].locks);
    for (const char* lock :
         {"t1.customers ShareRowExclusiveLock", "t1.orders ShareRowExclusiveLock"}) {
        EXPECT_EQ(std::ranges::count(locks, lock), 1) << lock;
    }
    EXPECT_EQ(seen.statements[0].validated, Texts{"orders.orders_customer_fkey"});
}

/// A statement that tells another session to look has the same locks in its report.
TEST_F(TracerTest, ReportsTheLocksThatAnotherSessionSees) {
    const char* const statements[] = {
        "alter table {schema}.orders add column a int default 5",
        "alter table {schema}.orders add column b float default random()",
        "alter table {schema}.orders add primary key (total)",
        "alter table {schema}.orders alter column customer set not null",
        "alter table {schema}.orders add foreign key (customer) references {schema}.customers "
        "not valid",
        "create unique index on {schema}.orders (total)",
        "create view {schema}.v as select * from {schema}.orders",
        "create trigger g before update on {schema}.orders for each row execute function "
        "suppress_redundant_updates_trigger()",
        "drop table {schema}.customers",
        "truncate {schema}.orders",
        "insert into {schema}.orders (customer) values (1)",
        "delete from {schema}.orders",
        "select * from {schema}.orders for update",
        "cluster {schema}.orders using orders_pkey",
        "reindex table {schema}.orders",
        "alter table {schema}.orders rename to bookings",
        "alter table {schema}.orders set (fillfactor = 70)",
        "lock table {schema}.orders in exclusive mode"};
    for (const std::string text : statements) {
        SCOPED_TRACE(text);
        const Trace seen = trace({text});
        std::set<std::string> reported;
        if (!seen.statements.empty()) {
            const auto names = spelled(seen.statements[0].locks);
            reported.insert(names.begin(), names.end());
        }
        // The same by hand.
        const auto session = connect();
        session->begin({});
        const std::string pid = scalar(*session, "select pg_backend_pid()");
        const auto failure = db::postgresql::test::run(
            *session, {script::replace_placeholder(text, "{schema}", "t1")}
        );
        EXPECT_EQ(seen.failure.empty(), !failure.has_value()) << seen.failure;
        std::set<std::string> expected;
        admin_->query(
            "select c.oid::regclass || ' ' || l.mode from pg_locks l join pg_class c on c.oid = "
            "l.relation where l.pid = $1 and c.relnamespace = 't1'::regnamespace",
            std::vector<db::sql::Value>{pid},
            [&](const db::sql::Row& row) { expected.insert(*row.front()); }
        );
        session->rollback();
        EXPECT_EQ(reported, expected);
    }
}

TEST_F(TracerTest, EndsWithTheStatementThatFails) {
    const std::string before = state();
    const Trace seen =
        trace({"alter table {schema}.orders add unique (customer); select 1", "select 2"});
    ASSERT_EQ(seen.statements.size(), 1U);
    EXPECT_TRUE(has(seen.failure, "could not create unique index")) << seen.failure;
    EXPECT_FALSE(seen.is_timed_out);
    EXPECT_TRUE(seen.statements[0].not_traced.empty());
    EXPECT_EQ(state(), before);
}

TEST_F(TracerTest, ChecksDeferredConstraintsAsCommitDoes) {
    execute(
        *admin_,
        "alter table t1.orders add constraint known foreign key (customer) references t1.customers "
        "deferrable initially deferred"
    );
    const std::string wrong = "insert into {schema}.orders (customer) values (999)";
    const std::string mended = "insert into {schema}.customers (id) values (999)";
    const Trace failed = trace({"select 1", wrong});
    EXPECT_TRUE(has(failed.failure, "file2.sql, at COMMIT: ")) << failed.failure;
    EXPECT_TRUE(has(failed.failure, "known")) << failed.failure;
    EXPECT_FALSE(failed.is_timed_out);
    EXPECT_EQ(trace({wrong, mended}).failure, "") << "one transaction for both";
    options_of_trace_.atomicity = db::Atomicity::File;
    const Trace first = trace({wrong, mended});
    EXPECT_TRUE(has(first.failure, "file1.sql, at COMMIT: ")) << first.failure;
    EXPECT_EQ(first.statements.size(), 1U);
    EXPECT_EQ(trace({wrong + ";" + mended, "select 1"}).failure, "");
}

TEST_F(TracerTest, SaysWhatItDoesNotTrace) {
    const Trace seen = trace(
        {"create index concurrently on {schema}.orders (total);\nselect 1",
         "-- migrator:no-transaction\nselect 2",
         "begin;\nselect 3;\ncommit;"}
    );
    ASSERT_EQ(seen.statements.size(), 4U);
    EXPECT_TRUE(has(seen.statements[0].not_traced, "inside a transaction"))
        << seen.statements[0].not_traced;
    EXPECT_EQ(seen.statements[1].not_traced, "");
    EXPECT_TRUE(has(seen.statements[2].not_traced, "without a transaction"))
        << seen.statements[2].not_traced;
    EXPECT_EQ(seen.statements[3].not_traced, "");
    EXPECT_EQ(seen.statements[3].number, 2U);
    EXPECT_EQ(seen.statements[3].line, 2U);
}

TEST_F(TracerTest, ObjectionsKeepAStatementFromRunning) {
    const Trace seen = trace({"drop table {schema}.orders; select 1"}, {}, [](Tracer& tracer) {
        tracer.object([](const std::string&, std::size_t number, std::string_view) {
            return number == 1 ? std::string("too large") : std::string();
        });
    });
    ASSERT_EQ(seen.statements.size(), 2U);
    EXPECT_EQ(seen.statements[0].not_traced, "too large");
    EXPECT_TRUE(seen.statements[0].locks.empty());
    EXPECT_EQ(seen.statements[1].not_traced, "");
}

TEST_F(TracerTest, SequencesStayWhereTheyAre) {
    const std::string before = state();
    const std::vector<std::string> files = {
        "insert into {schema}.orders (customer) select 1 from generate_series(1, 50); select 1"};
    const Trace kept = trace(files, {}, [](Tracer& tracer) { tracer.keep_sequences(); });
    EXPECT_EQ(kept.failure, "");
    EXPECT_TRUE(kept.statements[0].advanced.empty());
    EXPECT_TRUE(kept.statements[1].held.empty()) << "what keeps them is no lock of the files";
    EXPECT_EQ(kept.statements[0].text.find("insert into {schema}.orders"), 0U);
    EXPECT_EQ(state(), before);
    const Trace taken = trace(files);
    EXPECT_EQ(taken.statements[0].advanced, Texts{"t1.orders_id_seq"});
    EXPECT_NE(state(), before);
}

TEST_F(TracerTest, StopsInTimeWhateverFilesSet) {
    const std::string before = state();
    const Trace seen = trace(
        {"set statement_timeout = 0; set lock_timeout = 0; "
         "lock table {schema}.orders in access exclusive mode; select pg_sleep(1000)"},
        {.max_hold = std::chrono::milliseconds(300)}
    );
    EXPECT_TRUE(seen.is_timed_out);
    EXPECT_EQ(seen.statements.size(), 4U);
    EXPECT_EQ(state(), before);
}

TEST_F(TracerTest, WaitsForALockOnlyAsLongAsAllowed) {
    admin_->begin({});
    ASSERT_FALSE(db::postgresql::test::run(*admin_, {"select from t1.orders"}));
    const Trace seen = trace(
        {"alter table {schema}.orders add column a int"},
        {.lock_timeout = std::chrono::milliseconds(50)}
    );
    admin_->rollback();
    EXPECT_TRUE(seen.is_timed_out);
    EXPECT_TRUE(has(seen.failure, "lock timeout")) << seen.failure;
}

}  // namespace
}  // namespace migrator::analysis
