#include "db/driver.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "db/sqlite/sqlite.hpp"

namespace migrator::db::sqlite {
namespace {

struct Case {
    const char* data_source;
    const char* shown;
};

void expect_shown(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        SCOPED_TRACE(c.data_source);
        EXPECT_EQ(kDriver.mask(c.data_source), c.shown);
    }
}

TEST(SqliteDriver, ShowsThePath) {
    expect_shown({
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
    });
}

}  // namespace
}  // namespace migrator::db::sqlite
