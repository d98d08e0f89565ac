#include <thread>
#include <vector>

#include "access_support.hpp"
#include "support/temp_dir.hpp"

namespace migrator::access::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using State = IdentityProvider::State;

class IssuerKeysTest : public WithProvider {
protected:
    IssuerKeysTest() {
        options.fetch_timeout = std::chrono::milliseconds(200);
        configure({"audience=migrator role=apply"});
    }
    /// A good one but for its key, which the provider has not shown.
    std::string rotated_token() const {
        return keys().other_rsa.token(header("RS256", "other"), claims());
    }
    int asked() const { return provider.times_asked_for_keys(); }
};

TEST_F(IssuerKeysTest, AreAskedForOnce) {
    for (int i = 0; i < 20; ++i) EXPECT_EQ(refusal(good_token()), "");
    EXPECT_EQ(asked(), 1);
}

TEST_F(IssuerKeysTest, AreAskedForOnceHoweverManyAsk) {
    options.fetch_timeout = minutes(1);
    start();
    provider.become(State::Silent);
    std::vector<std::jthread> clients;
    std::atomic<int> good = 0;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&] { good += ask(good_token()).has_value() ? 1 : 0; });
    }
    // The first asks for the configuration; the others wait for what comes of it.
    provider.become(State::Up);
    clients.clear();
    EXPECT_EQ(good, 8);
    EXPECT_EQ(asked(), 1);
}

TEST_F(IssuerKeysTest, FollowARotation) {
    EXPECT_EQ(refusal(good_token()), "");
    provider.show({keys().other_rsa.jwk()});
    pass(seconds(31));
    EXPECT_EQ(refusal(rotated_token()), "");
    EXPECT_NE(refusal(good_token()), "") << "the old key has been taken away";
    EXPECT_EQ(asked(), 2);
}

TEST_F(IssuerKeysTest, ThatAreTakenAwayAreRefusedOnceTheAnswerIsOld) {
    EXPECT_EQ(refusal(good_token()), "");
    provider.show({keys().other_rsa.jwk()});
    pass(minutes(6));
    EXPECT_NE(refusal(good_token()), "");
}

TEST_F(IssuerKeysTest, AreNotAskedForByAFloodOfUnknownIds) {
    EXPECT_EQ(refusal(good_token()), "");
    for (int second = 0; second < 60; ++second) {
        for (int i = 0; i < 10; ++i) {
            const std::string id = "k" + std::to_string(second) + "-" + std::to_string(i);
            EXPECT_NE(refusal(keys().other_rsa.token(header("RS256", id), claims())), "");
        }
        EXPECT_EQ(refusal(good_token()), "");
        pass(seconds(1));
    }
    EXPECT_LE(asked(), 3);
}

TEST_F(IssuerKeysTest, AreKeptForADayWhileTheProviderIsDown) {
    EXPECT_EQ(refusal(good_token()), "");
    provider.become(State::Down);
    for (int hour = 0; hour < 23; ++hour) {
        pass(hours(1));
        const std::string more = ",\"h\":" + std::to_string(hour);
        EXPECT_EQ(refusal(keys().rsa.token(header("RS256", "rsa"), long_claims(more))), "") << hour;
    }
    pass(hours(1));
    const std::string text =
        refusal(keys().rsa.token(header("RS256", "rsa"), long_claims("")), ErrorKind::Unavailable);
    EXPECT_NE(text.find("HTTP status 503"), std::string::npos) << text;
    EXPECT_NE(logged.find("can't be read"), std::string::npos);
    provider.become(State::Up);
    pass(seconds(6));
    EXPECT_EQ(refusal(keys().rsa.token(header("RS256", "rsa"), long_claims(""))), "");
}

TEST_F(IssuerKeysTest, OfAProviderThatWasNeverUpAreUnavailable) {
    provider.become(State::Down);
    for (int i = 0; i < 20; ++i) EXPECT_NE(refusal(good_token(), ErrorKind::Unavailable), "");
    EXPECT_EQ(asked(), 0) << "the discovery has failed already";
    provider.become(State::Up);
    pass(seconds(6));
    EXPECT_EQ(refusal(good_token()), "");
}

TEST_F(IssuerKeysTest, OfASilentProviderAreWaitedForOnce) {
    provider.become(State::Silent);
    const std::string text = refusal(good_token(), ErrorKind::Unavailable);
    EXPECT_NE(text.find("no response within"), std::string::npos) << text;
    // Within the pause nobody waits again: otherwise this would take minutes.
    for (int i = 0; i < 1000; ++i) EXPECT_NE(refusal(good_token(), ErrorKind::Unavailable), "");
}

TEST_F(IssuerKeysTest, OfASilentProviderAreUsedWhileTheyAreKept) {
    EXPECT_EQ(refusal(good_token()), "");
    provider.become(State::Silent);
    pass(minutes(7));
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(refusal(good_token()), "");
}

TEST_F(IssuerKeysTest, AreKeptAsLongAsTheProviderSaysWithinBounds) {
    const struct {
        const char* header;
        seconds kept;
    } cases[] = {
        {"", minutes(5)},
        {"Cache-Control: public, max-age=600, must-revalidate\r\n", minutes(10)},
        {"Cache-Control: max-age=0\r\n", minutes(1)},
        {"Cache-Control: max-age=31536000\r\n", hours(1)},
        {"Cache-Control: max-age=99999999999999999999\r\n", minutes(5)},
        {"Cache-Control: max-age=\r\n", minutes(5)}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.header);
        seconds_later = 0;
        provider.send_with_keys(c.header);
        start();
        const int before = asked();
        EXPECT_EQ(refusal(good_token()), "");
        pass(c.kept - seconds(1));
        EXPECT_EQ(refusal(good_token()), "");
        EXPECT_EQ(asked(), before + 1);
        pass(seconds(1));
        EXPECT_EQ(refusal(good_token()), "");
        EXPECT_EQ(asked(), before + 2);
    }
}

