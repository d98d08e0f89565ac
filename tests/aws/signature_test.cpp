#include "cloud/aws/signature.hpp"

#include <gtest/gtest.h>

#include <cstdio>

#include "cloud/aws/signature_steps.hpp"
#include "core/sha256.hpp"
#include "fake_world.hpp"

namespace migrator::cloud::aws::test {
namespace {

constexpr const char* kEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kTokenOfC1 = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVz+EXAMPLE==";

const Credentials kSuite{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "", {}};
const Credentials kDocs{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", {}};

Credentials with_token(Credentials credentials, const std::string& token) {
    credentials.session_token = token;
    return credentials;
}

std::string hex(const std::string& bytes) {
    std::string result;
    for (const char c : bytes) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
        result += digits;
    }
    return result;
}

struct Vector {
    const char* name;
    Call call;
    Scope scope;
    Credentials credentials;
    const char* time;
    const char* signature;
    const char* signed_headers = nullptr;  ///< when the vector says so
};

void check(const Vector& vector) {
    SCOPED_TRACE(vector.name);
    const http_client::Request request =
        sign(vector.call, vector.scope, &vector.credentials, time_of(vector.time));
    const std::string text = header_of(request.headers, "authorization");
    const std::string date = std::string(vector.time).substr(0, 8);
    EXPECT_TRUE(text.starts_with(
        "AWS4-HMAC-SHA256 Credential=" + vector.credentials.access_key_id + "/" + date + "/" +
        vector.scope.region + "/" + vector.scope.service + "/aws4_request, SignedHeaders="
    )) << text;
    EXPECT_TRUE(text.ends_with(std::string(", Signature=") + vector.signature)) << text;
    if (vector.signed_headers != nullptr) {
        EXPECT_NE(
            text.find(std::string("SignedHeaders=") + vector.signed_headers + ","),
            std::string::npos
        ) << text;
    }
}

TEST(Signature, EncodesAllButUnreservedBytes) {
    EXPECT_EQ(encode("AZaz09-._~", false), "AZaz09-._~");
    EXPECT_EQ(encode("a/b c+d", false), "a%2Fb%20c%2Bd");
    EXPECT_EQ(encode("a/b c+d", true), "a/b%20c%2Bd");
    EXPECT_EQ(encode("!'()*,:@=$&;%", true), "%21%27%28%29%2A%2C%3A%40%3D%24%26%3B%25");
    EXPECT_EQ(encode("\u00fc\u1234", true), "%C3%BC%E1%88%B4");
    EXPECT_EQ(encode(std::string("\0\x7f\xff", 3), true), "%00%7F%FF");
}

TEST(Signature, ReproducesTheSuiteOfAws) {
    const std::string endpoint = "https://example.amazonaws.com";
    const Scope scope{.service = "service", .region = "us-east-1"};
    const char* time = "20150830T123600Z";
    const Vector vectors[] = {
        {"A1",
         {.endpoint = endpoint},
         scope,
         kSuite,
         time,
         "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
         "host;x-amz-date"},
        {"A2",
         {.endpoint = endpoint, .query = {{"Param2", "value2"}, {"Param1", "value1"}}},
         scope,
         kSuite,
         time,
         "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
        {"A3",
         {.endpoint = endpoint},
         scope,
         with_token(kSuite, "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"),
         time,
         "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
         "host;x-amz-date;x-amz-security-token"},
        {"A4",
         {.endpoint = endpoint, .path = "/\u1234"},
         scope,
         kSuite,
         time,
         "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
        {"A5",
         {.endpoint = endpoint,
          .query = {{"Param-3", "Value3"}, {"Param", "Value2"}, {"\u1234", "Value1"}}},
         scope,
         kSuite,
         time,
         "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
        {"A6",
         {.endpoint = endpoint, .path = "/example space/"},
         scope,
         kSuite,
         time,
         "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
        {"A8",
         {.method = "POST",
          .endpoint = endpoint,
          .headers =
              {{"Content-Type", "application/x-www-form-urlencoded"},
               {"Content-Length", "13"},
               {"X-Amz-Content-Sha256",
                "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"}},
          .body = "Param1=value1"},
         scope,
         kSuite,
         time,
         "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b"}};
    for (const Vector& vector : vectors) check(vector);
}

/// A7 wants S3's rule for a service that isn't S3, so it is put together by hand.
TEST(Signature, LeavesDoubledSlashesWhereTheyAreSignificant) {
    const CanonicalRequest canonical = canonical_request(
        "GET",
        canonical_path("//example//", "s3"),
        "",
        {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}},
        kEmptyHash
    );
    EXPECT_EQ(
        signature_of(
            canonical.text,
            "20150830T123600Z",
            {.service = "service", .region = "us-east-1"},
            kSuite.secret_access_key
        ),
        "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5"
    );
}

TEST(Signature, NormalizesThePathsOfOtherServicesThanS3) {
    const struct {
        const char* wire;
        const char* canonical;
    } cases[] = {
        {"", "/"},
        {"/", "/"},
        {"//", "/"},
        {"/./", "/"},
        {"/a/../", "/"},
        {"/a/..", "/"},
        {"/../a", "/a"},
        {"/./a", "/a"},
        {"//a//", "/a/"},
        {"/a/b/../../c", "/c"},
        {"/a%20b", "/a%2520b"}};
    for (const auto& c : cases) EXPECT_EQ(canonical_path(c.wire, "sts"), c.canonical) << c.wire;
    EXPECT_EQ(canonical_path("/a/../b%20c//./d", "s3"), "/a/../b%20c//./d");
    EXPECT_EQ(canonical_path("", "s3"), "/");
}

TEST(Signature, PassesThroughTheIntermediateValuesOfA1) {
    const CanonicalRequest canonical = canonical_request(
        "GET",
        "/",
        "",
        {{"X-Amz-Date", "20150830T123600Z"}, {"Host", "example.amazonaws.com"}},
        kEmptyHash
    );
    EXPECT_EQ(
        canonical.text,
        std::string("GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\n"
                    "host;x-amz-date\n"
        ) + kEmptyHash
    );
    EXPECT_EQ(
        sha256_hex(canonical.text),
        "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63"
    );
    const std::string k1 = hmac_sha256("AWS4" + kSuite.secret_access_key, "20150830");
    EXPECT_EQ(hex(k1), "0138c7a6cbd60aa727b2f653a522567439dfb9f3e72b21f9b25941a42f04a7cd");
    const std::string k2 = hmac_sha256(k1, "us-east-1");
    EXPECT_EQ(hex(k2), "f33d5808504bf34812e5fade63308b424b244c59189be2a591dd2282c7cb563f");
    const std::string k3 = hmac_sha256(k2, "service");
    EXPECT_EQ(hex(k3), "f7fd819348e53789a8474fb1aebea778f5af85c40612e0f064eecd5642c81bc1");
    const Scope scope{.service = "service", .region = "us-east-1"};
    const std::string k4 = signing_key(kSuite.secret_access_key, "20150830", scope);
    EXPECT_EQ(hex(k4), "938127b5336810ddb6a5d6af445fcac9e371f9ed418ed386b022aed82901be75");
}

TEST(Signature, DerivesTheKeyOfTheDocumentation) {
    const Scope scope{.service = "iam", .region = "us-east-1"};
    EXPECT_EQ(
        hex(signing_key(kSuite.secret_access_key, "20150830", scope)),
        "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
    );
}

TEST(Signature, ReproducesTheExamplesOfS3) {
    const std::string endpoint = "https://examplebucket.s3.amazonaws.com";
    const Scope scope{.service = "s3", .region = "us-east-1"};
    const char* time = "20130524T000000Z";
    const Vector vectors[] = {
        {"B1",
         {.endpoint = endpoint, .path = "/test.txt", .headers = {{"Range", "bytes=0-9"}}},
         scope,
         kDocs,
         time,
         "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
         "host;range;x-amz-content-sha256;x-amz-date"},
        {"B2",
         {.endpoint = endpoint, .query = {{"lifecycle", ""}}},
         scope,
         kDocs,
         time,
         "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
        {"B3",
         {.endpoint = endpoint, .query = {{"max-keys", "2"}, {"prefix", "J"}}},
         scope,
         kDocs,
         time,
         "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
        {"C3",
         {.endpoint = endpoint,
          .path = "/test.txt",
          .headers = {{"x-amz-content-sha256", "UNSIGNED-PAYLOAD"}}},
         scope,
         kDocs,
         time,
         "5c0d4ff29e72b8f94c5b6720369921e587e39bf7a64e456887dec4b43a2d1b77"}};
    for (const Vector& vector : vectors) check(vector);

    const struct {
        std::string path, query;
        Headers headers;
        const char* hash;
    } canonical[] = {
        {"/test.txt",
         "",
         {{"range", "bytes=0-9"}},
         "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972"},
        {"/", "lifecycle=", {}, "9766c798316ff2757b517bc739a67f6213b4ab36dd5da2f94eaebf79c77395ca"},
        {"/",
         "max-keys=2&prefix=J",
         {},
         "df57d21db20da04d7fa30298dd4488ba3a2b47ca3a489c74750e0f1e7df1b9b7"}};
    for (auto c : canonical) {
        c.headers.emplace_back("Host", "examplebucket.s3.amazonaws.com");
        c.headers.emplace_back("X-Amz-Content-Sha256", kEmptyHash);
        c.headers.emplace_back("X-Amz-Date", time);
        EXPECT_EQ(
            sha256_hex(canonical_request("GET", c.path, c.query, c.headers, kEmptyHash).text),
            c.hash
        );
    }
}

TEST(Signature, ReproducesWhatBotocoreSigns) {
    const char* day_of_s3 = "20130524T000000Z";
    const char* day = "20260102T030405Z";
    const std::string key = "db/a b+c=d@e~f(1)'*!,:/\u00fc//x.sql";
    const Vector vectors[] = {
        {"C1",
         {.endpoint = "https://examplebucket.s3.eu-west-1.amazonaws.com",
          .query =
              {{"prefix", "db/migrations/"},
               {"list-type", "2"},
               {"encoding-type", "url"},
               {"continuation-token", "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM="}}},
         {.service = "s3", .region = "eu-west-1"},
         with_token(kDocs, kTokenOfC1),
         day_of_s3,
         "badf4ca6636d771d54abb4de255dbd12192949b6cd08f3c183af1caa5b8df191"},
        {"C2",
         {.endpoint = "https://s3.eu-west-1.amazonaws.com",
          .path = "/my.bucket/" + encode(key, true)},
         {.service = "s3", .region = "eu-west-1"},
         kDocs,
         day_of_s3,
         "2fb9d8e76fc5be5ffc1880fca717d12633993a35e7b2b8399d951230640f3f30"},
        {"C4",
         {.endpoint = "http://127.0.0.1:9000",
          .path = "/migrations/",
          .query = {{"list-type", "2"}, {"prefix", ""}}},
         {.service = "s3", .region = "us-east-1"},
         kDocs,
         day_of_s3,
         "9d7d9c7b9e40dd247237f544183200c6aca06072b67405d78d6221b569685069"},
        {"C5",
         {.method = "POST",
          .endpoint = "https://secretsmanager.eu-west-1.amazonaws.com",
          .headers =
              {{"Content-Type", "application/x-amz-json-1.1"},
               {"X-Amz-Target", "secretsmanager.GetSecretValue"}},
          .body = "{\"SecretId\":\"prod/db\"}"},
         {.service = "secretsmanager", .region = "eu-west-1"},
         with_token(kDocs, "TOKENEXAMPLE"),
         day,
         "ef98511c61eee9f8483ae51b01d7040b18f7985ea0f8f31a7a71265415816647",
         "content-type;host;x-amz-date;x-amz-security-token;x-amz-target"},
        {"C6",
         {.method = "POST",
          .endpoint = "https://sts.eu-west-1.amazonaws.com",
          .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
          .body = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012"
                  "%3Arole%2Freader&RoleSessionName=migrator"},
         {.service = "sts", .region = "eu-west-1"},
         kDocs,
         day,
         "456945d1511bae2c0e2f99013a14be5f8304068c5f4554129a51afdff9713d5b"}};
    for (const Vector& vector : vectors) check(vector);
    EXPECT_EQ(
        vectors[1].call.path,
        "/my.bucket/db/a%20b%2Bc%3Dd%40e~f%281%29%27%2A%21%2C%3A/%C3%BC//x.sql"
    );
    EXPECT_EQ(
        sha256_hex(vectors[3].call.body),
        "f7e8785d034ab0cf4e95a95a1009431190b7a90407bd6acb5fa5aa34cb09c689"
    );
}

TEST(Signature, PutsOntoTheWireWhatIsSigned) {
    const Call call{
        .endpoint = "https://EXAMPLE.com:443",
        .path = "/a%20b",
        .query = {{"b", "x y"}, {"a", ""}},
        .headers = {{"User-Agent", "someone"}, {"Accept", "*/*"}, {"If-Match", "\"e\""}}};
    const Scope scope{.service = "s3", .region = "eu-west-1"};
    const http_client::Request request = sign(call, scope, &kDocs, time_of("20260102T030405Z"));
    EXPECT_EQ(request.url, "https://EXAMPLE.com:443/a%20b?a=&b=x%20y");
    EXPECT_EQ(header_of(request.headers, "host"), "example.com");
    EXPECT_EQ(header_of(request.headers, "x-amz-date"), "20260102T030405Z");
    EXPECT_EQ(header_of(request.headers, "x-amz-content-sha256"), kEmptyHash);
    EXPECT_EQ(header_of(request.headers, "user-agent"), "someone");
    EXPECT_EQ(header_of(request.headers, "date"), "");
    EXPECT_NE(
        header_of(request.headers, "authorization")
            .find("SignedHeaders=host;if-match;x-amz-content-sha256;x-amz-date,"),
        std::string::npos
    );
}

TEST(Signature, SignsNothingWithoutCredentials) {
    const Call call{.endpoint = "http://[::1]:9000", .path = "", .query = {{"q", "1"}}};
    const auto request =
        sign(call, {.service = "s3", .region = "x"}, nullptr, time_of("20260102T030405Z"));
    EXPECT_EQ(request.url, "http://[::1]:9000/?q=1");
    EXPECT_EQ(request.headers, (Headers{{"Host", "[::1]:9000"}}));
}

TEST(Signature, JoinsHeadersOfOneNameAndSquashesBlanks) {
    const CanonicalRequest canonical = canonical_request(
        "GET",
        "/",
        "",
        {{"X-Amz-Two", "  a   b  "}, {"Host", "h"}, {"x-amz-two", "c\r\n  d"}, {"Proxy-X", "p"}},
        kEmptyHash
    );
    EXPECT_EQ(
        canonical.text,
        std::string("GET\n/\n\nhost:h\nx-amz-two:a b,c d\n\nhost;x-amz-two\n") + kEmptyHash
    );
}

TEST(Signature, SortsTheQueryByBytesOfNameThenValue) {
    const Query query{{"b", "2"}, {"b", "10"}, {"B", ""}, {"a-", "1"}, {"a", "1"}};
    EXPECT_EQ(canonical_query(query), "B=&a=1&a-=1&b=10&b=2");
}

TEST(Signature, LeavesOutOnlyThePortOfTheScheme) {
    const struct {
        const char* endpoint;
        const char* host;
    } cases[] = {
        {"https://A.example.com", "a.example.com"},
        {"https://a:443", "a"},
        {"https://a:80", "a:80"},
        {"http://a:80/", "a"},
        {"http://a:443", "a:443"},
        {"HTTPS://a:443/base", "a"},
        {"http://[::1]:80", "[::1]"}};
    for (const auto& c : cases) EXPECT_EQ(signed_host(c.endpoint), c.host) << c.endpoint;
}

}  // namespace
}  // namespace migrator::cloud::aws::test
