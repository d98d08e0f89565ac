#include "wire/plans.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "plan/plan_support.hpp"
#include "wire/migrations.hpp"

namespace migrator::wire::test {
namespace {

using boost::json::serialize;

class WirePlans : public ::testing::Test {
protected:
    static std::shared_ptr<const std::vector<std::string>> schemas(std::vector<std::string> names) {
        return std::make_shared<const std::vector<std::string>>(std::move(names));
    }
    /// The member of each file of an array, as "001.sql: MEMBER ".
    static std::string each(const boost::json::array& files, const char* member) {
        std::string all;
        for (const auto& file : files) {
            const auto* value = file.as_object().if_contains(member);
            all += std::string(file.at("name").as_string()) + ": " +
                   (value == nullptr ? "-" : serialize(*value)) + " ";
        }
        return all;
    }

    std::vector<Migration> files_ = plan::test::sources({"s/1", "t/2", "t/3", "ss/4", "ts/5"});
    Plan plan_{
        .files =
            {{files_.data(), schemas({"s"})},
             {&files_[1], schemas({"north", "south"})},
             {&files_[2], schemas({"south"})},
             {&files_[3], schemas({"ss"})},
             {&files_[4], schemas({"north", "south"})}},
        .tenants = {"north", "south"}};
};

TEST_F(WirePlans, PlannedFileIsAFileAndWhereItRuns) {
    auto expected = migration(files_[0]);
    expected["executions"] = 1U;
    expected["schemas"] = boost::json::array{"s"};
    EXPECT_EQ(serialize(planned_file(plan_.files[0], plan_.tenants)), serialize(expected));
}

TEST_F(WirePlans, SchemasAreNotRepeatedWhereAllTenantsGetAFile) {
    EXPECT_EQ(each(planned_migrations(plan_), "schemas"), R"(1: ["s"] 2: - 3: ["south"] )");
    EXPECT_EQ(each(planned_migrations(plan_), "executions"), "1: 1 2: 2 3: 1 ");
    EXPECT_EQ(each(planned_scripts(plan_), "schemas"), R"(4: ["ss"] 5: - )");
}

TEST_F(WirePlans, PhasesAlternateBetweenSingleSchemasAndTenants) {
    const auto all = phases(plan_);
    std::string found;
    for (const auto& phase : all) {
        found += phase.at("forTenants").as_bool() ? "tenants " : "single ";
        found += each(phase.at("files").as_array(), "executions");
    }
    EXPECT_EQ(found, "single 1: 1 tenants 2: 2 3: 1 single 4: 1 tenants 5: 2 ");
    EXPECT_EQ(all[0].at("files").as_array()[0], planned_file(plan_.files[0], plan_.tenants));
    EXPECT_EQ(serialize(phases({})), "[]");
}

TEST_F(WirePlans, LaggingTenantsAndProblems) {
    EXPECT_EQ(
        serialize(lagging({{"north", {"/m/1", "/m/2"}}, {"south", {}}})),
        R"([{"tenant":"north","missing":["/m/1","/m/2"]},{"tenant":"south","missing":[]}])"
    );
    EXPECT_EQ(
        serialize(problems({{"/m/1", "line 3: \"x\""}})),
        R"([{"file":"/m/1","message":"line 3: \"x\""}])"
    );
}

}  // namespace
}  // namespace migrator::wire::test
