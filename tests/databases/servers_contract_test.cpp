// One run over several servers: databases of one cluster stand for them.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "core/error.hpp"
#include "core/log.hpp"
#include "databases/project_test.hpp"
#include "db/postgresql/postgresql.hpp"
#include "db/sql/connector/sql_connector.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::test {
namespace {

using End = ServerOutcome::End;

constexpr const char* kNowhere = "postgres://postgres@127.0.0.1:1/nowhere?connect_timeout=2";

class ServersTest : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        log::redirect([](std::string_view) {});
        project().database.atomicity = db::Atomicity::Tenant;
        for (const char* name : {"east", "west"}) {
            others_[name] = make_test_database(kind());
            project().database.servers.named.push_back(
                {.name = name,
                 .data_source = others_[name]->options().data_source,
                 .parallelism = std::nullopt}
            );
        }
        project().write("catalog/001_schema.sql", "create schema {schema};");
    }
    void TearDown() override { log::redirect(nullptr); }

    std::string on(const std::string& server, const std::string& sql) {
        if (server == "catalog") return project().value(sql);
        const auto opened = db::postgresql::make_server(others_.at(server)->options());
        const auto row = db::sql::query_row(*opened->connect(), sql);
        return row && !row->empty() ? row->front().value_or("") : "";
    }
    /// Tenants with a schema and a counter, as they are before migrator knows their files.
    void add_tenants(const std::string& server, const std::vector<std::string>& names) {
        for (const std::string& name : names) {
            on(server, "create schema " + name);
            on(server, "create table " + name + ".log (file text)");
            on(server, "insert into migrator.migrator_tenants (name) values ('" + name + "')");
        }
    }
    void add_file(const std::string& name, const std::string& more = "") {
        project().write(
            "stores/" + name, "insert into {schema}.log values ('" + name + "');" + more
        );
    }
    /// "002.sql 1, 003.sql 1": how often each file has run, by what it did.
    std::string effects(const std::string& server, const std::string& tenant) {
        return on(
            server,
            "select coalesce(string_agg(file || ' ' || n, ', ' order by file), '') from (select "
            "file, count(*) n from " +
                tenant + ".log group by file) counted"
        );
    }
    db::ServerOptions& server(const std::string& name) {
        return *std::ranges::find(project().database.servers.named, name, &db::ServerOptions::name);
    }
    static std::string ends(const coordinator::Outcome& outcome) {
        std::string text;
        for (const ServerOutcome& each : outcome.servers) {
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", each.server, word(each.end));
        }
        return text;
    }
    static const char* word(End end) {
        switch (end) {
            case End::Done:
                return "done";
            case End::Failed:
                return "failed";
            case End::Unreachable:
                return "unreachable";
            case End::Locked:
                return "locked";
            case End::NotBegun:
                return "not begun";
        }
        return "?";
    }
    /// Metadata on all servers, and two tenants on each.
    void begin() {
        project().apply();
        add_tenants("catalog", {"c1", "c2"});
        add_tenants("east", {"e1", "e2"});
        add_tenants("west", {"w1", "w2"});
    }
    void expect_everywhere(const std::string& expected) {
        const std::pair<const char*, const char*> tenants[] = {
            {"catalog", "c1"},
            {"catalog", "c2"},
            {"east", "e1"},
            {"east", "e2"},
            {"west", "w1"},
            {"west", "w2"}};
        for (const auto& [where, tenant] : tenants) {
            EXPECT_EQ(effects(where, tenant), expected) << tenant << " on " << where;
        }
    }

    std::map<std::string, std::unique_ptr<TestDatabase>> others_;
};

