// What has to be seen on a real SQL Server: that it takes the T-SQL of the dialect, and that its
// transactions and locks are as the driver believes. MIGRATOR_TEST_SQLSERVER_URL is the data source
// of a database that the tests may work in; they drop their schemas and migrator's tables.
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "core/error.hpp"
#include "core/random_id.hpp"
#include "db/sql/connector/sql_connector.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sqlserver/sqlserver.hpp"

namespace migrator::db::sqlserver {
namespace {

using Rows = std::vector<std::string>;

class SqlServerContract : public ::testing::Test {
protected:
    void SetUp() override {
        const char* url = std::getenv("MIGRATOR_TEST_SQLSERVER_URL");
        const char* required = std::getenv("MIGRATOR_TEST_REQUIRE");
        if (url == nullptr) {
            const bool is_required =
                required != nullptr && std::string(required).find("sqlserver") != std::string::npos;
            if (is_required) FAIL() << "MIGRATOR_TEST_SQLSERVER_URL is not set, but required";
            GTEST_SKIP() << "MIGRATOR_TEST_SQLSERVER_URL is not set";
        }
        options_.driver = "sqlserver";
        options_.data_source = url;
        drop_everything();
        execute("create schema catalog");
    }
    void TearDown() override {
        if (!options_.data_source.empty()) drop_everything();
    }

    void execute(const std::string& sql) const {
        sql::execute(*make_server(options_)->connect(), sql);
    }
    std::string value(const std::string& sql) const {
        const auto row = sql::query_row(*make_server(options_)->connect(), sql);
        return row && !row->empty() ? row->front().value_or("(null)") : "(no row)";
    }

    /// Each text that the query gives, run. What a server concatenates over rows is in no order and
    /// may lack some, so nothing is joined there.
    static void execute_each(sql::Session& session, const std::string& query) {
        Rows texts;
        session.query(query, {}, [&](const sql::Row& row) { texts.push_back(row.at(0).value()); });
        for (const std::string& text : texts) sql::execute(session, text);
    }

    void drop_everything() const {
        const std::string schemas = "(N'migrator', N'catalog', N'north', N'so-uth')";
        const auto session = make_server(options_)->connect();
        execute_each(
            *session,
            "select N'alter table ' + quotename(schema_name(t.schema_id)) + N'.' + "
            "quotename(t.name) + N' drop constraint ' + quotename(k.name) from sys.foreign_keys k "
            "join sys.tables t on t.object_id = k.parent_object_id where schema_name(t.schema_id) "
            "in " +
                schemas
        );
        execute_each(
            *session,
            "select N'drop ' + case o.type when 'P' then N'procedure ' else N'table ' end + "
            "quotename(schema_name(o.schema_id)) + N'.' + quotename(o.name) from sys.objects o "
            "where o.type in ('U', 'P') and schema_name(o.schema_id) in " +
                schemas
        );
        execute_each(
            *session,
            "select N'drop schema ' + quotename(name) from sys.schemas where name in " + schemas
        );
    }

    std::unique_ptr<Connector> connector() const {
        return sql::connector::make_sql_connector(make_server(options_), options_);
    }

    static Migration single(const std::string& name, const std::string& contents) {
        return {
            name,
            "/m/catalog",
            "/m/catalog/" + name,
            MigrationType::SingleMigration,
            contents,
            "aa"};
    }
    static Migration of_tenants(const std::string& name, const std::string& contents) {
        return {
            name, "/m/stores", "/m/stores/" + name, MigrationType::TenantMigration, contents, "bb"};
    }

