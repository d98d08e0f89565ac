#include "db/sql/wait_search.hpp"

#include <gtest/gtest.h>

#include "core/log.hpp"
#include "support/fake_server.hpp"

namespace migrator::db::sql {
namespace {

using test::Fault;

Row row(const std::string& session) {
    return {
        "a lock on t2.c",
        "t2",
        "c",
        session,
        "app",
        "10.0.0.3",
        "billing",
        "61",
        "idle",
        "select * from c where pin = 'secret'",
        {}};
}

class WaitSearchTest : public testing::Test {
protected:
    WaitSearchTest() {
        log::redirect([this](std::string_view line) { logged_ += std::string(line) + "\n"; });
    }
    ~WaitSearchTest() override { log::redirect(nullptr); }

    test::FakeServer server_;
    WaitSearch search_{server_, {}};
    std::string logged_;
};

TEST_F(WaitSearchTest, NamesTheSessionsInTheWayWithoutLiterals) {
    server_.waits = {row("812")};
    const auto wait = search_.find("7", {}, {"812"});
    ASSERT_TRUE(wait);
    EXPECT_EQ(wait->what, "a lock on t2.c");
    EXPECT_EQ(wait->schema, "t2");
    EXPECT_EQ(wait->table, "c");
    const Blocker expected{
        .session = "812",
        .user = "app",
        .address = "10.0.0.3",
        .program = "billing",
        .since = std::chrono::seconds(61),
        .state = "idle",
        .statement = "select * from c where pin = ?",
        .is_ours = true};
    EXPECT_EQ(wait->blockers, (std::vector<Blocker>{expected}));
    EXPECT_EQ(
        told(*wait),
        "a lock on t2.c, held by session 812 (a worker of this run, user app, 10.0.0.3, billing, "
        "for 1 min 1 s, idle): select * from c where pin = ?"
    );
}

TEST_F(WaitSearchTest, NamesAFewOfManyAndSaysWhatIsAGuess) {
    server_.waits = {row("1"), row("2"), row("3"), row("4"), row("5")};
    auto wait = search_.find("7", {}, {});
    ASSERT_TRUE(wait);
    EXPECT_TRUE(told(*wait).ends_with("; and by 2 more")) << told(*wait);
    wait->is_guess = true;
    wait->blockers.resize(1);
    EXPECT_NE(told(*wait).find(", probably held by session 1 ("), std::string::npos);
}

TEST_F(WaitSearchTest, GuessesOurOwnSessionsOnlyWhenThereAreNoOthers) {
    constexpr std::array<WaitQuery, 1> kGuess = {{{.sql = "waits", .is_guess = true}}};
    server_.change_dialect().waits = kGuess;
    server_.waits = {row("1"), row("2")};
    EXPECT_EQ(search_.find("7", {}, {"1"})->blockers.size(), 1U);
    EXPECT_EQ(search_.find("7", {}, {"1", "2"})->blockers.size(), 2U);
}

TEST_F(WaitSearchTest, ASessionThatWaitsForNobodyHasNoWait) {
    EXPECT_FALSE(search_.find("7", {}, {}));
    EXPECT_EQ(logged_, "");
}

TEST_F(WaitSearchTest, AsksNothingWhereThereIsNoNumberOrNoQuery) {
    server_.waits = {row("812")};
    EXPECT_FALSE(search_.find("", {}, {}));
    server_.change_dialect().waits = {};
    EXPECT_FALSE(search_.find("7", {}, {}));
    EXPECT_EQ(server_.count("connect"), 0U);
}

TEST_F(WaitSearchTest, AQueryThatIsRefusedIsNotAskedAgainAndTheRightIsNamedOnce) {
    server_.waits = {row("812")};
    server_.fault = [](std::string_view call) {
        return call == "denied" ? Fault::Refused : Fault::None;
    };
    EXPECT_TRUE(search_.find("7", {}, {}));
    EXPECT_TRUE(search_.find("7", {}, {}));
    EXPECT_EQ(server_.count("denied"), 1U);
    const std::string said = "Not everything about locks is visible (refused denied): grant more\n";
    const auto at = logged_.find(said);
    ASSERT_NE(at, std::string::npos) << logged_;
    EXPECT_EQ(logged_.find(said, at + 1), std::string::npos);
}

TEST_F(WaitSearchTest, WithoutAConnectionThereIsNoWaitUntilThereIsOne) {
    server_.waits = {row("812")};
    for (const char* broken : {"connect", "denied"}) {
        SCOPED_TRACE(broken);
        server_.fault = [=](std::string_view call) {
            return call == broken ? Fault::Lost : Fault::None;
        };
        EXPECT_FALSE(search_.find("7", {}, {}));
        server_.fault = nullptr;
        EXPECT_TRUE(search_.find("7", {}, {}));
    }
}

}  // namespace
}  // namespace migrator::db::sql