TEST_P(ServersTest, DoesAllServersInOneRun) {
    begin();
    add_file("002.sql");
    add_file("003.sql");
    const auto outcome = project().apply({.version_name = "one for all"});
    EXPECT_FALSE(outcome.is_partly_failed()) << coordinator::partly_failed_text(outcome);
    EXPECT_EQ(ends(outcome), "catalog done, east done, west done");
    EXPECT_EQ(outcome.summary.tenants, 6);
    EXPECT_EQ(outcome.summary.tenant_migrations, 2);
    EXPECT_EQ(outcome.summary.tenant_migrations_total, 12);
    EXPECT_EQ(outcome.summary.fleet->tenants_done, 6);
    expect_everywhere("002.sql 1, 003.sql 1");
    for (const char* server : {"catalog", "east", "west"}) {
        EXPECT_EQ(
            on(server, "select name from migrator.migrator_versions order by id desc"),
            "one for all"
        );
        EXPECT_EQ(
            on(server,
               "select count(*) from information_schema.schemata where schema_name = 'catalog'"),
            "1"
        );
    }
    EXPECT_EQ(
        on("east", "select distinct run_id from migrator.migrator_lock"),
        on("west", "select distinct run_id from migrator.migrator_lock")
    );
    const auto again = project().apply();
    EXPECT_FALSE(again.is_partly_failed());
    EXPECT_FALSE(again.has_version());
    EXPECT_TRUE(project().open()->inspection().status().pending.empty());
}

TEST_P(ServersTest, AServerThatIsAwayIsNamedAndDoneByTheNextRun) {
    begin();
    add_file("002.sql");
    const std::string there = server("east").data_source;
    server("east").data_source = kNowhere;
    const auto outcome = project().apply();
    EXPECT_TRUE(outcome.is_partly_failed());
    EXPECT_EQ(ends(outcome), "catalog done, east unreachable, west done");
    EXPECT_NE(
        coordinator::partly_failed_text(outcome).find("Server east could not be reached"),
        std::string::npos
    );
    EXPECT_EQ(effects("west", "w1"), "002.sql 1");
    EXPECT_EQ(effects("east", "e1"), "");
    // Nothing is pending on the others, and yet this is no success.
    const auto nothing = project().apply();
    EXPECT_TRUE(nothing.is_partly_failed());
    EXPECT_FALSE(nothing.has_version());
    server("east").data_source = there;
    const auto next = project().apply();
    EXPECT_FALSE(next.is_partly_failed()) << coordinator::partly_failed_text(next);
    EXPECT_EQ(next.summary.tenant_migrations_total, 2);
    EXPECT_EQ(next.summary.version_id, 0) << "nothing was recorded on the catalog";
    EXPECT_TRUE(next.has_version());
    expect_everywhere("002.sql 1");
}

TEST_P(ServersTest, AServerWhoseLockIsHeldIsNamedAndTheOthersGoOn) {
    begin();
    add_file("002.sql");
    {
        const auto connector = db::sql::connector::make_sql_connector(
            db::postgresql::make_server(others_.at("west")->options()),
            others_.at("west")->options()
        );
        const auto held = connector->try_begin_run(
            {.run_id = "r", .owner = "somebody", .request_id = "", .version_name = "theirs"}
        );
        ASSERT_NE(held, nullptr);
        const auto outcome = project().apply();
        EXPECT_EQ(ends(outcome), "catalog done, east done, west locked");
        EXPECT_NE(
            outcome.servers.back().message.find("held by somebody (version theirs)"),
            std::string::npos
        ) << outcome.servers.back().message;
        EXPECT_EQ(effects("west", "w1"), "");
    }
    EXPECT_EQ(ends(project().apply()), "catalog done, east done, west done");
    expect_everywhere("002.sql 1");
}

TEST_P(ServersTest, ATenantOnTwoServersIsReportedAndNotTouched) {
    begin();
    add_tenants("east", {"w2"});
    add_file("002.sql");
    project().database.max_failures = Share{.value = 1, .is_percent = false};
    const auto outcome = project().apply();
    ASSERT_EQ(outcome.failures.size(), 1U);
    EXPECT_EQ(outcome.failures.front().tenant, "w2");
    EXPECT_NE(
        outcome.failures.front().message.find("on two servers, east and west"), std::string::npos
    ) << outcome.failures.front().message;
    EXPECT_EQ(effects("west", "w2"), "");
    EXPECT_EQ(effects("east", "w2"), "");
    EXPECT_EQ(effects("west", "w1"), "002.sql 1");
    on("east", "delete from migrator.migrator_tenants where name = 'w2'");
    EXPECT_FALSE(project().apply().is_partly_failed());
    expect_everywhere("002.sql 1");
}

