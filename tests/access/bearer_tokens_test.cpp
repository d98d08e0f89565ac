#include "access/bearer_tokens.hpp"

#include "access_support.hpp"
#include "core/sha256.hpp"

namespace migrator::access::test {
namespace {

class BearerTokens : public WithProvider {
protected:
    BearerTokens() {
        options.tokens = {
            {.name = "ci", .role = Role::Apply, .sha256 = sha256_hex("mgr_old"), .until = {}},
            {.name = "ci", .role = Role::Apply, .sha256 = sha256_hex("mgr_new"), .until = {}},
            {.name = "guest",
             .role = Role::Read,
             .sha256 = sha256_hex("mgr_guest"),
             .until = TimePoint(std::chrono::seconds(kNow + 10))}};
        start();
    }
};

TEST_F(BearerTokens, AreKnownByTheirHashes) {
    const Principal ci{.name = "ci", .proof = "token", .role = Role::Apply};
    EXPECT_EQ(ask("mgr_old"), ci);
    EXPECT_EQ(ask("mgr_new"), ci);
    for (const std::string& token :
         {std::string("mgr_"),
          std::string("mgr_ol"),
          std::string("mgr_oldx"),
          sha256_hex("mgr_old")}) {
        EXPECT_EQ(refusal(token), "unknown token");
    }
}

TEST_F(BearerTokens, Expire) {
    pass(std::chrono::seconds(9));
    EXPECT_EQ(refusal("mgr_guest"), "");
    pass(std::chrono::seconds(1));
    EXPECT_EQ(refusal("mgr_guest"), "the token of guest has expired");
    EXPECT_EQ(refusal("mgr_old"), "");
}

TEST_F(BearerTokens, AreComparedWithEveryEntry) {
    // The last of several entries counts: the search does not end at the first that fits.
    auto twice = options.tokens;
    twice.push_back(twice.front());
    EXPECT_EQ(find_token(twice, "mgr_old"), &twice.back());
    EXPECT_EQ(find_token({}, "mgr_old"), nullptr);
}

TEST_F(BearerTokens, ThatAreNewHaveALineThatIsRead) {
    const std::string token = new_token();
    EXPECT_NE(token, new_token());
    const auto entry = parse_token_line(token_line(
        {.name = "ci",
         .role = Role::Plan,
         .sha256 = sha256_hex(token),
         .until = options.tokens[2].until}
    ));
    EXPECT_EQ(entry.until, options.tokens[2].until);
    options.tokens = {entry};
    seconds_later = 0;
    start();
    EXPECT_EQ(ask(token)->role, Role::Plan);
}

TEST_F(BearerTokens, AreNoProofWhereNoneIsConfigured) {
    options.tokens.clear();
    start();
    EXPECT_EQ(ask("mgr_old"), std::nullopt);
    EXPECT_FALSE(authenticator->is_configured());
}

TEST(Challenge, SaysWhatIsWrong) {
    EXPECT_EQ(challenge(ErrorKind::Unauthenticated), "Bearer realm=\"migrator\"");
    EXPECT_EQ(
        challenge(ErrorKind::Unauthenticated, "the \"token\"\r\nhas\\ ended…"),
        "Bearer realm=\"migrator\", error=\"invalid_token\", "
        "error_description=\"the ?token???has? ended???\""
    );
    EXPECT_EQ(
        challenge(ErrorKind::Forbidden, "x"),
        "Bearer realm=\"migrator\", error=\"insufficient_scope\""
    );
}

}  // namespace
}  // namespace migrator::access::test
