#include "api/query.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "core/error.hpp"

namespace migrator::api {
namespace {

TEST(QueryTest, DecodesKeysAndValues) {
    const Query query("a%20b=1%262&c=x+y&empty=&flag&c=last");
    EXPECT_EQ(query.text("a b"), "1&2");
    EXPECT_EQ(query.text("c"), "last");
    EXPECT_EQ(query.text("empty"), "");
    EXPECT_EQ(query.text("flag"), "");
    EXPECT_EQ(query.text("none"), std::nullopt);
    EXPECT_TRUE(query.has_any({"none", "flag"}));
    EXPECT_FALSE(query.has_any({"none"}));
}

TEST(QueryTest, SplitsListsAtTheirCommas) {
    EXPECT_EQ(Query("t=a,b&t=c,,&u=x").list("t"), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_TRUE(Query("u=x").list("t").empty());
}

TEST(QueryTest, RefusesWhatMeansNothing) {
    const auto message = [](auto ask) -> std::string {
        try {
            ask();
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::InvalidRequest);
            return error.what();
        }
        return "nothing was thrown";
    };
    EXPECT_EQ(
        message([] { Query("n=11").number("n", 1, 10, 5); }), "n must be an integer from 1 to 10"
    );
    EXPECT_EQ(
        message([] { Query("n=-1").number("n", 0, 10, 5); }), "n must be an integer from 0 to 10"
    );
    EXPECT_EQ(message([] { Query("f=yes").flag("f"); }), "f must be true or false");
    EXPECT_EQ(message([] { Query("f=").required("f"); }), "the query of the URL must have f");
    EXPECT_TRUE(message([] { Query("f=%zz"); }).find("percent-encoded") != std::string::npos);
    EXPECT_EQ(Query("").number("n", 1, 10, 5), 5U);
    EXPECT_TRUE(Query("f=true").flag("f"));
}

TEST(QueryTest, IsMadeOfTheArgumentsOfAField) {
    const Query query(boost::json::object{
        {"n", 7}, {"names", boost::json::array{"a", "b*"}}, {"none", nullptr}, {"yes", true}});
    EXPECT_EQ(query.number("n", 0, 10, 0), 7U);
    EXPECT_EQ(query.list("names"), (std::vector<std::string>{"a", "b*"}));
    EXPECT_FALSE(query.has("none"));
    EXPECT_TRUE(query.flag("yes"));
}

}  // namespace
}  // namespace migrator::api
