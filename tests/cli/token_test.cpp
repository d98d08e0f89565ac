#include <boost/json/object.hpp>

#include "access/bearer_tokens.hpp"
#include "cli/command_line.hpp"
#include "core/error.hpp"

namespace migrator::cli::test {
namespace {

class TokenCommand : public CommandLine {
protected:
    /// Of the document, its token and its line.
    static std::string member(const boost::json::object& document, const char* name) {
        return document.at(name).as_string().c_str();
    }
};

TEST_F(TokenCommand, PrintsATokenThatItsLineLetsIn) {
    on_open = [] { throw Error(ErrorKind::Configuration, "must not be read"); };
    const auto document = run_json({"token", "ci", "--role", "apply", "--json"});
    EXPECT_EQ(exit_code, 0);
    const auto token = member(document, "token");
    EXPECT_TRUE(token.starts_with("mgr_")) << token;
    EXPECT_EQ(token.size(), 47U);
    const auto line = member(document, "line");
    EXPECT_EQ(line.find(token), std::string::npos);
    const std::vector<access::StaticToken> entries{access::parse_token_line(line)};
    const auto* found = access::find_token(entries, token);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->name, "ci");
    EXPECT_EQ(found->role, Role::Apply);
    EXPECT_FALSE(found->until);
}

TEST_F(TokenCommand, MakesAnotherTokenEachTime) {
    const auto first = member(run_json({"token", "ci", "--role", "read", "--json"}), "token");
    EXPECT_NE(member(run_json({"token", "ci", "--role", "read", "--json"}), "token"), first);
}

TEST_F(TokenCommand, WritesWhenItExpires) {
    for (const auto& [time, until] : std::map<std::string, std::string>{
             {"90d", "2027-02-21T01:02:03Z"}, {"12h", "2026-11-23T13:02:03Z"}}) {
        const auto document =
            run_json({"token", "ci", "--role", "read", "--expires", time, "--json"});
        EXPECT_TRUE(member(document, "line").ends_with(" until=" + until))
            << member(document, "line");
    }
}

TEST_F(TokenCommand, ShowsPeopleTheTokenAndTheLine) {
    EXPECT_EQ(run({"token", "ci", "--role", "apply"}), 0);
    const auto text = out.str();
    EXPECT_TRUE(text.starts_with("mgr_"));
    EXPECT_NE(text.find("\ntokens:\n- ci apply sha256:"), std::string::npos) << text;
    EXPECT_EQ(err.str(), "");
}

TEST_F(TokenCommand, RefusesWhatNobodyCanUse) {
    const std::vector<std::vector<std::string>> cases = {
        {"token", "ci"},
        {"token", "--role", "read"},
        {"token", "two words", "--role", "read"},
        {"token", "a,b", "--role", "read"},
        {"token", "ci", "--role", "none"},
        {"token", "ci", "--role", "owner"},
        {"token", "ci", "--role", "read", "--expires", "0d"},
        {"token", "ci", "--role", "read", "--expires", "soon"},
        {"token", "ci", "--role", "read", "--expires", "99999999999d"}};
    for (const auto& one : cases) {
        SCOPED_TRACE(one.back());
        EXPECT_EQ(run(one), 2);
        EXPECT_EQ(out.str(), "");
    }
}

}  // namespace
}  // namespace migrator::cli::test
