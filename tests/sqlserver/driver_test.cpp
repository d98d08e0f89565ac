#include "db/driver.hpp"

#include <gtest/gtest.h>

#include "db/sqlserver/sqlserver.hpp"
#include "support/masked.hpp"

namespace migrator::db::sqlserver {
namespace {

TEST(SqlserverDriver, MasksTheThreeFormsOfDataSources) {
    test::expect_masked(
        kDriver,
        {
            {"sqlserver://SA:Super5ecret@127.0.0.1/?database=migrator&connection+timeout=1",
             "sqlserver://SA:***@127.0.0.1/?database=migrator&connection+timeout=1"},
            {"sqlserver://h:1433/inst?user+id=u&password=secret",
             "sqlserver://h:1433/inst?user+id=u&password=***"},
            {"server=h\\i;user id=u;password=secret;database=d;",
             "server=h\\i;user id=u;password=***;database=d;"},
            {"Server=h; PWD=\"se;c\"\"ret\" ;app name=my app", "Server=h;PWD=***;app name=my app"},
            {"server=h;password='a;b'", "server=h;password=***"},
            {"server=h;password=ab;cdef;database=d", "***"},
            {"server=h;password=ab;cd=ef", "server=h;password=***;***"},
            {"server=h;password=\"abc;database=d", "***"},
            {"server=h;password=\"abc\"def;database=d", "***"},
            {"odbc:server=h;uid=u;pwd={se;c}}ret};database=d",
             "odbc:server=h;uid=u;pwd=***;database=d"},
            {"odbc:server=h;pwd={secret;database=d", "odbc:***"},
            {"SqlServer://u:secret@h", "***"},
            {"ODBC:server=h;uid=u;pwd={secret}", "***;uid=u;pwd=***"},
            {"Server=tcp:h,1433;User ID=u;Password=secret;Encrypt=True;Connection Timeout=30;",
             "Server=tcp:h,1433;User ID=u;Password=***;Encrypt=True;Connection Timeout=30;"},
            {"secret", "***"},
        }
    );
}

}  // namespace
}  // namespace migrator::db::sqlserver
