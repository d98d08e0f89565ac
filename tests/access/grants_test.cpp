#include "access_support.hpp"

namespace migrator::access::test {
namespace {

class Grants : public WithProvider {
protected:
    /// "NAME ROLE" of who has a token with these claims, or what is wrong with it.
    std::string who(const std::string& more) {
        const auto principal = ask(good_token(more));
        return principal->name + " " + std::string(name_of(principal->role));
    }
};

TEST_F(Grants, ByTheValuesOfAClaim) {
    configure({"audience=migrator claim=groups deployers=apply viewers=read ops-*=admin"});
    EXPECT_EQ(who(R"(,"groups":["viewers"])"), "ada read");
    EXPECT_EQ(who(R"(,"groups":["viewers","deployers"])"), "ada apply");
    EXPECT_EQ(who(R"(,"groups":"deployers")"), "ada apply");
    EXPECT_EQ(who(R"(,"groups":["ops-eu"])"), "ada admin");
    for (const char* none :
         {"",
          R"(,"groups":[])",
          R"(,"groups":["Deployers","xdeployers","deployersx",""])",
          R"(,"groups":{"deployers":true})",
          R"(,"groups":[["deployers"]])",
          R"(,"groups":null)",
          R"(,"groups":"viewers deployers")"}) {
        EXPECT_EQ(who(none), "ada none") << none;
    }
}

TEST_F(Grants, ByClaimsWithinOthers) {
    configure(
        {"audience=migrator claim=realm_access.roles",
         "audience=migrator claim=https://example.com/roles x=plan",
         "audience=migrator claim=kubernetes.io.namespace deploy=apply",
         "audience=migrator claim=scope migrate=apply"}
    );
    EXPECT_EQ(who(R"(,"realm_access":{"roles":["migrator_user"]})"), "ada read");
    EXPECT_EQ(who(R"(,"realm_access":{"roles":["migrator_admin"]})"), "ada admin");
    EXPECT_EQ(who(R"(,"realm_access":["migrator_admin"])"), "ada none");
    EXPECT_EQ(who(R"(,"https://example.com/roles":["x"])"), "ada plan");
    EXPECT_EQ(who(R"(,"kubernetes.io":{"namespace":"deploy"})"), "ada apply");
    EXPECT_EQ(who(R"(,"scope":"openid migrate")"), "ada apply");
    EXPECT_EQ(who(R"(,"scope":"openid  migrated")"), "ada none");
}

TEST_F(Grants, OnlyWhereAllConditionsHold) {
    configure(
        {"audience=migrator subject=ada require.repository_id=17 require.email_verified=true "
         "name=email role=apply",
         "audience=migrator subject=eve role=admin",
         "audience=other role=admin"}
    );
    const std::string rest = R"(,"email":"ada@example.com")";
    EXPECT_EQ(who(rest + R"(,"repository_id":17,"email_verified":true)"), "ada@example.com apply");
    EXPECT_EQ(
        who(rest + R"(,"repository_id":"17","email_verified":true)"), "ada@example.com apply"
    );
    EXPECT_EQ(who(rest + R"(,"repository_id":18,"email_verified":true)"), "ada none");
    EXPECT_EQ(who(rest + R"(,"repository_id":17,"email_verified":false)"), "ada none");
    EXPECT_EQ(who(rest + R"(,"repository_id":17)"), "ada none");
}

}  // namespace
}  // namespace migrator::access::test
