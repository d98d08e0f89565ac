#include "db/driver.hpp"

#include <gtest/gtest.h>

#include "db/postgresql/postgresql.hpp"
#include "support/masked.hpp"

namespace migrator::db::postgresql {
namespace {

TEST(PostgresqlDriver, MasksKeyValues) {
    test::expect_masked(
        kDriver,
        {
            {"user=shop password=secret dbname=shop", "user=shop password=*** dbname=shop"},
            {"password='p w' host=h", "password=*** host=h"},
            {"password='it\\'s' host=h", "password=*** host=h"},
            {"password=a\\ b host=h", "password=*** host=h"},
            {"password = secret  host = h", "password=***  host = h"},
            {"PASSWORD=secret host=h", "PASSWORD=*** host=h"},
            {"sslpassword=secret sslkey=/a/k.pem passfile=/home/a/.pgpass",
             "sslpassword=*** sslkey=/a/k.pem passfile=/home/a/.pgpass"},
            {"user=app@server search_path=app,public TimeZone=UTC connect_timeout=5",
             "user=app@server search_path=app,public TimeZone=UTC connect_timeout=5"},
            {"host='' dbname='my db' port=5432,5433", "host='' dbname='my db' port=5432,5433"},
            {"host=a,b target_session_attrs=read-write",
             "host=a,b target_session_attrs=read-write"},
            {"rds_host=x.rds.amazonaws.com sslrootcert=/c.pem",
             "rds_host=x.rds.amazonaws.com sslrootcert=/c.pem"},
            {"options='-c x=1' host=h", "options='-c x=1' host=h"},
            {"options='-c app.password=x' host=h", "options=*** host=h"},
            // a name that nobody knows may be a part of the password
            {"password=abc def=ghi host=h", "password=*** *** host=h"},
            // not to be understood
            {"password=abc def host=h", "***"},
            {"password='abc host=h", "***"},
            {"password='abc'def host=h", "***"},
            {"user=a password=x user=b", "***"},
            {"secret", "***"},
            {"=secret", "***"},
            {"password=secret\\", "***"},
            {"root:secret@tcp(db:3306)/app?parseTime=true", "***"},
            {"server=h;user id=u;password=secret", "server=h;user ***"},
            {"POSTGRES://u:secret@h/db", "***"},
            {"host=h user=mysql://u:secret@x", "host=h user=***"},
            {"user=u/secret host=h", "user=*** host=h"},
        }
    );
}

TEST(PostgresqlDriver, MasksUrls) {
    test::expect_masked(
        kDriver,
        {
            {"postgres://u:secret@h:5432/db?sslmode=require",
             "postgres://u:***@h:5432/db?sslmode=require"},
            {"postgresql://u:s%40cret@h/db", "postgresql://u:***@h/db"},
            {"postgres://u@h/db", "postgres://***@h/db"},  // it may be a token
            {"postgres://:secret@h/db", "postgres://:***@h/db"},
            {"postgres://u:secret@a:1,b:2,[::1]:3/db", "postgres://u:***@a:1,b:2,[::1]:3/db"},
            {"postgres://u:secret@/db?host=/run/pg", "postgres://u:***@/db?host=/run/pg"},
            {"postgres://u:secret@%2Frun%2Fpg/db", "postgres://u:***@%2Frun%2Fpg/db"},
            {"postgres://h/db?user=u&password=secret&sslpassword=x",
             "postgres://h/db?user=u&password=***&sslpassword=***"},
            {"postgres://h/db?%70assword=secret", "postgres://h/db?***"},
            // characters that should have been encoded
            {"postgres://u:s@cr@et@h/db", "postgres://u:***@h/db"},
            {"postgres://u:se/cr#et@h/db", "postgres://u:***@h/db"},
            {"postgres://u:se?cret@h/db", "***"},
            {"postgres://h/db?password=ab@cdef", "***"},
            {"postgres://h/db?password=ab&cdef&user=u", "postgres://h/db?***"},
            {"postgres://h/db?password=ab&cd=ef", "postgres://h/db?password=***&***"},
            {"postgres://h/db?user=u#secret", "postgres://h/db?***"},
            // no '@'
            {"postgres://user:secret", "***"},
            {"postgres://user:9,secret", "***"},
            {"postgres://a:1,b:2/db", "postgres://a:1,b:2/db"},
            {"postgres://user:12345678/db", "***"},
            {"postgres://h/db secret", "***"},
            {"postgres://", "postgres://"},
        }
    );
}

}  // namespace
}  // namespace migrator::db::postgresql
