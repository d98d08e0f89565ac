// Whether drift is found on real servers, and none is invented.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

using Tenants = std::vector<std::string>;

class Drift : public ProjectTest {
protected:
    drift::Report run(const coordinator::DriftRequest& request = {}) {
        return project().open()->drift().run(request);
    }
    /// What differs, by tenant.
    std::map<std::string, std::string> found(const coordinator::DriftRequest& request = {}) {
        std::map<std::string, std::string> differences;
        const drift::Report report = run(request);
        for (const drift::Group& group : report.groups) {
            for (const std::string& tenant : group.tenants) {
                differences[tenant] = drift::summary_of(group, 9);
            }
        }
        EXPECT_EQ(report.drifted, differences.size());
        return differences;
    }
    void in_schema(const std::string& tenant, const std::string& sql) {
        project().value(sql, tenant);
    }
    bool is(const char* name) const { return std::string(kind().name) == name; }

    void write_orders() {
        const bool files = kind().schemas_are_files;
        project().write(
            "stores/001_orders.sql",
            "create table {schema}.orders (id integer primary key, total integer not null default "
            "0, "
            "note varchar(50), check (total >= 0));\n" +
                std::string(
                    files ? "create index {schema}.orders_by_note on orders (note);\n"
                          : "create index orders_by_note on {schema}.orders (note);\n"
                )
        );
    }
    void make_tenants(const Tenants& names) {
        for (const std::string& name : names) project().create_tenant(name);
    }
};

TEST_P(Drift, FindsWhatDiffersAndNothingElse) {
    write_orders();
    make_tenants({"north", "south", "east", "west", "centre", "coast"});
    EXPECT_TRUE(found().empty());
    in_schema("south", "alter table south.orders add column extra integer");
    in_schema("west", "alter table west.orders add column extra integer");
    in_schema(
        "east",
        kind().commits_each_file ? "drop index orders_by_note on east.orders"
                                 : "drop index east.orders_by_note"
    );
    const drift::Report report = run();
    EXPECT_EQ(report.compared, 6U);
    ASSERT_EQ(report.groups.size(), 2U);
    EXPECT_EQ(report.groups[0].tenants, (Tenants{"south", "west"}));
    EXPECT_EQ(drift::summary_of(report.groups[0], 9), "column orders.extra is additional");
    EXPECT_EQ(report.groups[1].tenants, Tenants{"east"});
    EXPECT_EQ(drift::summary_of(report.groups[1], 9), "index orders.orders_by_note is missing");
    EXPECT_EQ(report.groups[0].expected, "the schema of 3 of 6 tenants, which is no majority");
    EXPECT_EQ(found({.tenants = {"east"}}).size(), 1U);
    EXPECT_TRUE(found({.tenants = {"n*"}}).empty());
    EXPECT_THROW(run({.tenants = {"nobody"}}), Error);
    EXPECT_EQ(found({.ignored = {"column *.extra"}}).size(), 1U);
    project().options.drift.ignore = {"column orders.extra", "index orders_b*", "index *note"};
    EXPECT_TRUE(found().empty());
}

TEST_P(Drift, TellsAMissingSchema) {
    write_orders();
    make_tenants({"north", "south", "east"});
    if (kind().drop_schema == nullptr) GTEST_SKIP() << "schemas are files";
    project().execute(kind().drop_schema("south"));
    EXPECT_EQ(found(), (std::map<std::string, std::string>{{"south", "the schema is missing"}}));
}

TEST_P(Drift, IsNoneBetweenTheWavesOfARollout) {
    if (kind().schemas_are_files) GTEST_SKIP() << "works for groups of tenants";
    project().database.atomicity = db::Atomicity::Tenant;
    write_orders();
    make_tenants({"north", "south", "east", "west", "centre", "coast"});
    project().write("stores/002_more.sql", "create table {schema}.more (id integer primary key);");
    coordinator::VersionRequest request;
    request.tenants.canary = Share{.value = 1, .is_percent = false};
    project().apply(request);
    drift::Report report = run();
    EXPECT_TRUE(report.groups.empty());
    EXPECT_EQ(report.compared, 5U);
    ASSERT_EQ(report.not_compared.size(), 1U);
    EXPECT_EQ(report.not_compared[0].tenant, "north");
    EXPECT_FALSE(report.has_errors());
    request.tenants.canary = Share{.value = 2, .is_percent = false};
    project().apply(request);
    report = run();
    EXPECT_TRUE(report.groups.empty());
    EXPECT_EQ(report.compared, 6U);
    in_schema("south", "drop table south.more");
    const auto differences = found();
    ASSERT_EQ(differences.size(), 1U);
    EXPECT_TRUE(differences.contains("south"));
    project().apply();
    EXPECT_EQ(found().size(), 1U);
}