TEST_P(ServersTest, FailuresCountOverAllServers) {
    begin();
    add_file("002.sql", "select 1 / (case when '{schema}' in ('c2', 'e2') then 0 else 1 end);");
    project().database.servers.connections = 1;
    const auto outcome = project().apply();
    EXPECT_EQ(outcome.failures.size(), 1U) << "the first one ends the run on all servers";
    EXPECT_EQ(ends(outcome), "catalog done, east not begun, west not begun");
    project().database.max_failures = Share{.value = 2, .is_percent = false};
    const auto next = project().apply();
    EXPECT_EQ(next.failures.size(), 2U);
    EXPECT_EQ(ends(next), "catalog done, east done, west done");
    EXPECT_EQ(effects("west", "w2"), "002.sql 1");
    add_file("002.sql");
    project().options.checksum_verification = coordinator::ChecksumVerification::Off;
    EXPECT_FALSE(project().apply().is_partly_failed());
    expect_everywhere("002.sql 1");
}

TEST_P(ServersTest, WavesGoOverAllServers) {
    begin();
    add_file("002.sql", "select 1 / (case when '{schema}' = 'e1' then 0 else 1 end);");
    coordinator::VersionRequest request;
    request.tenants.waves = {
        Share{.value = 3, .is_percent = false}, Share{.value = 6, .is_percent = false}};
    const auto outcome = project().apply(request);
    EXPECT_EQ(outcome.failures.size(), 1U);
    EXPECT_EQ(outcome.summary.fleet->tenants_done, 2);
    EXPECT_EQ(outcome.summary.fleet->tenants_skipped, 3);
    EXPECT_EQ(effects("catalog", "c2"), "002.sql 1");
    EXPECT_EQ(effects("east", "e2"), "") << "of the second wave";
    EXPECT_EQ(effects("west", "w1"), "") << "the same";
    add_file("002.sql");
    project().options.checksum_verification = coordinator::ChecksumVerification::Off;
    const auto next = project().apply(request);
    EXPECT_FALSE(next.is_partly_failed()) << coordinator::partly_failed_text(next);
    expect_everywhere("002.sql 1");
    EXPECT_EQ(
        on("east",
           "select count(*) from migrator.migrator_versions where name = 'version of a test'"),
        "2"
    );
}

TEST_P(ServersTest, ACanaryLeavesTheOthersPendingWhereverTheyAre) {
    for (const auto atomicity : {db::Atomicity::Tenant, db::Atomicity::Version}) {
        SCOPED_TRACE(static_cast<int>(atomicity));
        project().database.atomicity = atomicity;
        if (atomicity == db::Atomicity::Tenant) {
            begin();
            add_file("002.sql");
        } else {
            add_file("003.sql");
        }
        coordinator::VersionRequest canary;
        canary.tenants.canary = Share{.value = 3, .is_percent = false};
        EXPECT_FALSE(project().apply(canary).is_partly_failed());
        EXPECT_FALSE(project().apply().is_partly_failed());
        EXPECT_TRUE(project().open()->inspection().status().pending.empty());
    }
    expect_everywhere("002.sql 1, 003.sql 1");
}

TEST_P(ServersTest, ANewTenantGoesToTheServerThatWasAskedFor) {
    begin();
    add_file("002.sql");
    project().write("stores/001.sql", "create table {schema}.log (file text);");
    add_tenants("catalog", {"c3"});
    coordinator::VersionRequest request{.tenant = "n1"};
    request.server = "west";
    auto outcome = project().apply(request);
    EXPECT_EQ(ends(outcome), "west done");
    EXPECT_EQ(outcome.summary.version_id, 0);
    EXPECT_EQ(effects("west", "n1"), "002.sql 1");
    EXPECT_EQ(on("catalog", "select server from migrator.migrator_placements"), "west");
    // The least filled one.
    EXPECT_EQ(ends(project().create_tenant("n2")), "east done");
    EXPECT_THROW(project().create_tenant("n1"), Error);
    request.server = "north";
    request.tenant = "n3";
    EXPECT_THROW(project().apply(request), Error);
    // A try that ended behind the placement goes on there.
    on("catalog", "insert into migrator.migrator_placements values ('n4', 'west')");
    EXPECT_EQ(ends(project().create_tenant("n4")), "west done");
    const auto removed = project().open()->corrections().remove_tenant("n4", true, "request");
    EXPECT_EQ(removed.rows, 2U);
    EXPECT_EQ(
        on("catalog", "select count(*) from migrator.migrator_placements where tenant = 'n4'"), "0"
    );
    EXPECT_EQ(
        on("west", "select count(*) from information_schema.schemata where schema_name = 'n4'"), "0"
    );
}

