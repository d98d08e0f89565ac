#include "http/target.hpp"

#include <gtest/gtest.h>

using migrator::http::parse_target;
using migrator::http::Target;

TEST(Target, TakesPathAndQueryApart) {
    const struct {
        const char* sent;
        Target expected;
    } cases[] = {
        {"/", {"/", "/", ""}},
        {"/a/b", {"/a/b", "/a/b", ""}},
        {"/a?x=1&y=%20", {"/a?x=1&y=%20", "/a", "x=1&y=%20"}},
        {"/a?", {"/a?", "/a", ""}},
        {"/a?b?c", {"/a?b?c", "/a", "b?c"}},
        {"/a%20b%2Fc", {"/a%20b%2Fc", "/a b/c", ""}},
        {"/%61%4a%4A", {"/%61%4a%4A", "/aJJ", ""}},
        {"/a+b", {"/a+b", "/a+b", ""}},
        {"//a//b", {"//a//b", "//a//b", ""}},
        {"/a?%zz", {"/a?%zz", "/a", "%zz"}},
        {"http://host:80/a?b", {"/a?b", "/a", "b"}},
        {"HTTPS://host", {"/", "/", ""}},
        {"http://host?b", {"/?b", "/", "b"}},
        {"*", {"*", "*", ""}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.sent);
        EXPECT_EQ(parse_target(c.sent), c.expected);
    }
}

TEST(Target, RefusesWhatIsNone) {
    for (const char* sent :
         {"", "a", "host:80", "/%", "/%a", "/%zz", "/a%2", "ftp://host/", "**"}) {
        SCOPED_TRACE(sent);
        EXPECT_EQ(parse_target(sent), std::nullopt);
    }
}

TEST(Target, IsDisguisedByEncodingThatItNeedsNot) {
    for (const char* path : {"/%6d", "/%2F", "/%2f", "/%2e%2e/", "/a%30", "/%7E", "/%", "/%zz"}) {
        SCOPED_TRACE(path);
        EXPECT_TRUE(migrator::http::is_disguised(path));
    }
    for (const char* path : {"/", "/plain/-._~", "/a%20b", "/%C3%a9", "/%25", "/%3A"}) {
        SCOPED_TRACE(path);
        EXPECT_FALSE(migrator::http::is_disguised(path));
    }
}
