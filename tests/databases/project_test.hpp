#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "databases/test_database.hpp"

namespace migrator::test {

/// One project on each database.
class ProjectTest : public testing::TestWithParam<const DatabaseKind*> {
protected:
    void SetUp() override {
        project_.reset();  // a server may be for one test at a time
        auto database = make_test_database(kind());
        if (!database) GTEST_SKIP() << kind().url_variable << " is not set";
        project_ = std::make_unique<Project>(std::move(database));
    }
    Project& project() { return *project_; }
    const DatabaseKind& kind() const { return *GetParam(); }
    /// The name of one of migrator's own tables.
    std::string own(const std::string& table) const { return kind().prefix + table; }

    /// Two single schemas, two tenants' files, a script of each kind.
    void write_shop() {
        project().write("catalog/001_schema.sql", "create schema {schema};\n");
        project().write(
            "catalog/003_products.sql",
            "create table {schema}.products (sku varchar(40) primary key);\n"
            "insert into {schema}.products values ('bean');"
        );
        project().write("billing/002_schema.sql", "create schema {schema};\n");
        project().write("billing/003_plans.sql", "create table {schema}.plans (id integer);");
        project().write(
            "stores/004_settings.sql", "create table {schema}.settings (k varchar(50), v text);"
        );
        project().write("stores/005_orders.sql", "create table {schema}.orders (id integer);");
        project().write("catalog-scripts/touch.sql", "update catalog.products set sku = sku;");
        project().write("stores-scripts/clear.sql", "delete from {schema}.settings;");
    }

private:
    std::unique_ptr<Project> project_;
};

inline std::string name_of_kind(const testing::TestParamInfo<const DatabaseKind*>& info) {
    return info.param->name;
}

inline std::vector<const DatabaseKind*> every_database() {
    std::vector<const DatabaseKind*> kinds;
    for (const DatabaseKind& kind : all_databases()) kinds.push_back(&kind);
    return kinds;
}

#define MIGRATOR_ON_EVERY_DATABASE(suite) \
    INSTANTIATE_TEST_SUITE_P(Databases, suite, testing::ValuesIn(every_database()), name_of_kind)

#define MIGRATOR_ON_DATABASE(suite, name)                                       \
    INSTANTIATE_TEST_SUITE_P(                                                   \
        Databases, suite, testing::Values(&database_called(name)), name_of_kind \
    )

}  // namespace migrator::test