TEST_P(Drift, IsNoneWhereFilesCameInAnotherOrder) {
    project().database.atomicity = db::Atomicity::Tenant;
    project().write(
        "stores/001_orders.sql", "create table {schema}.orders (id integer primary key);"
    );
    project().write("stores/002_a.sql", "alter table {schema}.orders add column a integer;");
    make_tenants({"north", "south"});
    project().write("stores/003_b.sql", "alter table {schema}.orders add column b varchar(20);");
    project().apply();
    // As if it had got them the other way round.
    in_schema("south", "alter table south.orders drop column a");
    in_schema("south", "alter table south.orders add column a integer");
    EXPECT_TRUE(found().empty());
}

TEST_P(Drift, RefusesTenantsThatChangedSinceTheLastRun) {
    project().database.atomicity = db::Atomicity::Tenant;
    project().database.max_failures = Share{.value = 5, .is_percent = false};
    project().options.drift.check = coordinator::DriftReaction::Fail;
    write_orders();
    make_tenants({"north", "south", "east"});
    project().write("stores/002_more.sql", "create table {schema}.more (id integer primary key);");
    in_schema("south", "alter table south.orders add column extra integer");
    if (kind().schemas_are_files) {
        EXPECT_NE(project().failure_of_apply().find("tenant south: its schema"), std::string::npos);
    } else {
        const coordinator::Outcome outcome = project().apply();
        ASSERT_EQ(outcome.failures.size(), 1U);
        EXPECT_EQ(outcome.failures[0].tenant, "south");
        EXPECT_NE(outcome.failures[0].message.find("driftCheck: warn"), std::string::npos);
        EXPECT_EQ(outcome.summary.tenant_migrations_total, 2);
        project().database.max_failures = Share{.value = 0, .is_percent = false};
        EXPECT_NE(project().failure_of_apply().find("Nothing was run"), std::string::npos);
    }
    project().options.drift.check = coordinator::DriftReaction::Warn;
    const coordinator::Outcome warned = project().apply();
    EXPECT_TRUE(warned.failures.empty());
    EXPECT_TRUE(std::ranges::any_of(warned.notes, [](const std::string& note) {
        return note.find("tenant south: its schema") != std::string::npos;
    }));
    // What it left is what is expected from now on.
    project().options.drift.check = coordinator::DriftReaction::Fail;
    project().write("stores/003_last.sql", "create table {schema}.last (id integer primary key);");
    EXPECT_TRUE(project().apply().failures.empty());
}

TEST_P(Drift, StoresNothingUnlessItIsAskedTo) {
    write_orders();
    make_tenants({"north"});
    const auto connector = project().open();
    EXPECT_TRUE(connector.connector->fingerprints().empty());
    EXPECT_THROW(project().value("select count(*) from " + own("migrator_fingerprints")), Error);
}

TEST_P(Drift, KnowsNothingOfATenantWhoseFilesCameWithoutIt) {
    project().database.atomicity = db::Atomicity::Tenant;
    project().options.drift.check = coordinator::DriftReaction::Fail;
    write_orders();
    make_tenants({"north", "south"});
    project().options.drift.check = coordinator::DriftReaction::Off;
    project().write("stores/002_more.sql", "create table {schema}.more (id integer primary key);");
    project().apply();
    project().options.drift.check = coordinator::DriftReaction::Fail;
    project().write("stores/003_last.sql", "create table {schema}.last (id integer primary key);");
    EXPECT_TRUE(project().apply().failures.empty());
}

MIGRATOR_ON_EVERY_DATABASE(Drift);

class DriftOnPostgresql : public Drift {
protected:
    void write_shop() {
        project().write(
            "stores/001_shop.sql",
            "create type {schema}.state as enum ('open', 'paid');\n"
            "create table {schema}.customers (id bigint generated always as identity primary key,"
            "  email text unique);\n"
            "create table {schema}.orders (id bigserial primary key, customer bigint not null "
            "references {schema}.customers, s {schema}.state default 'open', total numeric(10,2),"
            "  check (total > 0), check (total < 1000000));\n"
            "create index by_customer on {schema}.orders (customer);\n"
            "create index \"idx_{schema}_total\" on {schema}.orders (total);\n"
            "create view {schema}.open_orders as select o.id, o.total from {schema}.orders o "
            "where o.s = 'open';\n"
            "create function {schema}.total(x bigint) returns numeric language plpgsql set "
            "search_path to {schema} as $$ begin return (select sum(o.total) from {schema}.orders "
            "o where "
            "o.id = x and 'a1' <> 'o' /* {schema} */); end $$;\n"
            "create function {schema}.note() returns trigger language plpgsql as $$ begin "
            "execute 'select 1 from {schema}.orders'; return new; end $$;\n"
            "create trigger noted before insert on {schema}.orders for each row execute function "
            "{schema}.note();\n"
        );
    }
};

