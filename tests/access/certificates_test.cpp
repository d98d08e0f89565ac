#include "access/certificates.hpp"

#include "access_support.hpp"

namespace migrator::access::test {
namespace {

TEST(Certificates, GiveTheHighestRoleOfTheRulesThatMatch) {
    std::vector<CertificateRule> rules;
    for (const char* line :
         {"dns=*.example.com role=read",
          "dns=ci.example.com role=apply",
          "uri=spiffe://example.com/ns/deploy/* name=deploy role=plan",
          "subject=\"CN=Ada Lovelace,O=Acme\" dns=ada.example.com role=admin"}) {
        rules.push_back(parse_certificate_line(line));
    }
    const auto who = [&](const CertificateNames& names) {
        const auto principal = principal_of(rules, names);
        return principal ? principal->name + " " + std::string(name_of(principal->role)) : "nobody";
    };
    EXPECT_EQ(
        who({.subject = "CN=x", .dns = {"ci.example.com"}, .uris = {}}), "ci.example.com apply"
    );
    EXPECT_EQ(
        who({.subject = "CN=x", .dns = {"a", "b.example.com"}, .uris = {}}), "b.example.com read"
    );
    EXPECT_EQ(
        who({.subject = "", .dns = {}, .uris = {"spiffe://example.com/ns/deploy/sa/x"}}),
        "deploy plan"
    );
    const std::string ada = "CN=Ada Lovelace,O=Acme";
    EXPECT_EQ(
        who({.subject = ada, .dns = {"ada.example.com"}, .uris = {}}), "ada.example.com admin"
    );
    EXPECT_EQ(who({.subject = ada, .dns = {}, .uris = {}}), "nobody");
    EXPECT_EQ(who({.subject = ada + ",C=DE", .dns = {}, .uris = {}}), "nobody");
    EXPECT_EQ(
        who({.subject = "CN=ci.example.com", .dns = {}, .uris = {"ci.example.com"}}), "nobody"
    );
}

class CertificateProof : public WithProvider {};

TEST_F(CertificateProof, CountsWhereNoTokenIsGiven) {
    options.certificates = {parse_certificate_line("dns=ci.example.com role=apply")};
    start();
    const CertificateNames names{.subject = "", .dns = {"ci.example.com"}, .uris = {}};
    const Principal expected{.name = "ci.example.com", .proof = "certificate", .role = Role::Apply};
    EXPECT_EQ(authenticator->authenticate({.certificate = names}), expected);
    EXPECT_EQ(authenticator->authenticate({}), std::nullopt);
    configure({"audience=migrator role=read"});
    const std::string bad = "Bearer x.y.z";
    EXPECT_THROW(authenticator->authenticate({.authorization = bad, .certificate = names}), Error);
    const std::string good = "Bearer " + good_token();
    EXPECT_EQ(
        authenticator->authenticate({.authorization = good, .certificate = names})->name, "ada"
    );
}

}  // namespace
}  // namespace migrator::access::test
