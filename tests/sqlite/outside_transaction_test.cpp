#include "sqlite/workshop.hpp"

namespace migrator::test {
namespace {

class SqliteOutsideTransaction : public Workshop {
protected:
    SqliteOutsideTransaction() : session_(connect()) {
        session_->use_schemas(std::vector<std::string>{"north"});
    }
    std::unique_ptr<db::sql::Session> session_;
    std::vector<std::size_t> done_;
};

using Numbers = std::vector<std::size_t>;

TEST_F(SqliteOutsideTransaction, RunsVacuumAndTellsOfEveryStatement) {
    EXPECT_EQ(
        said(run_alone(*session_, "create table north.t (x);\nvacuum north;\nvacuum main", &done_)),
        ""
    );
    EXPECT_EQ(done_, (Numbers{1, 2, 3}));
    EXPECT_EQ(read("north.db", "select name from sqlite_schema"), "t");
}

TEST_F(SqliteOutsideTransaction, KeepsWhatRanBeforeAFailure) {
    const auto failure = run_alone(
        *session_, "create table north.t (x);\nnonsense;\ncreate table north.u (x)", &done_
    );
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->statement, 2U);
    EXPECT_EQ(failure->line, 2U);
    EXPECT_EQ(done_, (Numbers{1}));
    EXPECT_EQ(read("north.db", "select name from sqlite_schema"), "t");
}

TEST_F(SqliteOutsideTransaction, SendsTheTransactionControlOfTheScript) {
    EXPECT_EQ(
        said(run_alone(
            *session_,
            "begin; create table north.t (x); rollback; begin; create table north.u (x); commit",
            &done_
        )),
        ""
    );
    EXPECT_EQ(read("north.db", "select name from sqlite_schema"), "u");
    EXPECT_EQ(done_, (Numbers{3, 6})) << "of statements that a crash can no longer undo";
}

TEST_F(SqliteOutsideTransaction, RollsBackATransactionThatTheScriptLeavesOpen) {
    const auto failure =
        run_alone(*session_, "create table north.t (x);\nbegin;\ndrop table north.t");
    EXPECT_NE(said(failure).find("left a transaction open"), std::string::npos);
    EXPECT_EQ(failure->statement, 3U);
    EXPECT_EQ(read("north.db", "select name from sqlite_schema"), "t");
    session_->begin({});
    EXPECT_EQ(said(session_->commit()), "");
}

TEST_F(SqliteOutsideTransaction, AttachesNothing) {
    for (const char* text : {"attach ':memory:' as x", "attach '' as x", "detach north"}) {
        EXPECT_NE(said(run_alone(*session_, text)).find("migrator"), std::string::npos) << text;
    }
    EXPECT_EQ(said(run_alone(*session_, "create schema north")), "");
}

TEST_F(SqliteOutsideTransaction, HasTheTimeLimit) {
    const auto failure = run_alone(
        *session_,
        "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
        nullptr,
        {.statement_timeout = std::chrono::milliseconds(5)}
    );
    EXPECT_NE(said(failure).find("limit"), std::string::npos);
}

TEST_F(SqliteOutsideTransaction, DoesNotRunInsideATransaction) {
    session_->begin({});
    EXPECT_THROW(run_alone(*session_, "vacuum"), Error);
}

TEST_F(SqliteOutsideTransaction, JournalSettingsOfAScriptAreNotThoseOfTheNextTransaction) {
    ASSERT_EQ(
        said(run_alone(*session_, "pragma north.journal_mode = off; pragma north.synchronous = off")
        ),
        ""
    );
    session_->begin({});
    EXPECT_EQ(ask(*session_, "pragma north.journal_mode"), "delete");
    EXPECT_EQ(ask(*session_, "pragma north.synchronous"), "2");
}

TEST_F(SqliteOutsideTransaction, ForeignKeysOfAScriptEndWithReset) {
    ASSERT_EQ(said(run_alone(*session_, "pragma foreign_keys = on")), "");
    EXPECT_EQ(ask(*session_, "pragma foreign_keys"), "1");
    session_->reset();
    EXPECT_EQ(ask(*session_, "pragma foreign_keys"), "0");
}

}  // namespace
}  // namespace migrator::test
