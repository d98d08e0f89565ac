#include "db/driver.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "db/mysql/mysql.hpp"

namespace migrator::db::mysql {
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

TEST(MysqlDriver, MasksDsnsOfTheGoDriver) {
    expect_shown({
        {"root:secret@tcp(db:3306)/app?parseTime=true&timeout=1s",
         "root:***@tcp(db:3306)/app?parseTime=true&timeout=1s"},
        {"root:s@c:r/e?t@tcp(db:3306)/app", "root:***@tcp(db:3306)/app"},
        {"root@unix(/run/mysqld.sock)/app", "root@unix(/run/mysqld.sock)/app"},
        {"root:secret@tcp([::1]:3306)/", "root:***@tcp([::1]:3306)/"},
        {"root:secret@/app?unknown=x", "root:***@/app?***"},
        {"/app", "/app"},
        {"root:secret@tcp(db:3306)", "***"},
        {"root:se/cret@tcp(db:3306)", "***"},
        {"root:secret@tcp(db:3306/app", "***"},
        {"root:secret/app", "***"},
        {"root:se@cret/app", "***"},
        {"mysql://root:secret@db/app", "***"},
        {"user=u password=secret", "***"},
    });
}

}  // namespace
}  // namespace migrator::db::mysql
