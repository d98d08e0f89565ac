#include "drift/survey.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "support/fake_catalog.hpp"

namespace migrator::drift {
namespace {

using db::CatalogObject;
using Objects = std::vector<CatalogObject>;

Objects shop(const std::string& schema) {
    return {
        {"table", "orders", ""},
        {"column", "orders.id", "bigint not null"},
        {"column", "orders.total", "numeric(10,2)"},
        {"index", "orders.idx_" + schema + "_total", "btree (total)"},
        {"function", "f()", "begin select o.id from " + schema + ".orders o where x = 'a1'; end"}};
}

class Survey : public testing::Test {
protected:
    void add(const std::string& name, Objects objects) {
        level_.tenants.push_back({name, name});
        schemas_.objects[name] = std::move(objects);
    }
    void add(const std::string& name) { add(name, shop(name)); }
    Report run(const Build& build = nullptr) {
        test::FakeCatalog catalog(schemas_);
        return survey(catalog, {level_}, build);
    }

    test::FakeSchemas schemas_;
    Level level_{.name = "3 of 3 files", .tenants = {}};
};

TEST_F(Survey, ReadsHashesAloneWhereNothingDiffers) {
    for (int i = 0; i < 50; ++i) add(fmt::format("tenant{}", i + 100));
    const Report report = run();
    EXPECT_EQ(report.compared, 50U);
    EXPECT_TRUE(report.groups.empty());
    EXPECT_EQ(schemas_.hashed, 1U);
    EXPECT_EQ(schemas_.read, 0U);
}

TEST_F(Survey, NeverTakesNastyNamesForDrift) {
    for (const char* name :
         {"o",
          "id",
          "orders",
          "a1",
          "total",
          "begin",
          "x",
          "t-1",
          "idx",
          "f",
          "n",
          "e",
          "numeric",
          "10",
          "select",
          "north",
          "south"}) {
        add(name);
    }
    const Report report = run();
    EXPECT_EQ(report.compared, 17U);
    ASSERT_TRUE(report.groups.empty()) << summary_of(report.groups.front(), 9);
}

TEST_F(Survey, PutsTenantsWithTheSameDifferenceTogether) {
    for (int i = 0; i < 20; ++i) add(fmt::format("tenant{}", i + 100));
    for (const char* name : {"tenant104", "tenant101", "tenant117"}) {
        std::erase_if(schemas_.objects[name], [](const auto& each) {
            return each.kind == "index";
        });
    }
    schemas_.objects["tenant108"].push_back({"column", "orders.note", "text"});
    const Report report = run();
    EXPECT_EQ(report.drifted, 4U);
    ASSERT_EQ(report.groups.size(), 2U);
    EXPECT_EQ(
        report.groups[0].tenants, (std::vector<std::string>{"tenant101", "tenant104", "tenant117"})
    );
    EXPECT_EQ(summary_of(report.groups[0], 5), "index orders.idx_{schema}_total is missing");
    EXPECT_EQ(report.groups[0].expected, "the schema of 16 of 20 tenants");
    EXPECT_EQ(summary_of(report.groups[1], 5), "column orders.note is additional");
}

TEST_F(Survey, SeesAFunctionThatUsesAnothersSchema) {
    for (const char* name : {"north", "south", "east", "west"}) add(name);
    schemas_.objects["west"].back().definition = shop("north").back().definition;
    const Report report = run();
    ASSERT_EQ(report.groups.size(), 1U);
    EXPECT_EQ(report.groups[0].tenants, std::vector<std::string>{"west"});
}

TEST_F(Survey, FindsTheMajorityAlsoWhereNoTwoHashesAgree) {
    for (const char* name : {"o", "id", "orders", "total", "begin"}) add(name);
    schemas_.objects["o"].push_back({"table", "extra", ""});
    const Report report = run();
    ASSERT_EQ(report.groups.size(), 1U);
    EXPECT_EQ(report.groups[0].tenants, std::vector<std::string>{"o"});
    EXPECT_EQ(report.groups[0].expected, "the schema of 4 of 5 tenants");
}

TEST_F(Survey, TellsAMissingSchemaAndOneThatIsTooMuch) {
    for (const char* name : {"north", "south", "east"}) add(name);
    schemas_.objects.erase("east");
    Report report = run();
    ASSERT_EQ(report.groups.size(), 1U);
    EXPECT_TRUE(report.groups[0].lacks_schema);
    EXPECT_EQ(summary_of(report.groups[0], 1), "the schema is missing");
    schemas_.objects.erase("south");
    report = run();
    ASSERT_EQ(report.groups.size(), 1U);
    EXPECT_EQ(report.groups[0].tenants, std::vector<std::string>{"north"});
    EXPECT_EQ(report.groups[0].differences.size(), 5U);
}

TEST_F(Survey, SaysWhereThereIsNoMajority) {
    add("north");
    add("south", {});
    const Report report = run();
    ASSERT_EQ(report.groups.size(), 1U);
    EXPECT_EQ(report.groups[0].tenants, std::vector<std::string>{"south"});
    EXPECT_EQ(report.groups[0].expected, "the schema of 1 of 2 tenants, which is no majority");
}

TEST_F(Survey, LeavesATenantOutThatIsAloneUnlessItsSchemaWasBuilt) {
    add("north");
    Report report = run();
    EXPECT_EQ(report.compared, 0U);
    ASSERT_EQ(report.not_compared.size(), 1U);
    EXPECT_EQ(report.not_compared[0].why, "no other tenant has the same files (3 of 3 files)");
    EXPECT_FALSE(report.has_errors());
    const Build build = [](std::size_t) {
        return db::SchemaContents{{"scratch", "scratch"}, shop("scratch")};
    };
    report = run(build);
    EXPECT_EQ(report.compared, 1U);
    EXPECT_TRUE(report.groups.empty());
    schemas_.objects["north"].pop_back();
    report = run(build);
    ASSERT_EQ(report.groups.size(), 1U);
    EXPECT_EQ(report.groups[0].expected, "the schema that its files make");
}

TEST_F(Survey, PassesOnThatItCouldNotRead) {
    add("north");
    add("south");
    schemas_.failure = "no";
    EXPECT_THROW(run(), Error);
}

/// Names from the words of the schema itself, and some drift.
TEST_F(Survey, FindsAllDriftAndInventsNoneWhateverNamesAre) {
    const std::vector<std::string> words = {
        "o",
        "id",
        "orders",
        "total",
        "a1",
        "f",
        "select",
        "x",
        "begin",
        "where",
        "idx",
        "not",
        "null",
        "order",
        "s"};
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 200; ++round) {
        schemas_ = {};
        level_.tenants.clear();
        std::set<std::string> names;
        while (names.size() < 12) {
            std::string name = words[random() % words.size()];
            if (random() % 2 == 0)
                name += (random() % 2 == 0 ? "_" : "-") + words[random() % words.size()];
            if (names.insert(name).second) add(name);
        }
        std::set<std::string> drifted;
        for (const std::string& name : names) {
            if (drifted.size() == 4 || random() % 4 != 0) continue;
            drifted.insert(name);
            Objects& objects = schemas_.objects[name];
            switch (random() % 3) {
                case 0:
                    objects.erase(objects.begin() + static_cast<std::ptrdiff_t>(random() % 5));
                    break;
                case 1:
                    objects.push_back({"column", "orders.zz", "text"});
                    break;
                default:
                    objects.back().definition += " -- zz";
            }
        }
        const Report report = run();
        std::set<std::string> told;
        for (const Group& group : report.groups) {
            told.insert(group.tenants.begin(), group.tenants.end());
        }
        ASSERT_EQ(told, drifted) << round;
    }
}

}  // namespace
}  // namespace migrator::drift
