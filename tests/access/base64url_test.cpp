#include "access/base64url.hpp"

#include "access_support.hpp"

namespace migrator::access::test {
namespace {

TEST(Base64Url, ReadsWhatItWrites) {
    std::string bytes;
    for (int length = 0; length < 300; ++length) {
        EXPECT_EQ(base64url(bytes), openssl_base64url(bytes));
        EXPECT_EQ(base64url_decoded(base64url(bytes)), bytes);
        EXPECT_EQ(base64url_decoded(openssl_base64url(bytes, true), Padding::Allowed), bytes);
        bytes += static_cast<char>(length * 7);
    }
}

TEST(Base64Url, HasOneSpellingForEachValue) {
    for (const char* text :
         {"A", "AB", "AAB", "AA==", "AAA=", "A A", "AA\n", "A+", "A/", "=", "AAAAA"}) {
        EXPECT_EQ(base64url_decoded(text), std::nullopt) << text;
    }
    for (const char* text : {"AA=", "AA===", "=", "====", "AB==", "A=A=", "AAAA="}) {
        EXPECT_EQ(base64url_decoded(text, Padding::Allowed), std::nullopt) << text;
    }
    EXPECT_EQ(base64url_decoded("AA"), std::string(1, '\0'));
}

}  // namespace
}  // namespace migrator::access::test
