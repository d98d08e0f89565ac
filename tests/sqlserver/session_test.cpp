// The session through FreeTDS's real driver, against the stand-in for SQL Server.
#include <gtest/gtest.h>

#include <thread>

#include "core/error.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/wait_search.hpp"
#include "db/sqlserver/dialect.hpp"
#include "db/sqlserver/script_scan.hpp"
#include "db/sqlserver/sqlserver.hpp"
#include "sqlserver/stand_in.hpp"

namespace migrator::db::sqlserver {
namespace {

using test::StandIn;

/// Runs one script in the session's open transaction.
std::optional<sql::Failure> run(sql::Session& session, const std::string& text) {
    const script::Script script = sqlserver::scan(text, dialect().lexis, true);
    EXPECT_EQ(script.problem, "");
    const sql::ScriptRun script_run{.step = 7, .text = text, .script = &script};
    return session.run_scripts({&script_run, 1});
}

class SessionOnStandIn : public ::testing::Test {
protected:
    StandIn server_;
    std::unique_ptr<sql::Server> connector_ = make_server(server_.options());
};

TEST_F(SessionOnStandIn, LogsInWithAnyPassword) {
    const auto session = connector_->connect();
    EXPECT_TRUE(server_.was_asked("\"user\": \"sa\""));
    EXPECT_TRUE(server_.was_asked("\"database\": \"shop\""));
    EXPECT_TRUE(server_.was_asked("\"app\": \"migrator\""));
    EXPECT_TRUE(sql::query_bool(*session, "select 1"));
}

TEST_F(SessionOnStandIn, SaysWhyALoginIsRefused) {
    Options options = server_.options();
    options.data_source = "server=127.0.0.1," + std::to_string(server_.port()) +
                          ";user id=somebody;password=WrongOne";
    try {
        make_server(options)->connect();
        FAIL() << "it connected";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        const std::string text = error.what();
        EXPECT_NE(text.find("failed to connect to database: 127.0.0.1:"), std::string::npos)
            << text;
        EXPECT_NE(text.find("Login failed for user 'somebody'"), std::string::npos) << text;
        EXPECT_EQ(text.find("WrongOne"), std::string::npos) << text;
    }
}

TEST_F(SessionOnStandIn, TakesARenewedPassword) {
    Options options = server_.options();
    options.data_source =
        "server=127.0.0.1," + std::to_string(server_.port()) + ";user id=sa;password=old";
    options.renewed_data_source = [this] { return server_.url(); };
    EXPECT_TRUE(sql::query_bool(*make_server(options)->connect(), "select 1"));
}

TEST_F(SessionOnStandIn, ReadsRowsOneByOne) {
    const auto session = connector_->connect();
    int count = 0;
    session->query("rows(3, 20000)", {}, [&](const sql::Row& row) {
        EXPECT_EQ(row.at(0), std::to_string(count++));
        ASSERT_TRUE(row.at(1));
        EXPECT_EQ(row.at(1)->size(), 10'000 * std::string("ä😀").size());
        EXPECT_TRUE(row.at(1)->starts_with("ä😀ä😀"));
        EXPECT_TRUE(row.at(1)->ends_with("ä😀"));
        EXPECT_EQ(row.at(2), "2025-12-11 00:01:00.500000");
    });
    EXPECT_EQ(count, 3);
}

TEST_F(SessionOnStandIn, EndsAReadEarly) {
    const auto session = connector_->connect();
    {
        const auto rows = session->open("rows(2000, 1000)", {});
        sql::Row row;
        EXPECT_TRUE(rows->next(row));
    }
    EXPECT_TRUE(sql::query_bool(*session, "select 1"));
}

TEST_F(SessionOnStandIn, BindsParameters) {
    const auto session = connector_->connect();
    const std::string long_text = std::string(100'000, 'x') + "😀";
    const sql::Parameters parameters{
        "plain",
        std::nullopt,
        "",
        "ü😀'?@p1",
        std::string(4000, 'y'),
        std::string(4001, 'z'),
        long_text};
    const auto row =
        sql::query_row(*session, "echo @p1, @p2, @p3, @p4, @p5, @p6, @p7, '@p1', @p1", parameters);
    ASSERT_TRUE(row);
    sql::Parameters expected = parameters;
    expected.emplace_back("plain");
    EXPECT_EQ(*row, expected);
}

TEST_F(SessionOnStandIn, SaysWhatOwnSqlHasFailedWith) {
    const auto session = connector_->connect();
    try {
        sql::execute(*session, "raise(208, 1)");
        FAIL() << "it did not fail";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Internal);
        EXPECT_EQ(std::string(error.what()), "It failed. (Msg 208) (SQLSTATE 42S02)");
    }
    EXPECT_TRUE(sql::query_bool(*session, "select 1"));
}

// FreeTDS's driver rewrites {…} and counts ? where it sees no comment and no quote.
TEST_F(SessionOnStandIn, SendsWhatQuotesAndCommentsHoldAsItStands) {
    const auto session = connector_->connect();
    const struct {
        const char* name;
        std::string text;
        std::string sent;
    } cases[] = {
        {"string", R"(insert t values (N'{"a": {call me}, ?} it''s {x}'))", ""},
        {"names", "select 1 as [a]]{b} ?], 2 as \"c\"\"{d} ?\"", ""},
        {"comments", "-- it's {a} ?\nselect 1 /* {b} isn't ? */", ""},
        {"behind a comment that nests",
         "/* outer /* inner */ isn't closed yet */\ninsert t values (N'{call me}', N'why?')",
         "/* outer  * inner *  isn't closed yet */\ninsert t values (N'{call me}', N'why?')"},
        {"in a comment that nests",
         "/* outer /* inner */ is it {done}? */\nselect 1",
         "/* outer  * inner *  is it {done}? */\nselect 1"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        session->begin({});
        const auto failure = run(*session, c.text);
        EXPECT_FALSE(failure) << failure->message;
        session->rollback();
        EXPECT_TRUE(server_.was_sent(c.sent.empty() ? c.text : c.sent));
    }
}

TEST_F(SessionOnStandIn, NamesBatchAndLineOfAFailure) {
    const auto session = connector_->connect();
    const struct {
        const char* name;
        std::string text;
        std::size_t statement;
        std::uint32_t line;
        const char* context;
    } cases[] = {
        {"first line", "insert t raise(2627, 1)", 1, 1, ""},
        {"later line", "insert t\n\n  raise(2627, 3)\nselect", 1, 3, ""},
        {"second batch", "select 1\nGO\n\nselect\nraise(2627, 3)\n", 2, 5, ""},
        {"behind results", "select 1\nGO\nselect results(3) late(8134, 1)", 2, 3, ""},
        {"behind messages", "print(hello) print(again)\nGO\nprint(x)\nraise(50000, 2)", 2, 4, ""},
        {"longer than the batch",
         "select 1\nGO\nexec p raise(515, 77)",
         2,
         3,
         "line 77 of a procedure or trigger"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        session->begin({});
        const auto failure = run(*session, c.text);
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->step, 7U);
        EXPECT_EQ(failure->statement, c.statement);
        EXPECT_EQ(failure->line, c.line);
        EXPECT_EQ(failure->context, c.context);
        EXPECT_NE(failure->message.find("It failed"), std::string::npos) << failure->message;
        EXPECT_FALSE(failure->connection_lost);
        session->rollback();
    }
}

TEST_F(SessionOnStandIn, RunsBatchesAsOftenAsTheySay) {
    const auto session = connector_->connect();
    session->begin({});
    EXPECT_FALSE(run(*session, "first one\nGO 3\n-- nothing\ngo\nresults(4) print(x)\n"));
    session->rollback();
    std::size_t count = 0;
    for (const auto& line : server_.requests()) {
        if (line.find("first one") != std::string::npos) ++count;
    }
    EXPECT_EQ(count, 3U);
    EXPECT_FALSE(server_.was_asked("nothing"));
}

/// Writes down what it is told.
class Listener : public sql::Observer {
public:
    void sent(const sql::Sent& message) override {
        const sql::SentPart& part = message.parts[0];
        told.push_back(
            "sent by " + std::string(message.session) + " from line " +
            std::to_string(part.script->script->statements.at(part.first).line)
        );
    }
    void ran() override {}
    void answered() noexcept override { told.emplace_back("answered"); }
    void said(const sql::ScriptRun& /*script*/, Notice notice) override {
        told.push_back(std::to_string(notice.line) + " " + notice.level + " " + notice.message);
    }

    std::vector<std::string> told;
};

TEST_F(SessionOnStandIn, TellsOfBatchesAndOfWhatTheServerSays) {
    const auto session = connector_->connect();
    Listener listener;
    session->observe(&listener);
    session->begin({});
    EXPECT_FALSE(run(*session, "print(hello)\nGO\n\nresults(2) print(again)\n"));
    session->rollback();
    EXPECT_EQ(
        listener.told,
        (std::vector<std::string>{
            "sent by 51 from line 1",
            "1 PRINT hello",
            "answered",
            "sent by 51 from line 4",
            "3 PRINT again",
            "answered"})
    );
}

TEST_F(SessionOnStandIn, TellsForWhomASessionWaits) {
    sql::WaitSearch search(*connector_, {});
    const auto wait = search.find("51", {}, {});
    ASSERT_TRUE(wait);
    EXPECT_EQ(wait->schema, "shop");
    EXPECT_EQ(
        told(*wait),
        "a lock (LCK_M_SCH_M, OBJECT: 5:245575913:0), held by session 77 (user app, 10.0.0.7, "
        "billing, for 1 min 1 s, idle in a transaction): select pin from shop.orders where pin = ?"
    );
    EXPECT_FALSE(search.find("52", {}, {}));
}

TEST_F(SessionOnStandIn, LeavesTheWrapperOut) {
    const auto session = connector_->connect();
    session->begin({});
    EXPECT_FALSE(run(*session, "BEGIN TRAN;\nunknown thing\nGO\nCOMMIT TRAN\nGO\n"));
    session->rollback();
    EXPECT_FALSE(server_.was_asked("BEGIN TRAN"));
    EXPECT_FALSE(server_.was_asked("COMMIT TRAN"));
    EXPECT_TRUE(server_.was_asked("unknown thing"));
}

TEST_F(SessionOnStandIn, NoticesWhatAScriptDidToTheTransaction) {
    const auto session = connector_->connect();
    const struct {
        const char* text;
        const char* message;
        const char* detail;
    } cases[] = {
        {"exec p -- end transaction", "a COMMIT that the file runs", "in a dry run too"},
        {"exec p -- undo transaction", "the file ended the transaction", "if it was a COMMIT"},
        {"exec p -- doom", "can only be rolled back", ""},
        {"exec p -- nest", "began a transaction", ""},
        // What the server says comes first; whether it is a COMMIT or not shows in the mark.
        {"exec p -- end transaction raise(266, 1)",
         "It failed. (Msg 266)",
         "until the COMMIT stays"},
        {"exec p -- raise(266, 1)", "It failed. (Msg 266)", "if it was a COMMIT"},
        {"exec p -- procedure commits", "Previous count 1 current count 0", "if it was a COMMIT"},
        {"insert t -- end transaction raise(3609, 1)", "(Msg 3609)", "if it was a COMMIT"},
        {"exec p -- raise(547, 1)", "It failed. (Msg 547)", ""},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        session->begin({});
        const auto failure = run(*session, c.text);
        ASSERT_TRUE(failure);
        EXPECT_NE(failure->message.find(c.message), std::string::npos) << failure->message;
        EXPECT_NE(failure->detail.find(c.detail), std::string::npos) << failure->detail;
        EXPECT_EQ(failure->detail.empty(), std::string(c.detail).empty()) << failure->detail;
        session->rollback();
    }
    // What the scanner can't see is found before anything is recorded.
    session->begin({});
    EXPECT_FALSE(run(*session, "select dbo.f() -- nest"));
    EXPECT_THROW(session->reset(), Error);
    const auto failure = session->commit();
    ASSERT_TRUE(failure);
    EXPECT_NE(failure->message.find("did not end it"), std::string::npos);
    session->rollback();
    EXPECT_TRUE(session->commit());  // nothing is open
}

TEST_F(SessionOnStandIn, TellsWhatMayBeTriedAgain) {
    const auto session = connector_->connect();
    const struct {
        const char* text;
        const char* sqlstate;
        bool may_repeat;
        bool lock_timed_out;
    } cases[] = {
        {"insert t raise(1205, 1)", "40001", true, false},
        {"insert t raise(1222, 1)", "42000", true, true},
        {"insert t raise(547, 1)", "23000", false, false},
        {"exec p -- end transaction raise(1205, 1)", "40001", false, false},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        session->begin({});
        const auto failure = run(*session, c.text);
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->sqlstate, c.sqlstate);
        EXPECT_EQ(failure->may_repeat, c.may_repeat);
        EXPECT_EQ(failure->lock_timed_out, c.lock_timed_out);
        session->rollback();
    }
}

TEST_F(SessionOnStandIn, StopsBehindTheBatchThatEndedTheTransaction) {
    const auto session = connector_->connect();
    session->begin({});
    const auto failure = run(*session, "select 1\nGO\nexec p -- end transaction\nGO\ndrop table t");
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->statement, 2U);
    EXPECT_EQ(failure->line, 3U);
    EXPECT_FALSE(server_.was_asked("drop table t"));
    // And nothing is left of it that would tell of the next one.
    session->rollback();
    session->begin({});
    EXPECT_FALSE(run(*session, "exec p"));
    session->reset();
    EXPECT_FALSE(session->commit());
}

TEST_F(SessionOnStandIn, SetsTheSessionBack) {
    const auto session = connector_->connect();
    session->begin({.lock_timeout = std::chrono::milliseconds(700)});
    EXPECT_TRUE(server_.was_asked("set lock_timeout 700;"));
    EXPECT_FALSE(run(*session, "set identity_insert [a].[b c] on\ninsert into x"));
    session->reset();
    EXPECT_TRUE(server_.was_asked("set identity_insert [a].[b c] off"));
    EXPECT_TRUE(server_.was_asked("if db_name() <> N'shop' use [shop];"));
    EXPECT_TRUE(server_.was_asked("set language 'us_english';"));
    EXPECT_FALSE(server_.was_asked("begin revert"));
    EXPECT_FALSE(run(*session, "EXECUTE AS user = 'x'\nselect 1"));
    session->reset();
    EXPECT_TRUE(server_.was_asked("begin revert"));
    EXPECT_FALSE(session->commit());
}

TEST_F(SessionOnStandIn, CancelsWhatIsRunning) {
    const auto session = connector_->connect();
    std::stop_source stop;
    session->watch(stop.get_token());
    session->begin({});
    std::jthread later([&] {
        while (!server_.was_asked("slow"))
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        stop.request_stop();
    });
    const auto failure = run(*session, "slow");
    ASSERT_TRUE(failure);
    EXPECT_FALSE(failure->connection_lost) << failure->message;
    EXPECT_TRUE(server_.was_asked("\"cancelled\": true"));
    session->rollback();
    EXPECT_FALSE(session->is_lost());
    session->watch({});
    EXPECT_TRUE(sql::query_bool(*session, "select 1"));
}

TEST_F(SessionOnStandIn, EndsAStatementAtItsTimeLimit) {
    const auto session = connector_->connect();
    session->begin({.statement_timeout = std::chrono::milliseconds(300)});
    const auto failure = run(*session, "slow");
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->sqlstate, "HYT00") << failure->message;
    session->rollback();
    EXPECT_TRUE(sql::query_bool(*session, "select 1"));
}

TEST_F(SessionOnStandIn, NoticesALostConnection) {
    for (const char* text : {"close", "hang up"}) {
        SCOPED_TRACE(text);
        const auto session = connector_->connect();
        session->begin({});
        const auto failure = run(*session, text);
        ASSERT_TRUE(failure);
        EXPECT_TRUE(failure->connection_lost) << failure->message << failure->sqlstate;
        EXPECT_EQ(failure->message.find("Msg"), std::string::npos) << failure->message;
        EXPECT_EQ(failure->context, "");
        EXPECT_EQ(failure->line, 1U);
        EXPECT_TRUE(session->is_lost());
        session->rollback();
        EXPECT_THROW(sql::execute(*session, "select 1"), Error);
    }
}

TEST_F(SessionOnStandIn, OneRunHasTheLock) {
    auto first = connector_->try_lock();
    ASSERT_TRUE(first);
    const auto other = make_server(server_.options());
    EXPECT_FALSE(other->try_lock());
    auto session = first->take_session();
    ASSERT_TRUE(session);
    EXPECT_FALSE(first->take_session());
    EXPECT_FALSE(other->try_lock());
    session.reset();
    first.reset();
    std::unique_ptr<sql::RunLock> second;
    for (int i = 0; i < 500 && !second; ++i) {
        second = other->try_lock();  // the server sees the end of a connection a moment later
        if (!second) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_TRUE(second);
}

TEST_F(SessionOnStandIn, RunsAFileOutsideATransaction) {
    const auto session = connector_->connect();
    const std::string text = "alter database x\nGO\nsecond\nGO\nraise(5069, 1)";
    const script::Script script = sqlserver::scan(text, dialect().lexis, true);
    std::vector<std::size_t> done;
    const auto failure = session->run_without_transaction(
        {.text = text, .script = &script}, {}, [&](std::size_t n) { done.push_back(n); }
    );
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->statement, 3U);
    EXPECT_EQ(failure->line, 5U);
    EXPECT_EQ(done, (std::vector<std::size_t>{1, 2}));

    const std::string open = "nest";
    const script::Script unclosed = sqlserver::scan(open, dialect().lexis, true);
    const auto left =
        session->run_without_transaction({.text = open, .script = &unclosed}, {}, nullptr);
    ASSERT_TRUE(left);
    EXPECT_NE(left->message.find("left a transaction open"), std::string::npos);
}

TEST_F(SessionOnStandIn, GivesUpOnAServerThatDoesNotAnswer) {
    server_.kill();
    try {
        connector_->connect();
        FAIL() << "it connected";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable) << error.what();
    }
}

}  // namespace
}  // namespace migrator::db::sqlserver