TEST_F(IssuerKeysTest, OfNoUseAreLeftOut) {
    const std::string rsa = keys().rsa.jwk();
    const struct {
        const char* name;
        std::string key;
    } cases[] = {
        {"symmetric", R"({"kty":"oct","kid":"rsa","k":"c2VjcmV0"})"},
        {"for encryption", keys().rsa.jwk(R"("use":"enc")")},
        {"use is a number", keys().rsa.jwk(R"("use":1)")},
        {"for signing only", keys().rsa.jwk(R"("key_ops":["sign"])")},
        {"of another algorithm", keys().rsa.jwk(R"("alg":"RS512")")},
        {"pinned to PS256", keys().rsa.jwk(R"("alg":"PS256")")},
        {"called HS256", keys().rsa.jwk(R"("alg":"HS256")")},
        {"exponent 1", rsa.substr(0, rsa.find("AQAB\"}")) + "AQ\"}"},
        {"without modulus", R"({"kty":"RSA","kid":"rsa","e":"AQAB"})"},
        {"EC point that is none",
         R"({"kty":"EC","crv":"P-256","kid":"rsa","x":")" +
             openssl_base64url(std::string(32, 'x')) + R"(","y":")" +
             openssl_base64url(std::string(32, 'y')) + "\"}"},
        {"not an object", "1"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        provider.show({c.key, keys().ec.jwk()});
        start();
        EXPECT_NE(refusal(good_token()), "");
        EXPECT_EQ(refusal(keys().ec.token(header("ES256", "ec"), claims())), "");
    }
    provider.show({keys().weak_rsa.jwk(), keys().ec.jwk()});
    start();
    EXPECT_NE(refusal(keys().weak_rsa.token(header("RS256", "weak"), claims())), "");
}

TEST_F(IssuerKeysTest, AreFoundBesideOthers) {
    provider.show(
        {R"({"kty":"oct","kid":"rsa","k":"c2VjcmV0"})",
         keys().other_rsa.jwk(),
         keys().rsa.jwk(R"("use":"sig","alg":"RS256","key_ops":["verify"])")}
    );
    EXPECT_EQ(refusal(good_token()), "");
    EXPECT_EQ(
        refusal(keys().rsa.token(header("PS256", "rsa"), claims(), true)),
        "the token's key is unknown to its issuer"
    );
}

TEST_F(IssuerKeysTest, OfAWrongAnswerAreUnavailable) {
    const struct {
        const char* name;
        std::function<void()> change;
        const char* expected;
    } cases[] = {
        {"no JSON", [&] { provider.show_text("<html>"); }, "not a JSON Web Key Set"},
        {"no list", [&] { provider.show_text(R"({"keys":{}})"); }, "not a JSON Web Key Set"},
        {"twice", [&] { provider.show_text(R"({"keys":[],"keys":[]})"); }, "Web Key Set"},
        {"none", [&] { provider.show({}); }, "has no RSA"},
        {"too long", [&] { provider.show_text(std::string(300'000, ' ')); }, "http://127.0.0.1"},
        {"keys over http elsewhere",
         [&] { provider.name_keys_url("http://keys.example.com/"); },
         "no https URL"},
        {"keys in a file", [&] { provider.name_keys_url("file:///etc/passwd"); }, "no https URL"},
        {"another issuer",
         [&] { provider.claim_to_be(provider.issuer() + "/"); },
         "names another issuer"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        c.change();
        start();
        const std::string text = refusal(good_token(), ErrorKind::Unavailable);
        EXPECT_NE(text.find(c.expected), std::string::npos) << text;
        provider.name_keys_url("");
        provider.show({keys().rsa.jwk()});
    }
}

TEST_F(IssuerKeysTest, AreReadFromAUrlWithATokenOnlyWhereBothAreConfigured) {
    const migrator::test::TempDir folder;
    const auto file = folder.write("token", "of-the-pod\n").string();
    options.issuers = {parse_issuer_line(
        provider.issuer() + " audience=migrator role=apply jwks=" + provider.keys_url() +
        " tokenFile=" + file
    )};
    provider.claim_to_be("https://not.asked.example.com");
    start();
    EXPECT_EQ(refusal(good_token()), "");
    EXPECT_NE(
        provider.last_request().find("Authorization: Bearer of-the-pod\r\n"), std::string::npos
    );

    // The configuration leads to another place, which is not to see the token.
    IdentityProvider elsewhere;
    elsewhere.show({keys().rsa.jwk()});
    options.issuers = {
        parse_issuer_line(provider.issuer() + " audience=migrator role=apply tokenFile=" + file)};
    provider.claim_to_be("");
    provider.name_keys_url(elsewhere.keys_url());
    start();
    EXPECT_EQ(refusal(good_token()), "");
    EXPECT_EQ(elsewhere.last_request().find("of-the-pod"), std::string::npos);
}

}  // namespace
}  // namespace migrator::access::test
