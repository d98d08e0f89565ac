// The database server goes away in the middle of a run, and comes back.
#include "e2e/own_server.hpp"
#include "e2e/site_test.hpp"

namespace migrator::test {
namespace {

TEST(LostServer, StopsTheRunWithAClearErrorAndTheNextOneCompletes) {
    const auto programs = server_programs();
    if (!programs) GTEST_SKIP() << "no initdb and pg_ctl found (POSTGRES_BIN names their folder)";
    OwnServer server(*programs);
    const Site site(Driver::Postgresql, server.url());
    site.write_logs();
    ASSERT_EQ(site.run({"apply"}).exit_code, 0);
    site.write_entry("catalog/010_first.sql");
    site.write_entry("catalog/011_slow.sql", "select pg_sleep(600);");
    const auto process = site.start({"apply"});
    wait_until("it sleeps", [&] {
        return site.value(
                   "select count(*) from pg_stat_activity where query like '%pg_sleep(600)%' and "
                   "pid <> pg_backend_pid()"
               ) != "0";
    });
    server.stop();
    const auto result = process->wait();
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_NE(result.err.find("connection"), std::string::npos) << result.err;
    EXPECT_EQ(site.run({"apply"}).exit_code, 1) << "there is no server";

    server.start();
    EXPECT_EQ(site.entries("catalog"), "");
    EXPECT_EQ(site.applied("name like '01%'"), "0");
    site.write_entry("catalog/011_slow.sql");
    const auto next = site.run({"apply"});
    EXPECT_EQ(next.exit_code, 0) << next.err;
    EXPECT_EQ(site.entries("catalog"), "010_first.sql,011_slow.sql");
}

}  // namespace
}  // namespace migrator::test