TEST_P(ServersTest, TheSameDatabaseUnderTwoNamesIsRefused) {
    project().apply();
    server("west").data_source = project().database.data_source;
    project().write("catalog/002_table.sql", "create table {schema}.t (id integer);");
    const auto outcome = project().apply();
    EXPECT_EQ(ends(outcome), "catalog done, east done, west locked");
    EXPECT_NE(outcome.servers.back().message.find("the same database"), std::string::npos)
        << outcome.servers.back().message;
    add_tenants("catalog", {"c1"});
    const std::string why = project().failure_of_apply();
    EXPECT_NE(why.find("tenant c1 is on two servers, catalog and west"), std::string::npos) << why;
}

TEST_P(ServersTest, FilesOfTheCatalogRunThereAlone) {
    project().database.servers.catalog_files = {"*_registry.sql"};
    begin();
    project().write("catalog/002_registry.sql", "create table {schema}.registry (name text);");
    project().write("catalog/003_shared.sql", "create table {schema}.shared (name text);");
    EXPECT_FALSE(project().apply().is_partly_failed());
    const std::string tables =
        "select string_agg(table_name, ',' order by table_name) from information_schema.tables "
        "where table_schema = 'catalog'";
    EXPECT_EQ(on("catalog", tables), "registry,shared");
    EXPECT_EQ(on("east", tables), "shared");
    EXPECT_FALSE(project().apply().has_version());
}

TEST_P(ServersTest, TenantSelectSaysWhereATenantIs) {
    project().apply();
    add_tenants("east", {"a"});
    add_tenants("west", {"b"});
    add_file("002.sql");
    project().execute("create table public.customers (name text, server text)");
    project().execute(
        "insert into public.customers values ('a', 'east'), ('b', 'west'), ('z', 'mars')"
    );
    project().database.tenant_select = "select name, server from public.customers order by name";
    project().database.max_failures = Share{.value = 1, .is_percent = false};
    const auto outcome = project().apply();
    EXPECT_EQ(effects("east", "a"), "002.sql 1");
    EXPECT_EQ(effects("west", "b"), "002.sql 1");
    ASSERT_EQ(outcome.failures.size(), 1U);
    EXPECT_NE(outcome.failures.front().message.find("the server mars"), std::string::npos);
    // With names alone a tenant is where its schema is.
    project().database.tenant_select = "select name from public.customers order by name";
    add_file("003.sql");
    const auto next = project().apply();
    EXPECT_EQ(effects("east", "a"), "002.sql 1, 003.sql 1");
    EXPECT_EQ(effects("west", "b"), "002.sql 1, 003.sql 1");
    ASSERT_EQ(next.failures.size(), 1U);
    EXPECT_NE(next.failures.front().message.find("tenant z is on no server"), std::string::npos);
}

TEST_P(ServersTest, AQueryTellsTheServers) {
    project().database.servers.named.clear();
    project().execute("create table public.shards (name text, url text)");
    for (const char* name : {"east", "west"}) {
        project().execute(fmt::format(
            "insert into public.shards values ('{}', '{}')",
            name,
            others_.at(name)->options().data_source
        ));
    }
    project().database.servers.select = "select name, url from public.shards";
    begin();
    add_file("002.sql");
    EXPECT_EQ(ends(project().apply()), "catalog done, east done, west done");
    expect_everywhere("002.sql 1");
    project().execute(
        "insert into public.shards values ('a b', 'x'), ('east', 'x'), ('north', null)"
    );
    const auto outcome = project().apply();
    EXPECT_TRUE(outcome.is_partly_failed());
    EXPECT_EQ(outcome.servers.size(), 3U);
}

