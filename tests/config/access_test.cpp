#include "reading.hpp"

namespace migrator::config::test {
namespace {

const std::string kHash(64, 'a');
constexpr const char* kSigner =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc";

TEST(Access, IsNotConfiguredByDefault) { EXPECT_FALSE(read_yaml(kMinimal).access.is_configured()); }

TEST(Access, IsReadFromTheFile) {
    const Config config = read_yaml(
        kMinimal + "tokens: [ci apply sha256:" + kHash +
        "]\n"
        "issuers:\n"
        "- https://token.actions.githubusercontent.com audience=migrator "
        "subject=repo:acme/shop:* role=plan\n"
        "certificates: [dns=ci.example.com role=read]\n"
        "balancerSigner: " +
        kSigner +
        "\nbalancerClient: shop\nbalancerIssuer: https://login.example.com\n"
        "balancerRoles: [claim=groups deployers=apply]\n"
    );
    EXPECT_TRUE(config.access.is_configured());
    EXPECT_EQ(config.access.tokens.at(0).name, "ci");
    EXPECT_EQ(config.access.issuers.at(0).url, "https://token.actions.githubusercontent.com");
    EXPECT_EQ(config.access.certificates.at(0).role, Role::Read);
    EXPECT_EQ(config.access.balancer.client, "shop");
    EXPECT_EQ(config.access.balancer.grants.at(0).claim, "groups");
}

TEST(Access, IsReadFromTheEnvironment) {
    const Reading reading{
        .environment = {
            {"MIGRATOR_TOKENS",
             "ci apply sha256:" + kHash + ", ci plan sha256:" + std::string(64, 'b')},
            {"MIGRATOR_BALANCER_SIGNER", kSigner},
            {"MIGRATOR_BALANCER_CLIENT", "shop"},
            {"MIGRATOR_BALANCER_ISSUER", "https://login.example.com"}}};
    const Config config = reading.read();
    EXPECT_EQ(config.access.tokens.size(), 2U);
    EXPECT_EQ(config.access.balancer.grants.at(0).claim, "roles");
    const auto& roles = config.access.balancer.grants.at(0).roles;
    EXPECT_EQ(roles.size(), 2U);
}

TEST(Access, NamesTheLineButNeverShowsIt) {
    const struct {
        const char* yaml;
        const char* expected;
    } cases[] = {
        {"tokens: [ci apply mgr_secret]", "tokens element 1 needs sha256:"},
        {"tokens: [mgr_secret]", "tokens element 1 needs the form"},
        {"tokens: [mgr_secret mgr_secret mgr_secret]", "tokens element 1 has an unknown role"},
        {"issuers: [https://x.example.com mgr_secret]", "issuers element 1 has an unknown word"},
        {"issuers: [https://user:mgr_secret@x.example.com audience=a role=read]",
         "issuers element 1 needs the issuer's https URL"},
        {"balancerRoles: [mgr_secret]", "balancerRoles element 1 has an unknown word"},
        {"balancerSigner: mgr_secret", "balancerSigner must be the ARN"},
        {"balancerSigner: mgr_secret", "balancerClient is required"},
        {"certificates: [mgr_secret]", "certificates element 1 has an unknown word"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.yaml);
        const std::string error = error_of(kMinimal + c.yaml + "\n");
        EXPECT_TRUE(contains(error, c.expected)) << error;
        EXPECT_FALSE(contains(error, "mgr_secret")) << error;
    }
}

TEST(Access, RefusesLinesThatContradictEachOther) {
    EXPECT_TRUE(contains(
        error_of(
            kMinimal + "tokens: [old read sha256:" + kHash + ", new admin sha256:" + kHash + "]\n"
        ),
        "tokens has the token of new twice"
    ));
    EXPECT_TRUE(contains(
        error_of(
            kMinimal +
            "issuers:\n- https://x.example.com audience=a role=read\n"
            "- https://x.example.com audience=a role=apply jwks=https://y.example.com/keys\n"
        ),
        "issuers has lines of https://x.example.com with different"
    ));
}

}  // namespace
}  // namespace migrator::config::test
