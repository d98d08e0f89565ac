// migrator's own tables, over a server in memory.
#include "db/sql/store/tables.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "db/sql/store/lock_owner.hpp"
#include "db/sql/store/migration_rows.hpp"
#include "db/sql/store/tenant_states.hpp"
#include "db/sql/store/tenants.hpp"
#include "db/sql/store/versions.hpp"
#include "support/fake_server.hpp"

namespace migrator::db::sql::store {
namespace {

using Texts = std::vector<std::string>;

constexpr MetadataShape kNothing{};
const MetadataShape kAll{true, true, true, true, true, true, true, true, true, true};

class TablesTest : public testing::Test {
protected:
    Tables tables() { return {*session_, server_.dialect(), options_}; }
    test::FakeTables kept() { return server_.tables(); }

    test::FakeServer server_;
    Options options_;
    std::unique_ptr<Session> session_ = server_.connect();
};

TEST_F(TablesTest, WhatIsNotThereReadsAsEmpty) {
    EXPECT_TRUE(Tenants(tables()).list(kNothing).empty());
    EXPECT_TRUE(TenantStates(tables()).read(kNothing).empty());
    EXPECT_TRUE(Versions(tables()).list(kNothing, {}).empty());
    EXPECT_EQ(MigrationRows(tables()).open(kNothing, {}), nullptr);
    EXPECT_FALSE(LockOwner(tables()).read(kNothing));
    EXPECT_EQ(server_.calls(), (Texts{"connect"})) << "nobody is asked";
}

TEST_F(TablesTest, NamesAreOneParameterOrLiterals) {
    const Texts names = {"a", "b"};
    Parameters parameters;
    EXPECT_EQ(tables().in_list(names, parameters), "in (?)");
    EXPECT_EQ(parameters, (Parameters{"[\"a\",\"b\"]"}));
    server_.change_dialect().literals = [](std::span<const std::string> given) {
        return std::to_string(given.size()) + " literals";
    };
    parameters.clear();
    EXPECT_EQ(tables().in_list(names, parameters), "in (2 literals)");
    EXPECT_EQ(tables().in_list({}, parameters), "in (null)");
    EXPECT_TRUE(parameters.empty());
}

TEST_F(TablesTest, ATenantIsListedOnceItIsInserted) {
    Tenants tenants(tables());
    tenants.insert(SchemaName::parse("a"), kAll);
    EXPECT_EQ(tenants.list(kAll), (std::vector<Value>{"a"}));
}

TEST_F(TablesTest, ATenantListOfTheUsersNeedsTheUsersInsert) {
    options_.tenant_select = "select name from migrator_tenants order by id";
    try {
        Tenants(tables()).insert(SchemaName::parse("a"), kAll);
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Configuration);
    }
    options_.tenant_insert = "insert into migrator_tenants of ours";
    Tenants(tables()).insert(SchemaName::parse("a"), kAll);
    EXPECT_EQ(kept().tenants, (Texts{"a"}));
}

TEST_F(TablesTest, AnInsertThatListsNobodyIsAnError) {
    options_.tenant_select = "select owner, since from migrator_lock";  // gives somebody else
    options_.tenant_insert = "insert into migrator_tenants of ours";
    try {
        Tenants(tables()).insert(SchemaName::parse("a"), kAll);
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::MigrationFailed);
        EXPECT_TRUE(std::string(error.what())
                        .starts_with("Failed to add tenant entry: tenantInsert was run, but "
                                     "tenantSelect does not give "
                                     "tenant a afterwards")
        ) << error.what();
    }
}

TEST_F(TablesTest, AStateIsReadAsItWasWritten) {
    TenantState state{
        .tenant = "a",
        .version_id = 7,
        .first_file = "1.sql",
        .state = "failed",
        .file = "2.sql",
        .statement = 3,
        .sqlstate = "42P01",
        .message = "no \xFF"};
    TenantStates(tables()).write(state);
    state.message = "no \xEF\xBF\xBD";
    EXPECT_EQ(TenantStates(tables()).read(kAll), (std::vector{state}));
}

TEST_F(TablesTest, StatesArePlannedAndRemoved) {
    TenantStates states(tables());
    states.plan(7, Texts{"a", "b"}, Texts{"1.sql", "2.sql"});
    EXPECT_EQ(kept().states["b"].first_file, "2.sql");
    EXPECT_EQ(kept().states["b"].state, "planned");
    states.remove(Texts{"a"});
    session_->send_waiting();
    EXPECT_EQ(kept().states.size(), 1U);
}

TEST_F(TablesTest, WhatIsPlannedAgainBeginsWithTheEarlierFile) {
    const Texts files = {"2.sql", "3.sql"};
    TenantStates states(tables());
    states.plan_again("a", files);
    EXPECT_EQ(kept().states["a"].first_file, "2.sql");
    states.plan(7, Texts{"b", "c"}, Texts{"1.sql", "3.sql"});
    states.plan_again("b", files);
    EXPECT_EQ(kept().states["b"].first_file, "1.sql") << "it is owed an earlier one";
    states.plan_again("c", files);
    EXPECT_EQ(kept().states["c"].first_file, "2.sql");
}

TEST_F(TablesTest, AVersionAndItsRows) {
    Versions versions(tables());
    EXPECT_EQ(versions.next_id(), 1);
    versions.insert(1, "v1");
    session_->send_waiting();
    EXPECT_EQ(versions.next_id(), 2);
    EXPECT_EQ(versions.list(kAll, {.id = 1}).at(0).name, "v1");
    server_.change_tables([](auto& t) { t.rows.push_back({1, "1.sql", "a"}); });
    MigrationRows rows(tables());
    EXPECT_TRUE(rows.has(1, "1.sql", "a"));
    EXPECT_FALSE(rows.has(2, "1.sql", "a"));
    EXPECT_FALSE(rows.has(1, "1.sql", "b"));
}

TEST_F(TablesTest, TheLockNamesItsRun) {
    EXPECT_TRUE(LockOwner(tables()).is("run"));
    EXPECT_FALSE(LockOwner(tables()).is("another"));
}

}  // namespace
}  // namespace migrator::db::sql::store