TEST_P(ServersTest, CorrectionsReachTheServerOfTheTenant) {
    begin();
    add_file("002.sql");
    project().apply();
    auto instance = project().open();
    auto& corrections = instance->corrections();
    corrections.forget("w1", corrections.find_forgettable("w1", "002.sql"), "request");
    EXPECT_FALSE(project().apply().is_partly_failed());
    EXPECT_EQ(effects("west", "w1"), "002.sql 2");
    EXPECT_EQ(effects("west", "w2"), "002.sql 1");
    add_file("002.sql", "-- edited\n");
    EXPECT_EQ(project().apply().changed.size(), 1U);
    corrections.accept(corrections.find_change("002.sql"), "request");
    EXPECT_TRUE(project().apply().changed.empty());
}

TEST_P(ServersTest, TheRecordsOfAMovedTenantComeAlong) {
    begin();
    add_file("002.sql");
    project().apply({.version_name = "before the move"});
    on("east", "create schema w1");
    on("east", "create table w1.log (file text)");
    on("east", "insert into w1.log values ('002.sql')");
    auto instance = project().open();
    auto& corrections = instance->corrections();
    const auto refusal = [&](const std::string& tenant, const std::string& to) -> std::string {
        try {
            corrections.move_tenant(tenant, to, "request");
        } catch (const Error& error) {
            return error.what();
        }
        return "it was moved";
    };
    EXPECT_NE(refusal("w1", "east").find("server west still has the schema w1"), std::string::npos);
    on("west", "drop schema w1 cascade");
    EXPECT_NE(refusal("w1", "north").find("there is no server north"), std::string::npos);
    EXPECT_NE(refusal("w1", "catalog").find("server catalog has no schema"), std::string::npos);
    EXPECT_NE(refusal("nobody", "east").find("nothing to move"), std::string::npos);
    EXPECT_EQ(corrections.move_tenant("w1", "east", "request"), "west");
    EXPECT_EQ(on("west", "select count(*) from migrator.migrator_tenants where name = 'w1'"), "0");
    EXPECT_EQ(
        on("west", "select count(*) from migrator.migrator_migrations where db_schema = 'w1'"), "0"
    );
    EXPECT_EQ(
        on("east",
           "select v.name from migrator.migrator_migrations m join migrator.migrator_versions v on "
           "v.id = m.version_id where m.db_schema = 'w1'"),
        "before the move"
    );
    add_file("003.sql");
    EXPECT_FALSE(project().apply().is_partly_failed());
    EXPECT_EQ(effects("east", "w1"), "002.sql 1, 003.sql 1");
}

TEST_P(ServersTest, ATenantWhoseRecordsAreElsewhereIsNotTouched) {
    project().apply();
    add_tenants("east", {"a"});
    add_file("002.sql");
    project().execute("create table public.customers (name text, server text)");
    project().execute("insert into public.customers values ('a', 'east')");
    project().database.tenant_select = "select name, server from public.customers";
    EXPECT_FALSE(project().apply().is_partly_failed());
    on("west", "create schema a");
    on("west", "create table a.log (file text)");
    on("west", "insert into a.log values ('002.sql')");
    on("east", "drop schema a cascade");
    project().execute("update public.customers set server = 'west'");
    add_file("003.sql");
    const std::string why = project().failure_of_apply();
    EXPECT_NE(why.find("migrator move-tenant a --to west"), std::string::npos) << why;
    EXPECT_EQ(effects("west", "a"), "002.sql 1");
    project().open()->corrections().move_tenant("a", "west", "request");
    EXPECT_FALSE(project().apply().is_partly_failed());
    EXPECT_EQ(effects("west", "a"), "002.sql 1, 003.sql 1");
}

MIGRATOR_ON_DATABASE(ServersTest, "Postgresql");

}  // namespace
}  // namespace migrator::test
