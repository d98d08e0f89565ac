// Sessions: errors, limits, stop requests, what is left behind.
#include "mysql/test_server.hpp"

namespace migrator::db::mysql::test {
namespace {

class MariadbSession : public MariadbTest {};

constexpr const char* kSlow =
    "select count(*) from information_schema.collations a, information_schema.collations b, "
    "information_schema.collations c, information_schema.collations d";

TEST_F(MariadbSession, TellsTheServersErrorsOfOurOwnSql) {
    const std::string text =
        message_of([&] { execute(*admin_, "select nowhere"); }, ErrorKind::Internal);
    EXPECT_TRUE(text.starts_with("Error 1054 (42S22): Unknown column 'nowhere'")) << text;
}

TEST_F(MariadbSession, NamesStatementAndLineOfAFailure) {
    const struct {
        const char* text;
        std::size_t statement;
        std::uint32_t line;
        const char* sqlstate;
    } cases[] = {
        {"do 1;\ndo 2;\nselect nowhere;", 3, 3, "42S22"},
        {"do 1;\n\n-- x\nselec\n1;", 2, 4, "42000"},
        {"select 1,\n\n  2 3 4;", 1, 3, "42000"},
        {"begin not atomic\n  select 1;\n  select nowhere;\nend;", 1, 1, "42S22"},
        {"do 1;;;\n;do 2; signal sqlstate '45000' set message_text = 'at line 7'", 3, 2, "45000"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const auto failure = run(*admin_, c.text);
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->step, 1U);
        EXPECT_EQ(failure->statement, c.statement);
        EXPECT_EQ(failure->line, c.line);
        EXPECT_EQ(failure->sqlstate, c.sqlstate);
        EXPECT_FALSE(failure->connection_lost);
    }
}

TEST_F(MariadbSession, IsCancelledByAStopRequest) {
    std::stop_source stop;
    const auto session = server_->connect();
    session->watch(stop.get_token());
    std::jthread stopper([&] {
        wait_for("select count(%collations a");
        stop.request_stop();
    });
    const auto failure = run(*session, kSlow);
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->sqlstate, "70100");
    EXPECT_FALSE(failure->connection_lost);
    EXPECT_TRUE(run(*session, kSlow)) << "each later statement, too";
    session->watch({});
    EXPECT_EQ(scalar(*session, "select 1"), "1");
}

TEST_F(MariadbSession, RollsBackThoughItIsToStop) {
    std::stop_source stop;
    const auto session = server_->connect();
    session->watch(stop.get_token());
    session->begin({});
    EXPECT_FALSE(run(*session, "insert into " + database_ + ".notes values (1)"));
    stop.request_stop();
    session->rollback();
    EXPECT_EQ(scalar(*admin_, "select count(*) from " + database_ + ".notes"), "0");
}

TEST_F(MariadbSession, RollsBackWhenItIsDestroyed) {
    auto session = server_->connect();
    session->begin({});
    EXPECT_FALSE(run(*session, "insert into " + database_ + ".notes values (1)"));
    session.reset();
    EXPECT_EQ(scalar(*admin_, "select count(*) from " + database_ + ".notes"), "0");
}

TEST_F(MariadbSession, KnowsALostConnection) {
    const auto session = server_->connect();
    execute(*admin_, "kill " + scalar(*session, "select connection_id()"));
    const auto failure = run(*session, "do 1");
    ASSERT_TRUE(failure);
    EXPECT_TRUE(failure->connection_lost);
    EXPECT_TRUE(session->is_lost());
    session->rollback();
    message_of([&] { execute(*session, "select 1"); }, ErrorKind::Unavailable);
}

TEST_F(MariadbSession, ARowSourceThatIsGivenUpLeavesAUsableOrALostSession) {
    const struct {
        int rows;
        bool lost;
    } cases[] = {{3, false}, {100'000, true}};
    for (const auto& c : cases) {
        const auto session = server_->connect();
        sql::Row row;
        {
            const auto rows = session->open(
                "select repeat('x', 1000) from " + database_ + ".seq_1_to_" +
                    std::to_string(c.rows),
                {}
            );
            EXPECT_TRUE(rows->next(row));
        }
        EXPECT_EQ(session->is_lost(), c.lost);
        if (c.lost) continue;
        EXPECT_EQ(scalar(*session, "select 1"), "1");
    }
}

TEST_F(MariadbSession, AnErrorBehindSomeRowsIsNoEnd) {
    sql::Row row;
    const auto rows = admin_->open(
        "select if(seq < 5000, seq, (select seq from " + database_ + ".seq_1_to_2)) from " +
            database_ + ".seq_1_to_10000",
        {}
    );
    const std::string text = message_of(
        [&] {
            while (rows->next(row)) {
            }
        },
        ErrorKind::Internal
    );
    EXPECT_TRUE(has(text, "1242")) << text;
    EXPECT_FALSE(rows->next(row));
    EXPECT_EQ(scalar(*admin_, "select 1"), "1");
}

TEST_F(MariadbSession, TakesTheResultsOfProcedures) {
    EXPECT_FALSE(
        run(*admin_,
            "create procedure " + database_ + ".p() begin select 1; select 2; do 3; end; call " +
                database_ + ".p(); select 4")
    );
    EXPECT_EQ(column(*admin_, "call " + database_ + ".p()"), (std::vector<std::string>{"1", "2"}));
}

TEST_F(MariadbSession, TellsWhatAFileOutsideATransactionHasDone) {
    const std::string text = "insert into " + database_ +
                             ".notes values (1);\nbegin;\ninsert into " + database_ +
                             ".notes values (2);\ncommit;\nselect nowhere;";
    const script::Script script = script::scan(text, dialect().lexis);
    const auto lock = server_->try_lock();
    const auto session = lock->take_session();
    std::vector<std::size_t> done;
    const auto failure = session->run_without_transaction(
        {.step = 0, .text = text, .script = &script},
        {},
        [&](std::size_t count) { done.push_back(count); }
    );
    EXPECT_EQ(done, (std::vector<std::size_t>{1, 4}));
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->statement, 5U);
    EXPECT_EQ(scalar(*admin_, "select count(*) from " + database_ + ".notes"), "2");
}

TEST_F(MariadbSession, AppliesParametersOfTheDataSource) {
    const struct {
        const char* parameters;
        const char* query;
        const char* expected;
    } cases[] = {
        {"charset=utf8mb4", "select @@collation_connection", "utf8mb4_general_ci"},
        {"collation=utf8mb4_unicode_ci", "select @@collation_connection", "utf8mb4_unicode_ci"},
        {"charset=unheard,latin1", "select @@character_set_client", "latin1"},
        {"sql_mode=%27NO_ZERO_DATE%27", "select @@sql_mode", "NO_ZERO_DATE"},
        {"wait_timeout=77&net_read_timeout=66",
         "select @@wait_timeout + @@net_read_timeout",
         "143"},
        {"time_zone=%27%2B02:00%27&compress=true", "select 1", "1"},
        {"timeout=5s&readTimeout=1m&writeTimeout=1h", "select 1", "1"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.parameters);
        const auto session = server_at(with_parameters(c.parameters))->connect();
        EXPECT_EQ(scalar(*session, c.query), c.expected);
    }
}

TEST_F(MariadbSession, NeverQuotesAValueThatTheServerRefuses) {
    const std::string text = message_of(
        [&] { server_at(with_parameters("sql_mode=%27hush%27"))->connect(); },
        ErrorKind::Configuration
    );
    EXPECT_TRUE(has(text, "sql_mode")) << text;
    EXPECT_FALSE(has(text, "hush")) << text;
}

TEST_F(MariadbSession, ReadsTextInUtf8WhateverTheCharacterSet) {
    for (const char* charset : {"latin1", "gbk", "binary", "utf8mb4"}) {
        SCOPED_TRACE(charset);
        const auto server = server_at(with_parameters(std::string("charset=") + charset));
        EXPECT_EQ(scalar(*server->connect(), "select _utf8mb4 x'C3A9F09F9880'"), "é😀");
        const auto lock = server->try_lock();
        EXPECT_EQ(scalar(*lock->take_session(), "select _utf8mb4 x'C3A9F09F9880'"), "é😀");
    }
}

TEST_F(MariadbSession, ReadsTimesInUtc) {
    execute(*admin_, "set global time_zone = '+05:00'");
    const auto session = server_at(url_)->connect();
    EXPECT_EQ(scalar(*session, "select timestampdiff(minute, utc_timestamp(), now())"), "0");
    execute(*admin_, "set global time_zone = system");
}

}  // namespace
}  // namespace migrator::db::mysql::test
