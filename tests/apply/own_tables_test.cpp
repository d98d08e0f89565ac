#include "db/sql/apply/own_tables.hpp"

#include <gtest/gtest.h>

#include "apply/workplace.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr const char* kCheck = "forbid own tables";

/// How often migrator's own tables are checked before a commit.
std::size_t checks(Workplace& place) {
    place.apply();
    return place.server.count(kCheck);
}

TEST(OwnTablesInARun, AreNotCheckedForFilesThatDoWhatTheirTextShows) {
    Workplace place;
    place.plan_file("a/1.sql", "one", {"a"});
    place.plan_file("a/2.sql", "insert into x", {"a"});
    EXPECT_EQ(checks(place), 0U);
}

TEST(OwnTablesInARun, AreCheckedOnceATransactionWhereMoreMayHaveHappened) {
    const struct {
        const char* name;
        const char* text;
        bool has_code = false;
        bool keeps_state = false;
    } cases[] = {
        {"a session statement", "set x"},
        {"a file that reads them", "select * from migrator.migrator_tenants"},
        {"code of the database", "one", true},
        {"session state that is kept", "one", false, true},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        Workplace place;
        place.server.has_code_on_own = c.has_code;
        if (c.keeps_state) place.options.session_state = SessionState::Keep;
        place.plan_file("a/1.sql", c.text, {"a"});
        place.plan_file("a/2.sql", "two", {"a"});
        EXPECT_EQ(checks(place), 1U);
    }
    Workplace one;  // nobody has asked for code of the database
    one.plan_file("a/1.sql", "one", {"a"});
    EXPECT_EQ(checks(one), 1U);
}

TEST(OwnTablesInARun, ThatAreChangedFailTheFilesOfTheTransaction) {
    Workplace place;
    place.server.changes_own_tables = true;
    place.plan_file("a/1.sql", "set x", {"a"});
    place.plan_file("a/2.sql", "two", {"a"});
    const Error error = thrown_by([&] { place.apply(); });
    EXPECT_EQ(error.kind(), ErrorKind::MigrationFailed);
    const std::string said = error.what();
    EXPECT_NE(said.find("a/1.sql or a file behind it, up to a/2.sql"), std::string::npos) << said;
    EXPECT_TRUE(place.recorded().empty());
}

TEST(OwnTablesInARun, HaveTheTenantThatIsMade) {
    Workplace place;
    place.request.new_tenant = SchemaName::parse("north");
    place.plan.tenants = {"north"};
    place.plan_file("t/1.sql", "set x");
    place.apply();
    EXPECT_EQ(place.server.count("forbid own tables but a tenant"), 1U);
}

TEST(OwnTables, AreNamedInAnyCase) {
    for (const char* text : {"migrator_", "x Migrator_Tenants", "\"MIGRATOR\".\"MIGRATOR_x\""}) {
        EXPECT_TRUE(may_name_own_tables(text)) << text;
    }
    for (const char* text :
         {"", "mi", "g", "migrator", "migrato_r", "igrator_", "-- migrator:no"}) {
        EXPECT_FALSE(may_name_own_tables(text)) << text;
    }
}

}  // namespace
}  // namespace migrator::db::sql::apply