    /// The error's text; empty when there was none.
    std::string apply(
        const std::vector<Migration>& files,
        const std::vector<std::string>& tenants = {},
        ApplyRequest request = {.version_name = "version of a test"}
    ) const {
        Plan plan{.tenants = tenants};
        for (const Migration& file : files) {
            std::vector<std::string> schemas{"catalog"};
            if (is_for_tenants(file.type)) schemas = tenants;
            plan.files.push_back(
                {&file, std::make_shared<const std::vector<std::string>>(std::move(schemas))}
            );
        }
        const auto own = connector();
        std::unique_ptr<db::Run> run;
        for (int i = 0; i < 1000 && !run; ++i) {
            run = own->try_begin_run({random_uuid(), "a test", "request", "version", {}});
            if (!run) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        if (!run) return "the lock is not free";
        try {
            run->apply(plan, request);
            return {};
        } catch (const Error& error) {
            return error.what();
        }
    }

    Rows rows() const {
        Rows rows;
        const auto own = connector();
        const auto found = own->applied_migrations({});
        for (AppliedMigration row; found->next(row);) {
            rows.push_back(row.migration.name + "/" + row.schema);
        }
        return rows;
    }

    Options options_;
};

TEST_F(SqlServerContract, AppliesAndReadsBack) {
    const std::vector<Migration> files{single(
        "1.sql",
        "create table {schema}.t (id int, name nvarchar(50))\nGO\n"
        "create procedure {schema}.p as insert {schema}.t values (2, N'p')\nGO\n"
        "insert {schema}.t values (1, N'ü日😀')\nexec {schema}.p\nGO 2\n"
        "drop procedure {schema}.p"
    )};
    ASSERT_EQ(apply(files), "");
    EXPECT_EQ(rows(), (Rows{"1.sql/catalog"}));
    EXPECT_EQ(value("select name from catalog.t where id = 1"), "ü日😀");
    EXPECT_EQ(value("select count(*) from catalog.t"), "4");
    const auto own = connector();
    const auto found = own->applied_migrations({.columns = Columns::all()});
    AppliedMigration row;
    ASSERT_TRUE(found->next(row));
    EXPECT_EQ(row.migration.contents, files[0].contents);
    const auto age = std::chrono::system_clock::now() - row.created;
    EXPECT_LT(std::chrono::abs(age), std::chrono::minutes(10));
    EXPECT_EQ(own->versions({}).size(), 1U);
    EXPECT_EQ(own->versions({.file = files[0].file}).size(), 1U);
}

TEST_F(SqlServerContract, MakesTenantsAndCountsTheirFiles) {
    const std::vector<Migration> files{
        of_tenants("1.sql", "create table [{schema}].t (id int)"),
        of_tenants("2.sql", "insert [{schema}].t values (1)")};
    for (const char* tenant : {"north", "so-uth"}) {
        ApplyRequest request{.version_name = "v"};
        request.new_tenant = SchemaName::parse(tenant);
        ASSERT_EQ(apply(files, {tenant}, request), "");
    }
    const Applied applied = connector()->read_applied(files);
    EXPECT_EQ(applied.tenants, (Rows{"north", "so-uth"}));
    EXPECT_EQ(applied.counts.at("north"), 2U);
    EXPECT_EQ(applied.counts.at("so-uth"), 2U);
}

TEST_F(SqlServerContract, RollsBackAndNamesWhatFailed) {
    ASSERT_EQ(apply({single("1.sql", "create table {schema}.t (id int primary key)")}), "");
    const std::string error = apply(
        {single("2.sql", "create table {schema}.u (id int)"),
         single(
             "3.sql", "insert {schema}.t values (1)\nGO\n\nselect 1\ninsert {schema}.t values (1)"
         )}
    );
    EXPECT_NE(error.find("3.sql failed with error: "), std::string::npos) << error;
    EXPECT_NE(error.find("(Msg 2627)"), std::string::npos) << error;
    EXPECT_NE(error.find("statement 2, line 5"), std::string::npos) << error;
    EXPECT_EQ(rows(), (Rows{"1.sql/catalog"}));
    EXPECT_EQ(value("select object_id('catalog.u')"), "(null)");
    EXPECT_EQ(value("select count(*) from catalog.t"), "0");
}

TEST_F(SqlServerContract, SetsTheSessionBack) {
    EXPECT_EQ(
        apply(
            {single(
                 "1.sql",
                 "create table {schema}.t (id int identity)\nGO\n"
                 "set identity_insert {schema}.t on\nset xact_abort off\n"
                 "set dateformat dmy\nset language French\nset rowcount 1\n"
                 "create user migrator_nobody without login\n"
                 "execute as user = 'migrator_nobody'"
             ),
             single("2.sql", "revert\ndrop user migrator_nobody\nset noexec on"),
             single("3.sql", "insert {schema}.t (id) values (7)")}
        ),
        ""
    );
    EXPECT_EQ(rows().size(), 3U);
    EXPECT_EQ(value("select id from catalog.t"), "7");
}

TEST_F(SqlServerContract, NoticesADoomedTransaction) {
    const std::string error = apply(
        {single("1.sql", "begin try select 1 / 0 end try begin catch print 'caught' end catch")}
    );
    EXPECT_NE(error.find("1.sql failed with error"), std::string::npos) << error;
    EXPECT_TRUE(rows().empty());
}

TEST_F(SqlServerContract, LeavesNothingOfADryRun) {
    EXPECT_EQ(
        apply(
            {single("1.sql", "create table {schema}.t (id int)")},
            {},
            {.version_name = "v", .dry_run = true}
        ),
        ""
    );
    EXPECT_TRUE(rows().empty());
    EXPECT_EQ(value("select object_id('catalog.t')"), "(null)");
}

TEST_F(SqlServerContract, RunsOutsideATransaction) {
    EXPECT_EQ(
        apply({single(
            "1.sql",
            "-- migrator:no-transaction\nalter database current set "
            "parameterization simple\nGO\nselect 1"
        )}),
        ""
    );
    EXPECT_EQ(rows(), (Rows{"1.sql/catalog"}));
}

TEST_F(SqlServerContract, OneRunWorksAtATime) {
    const auto own = connector();
    auto run = own->try_begin_run({random_uuid(), "first", "", "", {}});
    ASSERT_TRUE(run);
    const auto other = connector();
    EXPECT_FALSE(other->try_begin_run({random_uuid(), "second", "", "", {}}));
    const auto holder = other->lock_owner();
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->owner, "first");
}

TEST_F(SqlServerContract, UpgradesTablesOfVersion4) {
    execute("create schema migrator");
    execute(
        "create table migrator.migrator_migrations (id int identity (1,1) primary key, name "
        "varchar(200) not null, source_dir varchar(200) not null, filename varchar(200) not null, "
        "type int not null, db_schema varchar(200) not null, created datetime default "
        "CURRENT_TIMESTAMP, contents text, checksum varchar(64))"
    );
    execute(
        "insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, "
        "contents, checksum) values ('0.sql', '/m/catalog', '/m/catalog/0.sql', 1, 'catalog', 'x', "
        "'cc')"
    );
    EXPECT_EQ(rows(), (Rows{"0.sql/catalog"}));
    ASSERT_EQ(apply({single("1.sql", "create table {schema}.t (id int)")}), "");
    EXPECT_EQ(connector()->versions({}).size(), 2U);
    EXPECT_EQ(value("select name from migrator.migrator_versions order by id"), "Initial version");
}

TEST_F(SqlServerContract, KeepsRunsOverHttp) {
    ASSERT_EQ(apply({single("1.sql", "select 1")}), "");
    const auto own = connector();
    RunRecord run{
        .id = "Run-1",
        .state = "queued",
        .request = "r",
        .progress = "{}",
        .owner = "o",
        .started = std::chrono::system_clock::now()};
    EXPECT_EQ(own->run_records().insert(run), RunRecords::Insertion::Inserted);
    EXPECT_EQ(own->run_records().insert(run), RunRecords::Insertion::Exists);
    run.id = "run-1";
    EXPECT_EQ(own->run_records().insert(run), RunRecords::Insertion::Inserted);
    EXPECT_FALSE(own->run_records().update(run));
    EXPECT_TRUE(own->run_records().cancel("run-1"));
    EXPECT_TRUE(own->run_records().update(run));
    EXPECT_FALSE(own->run_records().cancel("another"));
    const auto found = own->run_records().find("Run-1");
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->cancel);
    EXPECT_LT(std::chrono::abs(found->started - run.started), std::chrono::seconds(1));
}

}  // namespace
}  // namespace migrator::db::sqlserver
