#include "access/options.hpp"

#include <gtest/gtest.h>

#include "access/words.hpp"
#include "core/error.hpp"

namespace migrator::access::test {
namespace {

const std::string kHashText = "sha256:" + std::string(63, '0') + "F";

/// The text of the Configuration error that `work` throws; "" when it throws none.
template <typename Work>
std::string complaint(Work work) {
    try {
        work();
        return "";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Configuration);
        return error.what();
    }
}

TEST(TokenLine, IsRead) {
    const auto token = parse_token_line("  ci  apply " + kHashText + " until=2027-01-01 ");
    EXPECT_EQ(token.name, "ci");
    EXPECT_EQ(token.role, Role::Apply);
    EXPECT_EQ(token.sha256, std::string(63, '0') + "f");
    EXPECT_EQ(token.until, TimePoint(std::chrono::sys_days(std::chrono::year(2027) / 1 / 1)));
    EXPECT_FALSE(parse_token_line("a.b@c-d_e read " + kHashText).until);
    EXPECT_EQ(
        parse_token_line("ci read " + kHashText + " until=2027-01-01T01:00:00+01:00").until,
        token.until
    );
}

TEST(TokenLine, IsRefused) {
    const std::vector<std::string> lines = {
        "",
        "ci",
        "ci " + kHashText,
        "ci none " + kHashText,
        "ci Apply " + kHashText,
        "ci read mgr_abc",
        "ci read sha256:abc",
        "ci read sha512:" + std::string(64, '0'),
        "ci read sha256:" + std::string(63, '0') + "g",
        "ci read " + kHashText + " until=soon",
        "ci read " + kHashText + " until=2027-02-30",
        "ci read " + kHashText + " 2027-01-01",
        "ci read " + kHashText + " until=2027-01-01 x",
        "c/i read " + kHashText,
        std::string(65, 'n') + " read " + kHashText,
        "\"ci read " + kHashText};
    for (const auto& line : lines) {
        EXPECT_NE(complaint([&] { parse_token_line(line); }), "") << line;
    }
}

TEST(IssuerLine, IsRead) {
    const auto github = parse_issuer_line(
        "https://token.actions.githubusercontent.com audience=migrator audience=other "
        "subject=repo:acme/shop:* require.environment=prod name=actor role=apply"
    );
    EXPECT_EQ(github.url, "https://token.actions.githubusercontent.com");
    EXPECT_EQ(github.audiences, (std::vector<std::string>{"migrator", "other"}));
    EXPECT_EQ(
        github.grant.required,
        (std::vector<std::pair<std::string, std::string>>{
            {"sub", "repo:acme/shop:*"}, {"environment", "prod"}})
    );
    EXPECT_EQ(github.grant.role, Role::Apply);
    EXPECT_EQ(github.grant.name_claim, "actor");

    const auto keycloak = parse_issuer_line(
        "https://login.example.com/realms/x audience=migrator jwks=https://keys.example.com/ "
        "ca=/ca.pem tokenFile=/token claim=groups \"Platform Team=apply\" a=b=read role=admin"
    );
    EXPECT_EQ(keycloak.jwks_url, "https://keys.example.com/");
    EXPECT_EQ(keycloak.ca_file, "/ca.pem");
    EXPECT_EQ(keycloak.token_file, "/token");
    EXPECT_EQ(
        keycloak.grant.roles,
        (std::vector<std::pair<std::string, Role>>{
            {"Platform Team", Role::Apply}, {"a=b", Role::Read}, {"role", Role::Admin}})
    );
}

TEST(IssuerLine, MapsTheRolesOfTheGoProgramByDefault) {
    EXPECT_EQ(
        parse_issuer_line("https://x.example.com audience=a claim=roles").grant.roles,
        (std::vector<std::pair<std::string, Role>>{
            {"migrator_user", Role::Read}, {"migrator_admin", Role::Admin}})
    );
}

TEST(IssuerLine, IsRefused) {
    for (const char* line :
         {"",
          "audience=a role=read",
          "http://x.example.com audience=a role=read",
          "http://127.0.0.1.example.com audience=a role=read",
          "http://127.0.0.1@x.example.com audience=a role=read",
          "ftp://x.example.com audience=a role=read",
          "https://x.example.com?a=b audience=a role=read",
          "https://x.example.com#a audience=a role=read",
          "https:// audience=a role=read",
          "https://x.example.com role=read",
          "https://x.example.com audience= role=read",
          "https://x.example.com audience=a",
          "https://x.example.com audience=a role=owner",
          "https://x.example.com audience=a role=none",
          "https://x.example.com audience=a role=read claim=groups a=read",
          "https://x.example.com audience=a claim=groups a",
          "https://x.example.com audience=a claim=groups =read",
          "https://x.example.com audience=a claim=groups a=owner",
          "https://x.example.com audience=a subject= role=read",
          "https://x.example.com audience=a require.=x role=read",
          "https://x.example.com audience=a require.x= role=read",
          "https://x.example.com audience=a jwks=http://x.example.com/keys role=read",
          "https://x.example.com audience=a color=red role=read"}) {
        EXPECT_NE(complaint([&] { parse_issuer_line(line); }), "") << line;
    }
    for (const char* url : {"http://127.0.0.1:80", "http://[::1]:80/x", "http://localhost"}) {
        const std::string line = std::string(url) + " audience=a role=read";
        EXPECT_EQ(complaint([&] { parse_issuer_line(line); }), "") << line;
    }
}

TEST(CertificateLine, IsRefused) {
    for (const char* line :
         {"", "dns=x", "role=read", "dns= role=read", "dns=x role=owner", "ip=1 role=read"}) {
        EXPECT_NE(complaint([&] { parse_certificate_line(line); }), "") << line;
    }
}

TEST(BalancerArn, IsThatOfAnApplicationLoadBalancer) {
    const auto check = [](const char* arn) {
        return complaint([&] { check_balancer({.signer = arn}); });
    };
    EXPECT_EQ(check("arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/shop/5"), "");
    EXPECT_EQ(check("arn:aws-cn:elasticloadbalancing:cn-north-1:1:loadbalancer/app/shop/5"), "");
    EXPECT_NE(check("arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/shop/5"), "");
    EXPECT_NE(check("arn:aws:elasticloadbalancing:evil.com/:1:loadbalancer/app/shop/5"), "");
    EXPECT_NE(check("arn:aws:s3:eu-west-1:1:loadbalancer/app/shop/5"), "");
    EXPECT_NE(check("shop"), "");
}

TEST(Pattern, MatchesWholeTexts) {
    const struct {
        const char* pattern;
        const char* text;
        bool matches;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "anything", true},
        {"a", "a", true},
        {"a", "ab", false},
        {"a", "ba", false},
        {"A", "a", false},
        {"a*", "abc", true},
        {"*c", "abc", true},
        {"*c", "abcd", false},
        {"a*c", "ac", true},
        {"a*b*c", "aXbbYc", true},
        {"a*b*c", "aXcYb", false},
        {"**a", "a", true},
        {"?", "a", false},
        {"[a]", "a", false},
        {"repo:acme/*:ref:refs/heads/main", "repo:acme/shop:ref:refs/heads/main", true},
        {"repo:acme/*:ref:refs/heads/main", "repo:acme2/shop:ref:refs/heads/main", false},
        {"repo:acme/*:ref:refs/heads/main", "repo:acme/shop:ref:refs/heads/main2", false}};
    for (const auto& c : cases) {
        EXPECT_EQ(matches_pattern(c.pattern, c.text), c.matches) << c.pattern << " " << c.text;
    }
}

TEST(Pattern, WithManyStarsIsMatchedInFewSteps) {
    std::string pattern;
    for (int i = 0; i < 2000; ++i) pattern += "*a";
    EXPECT_FALSE(matches_pattern(pattern + "*b", std::string(10'000, 'a')));
}

}  // namespace
}  // namespace migrator::access::test
