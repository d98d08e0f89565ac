// Which scripts need a reset in front of them.
#include "db/sql/apply/leftovers.hpp"

#include <gtest/gtest.h>

#include "apply/workplace.hpp"

namespace migrator::db::sql::apply {
namespace {

using script::kChangesSession;
using script::kMakesStatefulCode;
using script::kMakesTemporary;
using script::kNoTraits;
using script::kReadsKeys;

script::Script with(std::uint32_t traits) {
    script::Script script;
    script.traits = traits;
    return script;
}

class LeftoversTest : public testing::Test {
protected:
    /// What is undone in front of each of scripts with these traits.
    std::vector<std::uint32_t> undone(const std::vector<script::Script>& scripts) {
        Leftovers leftovers(code_);
        std::vector<std::uint32_t> result;
        for (const script::Script& script : scripts) {
            result.push_back(leftovers.undone_before(script));
            leftovers.add(script);
        }
        return result;
    }

    StatefulCode code_;
};

using Undone = std::vector<std::uint32_t>;

TEST_F(LeftoversTest, AreUndoneOnceAndOnlyBehindAScriptThatLeavesThem) {
    const std::uint32_t temporary = kChangesSession | kMakesTemporary;
    EXPECT_EQ(undone({with(0), with(0)}), (Undone{0, 0}));
    EXPECT_EQ(undone({with(temporary), with(0), with(0)}), (Undone{0, temporary, 0}));
    EXPECT_EQ(
        undone({with(kChangesSession), with(temporary), with(0)}),
        (Undone{0, kChangesSession, temporary})
    );
}

TEST_F(LeftoversTest, OfScriptsThatNobodyCanVouchForAreAnything) {
    script::Script unsure = with(0);
    unsure.sure = false;
    EXPECT_EQ(undone({unsure, with(0)}), (Undone{0, ~0U}));
}

TEST_F(LeftoversTest, KeysAreForgottenBeforeAScriptThatReadsThem) {
    EXPECT_EQ(
        undone({with(kReadsKeys), with(0), with(kReadsKeys)}), (Undone{kReadsKeys, 0, kReadsKeys})
    );
}

TEST_F(LeftoversTest, OfEveryScriptAreAnythingOnceThereIsCodeThatMayLeaveIt) {
    EXPECT_EQ(undone({with(0), with(kMakesStatefulCode), with(0)}), (Undone{0, 0, ~0U}));
    EXPECT_EQ(undone({with(0), with(0)}), (Undone{0, ~0U}));  // another transaction of the run
}

TEST_F(LeftoversTest, OfCodeThatTheDatabaseHas) {
    test::FakeServer server;
    server.has_stateful_code = true;
    code_.look(*server.connect(), server.dialect());
    EXPECT_EQ(undone({with(0), with(0)}), (Undone{0, ~0U}));
}

TEST_F(LeftoversTest, StayWhereTheyAreKept) {
    Leftovers kept;
    kept.add(with(kChangesSession));
    kept.add_unknown();
    EXPECT_FALSE(kept.are_there());
    EXPECT_EQ(kept.undone_before(with(kReadsKeys)), kNoTraits);
}

TEST(LeftoversInARun, AreUndoneBeforeTheNextFileAndTheNextTenantAlone) {
    Workplace place;
    place.plan.tenants = {"a", "b"};
    place.plan_file("t/1.sql", "set x; one");
    place.plan_file("t/2.sql", "two");
    place.apply();
    Texts ran;
    for (const std::string& call : place.server.calls()) {
        if (call == "undo" || call.starts_with("run ")) ran.push_back(call);
    }
    EXPECT_EQ(
        ran,
        (Texts{"run set x", "run one", "undo", "run set x", "run one", "undo", "run two", "run two"}
        )
    );
}

TEST(LeftoversInARun, AreLeftWithSessionStateKeep) {
    Workplace place;
    place.options.session_state = SessionState::Keep;
    place.plan_file("a/1.sql", "set x", {"a"});
    place.plan_file("a/2.sql", "two", {"a"});
    place.apply();
    EXPECT_EQ(place.server.count("undo"), 0U);
    EXPECT_EQ(place.server.count("stateful code"), 0U);
}

TEST(LeftoversInARun, AreAskedForOnceAndNotForOneExecution) {
    Workplace one;
    one.plan_file("a/1.sql", "one", {"a"});
    one.apply();
    EXPECT_EQ(one.server.count("stateful code"), 0U);
    Workplace two;
    two.plan.tenants = {"a", "b"};
    two.plan_file("t/1.sql", "one");
    two.apply();
    EXPECT_EQ(two.server.count("stateful code"), 1U);
}

}  // namespace
}  // namespace migrator::db::sql::apply
