// Several processes that apply to one database at once.
#include "e2e/site_test.hpp"

namespace migrator::test {
namespace {

class TwoRuns : public SiteTest {};

TEST_P(TwoRuns, TwentyProcessesApplyEachFileOnceAndNobodyFails) {
    site().write_logs();
    ASSERT_EQ(site().run({"create-tenant", "north"}).exit_code, 0);
    site().write_entry("catalog/010_first.sql");
    site().write_entry("catalog/011_slow.sql", site().slow_statement(2));
    site().write_entry("stores/012_last.sql");

    std::vector<std::unique_ptr<Process>> processes;
    for (int i = 0; i < 20; ++i) {
        processes.push_back(site().start({"apply", "--name", "v" + std::to_string(i), "--json"}));
    }
    int applied = 0;
    for (const auto& process : processes) {
        const auto result = process->wait();
        EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
        if (result.out.find("012_last.sql") != std::string::npos) ++applied;
    }
    EXPECT_EQ(applied, 1);
    EXPECT_EQ(site().entries("catalog"), "010_first.sql,011_slow.sql");
    EXPECT_EQ(site().entries("north"), "012_last.sql");
    EXPECT_EQ(site().applied("name like '01%'"), "3");
}

MIGRATOR_ON_EVERY_SITE(TwoRuns);

/// When the first of two runs loses its lock: in the file or trigger that waits for this gate.
struct Moment {
    const char* gate;
    bool ends_soon;  ///< the gate opens at once, and not only when the run has ended
};

/// Every file waits at a gate, until the test opens that.
class LostLock : public PostgresqlSiteTest {
protected:
    void write_files() {
        site().write_logs();
        make_gates();
        site().write(
            "catalog/002_at_commit.sql",
            "create function {schema}.wait_at_commit() returns trigger language plpgsql as "
            "$$begin\n"
            "perform public.wait_at('commit');\nreturn null;\nend$$;\n"
            "create constraint trigger at_commit after insert on {schema}.log deferrable initially "
            "deferred for each row execute procedure {schema}.wait_at_commit();"
        );
        ASSERT_EQ(site().run({"apply"}).exit_code, 0);
        for (const char* file : {"010_a", "011_b", "012_c"}) {
            site().write_entry(std::string("catalog/") + file + ".sql", gate(file));
        }
    }
    /// Those before `end`; all with an empty one.
    void open_gates(const std::string& end) {
        for (const char* gate : {"010_a", "011_b", "012_c", "commit"}) {
            if (gate == end) return;
            open_gate(gate);
        }
    }
    /// Ends the session that holds the lock of a run, if there is one.
    void cut_lock() {
        site().value(
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and "
            "granted "
            "and (classid::bigint << 32) + objid::bigint = 7883946363647717234 and database = "
            "(select oid from pg_database where datname = current_database())"
        );
    }
    void cut_at(const Moment& moment) {
        write_files();
        open_gates(moment.gate);
        const auto first = site().start(apply_as("first", {"--set", "batchBytes=0"}));
        // COMMIT is at the end of a message that begins so, and only its beginning is shown.
        wait_for_query(
            "first",
            std::string(moment.gate) == "commit" ? "reset session authorization%"
                                                 : "%" + std::string(moment.gate) + "%"
        );
        const auto second = site().start(apply_as("second", {"--set", "batchBytes=0"}));
        wait_until_waiting("second");
        cut_lock();
        if (moment.ends_soon) open_gates("");
        const auto of_first = first->wait();
        open_gates("");
        const auto of_second = second->wait();

        EXPECT_EQ(of_second.exit_code, 0) << of_second.err;
        if (!moment.ends_soon || of_first.exit_code != 0) {
            EXPECT_EQ(of_first.exit_code, 5) << of_first.err;
            EXPECT_NE(of_first.err.find("migration lock"), std::string::npos) << of_first.err;
        }
        EXPECT_EQ(site().entries("catalog"), "010_a.sql,011_b.sql,012_c.sql");
        EXPECT_EQ(site().value("select sum(others) from catalog.log"), "0");
        EXPECT_EQ(site().applied("name like '01%'"), "3");
        EXPECT_EQ(site().value("select count(*) from migrator.migrator_versions"), "2");
    }
};

TEST_F(LostLock, WhileAnotherRunWaitsNothingIsAppliedTwice) {
    for (const char* gate : {"010_a", "012_c", "commit"}) {
        for (const bool ends_soon : {true, false}) {
            SCOPED_TRACE(std::string(gate) + (ends_soon ? ", ends soon" : ", goes on"));
            SetUp();
            cut_at({gate, ends_soon});
        }
    }
}

}  // namespace
}  // namespace migrator::test
