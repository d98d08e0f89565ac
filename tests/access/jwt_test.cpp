#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <functional>

#include "access_support.hpp"

namespace migrator::access::test {
namespace {

std::string hmac(const std::string& key, const std::string& text) {
    std::string bytes(32, '\0');
    unsigned length = 0;
    HMAC(
        EVP_sha256(),
        key.data(),
        static_cast<int>(key.size()),
        reinterpret_cast<const unsigned char*>(text.data()),
        text.size(),
        reinterpret_cast<unsigned char*>(bytes.data()),
        &length
    );
    return bytes;
}

class Jwt : public WithProvider {
protected:
    Jwt() { configure({"audience=migrator role=apply"}); }

    std::string signed_by_rsa(const std::string& header, const std::string& claims) const {
        return keys().rsa.token(header, claims);
    }
    std::string with_header(const std::string& more) const {
        return signed_by_rsa(R"({"alg":"RS256","kid":"rsa")" + more + "}", claims());
    }
    std::string with_claims(const std::string& claims) const {
        return signed_by_rsa(header("RS256", "rsa"), claims);
    }
    /// A good token, changed: `change` gets its three parts.
    std::string changed(const std::function<void(std::string&, std::string&, std::string&)>& change
    ) const {
        const std::string token = good_token();
        const auto first = token.find('.');
        const auto second = token.find('.', first + 1);
        std::string head = token.substr(0, first);
        std::string body = token.substr(first + 1, second - first - 1);
        std::string signature = token.substr(second + 1);
        change(head, body, signature);
        return head + "." + body + "." + signature;
    }
    std::string unsigned_claims() const { return openssl_base64url(claims()); }
    std::string at(std::int64_t seconds) const { return std::to_string(kNow + seconds); }
    std::string iss() const { return "\"iss\":\"" + provider.issuer() + "\""; }
};

TEST_F(Jwt, OfEachAlgorithmIsGood) {
    const std::vector<std::string> tokens = {
        keys().rsa.token(header("RS256", "rsa"), claims()),
        keys().rsa.token(header("PS256", "rsa"), claims(), true),
        keys().ec.token(header("ES256", "ec"), claims()),
        keys().ed.token(header("EdDSA", "ed"), claims())};
    const Principal expected{
        .name = "ada", .proof = "jwt " + provider.issuer(), .role = Role::Apply};
    for (const auto& token : tokens) EXPECT_EQ(ask(token), expected);
}

TEST_F(Jwt, InOtherFormsIsGood) {
    const std::string exp = ",\"exp\":" + at(60);
    const struct {
        const char* name;
        std::string token;
    } cases[] = {
        {"no typ", with_header("")},
        {"at+jwt", with_header(R"(,"typ":"at+jwt")")},
        {"typ in lower case", with_header(R"(,"typ":"jwt")")},
        {"thumbprint of a certificate", with_header(R"(,"x5t":"abc")")},
        {"list of audiences",
         with_claims("{" + iss() + R"(,"sub":"ada","aud":["other","migrator"])" + exp + "}")},
        {"fraction of a second",
         with_claims("{" + iss() + R"(,"sub":"ada","aud":"migrator","exp":)" + at(60) + ".5}")},
        {"exponent", with_claims("{" + iss() + R"(,"sub":"ada","aud":"migrator","exp":1.9e9})")},
        {"expired within the skew",
         with_claims("{" + iss() + R"(,"sub":"ada","aud":"migrator","exp":)" + at(-59) + "}")},
        {"begins within the skew", good_token(",\"nbf\":" + at(59))},
        {"same name in two objects", good_token(R"(,"a":{"aud":1},"b":{"aud":":"})")}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(refusal(c.token), "");
    }
}

TEST_F(Jwt, ForgedOrDamagedIsRefused) {
    const std::string none = openssl_base64url(R"({"alg":"none"})") + "." + unsigned_claims() + ".";
    const std::string hs_text = openssl_base64url(header("HS256", "rsa")) + "." + unsigned_claims();
    const std::string own_jwk = keys().other_rsa.jwk();
    const std::string exp = ",\"exp\":" + at(3600);
    const std::string ec_token = keys().ec.token(header("ES256", "ec"), claims());
    const auto last_dot = ec_token.rfind('.');
    const struct {
        const char* name;
        std::string token;
        const char* expected;
    } cases[] = {
        {"none", none, "algorithm is not accepted"},
        {"None",
         openssl_base64url(R"({"alg":"None"})") + "." + unsigned_claims() + ".x",
         "algorithm"},
        {"algorithm missing", signed_by_rsa(R"({"kid":"rsa"})", claims()), "names no algorithm"},
        {"algorithm is a number",
         signed_by_rsa(R"({"alg":1,"kid":"rsa"})", claims()),
         "names no algorithm"},
        {"HMAC with the public key",
         hs_text + "." + openssl_base64url(hmac(keys().rsa.public_pem(), hs_text)),
         "algorithm is not accepted"},
        {"HMAC with the key set",
         hs_text + "." + openssl_base64url(hmac(keys().rsa.jwk(), hs_text)),
         "algorithm is not accepted"},
        {"RS512", signed_by_rsa(header("RS512", "rsa"), claims()), "algorithm is not accepted"},
        {"RS256 in lower case", signed_by_rsa(header("rs256", "rsa"), claims()), "algorithm"},
        {"RSA signature called ES256", signed_by_rsa(header("ES256", "ec"), claims()), "signature"},
        {"ES256 with the ID of the RSA key",
         keys().ec.token(header("ES256", "rsa"), claims()),
         "unknown to its issuer"},
        {"EdDSA with the ID of the EC key",
         keys().ed.token(header("EdDSA", "ec"), claims()),
         "unknown to its issuer"},
        {"PSS signature called RS256",
         keys().rsa.token(header("RS256", "rsa"), claims(), true),
         "signature is wrong"},
        {"PKCS signature called PS256",
         keys().rsa.token(header("PS256", "rsa"), claims()),
         "signature is wrong"},
        {"another key",
         keys().other_rsa.token(header("RS256", "rsa"), claims()),
         "signature is wrong"},
        {"key of the token itself",
         keys().other_rsa.token(R"({"alg":"RS256","kid":"rsa","jwk":)" + own_jwk + "}", claims()),
         "`jwk`"},
        {"jku", with_header(R"(,"jku":"https://evil.example.com/keys")"), "`jku`"},
        {"x5u", with_header(R"(,"x5u":"https://evil.example.com/cert")"), "`x5u`"},
        {"x5c", with_header(R"(,"x5c":["MIIB"])"), "`x5c`"},
        {"crit", with_header(R"(,"crit":["exp"],"exp":1)"), "`crit`"},
        {"empty crit", with_header(R"(,"crit":[])"), "`crit`"},
        {"b64", with_header(R"(,"b64":false)"), "`b64`"},
        {"zip", with_header(R"(,"zip":"DEF")"), "`zip`"},
        {"encrypted", with_header(R"(,"enc":"A128GCM")"), "`enc`"},
        {"logout token", with_header(R"(,"typ":"logout+jwt")"), "another type"},
        {"typ is a number", with_header(R"(,"typ":1)"), "another type"},
        {"kid is a number", signed_by_rsa(R"({"alg":"RS256","kid":1})", claims()), "key ID"},
        {"kid is empty", signed_by_rsa(R"({"alg":"RS256","kid":""})", claims()), "key ID"},
        {"kid is a path",
         signed_by_rsa(R"({"alg":"RS256","kid":"../../etc/passwd"})", claims()),
         "unknown to its issuer"},
        {"kid is long", signed_by_rsa(header("RS256", std::string(300, 'k')), claims()), "key ID"},
        {"algorithm twice",
         signed_by_rsa(R"({"alg":"none","alg":"RS256","kid":"rsa"})", claims()),
         "header is not a JSON object"},
        {"claim twice", good_token(R"(,"sub":"root")"), "payload is not a JSON object"},
        {"claim twice by an escape",
         good_token(R"(,"\u0073ub":"root")"),
         "payload is not a JSON object"},
        {"deep", good_token(",\"a\":" + std::string(40, '[') + std::string(40, ']')), "payload"},
        {"payload is a list", with_claims("[]"), "payload is not a JSON object"},
        {"payload is no JSON", with_claims("{"), "payload is not a JSON object"},
        {"something behind the payload",
         with_claims(claims() + "x"),
         "payload is not a JSON object"},
        {"payload is no UTF-8",
         with_claims(claims(",\"a\":\"\xff\"")),
         "payload is not a JSON object"},
        {"payload changed",
         changed([&](auto&, auto& body, auto&) {
             body = openssl_base64url(claims(R"(,"admin":true)"));
         }),
         "signature is wrong"},
        {"signature changed",
         changed([](auto&, auto&, auto& signature) {
             signature[5] = signature[5] == 'A' ? 'B' : 'A';
         }),
         "signature is wrong"},
        {"signature cut",
         changed([](auto&, auto&, auto& signature) { signature.resize(100); }),
         "signature is wrong"},
        {"signature missing",
         changed([](auto&, auto&, auto& signature) { signature.clear(); }),
         "not signed"},
        {"signature with bits left over",
         changed([](auto&, auto&, auto& signature) { signature.back() = '_'; }),
         "not base64url"},
        {"padding",
         changed([](auto&, auto&, auto& signature) { signature += "=="; }),
         "not base64url"},
        {"base64 of another alphabet",
         changed([](auto&, auto&, auto& signature) { signature[0] = '+'; }),
         "not base64url"},
        {"line break", changed([](auto&, auto& body, auto&) { body[3] = '\n'; }), "not base64url"},
        {"ECDSA signature in DER",
         ec_token.substr(0, last_dot + 1) +
             openssl_base64url(std::string("\x30\x44", 2) + std::string(68, 'x')),
         "signature is wrong"},
        {"ECDSA signature of zeros",
         ec_token.substr(0, last_dot + 1) + openssl_base64url(std::string(64, '\0')),
         "signature is wrong"},
        {"ECDSA signature with a byte more",
         ec_token.substr(0, last_dot + 1) +
             openssl_base64url(keys().ec.signature(ec_token.substr(0, last_dot)) + "x"),
         "signature is wrong"},
        {"no exp", with_claims("{" + iss() + R"(,"aud":"migrator","sub":"a"})"), "no expiry"},
        {"exp is a text",
         with_claims("{" + iss() + R"(,"aud":"migrator","sub":"a","exp":"2100000000"})"),
         "`exp` is not a time"},
        {"exp has no end",
         with_claims("{" + iss() + R"(,"aud":"migrator","sub":"a","exp":1e999})"),
         "`exp` is not a time|payload"},
        {"expired",
         with_claims("{" + iss() + R"(,"aud":"migrator","sub":"a","exp":)" + at(-60) + "}"),
         "has expired"},
        {"begins later", good_token(",\"nbf\":" + at(61)), "not valid yet"},
        {"nbf is a text", good_token(R"(,"nbf":"now")"), "`nbf` is not a time"},
        {"no aud", with_claims("{" + iss() + R"(,"sub":"a")" + exp + "}"), "no audience"},
        {"aud is empty",
         with_claims("{" + iss() + R"(,"aud":[],"sub":"a")" + exp + "}"),
         "no audience"},
        {"aud is a number",
         with_claims("{" + iss() + R"(,"aud":1,"sub":"a")" + exp + "}"),
         "audience"},
        {"aud is another",
         with_claims("{" + iss() + R"(,"aud":"migrator2","sub":"a")" + exp + "}"),
         "another audience"},
        {"aud holds ours in a word",
         with_claims("{" + iss() + R"(,"aud":"other migrator","sub":"a")" + exp + "}"),
         "another audience"},
        {"no iss", with_claims(R"({"aud":"migrator","sub":"a")" + exp + "}"), "no issuer"},
        {"iss is a list",
         with_claims(
             "{\"iss\":[\"" + provider.issuer() + R"("],"aud":"migrator","sub":"a")" + exp + "}"
         ),
         "no issuer"},
        {"iss with a slash more",
         with_claims(
             "{\"iss\":\"" + provider.issuer() + R"(/","aud":"migrator","sub":"a")" + exp + "}"
         ),
         "is not configured"},
        {"no sub", with_claims("{" + iss() + R"(,"aud":"migrator")" + exp + "}"), "no subject"},
        {"sub with a line break",
         with_claims("{" + iss() + R"(,"aud":"migrator","sub":"a\nroot")" + exp + "}"),
         "control characters"},
        {"two parts", "abc.def", "unknown token"},
        {"four parts", good_token() + ".abc", "unknown token"},
        {"empty parts", "..", "not a JSON object"},
        {"longer than 16 KiB",
         good_token(",\"a\":\"" + std::string(16'384, 'x') + "\""),
         "16 KiB"}};
    int count = 0;
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        ++count;
        const std::string text = refusal(c.token);
        const std::string expected = c.expected;
        const auto bar = expected.find('|');
        const bool is_expected =
            text.find(expected.substr(0, bar)) != std::string::npos ||
            (bar != std::string::npos && text.find(expected.substr(bar + 1)) != std::string::npos);
        EXPECT_TRUE(is_expected) << "it says: " << text;
        EXPECT_EQ(text.find(c.token), std::string::npos);
    }
    EXPECT_GE(count, 60);
    EXPECT_EQ(refusal(good_token()), "");
}

TEST_F(Jwt, WithoutKeyIdIsGoodOnlyWhereOneKeyFits) {
    const std::string no_id = R"({"alg":"RS256"})";
    EXPECT_EQ(refusal(keys().rsa.token(no_id, claims())), "");
    provider.show({keys().rsa.jwk(), keys().other_rsa.jwk()});
    pass(std::chrono::minutes(10));
    EXPECT_NE(refusal(keys().rsa.token(no_id, claims())).find("no single key"), std::string::npos);
}

TEST_F(Jwt, IsReadFromTheHeaderOnlyInItsForm) {
    const auto by_header = [this](const std::string& text) {
        return authenticator->authenticate({.authorization = text});
    };
    EXPECT_TRUE(by_header("bearer " + good_token()));
    EXPECT_TRUE(by_header("  Bearer   " + good_token() + " "));
    EXPECT_FALSE(by_header("Basic YTpi"));
    EXPECT_FALSE(by_header("Bearers " + good_token()));
    EXPECT_THROW(by_header("Bearer"), Error);
    EXPECT_THROW(by_header("Bearer a b"), Error);
    EXPECT_THROW(by_header("Bearer a,Bearer " + good_token()), Error);
}

TEST_F(Jwt, NamesAnIssuerThatIsNotConfiguredInShort) {
    const std::string claims = R"({"iss":"https://evil.example.com/\r\nX: y)" +
                               std::string(1000, 'x') + R"(","aud":"migrator"})";
    const std::string text = refusal(with_claims(claims));
    EXPECT_TRUE(text.starts_with("issuer https://evil.example.com/??X:?y")) << text;
    EXPECT_LT(text.size(), 260U);
}

}  // namespace
}  // namespace migrator::access::test
