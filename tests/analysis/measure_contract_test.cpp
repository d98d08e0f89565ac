// Traces of a plan: on scratch schemas and on live tenants.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "analysis/measure.hpp"
#include "postgresql/test_database.hpp"

namespace migrator::analysis {
namespace {

using db::postgresql::test::execute;
using db::postgresql::test::scalar;
using db::postgresql::test::server_at;
using db::postgresql::test::with_database;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

Migration file(const std::string& name, const std::string& contents) {
    Migration migration;
    migration.name = name;
    migration.source_dir = "tenants";
    migration.file = "tenants/" + name;
    migration.type = MigrationType::TenantMigration;
    migration.contents = contents;
    return migration;
}

class MeasureTest : public db::postgresql::test::PostgresqlTest {
protected:
    void SetUp() override {
        PostgresqlTest::SetUp();
        if (IsSkipped()) return;
        sources_.push_back(file(
            "1.sql",
            "create table {schema}.orders (id int generated always as identity primary key, total "
            "int, note text)"
        ));
    }

    /// Tenants t1, t2, … with so many orders.
    void make_tenants(const std::vector<int>& rows) {
        for (const int count : rows) {
            const std::string name = "t" + std::to_string(tenants_.size() + 1);
            tenants_.push_back(name);
            execute(*admin_, "create schema " + name);
            execute(
                *admin_, script::replace_placeholder(sources_.front().contents, "{schema}", name)
            );
            execute(
                *admin_,
                "insert into " + name +
                    ".orders (total, note) select g % 1000, repeat('x', 40) from "
                    "generate_series(1, " +
                    std::to_string(count) + ") g"
            );
            execute(*admin_, "analyze " + name + ".orders");
        }
    }

    TraceReport measure_pending(const std::string& text, db::TraceRequest request) {
        pending_.clear();
        pending_.push_back(file("2.sql", text));
        std::vector<Migration> sources = sources_;
        sources.push_back(pending_.front());
        Plan plan;
        plan.tenants = tenants_;
        plan.files.push_back(
            {&sources.back(), std::make_shared<const std::vector<std::string>>(tenants_)}
        );
        request.maker = "this test";
        return measure(*server_, db::postgresql::make_server, options(), plan, sources, request);
    }

    db::Options options() const {
        db::Options options;
        options.driver = "postgres";
        options.data_source = url_;
        return options;
    }

    std::string state() {
        return scalar(*admin_, R"(
select md5(string_agg(line, ' ' order by line)) from (
  select oid::regclass || ' ' || relfilenode as line from pg_class where oid >= 16384
  union all select nspname::text from pg_namespace where nspname !~ '^pg_'
  union all select attrelid::regclass || attname || atttypid from pg_attribute where attrelid >= 16384
  union all select sequencename || last_value from pg_sequences) l)");
    }

