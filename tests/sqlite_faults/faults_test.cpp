#include "databases/faults_test.hpp"

#include "db/sql/own_sql.hpp"
#include "db/sql/store/metadata_shape.hpp"

namespace migrator::test {
namespace {

class SqliteFaults : public FaultsTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        project().write(
            "catalog/002_dml.sql",
            "insert into {schema}.notes values (1);\ninsert into {schema}.notes values (2);\n"
        );
        project().write(
            "catalog/003_ddl.sql",
            "pragma recursive_triggers = on;\ncreate table {schema}.made (a int);\n"
            "insert into {schema}.notes values (3);\n"
        );
        project().write(
            "catalog/004_temp.sql",
            "create temp table x (a int);\ninsert into x values (4);\n"
            "insert into {schema}.notes select a from temp.x;\n"
        );
        project().write("stores/001_a.sql", "insert into {schema}.notes values (1);\n");
        project().write(
            "stores/002_b.sql",
            "create table {schema}.made (a int);\ninsert into {schema}.notes values (2);\n"
        );
        project().write("stores/003_c.sql", "insert into {schema}.notes values (3);\n");
    }

    void begin_anew() override {
        const std::filesystem::path metadata = project().database.data_source;
        for (const auto& file : std::filesystem::directory_iterator(metadata.parent_path())) {
            std::filesystem::remove(file.path());
        }
        const auto server = project().server().make_server(project().database);
        const auto session = server->connect();
        for (const std::string schema : kSchemas) {
            session->use_schemas({&schema, 1});
            db::sql::execute(*session, "create table " + schema + ".notes (n int)");
        }
        session->use_schemas({});
        db::sql::store::create_or_upgrade(*session, server->dialect(), project().database);
        for (const std::string tenant : kTenants) {
            db::sql::execute(
                *session, "insert into migrator_tenants (name) values ('" + tenant + "')"
            );
        }
    }
    std::string numbers_of(const std::string& schema) override {
        return "select group_concat(n) from (select n from " + schema + ".notes order by n)";
    }
    std::map<std::string, std::string> effects() override {
        std::map<std::string, std::string> all = {
            {"002_dml.sql/catalog", "1,2"},
            {"003_ddl.sql/catalog", "3"},
            {"004_temp.sql/catalog", "4"}};
        for (const std::string tenant : kTenants) {
            all["001_a.sql/" + tenant] = "1";
            all["002_b.sql/" + tenant] = "2";
            all["003_c.sql/" + tenant] = "3";
        }
        return all;
    }
};

TEST_P(SqliteFaults, OfARun) { try_faults(12); }

MIGRATOR_ON_DATABASE(SqliteFaults, "Sqlite");

}  // namespace
}  // namespace migrator::test
