#include "db/driver.hpp"

#include <gtest/gtest.h>

#include "db/mysql/mysql.hpp"
#include "support/masked.hpp"

namespace migrator::db::mysql {
namespace {

TEST(MysqlDriver, MasksDsnsOfTheGoDriver) {
    test::expect_masked(
        kDriver,
        {
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
        }
    );
}

}  // namespace
}  // namespace migrator::db::mysql