    std::vector<Migration> sources_;
    std::vector<Migration> pending_;
    std::vector<std::string> tenants_;
};

TEST_F(MeasureTest, TouchesNoTenantThatIsNotNamed) {
    make_tenants({100, 2'000});
    const std::string before = state();
    // A trace of them would wait for this, and fail.
    const auto holder = connect();
    holder->begin({});
    ASSERT_FALSE(db::postgresql::test::run(
        *holder, {"lock table t1.orders, t2.orders in access exclusive mode"}
    ));
    const TraceReport report = measure_pending(
        "alter table {schema}.orders alter column total type bigint", {.scratch = true}
    );
    holder->rollback();
    ASSERT_TRUE(report.scratch);
    EXPECT_TRUE(report.problems.empty());
    ASSERT_EQ(report.scratch->statements.size(), 1U);
    EXPECT_TRUE(report.scratch->statements[0].touched.at(0).is_rewritten);
    EXPECT_TRUE(report.traces.empty());
    EXPECT_FALSE(report.estimate) << "times of empty tables say nothing";
    EXPECT_EQ(state(), before);
}

TEST_F(MeasureTest, EstimatesTheOthersFromThoseThatAreNamed) {
    make_tenants({100, 20'000, 5'000, 60'000});
    const std::string before = state();
    const TraceReport report = measure_pending(
        "alter table {schema}.orders alter column total type bigint; "
        "alter table {schema}.orders add column extra int",
        {.on = {"t1", "t2", "t3", "t4"}, .sample = 2}
    );
    ASSERT_EQ(report.traces.size(), 2U);
    EXPECT_EQ(report.traces[0].schema, "t1");
    EXPECT_EQ(report.traces[1].schema, "t4");
    ASSERT_TRUE(report.estimate);
    ASSERT_EQ(report.estimate->tenants.size(), 4U);
    const auto& tenants = report.estimate->tenants;
    EXPECT_LT(tenants[0].time.likely, tenants[2].time.likely);
    EXPECT_LT(tenants[2].time.likely, tenants[1].time.likely);
    EXPECT_LT(tenants[1].time.likely, tenants[3].time.likely);
    EXPECT_EQ(report.estimate->statements[0].tables, std::vector<std::string>{"orders"});
    EXPECT_TRUE(report.estimate->statements[1].tables.empty());
    EXPECT_EQ(state(), before);
}

TEST_F(MeasureTest, DoesNotRewriteTablesThatAreTooLarge) {
    make_tenants({100, 20'000});
    const std::string text =
        "alter table {schema}.orders alter column total type bigint; "
        "alter table {schema}.orders add column extra int; update {schema}.orders set extra = 1";
    const auto not_traced = [](const Trace& trace) {
        std::string result;
        for (const auto& statement : trace.statements) {
            result += statement.not_traced.empty() ? "+" : "-";
        }
        return result;
    };
    // Nothing says whether the statements rewrite the table.
    const TraceReport alone = measure_pending(text, {.on = {"t2"}, .max_bytes = 100'000});
    EXPECT_EQ(not_traced(alone.traces.at(0)), "--+");
    EXPECT_TRUE(alone.problems.empty()) << "the column is missing since it was not added";
    EXPECT_FALSE(alone.notes.empty());
    // The smaller tenant does.
    const TraceReport both = measure_pending(text, {.on = {"t2", "t1"}, .max_bytes = 100'000});
    EXPECT_EQ(not_traced(both.traces.at(0)), "+++");
    EXPECT_EQ(not_traced(both.traces.at(1)), "-++");
    // And so does a scratch schema.
    const TraceReport scratch =
        measure_pending(text, {.scratch = true, .on = {"t2"}, .max_bytes = 100'000});
    EXPECT_EQ(not_traced(scratch.traces.at(0)), "-++");
    EXPECT_NE(
        scratch.traces[0].statements[0].not_traced.find("larger than --max-bytes"),
        std::string::npos
    );
}

TEST_F(MeasureTest, AFileThatFailsIsAProblem) {
    make_tenants({100});
    const TraceReport report = measure_pending(
        "alter table {schema}.orders add check (total < 0)", {.scratch = true, .on = {"t1"}}
    );
    EXPECT_EQ(report.scratch->failure, "");
    ASSERT_EQ(report.problems.size(), 1U) << "only where there are rows";
    EXPECT_NE(report.problems[0].find("on tenant t1 stopped at"), std::string::npos)
        << report.problems[0];
}

/// The promise is about time; nothing else can show it.
TEST_F(MeasureTest, AReaderWaitsNoLongerThanAllowed) {
    make_tenants({20'000});
    const milliseconds max_hold(400);
    std::atomic<bool> ended = false;
    steady_clock::duration longest{0};
    std::size_t reads = 0;
    const auto reader = connect();
    std::jthread reading([&] {
        while (!ended) {
            const auto begin = steady_clock::now();
            scalar(*reader, "select count(*) from (select from t1.orders limit 1) o");
            longest = std::max(longest, steady_clock::now() - begin);
            ++reads;
        }
    });
    const TraceReport report = measure_pending(
        "set statement_timeout = 0; alter table {schema}.orders alter column total type bigint; "
        "select pg_sleep(100)",
        {.on = {"t1"}, .max_hold = max_hold}
    );
    ended = true;
    reading.join();
    EXPECT_TRUE(report.traces.at(0).is_timed_out);
    EXPECT_TRUE(report.problems.empty());
    EXPECT_GT(reads, 1U);
    EXPECT_LT(longest, max_hold + milliseconds(500));
    EXPECT_GT(longest, max_hold / 4) << "nobody was in its way";
}

TEST_F(MeasureTest, NothingStaysOfATraceThatIsKilled) {
    make_tenants({20'000});
    const std::string before = state();
    admin_.reset();  // the child must not close it
    maintenance_.reset();
    server_.reset();
    const pid_t child = fork();
    if (child == 0) {
        server_ = server_at(url_);
        try {
            measure_pending(
                "alter table {schema}.orders alter column total type bigint; select pg_sleep(100)",
                {.on = {"t1"}, .max_hold = milliseconds(100'000)}
            );
        } catch (...) {
        }
        _exit(1);
    }
    server_ = server_at(url_);
    admin_ = server_->connect();
    maintenance_ = server_at(with_database(url_, "postgres"))->connect();
    wait_until_running("pg_sleep(100)");
    EXPECT_NE(
        scalar(
            *admin_,
            "select count(*) from pg_locks where mode = 'AccessExclusiveLock' and relation = "
            "(select oid from pg_class where relname = 'orders')"
        ),
        "0"
    );
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    wait_until(
        "not exists (select from pg_stat_activity where datname = current_database() and pid <> "
        "pg_backend_pid() and backend_type = 'client backend')"
    );
    EXPECT_EQ(state(), before);
}

}  // namespace
}  // namespace migrator::analysis
