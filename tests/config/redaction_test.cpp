#include "config/redaction.hpp"

#include <gtest/gtest.h>

namespace migrator::config::test {
namespace {

struct Case {
    const char* data_source;
    const char* shown;
};

void expect_shown(const char* driver, const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        SCOPED_TRACE(c.data_source);
        EXPECT_EQ(redact_data_source(driver, c.data_source), c.shown);
    }
}

TEST(RedactDataSource, MasksKeyValues) {
    expect_shown(
        "postgres",
        {
            {"", ""},
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
        }
    );
}

TEST(RedactDataSource, MasksUrls) {
    expect_shown(
        "postgres",
        {
            {"postgres://u:secret@h:5432/db?sslmode=require",
             "postgres://u:***@h:5432/db?sslmode=require"},
            {"postgresql://u:s%40cret@h/db", "postgresql://u:***@h/db"},
            {"postgres://u@h/db", "postgres://u@h/db"},
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

TEST(RedactDataSource, MasksDsnsOfTheGoDriver) {
    expect_shown(
        "mysql",
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

TEST(RedactDataSource, MasksTheThreeFormsOfSqlServer) {
    expect_shown(
        "sqlserver",
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

TEST(RedactDataSource, MasksMongoUris) {
    expect_shown(
        "mongodb",
        {
            {"mongodb://u:secret@a:1,b:2/admin?replicaSet=rs&tlsCAFile=/ca.pem",
             "mongodb://u:***@a:1,b:2/admin?replicaSet=rs&tlsCAFile=/ca.pem"},
            {"mongodb+srv://u:secret@c.mongodb.net/?retryWrites=true&w=majority",
             "mongodb+srv://u:***@c.mongodb.net/?retryWrites=true&***"},
            {"mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:secret",
             "mongodb://h/?authMechanismProperties=***"},
            {"mongodb://h/?tlsCertificateKeyFilePassword=secret",
             "mongodb://h/?tlsCertificateKeyFilePassword=***"},
            {"u:secret@h", "***"},
        }
    );
}

TEST(RedactDataSource, ShowsThePathOfSqlite) {
    expect_shown(
        "sqlite",
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

TEST(RedactDataSource, MasksAllOfAnUnknownDriver) {
    expect_shown("oracle", {{"user=u", "***"}, {"", ""}});
}

TEST(RedactUrl, ShowsSchemeAndHostOnly) {
    const Case cases[] = {
        {"https://hooks.example.com/services/T0/secret", "https://hooks.example.com/***"},
        {"http://localhost:8080?token=secret", "http://localhost:8080/***"},
        {"https://example.com#secret", "https://example.com/***"},
        {"https://example.com", "https://example.com"},
        {"https://u:secret@example.com/x", "https://***@example.com/***"},
        {"https://secret@example.com", "https://***@example.com"},
        {"https://[::1]:80/secret", "https://[::1]:80/***"},
        {"https://u:se/cret@example.com", "https://***"},
        {"https://user:secret", "https://***"},
        {"https:/secret", "***"},
        {"secret", "***"},
        {"ftp://h/secret", "***"},
        {"", ""},
    };
    for (const Case& c : cases) EXPECT_EQ(redact_url(c.data_source), c.shown) << c.data_source;
}

TEST(RedactHeader, ShowsTheNameOnly) {
    const Case cases[] = {
        {"Authorization: Bearer secret", "Authorization: ***"},
        {" X-Key :secret:more", "X-Key: ***"},
        {"Empty:", "Empty: ***"},
        {"Bearer secret", "***"},
        {"Bearer secret: x", "***"},
        {": secret", "***"},
        {"", "***"},
    };
    for (const Case& c : cases) EXPECT_EQ(redact_header(c.data_source), c.shown) << c.data_source;
}

TEST(RedactLocation, CutsSignaturesAndUserInfo) {
    const Case cases[] = {
        {"/srv/a?b@c", "/srv/a?b@c"},
        {"relative/dir", "relative/dir"},
        {"s3://bucket/a?b", "s3://bucket/a?b"},
        {"https://a.blob.core.windows.net/c/p?sv=1&sig=secret",
         "https://a.blob.core.windows.net/c/p"},
        {"https://u:secret@h:10000/c", "https://***@h:10000/c"},
        {"https://u:sec?ret@h/c", "https://***"},
        {"https://u:secret", "https://***"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(redact_location(c.data_source), c.shown) << c.data_source;
    }
}

}  // namespace
}  // namespace migrator::config::test
