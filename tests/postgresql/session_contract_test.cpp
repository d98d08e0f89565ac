// A session: connecting and our own SQL. How rows are read: rows_contract_test.cpp.
#include "core/log.hpp"
#include "postgresql/test_database.hpp"

namespace migrator::db::postgresql::test {
namespace {

using PostgresqlSession = PostgresqlTest;

TEST_F(PostgresqlSession, TellsWhyItCanNotConnect) {
    const struct {
        const char* name;
        std::string data_source;
        std::string part;
    } cases[] = {
        {"no such database", with_database(url_, "missing"), "database \"missing\" does not exist"},
        {"nobody listens", "host=127.0.0.1 port=1 user=u password=SECRET", "Connection refused"},
        {"no such host", "postgres://u:SECRET@no-such-host.invalid/d", "no-such-host.invalid"},
        {"two hosts", "host=127.0.0.1,127.0.0.1 port=1,2 user=u", "port 2 failed"},
        {"no socket", "host=/nowhere user=u password=SECRET", "/nowhere"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const std::string message =
            message_of([&] { server_at(c.data_source)->connect(); }, ErrorKind::Unavailable);
        EXPECT_TRUE(message.starts_with("failed to connect to database: ")) << message;
        EXPECT_NE(message.find(c.part), std::string::npos) << message;
        EXPECT_EQ(message.find("SECRET"), std::string::npos) << message;
        EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    }
}

TEST_F(PostgresqlSession, ReadsRowsOfAnySize) {
    EXPECT_EQ(
        column(*admin_, "select x from (values ('a'), (null), ('')) t (x)"),
        (std::vector<std::string>{"a", "(null)", ""})
    );
    EXPECT_EQ(column(*admin_, "select generate_series(1, 100000)").size(), 100'000U);
    EXPECT_EQ(scalar(*admin_, "select length($1)", {std::string(3'000'000, 'x')}), "3000000");
    EXPECT_EQ(
        scalar(*admin_, "select $1::text is null and $2 = 'é''\\'", {std::nullopt, "é'\\"}), "t"
    );
    execute(*admin_, "create table t (a int); insert into t values (1); insert into t values (2)");
    EXPECT_EQ(scalar(*admin_, "select count(*) from t"), "2");
}

TEST_F(PostgresqlSession, SaysWhatTheServerRefused) {
    const std::string message =
        message_of([&] { execute(*admin_, "select missing\nfrom pg_class"); }, ErrorKind::Internal);
    EXPECT_EQ(message, "ERROR: column \"missing\" does not exist (SQLSTATE 42703)");
    EXPECT_EQ(scalar(*admin_, "select 1"), "1") << "and goes on";
    message_of(
        [&] { scalar(*admin_, "select $1", {std::string("a\0b", 3)}); }, ErrorKind::InvalidRequest
    );
}

TEST_F(PostgresqlSession, SetsTheDataSourcesParametersInEveryTransaction) {
    const auto session =
        server_at(
            url_ +
            "?search_path=app,public&TimeZone=Asia/Tokyo&app.tenant=it's&application_name=mine"
        )
            ->connect();
    EXPECT_EQ(scalar(*session, "show search_path"), "app,public");
    EXPECT_EQ(scalar(*session, "select (current_schemas(false))::text"), "{public}");
    EXPECT_EQ(scalar(*session, "show application_name"), "mine");
    session->begin({});
    EXPECT_EQ(scalar(*session, "show TimeZone"), "Asia/Tokyo");
    EXPECT_EQ(scalar(*session, "show app.tenant"), "it's");
    ASSERT_FALSE(run(*session, {"set search_path = nowhere; set timezone = 'UTC'"}));
    session->reset();
    EXPECT_EQ(scalar(*session, "show search_path"), "app,public");
    EXPECT_EQ(scalar(*session, "show TimeZone"), "Asia/Tokyo");
    ASSERT_FALSE(session->commit());
    EXPECT_EQ(scalar(*session, "show TimeZone"), "Asia/Tokyo");
}

TEST_F(PostgresqlSession, NamesAParameterThatTheServerRefusesButNotItsValue) {
    for (const std::string name : {"TimeZone", "no_such_parameter"}) {
        const auto session = server_at(url_ + "?datestyle=ISO&" + name + "=SECRET")->connect();
        const std::string message =
            message_of([&] { session->begin({}); }, ErrorKind::Configuration);
        EXPECT_NE(message.find(name), std::string::npos) << message;
        EXPECT_EQ(message.find("SECRET"), std::string::npos) << message;
        session->rollback();
        message_of([&] { scalar(*session, "select 1"); }, ErrorKind::Configuration);
    }
}

TEST_F(PostgresqlSession, KnowsFromTheBeginningHowTextsAreRead) {
    const auto session = server_at(url_ + "?standard_conforming_strings=off")->connect();
    session->begin({});
    EXPECT_FALSE(session->standard_conforming_strings());
}

TEST_F(PostgresqlSession, ReadsTimesWhateverTheDateStyleOfTheServer) {
    execute(*admin_, "alter database " + database_ + " set datestyle = 'German'");
    const auto session = connect();
    EXPECT_EQ(scalar(*session, "select timestamp '2026-11-22 01:02:03'"), "2026-11-22 01:02:03");
    session->begin({});
    EXPECT_EQ(scalar(*session, "select timestamp '2026-11-22 01:02:03'"), "2026-11-22 01:02:03");
}

TEST_F(PostgresqlSession, CancelsItsOwnQueries) {
    const auto session = connect();
    std::stop_source stop;
    stop.request_stop();
    session->watch(stop.get_token());
    const std::string message =
        message_of([&] { execute(*session, "select pg_sleep(600)"); }, ErrorKind::Internal);
    EXPECT_NE(message.find("57014"), std::string::npos) << message;
    session->watch({});
    EXPECT_EQ(scalar(*session, "select 1"), "1");
}

TEST_F(PostgresqlSession, KnowsHowTheServerReadsStrings) {
    const auto session = connect();
    EXPECT_TRUE(session->standard_conforming_strings());
    session->begin({});
    ASSERT_FALSE(run(*session, {"set standard_conforming_strings = off"}));
    EXPECT_FALSE(session->standard_conforming_strings());
    session->rollback();
    EXPECT_TRUE(session->standard_conforming_strings());
}

TEST_F(PostgresqlSession, IsNotThroughAPoolerHere) { EXPECT_FALSE(connect()->through_pooler()); }

TEST_F(PostgresqlSession, LogsNoticesForDebuggingOnly) {
    std::vector<std::string> lines;
    log::redirect([&](std::string_view line) { lines.emplace_back(line); });
    log::configure(log::Level::Debug, log::Format::Text);
    execute(*admin_, "do $$ begin raise notice 'look here'; end $$");
    log::configure(log::Level::Info, log::Format::Text);
    log::redirect(nullptr);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines[0].find("NOTICE: look here"), std::string::npos) << lines[0];
}

}  // namespace
}  // namespace migrator::db::postgresql::test
