#include "databases/faults_test.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/store/metadata_shape.hpp"

namespace migrator::test {
namespace {

class PostgresqlFaults : public FaultsTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        project().write(
            "catalog/002_dml.sql",
            "insert into {schema}.notes values (1);\ninsert into {schema}.notes values (2);\n"
        );
        project().write(
            "catalog/003_ddl.sql",
            "create table {schema}.made (a int);\ninsert into {schema}.notes values (3);\n"
        );
        project().write("catalog/004_copy.sql", "copy {schema}.notes from stdin;\n4\n\\.\n");
        project().write(
            "catalog/005_settings.sql",
            "set work_mem = '1MB';\nselect generate_series(1, 3);\n"
            "insert into {schema}.notes values (5);\ncopy {schema}.notes to stdout;\n"
        );
        // Rows of this size go with COPY.
        project().write(
            "stores/001_a.sql",
            "insert into {schema}.notes values (1);\n-- " + std::string(80'000, 'x') + "\n"
        );
        project().write(
            "stores/002_b.sql",
            "set work_mem = '2MB';\ncreate table {schema}.made (a int);\n"
            "insert into {schema}.notes values (2);\n"
        );
        project().write("stores/003_c.sql", "insert into {schema}.notes values (3);\n");
    }

    void begin_anew() override {
        std::string text = "drop schema if exists migrator cascade; ";
        for (const std::string schema : kSchemas) {
            text += "drop schema if exists " + schema + " cascade; create schema " + schema +
                    "; create table " + schema + ".notes (n int); ";
        }
        const auto server = project().server().make_server(project().database);
        const auto session = server->connect();
        db::sql::execute(*session, text);
        db::sql::store::create_or_upgrade(*session, server->dialect(), project().database);
        for (const std::string tenant : kTenants) {
            db::sql::execute(
                *session, "insert into migrator.migrator_tenants (name) values ('" + tenant + "')"
            );
        }
    }
    std::string numbers_of(const std::string& schema) override {
        return "select string_agg(n::text, ',' order by n) from " + schema + ".notes";
    }
    std::map<std::string, std::string> effects() override {
        std::map<std::string, std::string> all = {
            {"002_dml.sql/catalog", "1,2"},
            {"003_ddl.sql/catalog", "3"},
            {"004_copy.sql/catalog", "4"},
            {"005_settings.sql/catalog", "5"}};
        for (const std::string tenant : kTenants) {
            all["001_a.sql/" + tenant] = "1";
            all["002_b.sql/" + tenant] = "2";
            all["003_c.sql/" + tenant] = "3";
        }
        return all;
    }
};

TEST_P(PostgresqlFaults, OfOneTransaction) { try_faults(2); }

TEST_P(PostgresqlFaults, OfATransactionPerFile) {
    project().database.atomicity = db::Atomicity::File;
    try_faults(1);
}

TEST_P(PostgresqlFaults, OfAFleet) {
    project().database.atomicity = db::Atomicity::Tenant;
    project().database.parallelism = 2;
    project().database.max_failures = {.value = 10};
    try_faults(1);
}

MIGRATOR_ON_DATABASE(PostgresqlFaults, "Postgresql");

}  // namespace
}  // namespace migrator::test
