#include "db/sql/dialect.hpp"

#include <regex>

#include "sqlite/workshop.hpp"

namespace migrator::test {
namespace {

class SqliteDialect : public Workshop {
protected:
    const db::sql::Dialect& dialect() const { return server_->dialect(); }
};

TEST_F(SqliteDialect, ShapeQueryTellsWhichObjectsThereAre) {
    const auto session = connect();
    EXPECT_EQ(ask(*session, dialect().shape_query), "1|0|0|0|0|0|0|0|0|0|0");
    const struct {
        std::string_view ddl;
        const char* shape;
    } steps[] = {
        {dialect().create_versions, "1|0|0|1|0|0|0|0|0|0|0"},
        {dialect().create_migrations, "1|1|1|1|0|0|0|0|0|0|0"},
        {dialect().create_tenants, "1|1|1|1|1|0|0|0|0|0|0"},
        {dialect().create_lock, "1|1|1|1|1|1|0|0|0|0|0"},
        {dialect().create_runs, "1|1|1|1|1|1|1|0|0|0|0"},
        {dialect().create_tenant_state, "1|1|1|1|1|1|1|1|0|0|0"},
        {dialect().create_places, "1|1|1|1|1|1|1|1|1|0|0"},
        {dialect().create_audit, "1|1|1|1|1|1|1|1|1|1|0"},
        {dialect().create_filename_index, "1|1|1|1|1|1|1|1|1|1|1"},
    };
    for (const auto& step : steps) {
        session->query(step.ddl, {}, nullptr);
        EXPECT_EQ(ask(*session, dialect().shape_query), step.shape);
    }
}

TEST_F(SqliteDialect, TablesHaveTheColumnsOfTheOtherDatabases) {
    const auto session = connect();
    create_tables(*session, dialect());
    const struct {
        const char* table;
        const char* columns;
    } cases[] = {
        {"migrator_migrations",
         "id name source_dir filename type db_schema created contents checksum version_id"},
        {"migrator_versions", "id name created"},
        {"migrator_tenants", "id name created"},
        {"migrator_lock", "id run_id owner request_id version_name since"},
        {"migrator_runs",
         "id state request progress status answer cancel owner started ended changed"},
        {"migrator_tenant_state",
         "tenant version_id first_file state file statement sqlstate message changed"},
        {"migrator_places", "place same_as created"},
        {"migrator_audit",
         "id happened_at outcome operation principal proof role_name address request_id details "
         "plan_sha256 version_id asked_row message key_id hash"},
        {"migrator_audit_head", "id last_row hash"},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(ask(*session, "select name from pragma_table_info(?1)", {c.table}), c.columns);
    }
    EXPECT_EQ(
        ask(*session,
            "select \"table\", \"from\", \"to\", on_delete from "
            "pragma_foreign_key_list('migrator_migrations')"),
        "migrator_versions|version_id|id|CASCADE"
    );
}

TEST_F(SqliteDialect, NextVersionIdIsNeverOneThatWasGivenBefore) {
    const auto session = connect();
    create_tables(*session, dialect());
    const auto next = [&] { return ask(*session, dialect().next_version_id); };
    EXPECT_EQ(next(), "1");
    session->query(dialect().insert_version, std::vector<db::sql::Value>{"1", "one"}, nullptr);
    session->query(dialect().insert_version, std::vector<db::sql::Value>{"5", "five"}, nullptr);
    EXPECT_EQ(next(), "6");
    session->query("delete from main.migrator_versions where id = 5", {}, nullptr);
    EXPECT_EQ(next(), "6");
}

TEST_F(SqliteDialect, InsertVersionDoesNothingWhenTheIdIsThere) {
    const auto session = connect();
    create_tables(*session, dialect());
    const std::vector<db::sql::Value> dated{"3", "first", "2026-11-22 12:04:02.469"};
    session->query(dialect().insert_version, dated, nullptr);
    session->query(dialect().insert_version, std::vector<db::sql::Value>{"3", "second"}, nullptr);
    EXPECT_EQ(
        ask(*session, "select id, name, created from main.migrator_versions"),
        "3|first|2026-11-22 12:04:02.469"
    );
}

TEST_F(SqliteDialect, UpsertsKeepOneRow) {
    const auto session = connect();
    create_tables(*session, dialect());
    for (const char* run : {"r1", "r2"}) {
        const std::vector<db::sql::Value> lock{run, "host", "request", "v1"};
        session->query(dialect().upsert_lock, lock, nullptr);
        const std::vector<db::sql::Value> state{
            "north", "4", "/a.sql", "failed", "/b.sql", "2", "", run};
        session->query(dialect().upsert_tenant_state, state, nullptr);
    }
    EXPECT_EQ(
        ask(*session,
            "select id, run_id, owner, request_id, version_name, since is not null "
            "from main.migrator_lock"),
        "1|r2|host|request|v1|1"
    );
    EXPECT_EQ(
        ask(*session,
            "select tenant, version_id, first_file, state, file, statement, sqlstate, "
            "message, changed is not null from main.migrator_tenant_state"),
        "north|4|/a.sql|failed|/b.sql|2||r2|1"
    );
}

TEST_F(SqliteDialect, NowIsADatabaseTimeInUtc) {
    const auto now = ask(*connect(), "select " + std::string(dialect().now_utc));
    EXPECT_TRUE(std::regex_match(now, std::regex(R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})")))
        << now;
}

TEST_F(SqliteDialect, ListsAndQuotesAreSafe) {
    const auto session = connect();
    std::string list(dialect().json_list);
    list.replace(list.find("{}"), 2, dialect().placeholder(1));
    EXPECT_EQ(ask(*session, list, {R"(["a","b\"c"])"}), "a b\"c");
    EXPECT_EQ(dialect().quote("a\"b"), "\"a\"\"b\"");
    EXPECT_EQ(dialect().create_schema(SchemaName::parse("north")), "");
}

}  // namespace
}  // namespace migrator::test
