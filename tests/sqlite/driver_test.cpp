#include "db/driver.hpp"

#include <gtest/gtest.h>

#include "db/sqlite/sqlite.hpp"
#include "support/masked.hpp"

namespace migrator::db::sqlite {
namespace {

TEST(SqliteDriver, ShowsThePath) {
    test::expect_masked(
        kDriver,
        {
            {"/var/lib/migrator/metadata.db", "/var/lib/migrator/metadata.db"},
            {"my data/a.db", "my data/a.db"},
            {":memory:", ":memory:"},
            {"file:/data/a.db", "file:/data/a.db"},
            {"root:secret", "***"},
            {"/data/app@prod/a.db", "/data/app@prod/a.db"},
            // left over from another driver
            {"postgres://u:secret@h/db", "***"},
            {"user=u password=secret", "***"},
            {"root:secret@tcp(db)/app", "***"},
        }
    );
}

}  // namespace
}  // namespace migrator::db::sqlite
