#include "loader/s3_listing.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace migrator::loader {
namespace {

std::string list_of(const std::string& inside) {
    return "<ListBucketResult xmlns=\"http://doc.s3.amazonaws.com/2006-03-01\">" + inside +
           "</ListBucketResult>";
}

std::string object(const std::string& key) {
    return "<Contents><Key>" + key + "</Key><ETag>&quot;e&quot;</ETag><Size>3</Size></Contents>";
}

const std::string kLast = "<IsTruncated>false</IsTruncated>";

TEST(S3Listing, DecodesKeysOnlyWhereTheServerSaysThatTheyAreEncoded) {
    const std::string encoded = "<EncodingType>url</EncodingType>";
    const struct {
        std::string xml;
        std::string key;
    } cases[] = {
        {encoded + object("a+b%2Bc%20d%c3%BC/100%25.sql"), "a b+c d\xC3\xBC/100%.sql"},
        {encoded + object("a%2"), "a%2"},
        {object("a+b%2B.sql"), "a+b%2B.sql"},
        {object("a &amp; b"), "a & b"},
        {object(" "), " "}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.xml);
        const S3Page page = parse_s3_page(list_of(kLast + c.xml));
        ASSERT_EQ(page.objects.size(), 1U);
        EXPECT_EQ(page.objects[0], (S3Object{c.key, "\"e\"", 3}));
        EXPECT_FALSE(page.is_truncated);
    }
}

TEST(S3Listing, TellsWhereTheNextPageBegins) {
    const std::string more = "<IsTruncated>true</IsTruncated>";
    const struct {
        const char* name;
        std::string xml;
        std::string token;
        std::string marker;
    } cases[] = {
        {"token, which is not encoded",
         more + "<EncodingType>url</EncodingType><KeyCount>1</KeyCount>" + object("a") +
             "<NextContinuationToken>1+/=%20</NextContinuationToken>",
         "1+/=%20",
         ""},
        {"no token", more + "<KeyCount>1</KeyCount>" + object("a"), "", ""},
        {"version 1", more + object("a") + object("b"), "", "b"},
        {"version 1 with a marker", more + "<NextMarker>c</NextMarker>" + object("b"), "", "c"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const S3Page page = parse_s3_page(list_of(c.xml));
        EXPECT_TRUE(page.is_truncated);
        EXPECT_EQ(page.next_token, c.token);
        EXPECT_EQ(page.next_marker, c.marker);
    }
}

TEST(S3Listing, ATokenMeansMoreWhateverElseIsSaid) {
    EXPECT_TRUE(parse_s3_page(list_of(kLast + "<NextContinuationToken>t</NextContinuationToken>"))
                    .is_truncated);
}

TEST(S3Listing, RefusesWhatIsNoList) {
    for (const std::string& xml :
         {std::string("not XML"),
          std::string(),
          std::string("<html></html>"),
          list_of(kLast + "<Contents><Size>1</Size></Contents>"),
          list_of(kLast + "<Contents><Key>a</Key></Contents>"),
          list_of(kLast + "<Contents><Key>a</Key><Size>-1</Size></Contents>"),
          list_of(kLast + "<KeyCount>2</KeyCount>" + object("a")),
          list_of(object("a")),
          list_of("<IsTruncated>perhaps</IsTruncated>" + object("a")),
          list_of(kLast + object("a")).substr(0, 120)}) {
        SCOPED_TRACE(xml);
        EXPECT_THROW(parse_s3_page(xml), Error);
    }
}

}  // namespace
}  // namespace migrator::loader
