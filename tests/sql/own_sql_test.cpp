#include "db/sql/own_sql.hpp"

#include <gtest/gtest.h>

namespace migrator::db::sql::test {
namespace {

TEST(OwnSql, RowsOfMigrationsAreThoseOfTheKindsThatRunOnce) {
    EXPECT_EQ(migration_rows(), "type in (1, 2)");
    EXPECT_EQ(migration_rows("m.type"), "m.type in (1, 2)");
    EXPECT_EQ(tenant_migration_rows(), "type = 2");
    EXPECT_EQ(tenant_migration_rows("m.type"), "m.type = 2");
}

}  // namespace
}  // namespace migrator::db::sql::test
