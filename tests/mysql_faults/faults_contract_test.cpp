// One call of the client library after the other goes wrong, in each of the ways that it can: no
// run says "done" that is not, and nothing is done twice.
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <set>

#include "core/error.hpp"
#include "databases/project_test.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/store/metadata_shape.hpp"
#include "mysql_faults/faulty_library.hpp"

namespace migrator::test {
namespace {

using faulty_library::Fault;

constexpr const char* kTenants[] = {"north", "south"};

class MysqlFaults : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        project().database.data_source += "&allowAllFiles=true";
        std::ofstream(project().folder() / "rows.csv") << "4\n";
        project().write(
            "catalog/002_dml.sql",
            "insert into {schema}.notes values (1);\ninsert into {schema}.notes values (2);\n"
        );
        project().write(
            "catalog/003_ddl.sql",
            "create table if not exists {schema}.made (a int);\ninsert into {schema}.notes values "
            "(3);\n"
        );
        project().write(
            "catalog/004_load.sql",
            "load data local infile '" + (project().folder() / "rows.csv").string() +
                "' into table {schema}.notes;\n"
        );
        project().write(
            "catalog/005_one_by_one.sql",
            "set names latin1;\nselect 1; call catalog.add(5);\ninsert into {schema}.notes values "
            "(6);\n"
        );
        project().write("stores/001_a.sql", "insert into {schema}.notes values (1);\n");
        project().write(
            "stores/002_b.sql",
            "set @a = 2;\ncreate table if not exists {schema}.made (a int);\n"
            "insert into {schema}.notes values (@a);\n"
        );
        project().write("stores/003_c.sql", "insert into {schema}.notes values (3);\n");
    }

    /// As it is before the run.
    void begin_anew() {
        std::string text =
            "drop database if exists migrator; create or replace database catalog; create table "
            "catalog.notes (n int); create procedure catalog.add(in n int) insert into "
            "catalog.notes values (n); ";
        for (const std::string tenant : kTenants) {
            text += "create or replace database " + tenant + "; create table " + tenant +
                    ".notes (n int); ";
        }
        const auto server = project().server().make_server(project().database);
        const auto session = server->connect();
        db::sql::execute(*session, text + "do 0");
        db::sql::store::create_or_upgrade(*session, server->dialect(), project().database);
        for (const std::string tenant : kTenants) {
            db::sql::execute(
                *session, "insert into migrator.migrator_tenants (name) values ('" + tenant + "')"
            );
        }
    }

    struct End {
        bool done = false;
        std::string text;
        std::vector<std::string> calls;  ///< of the client library
    };
    End apply(std::size_t at, Fault fault) {
        End end;
        faulty_library::arm(at, fault);
        try {
            const auto outcome = project().apply();
            end.done = outcome.failures.empty();
            for (const TenantFailure& failure : outcome.failures) end.text += failure.message;
        } catch (const std::exception& error) {
            end.text = error.what();
        }
        end.calls = faulty_library::disarm();
        return end;
    }

    /// "002_dml.sql/catalog" and the numbers that it inserts, for each file and schema.
    static std::map<std::string, std::string> effects() {
        std::map<std::string, std::string> all = {
            {"002_dml.sql/catalog", "1,2"},
            {"003_ddl.sql/catalog", "3"},
            {"004_load.sql/catalog", "4"},
            {"005_one_by_one.sql/catalog", "5,6"}};
        for (const std::string tenant : kTenants) {
            all["001_a.sql/" + tenant] = "1";
            all["002_b.sql/" + tenant] = "2";
            all["003_c.sql/" + tenant] = "3";
        }
        return all;
    }
    /// The server goes on for a while with what a lost session has sent.
    void wait_for_lost_sessions() {
        while (project().value("select count(*) from information_schema.processlist where command "
                               "not in ('Sleep', 'Daemon') and id <> connection_id()") != "0") {
        }
    }
    /// What is recorded has been done once, and nothing else has.
    std::size_t expect_records_to_tell_the_truth() {
        wait_for_lost_sessions();
        const std::vector<std::string> rows = project().rows();
        std::map<std::string, std::string> expected;
        for (const std::string& row : rows) {
            std::string& numbers = expected[row.substr(row.find('/') + 1)];
            numbers += (numbers.empty() ? "" : ",") + effects()[row];
        }
        EXPECT_EQ(std::set<std::string>(rows.begin(), rows.end()).size(), rows.size());
        for (const std::string schema : {"catalog", "north", "south"}) {
            EXPECT_EQ(
                project().value("select group_concat(n order by n) from " + schema + ".notes"),
                expected[schema]
            );
        }
        return rows.size();
    }

    /// Every `step`th call, beginning at `first`.
    void try_calls(Fault fault, std::size_t first, std::size_t step) {
        for (std::size_t at = first; at < calls_; at += step) {
            begin_anew();
            const End end = apply(at, fault);
            SCOPED_TRACE(
                std::string("call ") + std::to_string(at) + " of " + std::to_string(calls_) + ", " +
                (at < end.calls.size() ? end.calls[at] : "none") + ", " +
                faulty_library::name_of(fault) + (end.done ? ": done" : ": " + end.text)
            );
            const std::size_t recorded = expect_records_to_tell_the_truth();
            EXPECT_TRUE(!end.done || recorded == effects().size());
            project().apply();
            EXPECT_EQ(expect_records_to_tell_the_truth(), effects().size());
            if (HasFailure()) return;
        }
    }
    /// All calls by hand, else some, each time others.
    void try_faults() {
        const bool all = std::getenv("MIGRATOR_TEST_ALL_FAULTS") != nullptr;
        begin_anew();
        const End whole = apply(std::numeric_limits<std::size_t>::max() - 1, Fault::Error);
        ASSERT_TRUE(whole.done) << whole.text;
        ASSERT_EQ(expect_records_to_tell_the_truth(), effects().size());
        calls_ = whole.calls.size();
        ASSERT_GT(calls_, 100U);
        std::size_t first = 0;
        for (const Fault fault : faulty_library::kFaults) {
            try_calls(fault, all ? 0 : first, all ? 1 : 23);
            first += 3;
        }
    }

private:
    std::size_t calls_ = 0;  ///< of a run without a fault
};

TEST_P(MysqlFaults, OfOneRunAfterTheOther) { try_faults(); }

TEST_P(MysqlFaults, OfAFleet) {
    project().database.atomicity = db::Atomicity::Tenant;
    project().database.parallelism = 2;
    project().database.max_failures = {.value = 10};
    try_faults();
}

MIGRATOR_ON_DATABASE(MysqlFaults, "Mariadb");

}  // namespace
}  // namespace migrator::test
