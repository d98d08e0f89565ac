#include "db/postgresql/data_source.hpp"

#include <gtest/gtest.h>

#include <span>

#include "core/error.hpp"

namespace migrator::db::postgresql {
namespace {

std::string value(const DataSource& source, std::string_view key) {
    const std::string* found = source.find(key);
    return found == nullptr ? "(none)" : *found;
}

struct Expected {
    const char* name;
    std::string text;
    KeyValues connection;
    KeyValues settings;
};

void expect_parsed(std::span<const Expected> cases) {
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const DataSource source = parse_data_source(c.text);
        for (const auto& [key, expected] : c.connection) {
            EXPECT_EQ(value(source, key), expected) << key;
        }
        EXPECT_EQ(source.settings, c.settings);
    }
}

TEST(DataSource, ReadsKeysAndValues) {
    const Expected cases[] = {
        {"plain",
         "user=app password=secret dbname=shop host=db.internal port=5432 sslmode=verify-full",
         {{"user", "app"},
          {"password", "secret"},
          {"dbname", "shop"},
          {"host", "db.internal"},
          {"port", "5432"},
          {"sslmode", "verify-full"}},
         {}},
        {"spaces around =",
         "  user = app\t\npassword =x ",
         {{"user", "app"}, {"password", "x"}},
         {}},
        {"quoted", R"(password='p w' user='')", {{"password", "p w"}, {"user", "(none)"}}, {}},
        {"escapes",
         R"(password='it\'s \\ there' user=a\ b\'c)",
         {{"password", R"(it's \ there)"}, {"user", "a b'c"}},
         {}},
        {"quote in the middle", "password=it's", {{"password", "it's"}}, {}},
        {"value with =", "password=a=b", {{"password", "a=b"}}, {}},
        {"database", "database=shop", {{"dbname", "shop"}}, {}},
        {"last one wins", "user=a user=b", {{"user", "b"}}, {}},
        {"socket directory", "host=/var/run/postgresql", {{"host", "/var/run/postgresql"}}, {}},
        {"lists", "host=a,b,c port=5432,,5434", {{"host", "a,b,c"}, {"port", "5432,,5434"}}, {}},
        {"options", "options='-c geqo=off'", {{"options", "-c geqo=off"}}, {}},
        {"run-time parameters",
         "search_path=app,public user=a TimeZone=UTC app.tenant='x y' statement_timeout=5000",
         {{"user", "a"}},
         {{"search_path", "app,public"},
          {"TimeZone", "UTC"},
          {"app.tenant", "x y"},
          {"statement_timeout", "5000"}}},
        {"empty", " ", {{"user", "(none)"}}, {}},
    };
    expect_parsed(cases);
}

TEST(DataSource, ReadsUrls) {
    const Expected cases[] = {
        {"full",
         "postgres://app:secret@db.internal:5433/shop?sslmode=require&search_path=a,b",
         {{"user", "app"},
          {"password", "secret"},
          {"host", "db.internal"},
          {"port", "5433"},
          {"dbname", "shop"},
          {"sslmode", "require"}},
         {{"search_path", "a,b"}}},
        {"other scheme", "postgresql://h/d", {{"host", "h"}, {"dbname", "d"}}, {}},
        {"encoded",
         "postgres://a%40b:p%2Fw%3A%20%25@h/my%20db?application_name=%C3%A9t%C3%A9",
         {{"user", "a@b"},
          {"password", "p/w: %"},
          {"dbname", "my db"},
          {"application_name", "été"}},
         {}},
        {"plus in a parameter is a space, elsewhere it is itself",
         "postgres://u:a+b@h/d?application_name=my+app",
         {{"password", "a+b"}, {"application_name", "my app"}},
         {}},
        {"@ in the password", "postgres://u:p@ss@h/d", {{"password", "p@ss"}, {"host", "h"}}, {}},
        {": in the password", "postgres://u:p:w@h/d", {{"password", "p:w"}, {"host", "h"}}, {}},
        {"several hosts",
         "postgres://u@h1:1,h2,[::1]:3/d",
         {{"host", "h1,h2,::1"}, {"port", "1,,3"}},
         {}},
        {"no ports", "postgres://h1,h2/d", {{"host", "h1,h2"}, {"port", "(none)"}}, {}},
        {"IPv6", "postgres://[fe80::1]/d", {{"host", "fe80::1"}, {"port", "(none)"}}, {}},
        {"host as a parameter",
         "postgres:///d?host=/socket/dir&port=5",
         {{"host", "/socket/dir"}, {"port", "5"}, {"dbname", "d"}},
         {}},
        {"encoded socket directory", "postgres://%2Fvar%2Frun/d", {{"host", "/var/run"}}, {}},
        {"nothing", "postgres://", {{"host", "(none)"}, {"dbname", "(none)"}}, {}},
        {"no database", "postgres://h?user=u", {{"host", "h"}, {"user", "u"}}, {}},
        {"slash alone", "postgres://h/", {{"dbname", "(none)"}}, {}},
        {"ssl=true", "postgres://h/d?ssl=true", {{"sslmode", "require"}}, {}},
        {"empty parameters", "postgres://h/d?&user=u&", {{"user", "u"}}, {}},
    };
    expect_parsed(cases);
}

TEST(DataSource, FillsInWhatSuitsAService) {
    const DataSource source = parse_data_source("host=h");
    EXPECT_EQ(value(source, "keepalives_idle"), "15");
    EXPECT_EQ(value(source, "keepalives_interval"), "5");
    EXPECT_EQ(value(source, "keepalives_count"), "3");
    EXPECT_EQ(value(source, "tcp_user_timeout"), "30000");
    EXPECT_EQ(value(source, "fallback_application_name"), "migrator");
    EXPECT_EQ(value(source, "client_encoding"), "UTF8");
    EXPECT_EQ(value(source, "sslmode"), "(none)") << "libpq's default, or PGSSLMODE";

    const DataSource given = parse_data_source("keepalives_idle=1 client_encoding=latin1");
    EXPECT_EQ(value(given, "keepalives_idle"), "1");
    EXPECT_EQ(value(given, "client_encoding"), "UTF8");
}

TEST(DataSource, LeavesOutTheTuningOfGosDrivers) {
    const DataSource source = parse_data_source(
        "binary_parameters=yes default_query_exec_mode=exec statement_cache_capacity=1 "
        "rds_host=x user=u"
    );
    EXPECT_TRUE(source.settings.empty());
    EXPECT_EQ(
        source.ignored,
        (std::vector<std::string>{
            "binary_parameters", "default_query_exec_mode", "statement_cache_capacity"})
    );
    EXPECT_EQ(source.rds_host, "x");
}

TEST(DataSource, TellsWhereItIsWrongAndNeverShowsAValue) {
    const struct {
        const char* name;
        std::string text;
        std::string part_of_message;
    } cases[] = {
        {"space in password", "user=u password=top SECRET dbname=d", "character 21"},
        {"open quote", "password='topSECRET", "character 10"},
        {"no =", "SECRET", "character 1"},
        {"strange key", "password=a 'SECRET=x", "character 12"},
        {"key with a dash", "SECRET-1=x", "character 1"},
        {"key that ends in a dot", "SECRET.=x", "character 1"},
        {"no key", "=SECRET", "character 1"},
        {"port", "host=h port=SECRET", "port"},
        {"port 0", "host=h port=0", "port"},
        {"port in a list", "host=h port=1,99999", "port"},
        {"number", "connect_timeout=SECRET", "connect_timeout"},
        {"number with rest", "connect_timeout=5s", "connect_timeout"},
        {"sslmode", "sslmode=SECRET", "sslmode"},
        {"slash in the password", "postgres://u:12/SECRET@h/d", "percent-encode"},
        {"slash in the password, not a port", "postgres://u:SECRET/@h/d", "percent-encode"},
        {"question mark in the password", "postgres://u:SEC?RET@h/d", "missing \"=\""},
        {"no port", "postgres://u:SECRET", "port"},
        {"bad percent", "postgres://u:SECRET%zz@h/d", "character 20"},
        {"percent at the end", "postgres://h/SECRET%4", "character 20"},
        {"NUL", "postgres://u:SECRET%00@h/d", "character 20"},
        {"open bracket", "postgres://[SECRET/d", "character 12"},
        {"after a bracket", "postgres://[::1]SECRET/d", "character 17"},
        {"semicolons", "host=h;port=1;user=u;password=SECRET", "the host contains"},
        {"user info as a host", "user=u host=u:SECRET@h", "the host contains"},
        {"'@' in a parameter", "postgres:///d?host=SECRET%40h", "the host contains"},
        {"parameter without =", "postgres://h/d?SECRET", "character 16"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        try {
            parse_data_source(c.text);
            ADD_FAILURE() << "no error";
        } catch (const Error& error) {
            const std::string message = error.what();
            EXPECT_EQ(error.kind(), ErrorKind::Configuration);
            EXPECT_TRUE(message.starts_with("data source: ")) << message;
            EXPECT_NE(message.find(c.part_of_message), std::string::npos) << message;
            EXPECT_EQ(message.find("SEC"), std::string::npos) << message;
            EXPECT_EQ(message.find("RET"), std::string::npos) << message;
        }
    }
}

}  // namespace
}  // namespace migrator::db::postgresql
