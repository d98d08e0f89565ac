// Ctrl-C and SIGTERM: once for a command to roll back, twice to end it at once.
#include <csignal>

#include "e2e/site_test.hpp"

namespace migrator::test {
namespace {

class SignalsOnPostgresql : public PostgresqlSiteTest {
protected:
    void expect_nothing_of_it() {
        wait_until("its sessions have gone", [&] {
            return site().value(
                       "select count(*) from pg_stat_activity where datname = current_database() "
                       "and application_name = 'first'"
                   ) == "0";
        });
        EXPECT_EQ(site().entries("catalog"), "");
        EXPECT_EQ(site().applied("name like '01%'"), "0");
        site().write("catalog/011_slow.sql", "select 1;");
        const auto next = site().run({"apply", "--lock-timeout", "0s"});
        EXPECT_EQ(next.exit_code, 0) << next.err;
        EXPECT_EQ(site().entries("catalog"), "010_first.sql");
    }
};

TEST_F(SignalsOnPostgresql, OnceCancelsRollsBackAndExitsWith130) {
    for (const int signal : {SIGINT, SIGTERM}) {
        SCOPED_TRACE(signal);
        SetUp();
        site().write_logs();
        ASSERT_EQ(site().run({"apply"}).exit_code, 0);
        site().write_entry("catalog/010_first.sql");
        site().write("catalog/011_slow.sql", "select pg_sleep(600);");
        const auto process = site().start(apply_as("first"));
        wait_for_query("first", "%pg_sleep%");
        process->send_signal(signal);
        const auto result = process->wait();
        EXPECT_EQ(result.exit_code, 130) << result.err;
        EXPECT_NE(result.err.find("canceled"), std::string::npos) << result.err;
        expect_nothing_of_it();
    }
}

TEST_F(SignalsOnPostgresql, WhileItWaitsForTheLockEndsTheWaiterAlone) {
    make_gates();
    site().write_logs();
    site().write_entry("catalog/010_first.sql", gate("go"));
    const auto first = site().start(apply_as("first"));
    wait_for_query("first", "%wait_at%");
    const auto second = site().start(apply_as("second"));
    wait_until_waiting("second");
    second->send_signal(SIGINT);
    const auto result = second->wait();
    EXPECT_EQ(result.exit_code, 130) << result.err;
    open_gate("go");
    EXPECT_EQ(first->wait().exit_code, 0);
    EXPECT_EQ(site().entries("catalog"), "010_first.sql");
}

TEST_F(SignalsOnPostgresql, TwiceEndsItAtOnceThoughTheStatementCanNotBeCancelled) {
    site().write_logs();
    ASSERT_EQ(site().run({"apply"}).exit_code, 0);
    site().write_entry("catalog/010_first.sql");
    site().write(
        "catalog/011_slow.sql",
        // The outer block is for a cancel that comes while the inner one handles another.
        "do $$begin\nloop\nbegin\nloop\nbegin\nperform pg_sleep(600);\n"
        "exception when query_canceled then\n"
        "perform set_config('application_name', 'deaf', false);\nend;\nend loop;\n"
        "exception when query_canceled then null;\nend;\nend loop;\nend$$;"
    );
    const auto process = site().start(apply_as("first"));
    // Not before it sleeps: a cancel that came before the block with the handler would be heard.
    wait_until("the statement sleeps", [&] {
        return site().value(
                   "select count(*) from pg_stat_activity where datname = current_database() and "
                   "application_name = 'first' and "
                   "wait_event = 'PgSleep'"
               ) != "0";
    });
    process->send_signal(SIGINT);
    wait_until("a cancel has been ignored", [&] {
        return site().value(
                   "select count(*) from pg_stat_activity where datname = current_database() and "
                   "application_name = 'deaf'"
               ) != "0";
    });
    process->send_signal(SIGINT);
    EXPECT_EQ(process->wait().exit_code, 130);
    wait_until("the server has ended the statement", [&] {
        return site().value(
                   "select count(*) from pg_stat_activity where datname = current_database() and "
                   "application_name = 'deaf'"
               ) == "0";
    });
    expect_nothing_of_it();
}

class SignalsOnSqlite : public testing::Test {};

TEST_F(SignalsOnSqlite, OnceCancelsRollsBackAndExitsWith130) {
    Site site(Driver::Sqlite, "");
    site.write_logs();
    ASSERT_EQ(site.run({"apply"}).exit_code, 0);
    site.write_entry("catalog/010_first.sql");
    site.write("catalog/011_slow.sql", site.slow_statement(1000));
    const auto process = site.start({"apply", "--set", "logLevel=DEBUG"});
    process->wait_for_line("011_slow.sql");
    process->send_signal(SIGINT);
    const auto result = process->wait();
    EXPECT_EQ(result.exit_code, 130) << result.err;
    EXPECT_EQ(site.entries("catalog"), "");
    EXPECT_EQ(site.applied("name like '01%'"), "0");
    site.write("catalog/011_slow.sql", "select 1;");
    EXPECT_EQ(site.run({"apply"}).exit_code, 0);
    EXPECT_EQ(site.entries("catalog"), "010_first.sql");
}

}  // namespace
}  // namespace migrator::test