/// The kinds that the check is for, in schemas whose names stand in all that is in them.
TEST_P(DriftOnPostgresql, FindsSixKindsOfDriftAmongNastyNames) {
    write_shop();
    const Tenants names = {"o",     "id",    "orders", "total", "a1",    "x",    "s",
                           "state", "email", "note",   "begin", "north", "sum",  "idx",
                           "e",     "t1",    "t12",    "open",  "paid",  "south"};
    make_tenants(names);
    const drift::Report none = run();
    EXPECT_EQ(none.compared, names.size());
    ASSERT_TRUE(none.groups.empty())
        << none.groups[0].tenants[0] << ": " << drift::summary_of(none.groups[0], 9);
    in_schema(
        "o",
        "update pg_catalog.pg_index set indisvalid = false where indexrelid = "
        "'o.by_customer'::regclass"
    );
    in_schema(
        "id",
        "alter table id.orders drop constraint orders_customer_fkey, add foreign key (customer) "
        "references id.customers not valid"
    );
    in_schema("total", "alter table total.orders add column extra text");
    in_schema("a1", "drop index a1.by_customer");
    in_schema("x", "alter table x.orders alter column s set default 'paid'");
    in_schema(
        "s",
        "create or replace function s.note() returns trigger language plpgsql as $$ begin execute "
        "'select 2 from s.orders'; return new; end $$"
    );
    // It works in the schema of another.
    in_schema(
        "t1",
        "create or replace function t1.note() returns trigger language plpgsql as $$ begin execute "
        "'select 1 from t12.orders'; return new; end $$"
    );
    const std::map<std::string, std::string> expected = {
        {"o",
         "index orders.by_customer has changed: btree (customer) invalid instead of btree "
         "(customer)"},
        {"id",
         "constraint orders: FOREIGN KEY (customer) REFERENCES customers(id) has changed: "
         "not validated instead of nothing"},
        {"total", "column orders.extra is additional"},
        {"a1", "index orders.by_customer is missing"},
        {"x",
         "column orders.s has changed: state default 'paid'::state instead of state default "
         "'open'::state"},
        {"s", "function note() has changed"},
        {"t1", "function note() has changed"}};
    EXPECT_EQ(found(), expected);
}

TEST_P(DriftOnPostgresql, DoesNotLookAtNamesThatTheServerMakesUp) {
    write_shop();
    make_tenants({"north", "south", "east"});
    in_schema(
        "south",
        "alter table south.orders rename constraint orders_total_check to orders_total_check7"
    );
    in_schema(
        "south", "alter table south.customers rename constraint customers_email_key to c_key"
    );
    in_schema("south", "select nextval('south.orders_id_seq')");
    EXPECT_TRUE(found().empty());
    in_schema(
        "south", "alter table south.orders rename constraint orders_total_check1 to positive"
    );
    EXPECT_EQ(found().size(), 1U);
}

TEST_P(DriftOnPostgresql, ComparesCommentsAndOwnersWhenAsked) {
    write_shop();
    make_tenants({"north", "south", "east"});
    in_schema("south", "comment on column south.orders.total is 'net'");
    EXPECT_TRUE(found().empty());
    project().options.drift.comments = true;
    project().options.drift.owners = true;
    EXPECT_EQ(
        found(),
        (std::map<std::string, std::string>{{"south", "comment on orders.total is additional"}})
    );
}

TEST_P(DriftOnPostgresql, SeesPrivilegesPoliciesAndTriggers) {
    write_shop();
    make_tenants({"north", "south", "east", "west"});
    in_schema("south", "grant select on south.orders to public");
    in_schema("east", "create policy own on east.orders using (true)");
    in_schema("west", "alter table west.orders disable trigger noted");
    const auto differences = found();
    EXPECT_EQ(differences.size(), 3U);
    EXPECT_EQ(differences.at("south"), "privilege table orders to public is additional");
    EXPECT_EQ(differences.at("east"), "policy orders.own is additional");
    EXPECT_EQ(differences.at("west"), "trigger orders.noted has changed");
}

TEST_P(DriftOnPostgresql, ComparesWithWhatTheFilesMake) {
    write_shop();
    make_tenants({"north", "south"});
    EXPECT_TRUE(found({.scratch = true}).empty());
    // Both in the same way: only the files know better.
    for (const char* tenant : {"north", "south"}) {
        in_schema(tenant, fmt::format("drop index {}.by_customer", tenant));
    }
    EXPECT_TRUE(found().empty());
    const drift::Report report = run({.scratch = true});
    ASSERT_EQ(report.groups.size(), 1U);
    EXPECT_EQ(report.groups[0].tenants, (Tenants{"north", "south"}));
    EXPECT_EQ(drift::summary_of(report.groups[0], 9), "index orders.by_customer is missing");
    EXPECT_EQ(
        project().value("select count(*) from pg_namespace where nspname like 'migrator_scratch%'"),
        "0"
    );
}

MIGRATOR_ON_DATABASE(DriftOnPostgresql, "Postgresql");

}  // namespace
}  // namespace migrator::test
