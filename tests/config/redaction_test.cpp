#include "config/redaction.hpp"

#include <gtest/gtest.h>

#include "app/drivers.hpp"

namespace migrator::config::test {
namespace {

struct Case {
    const char* data_source;
    const char* shown;
};

TEST(RedactDataSource, AsksTheDriverOfThatName) {
    const auto drivers = app::drivers();
    EXPECT_EQ(redact_data_source(drivers, "postgres", "password=secret"), "password=***");
    EXPECT_EQ(redact_data_source(drivers, "sqlite", "/var/a.db"), "/var/a.db");
    EXPECT_EQ(redact_data_source(drivers, "oracle", "user=u"), "***");
    EXPECT_EQ(redact_data_source(drivers, "postgresql", "user=u"), "***");
    for (const char* driver : {"postgres", "mysql", "sqlserver", "sqlite", "oracle"}) {
        EXPECT_EQ(redact_data_source(drivers, driver, ""), "");
    }
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
        {"Empty:", "***"},  // rather a secret without its name
        {"secret: ", "***"},
        {"Bearer secret", "***"},
        {"Bearer secret: x", "***"},
        {": secret", "***"},
        {"", "***"},
    };
    for (const Case& c : cases) EXPECT_EQ(redact_header(c.data_source), c.shown) << c.data_source;
}

TEST(RedactSql, HidesTexts) {
    const Case cases[] = {
        {"select name from t", "select name from t"},
        {"insert into t (a, b) values ($1, 'secret')", "insert into t (a, b) values ($1, '***')"},
        {"values (?, 'it''s secret', '', @p1)", "values (?, '***', '', @p1)"},
        {R"(select "name" from "t" where a = 1)", R"(select "name" from "t" where a = 1)"},
        {"select 'secret", "***"},
        {R"(select 'a\'secret')", "***"},
        {"select $$secret$$", "***"},
        {"select $a$secret$a$", "***"},
        {"", ""},
    };
    for (const Case& c : cases) EXPECT_EQ(redact_sql(c.data_source, false), c.shown);
    EXPECT_EQ(redact_sql(R"(values (?, "secret"))", true), R"(values (?, "***"))");
}

TEST(RedactTemplate, ShowsNamesNumbersAndWhatHasAPlaceholder) {
    const Case cases[] = {
        {R"({"routing_key":"secret","payload":{"summary":"${summary}","n":[1,null]}})",
         R"({"routing_key":"***","payload":{"summary":"${summary}","n":[1,null]}})"},
        {R"({"text" : "New: ${summary.versionId}", "a": "", "b": ${summary.tenants}})",
         R"({"text" : "New: ${summary.versionId}", "a": "", "b": ${summary.tenants}})"},
        {R"({"a":"x\"secret","b":"c"})", R"({"a":"***","b":"***"})"},
        {"${summary}", "${summary}"},
        {"token=secret&text=${summary}", "***"},
        {R"({"a":"secret)", "***"},
        {R"({"a":$secret})", "***"},
        {"${summary", "***"},
        {"", ""},
    };
    for (const Case& c : cases) EXPECT_EQ(redact_template(c.data_source), c.shown);
}

TEST(RedactLocation, CutsSignaturesAndUserInfo) {
    const Case cases[] = {
        {"/srv/a?b@c", "/srv/a?b@c"},
        {"relative/dir", "relative/dir"},
        {"s3://bucket/a?b", "s3://bucket/a?b"},
        {"s3://bucket/a?X-Amz-Signature=secret", "s3://bucket/a"},
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
