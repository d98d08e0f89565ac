// Which scripts go into one message, and which of them is blamed.
#include "db/sql/apply/batch.hpp"

#include <gtest/gtest.h>

#include "apply/workplace.hpp"
#include "db/sql/apply/checks.hpp"

namespace migrator::db::sql::apply {
namespace {

class BatchTest : public testing::Test {
protected:
    BatchTest() {
        session_ = server_.connect();
        options_.placeholder = "{schema}";
    }

    /// Adds scripts with these texts; the messages, as "text+text".
    Texts sent(
        const Texts& texts, std::size_t limit, Batch::Records records = Batch::Records::Apart
    ) {
        Texts messages;
        Scripts scripts(server_.dialect(), options_);
        const auto send = [&](std::span<const ScriptRun> runs) {
            std::string message;
            for (const ScriptRun& run : runs) {
                message +=
                    (run.step == runs.front().step ? "" : "+") + std::string(run.text.whole());
            }
            messages.push_back(message);
            return failing_ == message ? std::optional(Failure{.step = runs.back().step})
                                       : std::nullopt;
        };
        const auto check = [&](const PreparedScript& prepared, std::size_t step) {
            messages.push_back("check " + checks_of(prepared).at(0).sql);
            return failing_ == messages.back() ? std::optional(Failure{.step = step})
                                               : std::nullopt;
        };
        Batch batch(*session_, scripts, limit, records, send, check);
        std::deque<Migration> files;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            files.push_back(file_named("t/" + std::to_string(i), texts[i]));
            if ((failure_ = batch.add(i, files.back(), "a"))) return messages;
        }
        failure_ = batch.flush();
        sent_ = batch.sent();
        return messages;
    }

    test::FakeServer server_;
    Options options_;
    std::unique_ptr<Session> session_;
    std::string failing_ = "nothing";
    std::optional<Failure> failure_;
    std::size_t sent_ = 0;
};

TEST_F(BatchTest, JoinsUpToTheLimit) {
    EXPECT_EQ(sent({"aaaa", "bbbb", "cccc"}, 100), (Texts{"aaaa+bbbb+cccc"}));
    EXPECT_EQ(sent({"aaaa", "bbbb", "cccc"}, 8), (Texts{"aaaa+bbbb", "cccc"}));
    EXPECT_EQ(sent({"aaaa", "bbbb", "cccc"}, 7), (Texts{"aaaa", "bbbb", "cccc"}));
    EXPECT_EQ(sent({"aaaa", "bbbbbbbbbb", "cccc"}, 8), (Texts{"aaaa", "bbbbbbbbbb", "cccc"}));
    EXPECT_EQ(sent_, 3U);
}

TEST_F(BatchTest, RunsTheChecksOfAScriptBehindAllScriptsBeforeItAndBeforeItsOwnStatements) {
    const std::string checked = "-- migrator:check select 1\ncccc";
    const Texts all = {"aaaa+bbbb", "check select 1", checked + "+dddd"};
    EXPECT_EQ(sent({"aaaa", "bbbb", checked, "dddd"}, 100), all);
    failing_ = "check select 1";
    EXPECT_EQ(sent({"aaaa", "bbbb", checked, "dddd"}, 100), (Texts{"aaaa+bbbb", failing_}));
    ASSERT_TRUE(failure_);
    EXPECT_EQ(failure_->step, 2U);
    EXPECT_EQ(sent({"-- migrator:check select 1"}, 100), (Texts{failing_}))
        << "a file may be nothing but checks";
    failing_ = "aaaa";
    EXPECT_EQ(sent({"aaaa", checked}, 100), (Texts{"aaaa"})) << "the failure before it counts";
}

TEST_F(BatchTest, ALimitOfZeroIsAMessageEach) { EXPECT_EQ(sent({"a", "b"}, 0), (Texts{"a", "b"})); }

TEST_F(BatchTest, CountsTheTextAsItIsSentAndTheFileToWhereItIsRecordedWithIt) {
    EXPECT_EQ(sent({"{schema}", "{schema}"}, 2), (Texts{"a+a"}));
    EXPECT_EQ(sent({"aaaa", "bbbb"}, 8, Batch::Records::WithScripts), (Texts{"aaaa", "bbbb"}));
    EXPECT_EQ(sent({"aaaa", "bbbb"}, 16, Batch::Records::WithScripts), (Texts{"aaaa+bbbb"}));
}

TEST_F(BatchTest, ABlankScriptIsSentOnlyWhereItsRowIs) {
    EXPECT_EQ(sent({"", "-- note", "a"}, 100), (Texts{"a"}));
    EXPECT_EQ(sent_, 3U);
    EXPECT_EQ(sent({"", "a"}, 100, Batch::Records::WithScripts), (Texts{"+a"}));
}

TEST_F(BatchTest, WhatChangesHowTextIsReadIsTheLastOfItsMessage) {
    server_.change_dialect().lexis.escape_strings = true;
    EXPECT_EQ(
        sent({"a", "set standard_conforming_strings = off", "b"}, 1'000),
        (Texts{"a+set standard_conforming_strings = off", "b"})
    );
}

TEST_F(BatchTest, LeavesOutAWrapperWithNothingInIt) {
    EXPECT_EQ(sent({"begin; commit;", "a"}, 100), (Texts{"a"}));
}

TEST_F(BatchTest, EndsAtTheFirstFailureWhichIsThatOfItsScript) {
    failing_ = "bb";
    EXPECT_EQ(sent({"aa", "bb", "cc"}, 2), (Texts{"aa", "bb"}));
    ASSERT_TRUE(failure_);
    EXPECT_EQ(failure_->step, 1U);
}

TEST_F(BatchTest, AScriptThatCantBeSentFailsByItself) {
    server_.change_dialect().lexis.psql_commands = true;
    EXPECT_EQ(sent({"a", "\\d t", "b"}, 1'000), Texts{});
    ASSERT_TRUE(failure_);
    EXPECT_EQ(failure_->step, 1U);
    EXPECT_NE(failure_->message.find("psql command"), std::string::npos) << failure_->message;
}

}  // namespace
}  // namespace migrator::db::sql::apply
