#include "access/balancer.hpp"

#include <functional>

#include "access_support.hpp"

namespace migrator::access::test {
namespace {

constexpr const char* kArn =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188";

/// AWS's key URL and a balancer's header, with real keys.
class BalancerHeader : public ::testing::Test {
protected:
    BalancerHeader() {
        migrator::test::forget_proxies();
        options.fetch_timeout = std::chrono::milliseconds(500);
        options.balancer = {
            .signer = kArn,
            .client = "shop",
            .issuer = "https://login.example.com",
            .keys_url = server.url("/"),
            .grants = {parse_grant_line("claim=groups deployers=apply")}};
        start();
    }

    void start() {
        authenticator.emplace(options, [] { return TimePoint(std::chrono::seconds(kNow)); });
    }
    static std::string header(const std::string& changed = "", const std::string& value = "") {
        std::string text = "{";
        for (const auto& [name, usual] : std::map<std::string, std::string>{
                 {"typ", "\"JWT\""},
                 {"kid", "\"0c9188-ab\""},
                 {"alg", "\"ES256\""},
                 {"iss", "\"https://login.example.com\""},
                 {"client", "\"shop\""},
                 {"signer", "\"" + std::string(kArn) + "\""},
                 {"exp", std::to_string(kNow + 120)}}) {
            const std::string& now = name == changed ? value : usual;
            if (now.empty()) continue;
            text += (text.size() == 1 ? "\"" : ",\"") + name + "\":" + now;
        }
        return text + "}";
    }
    static std::string token(const std::string& header, const SigningKey& key = keys().ec) {
        return key.token(header, R"({"sub":"ada","groups":["deployers"]})", false, true);
    }
    std::string refusal(const std::string& text, ErrorKind expected = ErrorKind::Unauthenticated) {
        try {
            static_cast<void>(authenticator->authenticate({.balancer = text}));
            return "";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), expected) << error.what();
            return error.what();
        }
    }

    std::string pem = keys().ec.public_pem();
    std::atomic<bool> is_down = false;
    migrator::test::RequestLog requests;
    migrator::test::SmallHttpServer server{[this](migrator::test::ServedConnection& connection) {
        requests.add(connection.read_request());
        connection.answer(is_down ? 503 : 200, pem);
    }};
    Options options;
    std::optional<Authenticator> authenticator;
};

TEST_F(BalancerHeader, ThatIsGoodIsAProof) {
    const std::string text = token(header());
    ASSERT_NE(text.find('='), std::string::npos) << "the test needs padding";
    const Principal expected{.name = "ada", .proof = "balancer", .role = Role::Apply};
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(authenticator->authenticate({.balancer = text}), expected);
    EXPECT_TRUE(requests.only().starts_with("GET /0c9188-ab HTTP/1.1\r\n")) << requests.only();
}

TEST_F(BalancerHeader, ThatIsForgedIsRefused) {
    const struct {
        const char* name;
        std::string text;
        const char* expected;
    } cases[] = {
        {"another key", token(header(), SigningKey::ec("x")), "signature"},
        {"RS256", token(header("alg", "\"RS256\""), keys().rsa), "not signed with ES256"},
        {"none", token(header("alg", "\"none\"")), "algorithm"},
        {"another balancer", token(header("signer", "\"" + std::string(kArn) + "x\"")), "`signer`"},
        {"no signer", token(header("signer")), "`signer`"},
        {"another client", token(header("client", "\"other\"")), "`client`"},
        {"no client", token(header("client")), "`client`"},
        {"another issuer", token(header("iss", "\"https://evil.example.com\"")), "`iss`"},
        {"expired", token(header("exp", std::to_string(kNow - 60))), "has expired"},
        {"no exp", token(header("exp")), "no expiry"},
        {"no key ID", token(header("kid")), "key ID"},
        {"key ID leads elsewhere", token(header("kid", "\"../x\"")), "key ID"},
        {"key ID with a query", token(header("kid", "\"a?b\"")), "key ID"},
        {"key ID is long", token(header("kid", "\"" + std::string(65, 'a') + "\"")), "key ID"},
        {"too much padding", token(header()) + "=", "base64url"},
        {"not a token", "x", "not a signed JWT"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const std::string text = refusal(c.text);
        EXPECT_NE(text.find(c.expected), std::string::npos) << text;
    }
    EXPECT_EQ(requests.size(), 1U) << "only one of these is a reason to ask for a key";
}

TEST_F(BalancerHeader, OfUnknownKeysDoesNotMakeUsAskForEach) {
    const SigningKey other = SigningKey::ec("other");
    EXPECT_EQ(refusal(token(header())), "");
    for (int i = 0; i < 100; ++i) {
        const std::string id = "\"k" + std::to_string(i) + "\"";
        EXPECT_NE(refusal(token(header("kid", id), other)), "");
    }
    EXPECT_LE(requests.size(), 10U);
    EXPECT_EQ(refusal(token(header())), "");
}

TEST_F(BalancerHeader, IsUnavailableWithoutTheKey) {
    is_down = true;
    EXPECT_NE(refusal(token(header()), ErrorKind::Unavailable), "");
    is_down = false;
    pem = keys().rsa.public_pem();
    EXPECT_NE(refusal(token(header()), ErrorKind::Unavailable), "");
    pem = keys().ec.public_pem();
    EXPECT_EQ(refusal(token(header())), "");
}

TEST_F(BalancerHeader, IsIgnoredWhereNoneIsConfigured) {
    options.balancer = {};
    start();
    const std::string text = token(header());
    EXPECT_EQ(authenticator->authenticate({.balancer = text}), std::nullopt);
}

TEST(BalancerKeys, AreThoseOfTheRegion) {
    EXPECT_EQ(region_of_balancer(kArn), "eu-west-1");
    EXPECT_EQ(
        balancer_keys_url("eu-west-1"), "https://public-keys.auth.elb.eu-west-1.amazonaws.com/"
    );
    EXPECT_EQ(
        balancer_keys_url("us-gov-west-1"),
        "https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1/"
    );
}

}  // namespace
}  // namespace migrator::access::test
