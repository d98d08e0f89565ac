// Scripts in one transaction: what runs.
#include "postgresql/test_database.hpp"

namespace migrator::db::postgresql::test {
namespace {

class PostgresqlScripts : public PostgresqlTest {
protected:
    void SetUp() override {
        PostgresqlTest::SetUp();
        if (!server_) return;
        session_ = connect();
        session_->begin({});
    }
    void TearDown() override {
        session_.reset();
        PostgresqlTest::TearDown();
    }

    std::unique_ptr<Session> session_;
};

TEST_F(PostgresqlScripts, SeeWhatEarlierOnesMade) {
    const auto failure = run(
        *session_,
        {"create table t (id int);\ninsert into t values (1);",
         "-- only a comment",
         "",
         "insert into t select id + 1 from t; -- comment at the end",
         "create type mood as enum ('a'); create table u (m mood); insert into u values ('a')",
         "do $$ begin insert into t values (7); end $$; select * from t; values (1), (2); show all;"
         "explain select 1; ; ;"}
    );
    ASSERT_FALSE(failure) << failure->message;
    EXPECT_EQ(
        column(*session_, "select id from t order by id"), (std::vector<std::string>{"1", "2", "7"})
    );
    ASSERT_FALSE(session_->commit());
    EXPECT_EQ(scalar(*admin_, "select count(*) from t"), "3");
}

TEST_F(PostgresqlScripts, CopyDataInAndOut) {
    const auto failure =
        run(*session_,
            {"create table t (a int, b text);\n"
             "copy t from stdin;\n1\tone\n2\t\\N\n\\.\n"
             "insert into t values (3, 'x');\n"
             "copy t (a, b) from stdin with (format csv);\n4,\"f;o'ur\"\n\\.\n"
             "copy t from stdin;\n\\.\n",
             "copy t to stdout;\ncopy (select generate_series(1, 100000)) to stdout;\nselect 1;",
             "insert into t values (5, 'last');"});
    ASSERT_FALSE(failure) << failure->message;
    EXPECT_EQ(
        column(*session_, "select a::text || coalesce(b, '-') from t order by a"),
        (std::vector<std::string>{"1one", "2-", "3x", "4f;o'ur", "5last"})
    );
}

TEST_F(PostgresqlScripts, NameTheLineOfABrokenCopy) {
    const struct {
        const char* name;
        std::vector<std::string> scripts;
        std::size_t statement;
        std::uint32_t line;
        std::string sqlstate;
    } cases[] = {
        {"bad row",
         {"select 1;", "create table t (a int);\ncopy t from stdin;\n1\nx\n\\.\nselect 1;\n"},
         2,
         2,
         "22P02"},
        {"no table",
         {"select 1;", "select 1;\n\ncopy missing from stdin;\n1\n\\.\n"},
         2,
         3,
         "42P01"},
        {"to stdout", {"select 1;", "select 1;\ncopy (select 1/0) to stdout;"}, 2, 2, "22012"},
        {"after the data",
         {"select 1;", "create table t (a int);\ncopy t from stdin;\n1\n\\.\nselect missing;"},
         3,
         5,
         "42703"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const auto failure = run(*session_, c.scripts);
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->step, 2U);
        EXPECT_EQ(failure->statement, c.statement);
        EXPECT_EQ(failure->line, c.line);
        EXPECT_EQ(failure->sqlstate, c.sqlstate) << failure->message;
        session_->rollback();
        session_->begin({});
    }
}

TEST_F(PostgresqlScripts, FailAndDoNotHangWhenDataOfACopyIsMissing) {
    Scripts scripts({"create table t (a int); copy t from stdin;"});
    scripts.script(0).traits = script::kNoTraits;
    for (auto& statement : scripts.script(0).statements) statement.traits = script::kNoTraits;
    const auto failure = session_->run_scripts(scripts.runs());
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->statement, 2U);
    EXPECT_EQ(failure->sqlstate, "57014");
}

TEST_F(PostgresqlScripts, FailWithManyRowsOfCopyDataBehindAnError) {
    std::string text = "create table t (a int);\ncopy t from stdin;\nx\n";
    for (int i = 0; i < 1'000'000; ++i) text += "12345\n";
    const auto failure = run(*session_, {text + "\\.\n"});
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->sqlstate, "22P02");
    session_->rollback();
    EXPECT_EQ(scalar(*session_, "select 1"), "1");
}

TEST_F(PostgresqlScripts, TakeTheOutputOfPgDump) {
    const char* const setup[] = {
        "create schema shop",
        "create table shop.t (id serial primary key, name text, unique (name))",
        "insert into shop.t (name) select 'n' || i || E'\\t\\\\;''' from generate_series(1, 100) i",
        "create function shop.f() returns trigger language plpgsql as $$ begin return new; end $$",
        "create trigger g before insert on shop.t for each row execute procedure shop.f()",
        "create view shop.v as select count(*) from shop.t",
    };
    for (const char* statement : setup) execute(*admin_, statement);
    std::string dump;
    FILE* pipe = popen(("pg_dump --schema=shop '" + url_ + "'").c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    char buffer[4096];
    for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;)
        dump.append(buffer, n);
    if (pclose(pipe) != 0) GTEST_SKIP() << "there is no pg_dump for this server";
    const std::string sum = "select md5(string_agg(t::text, ',' order by id)) from shop.t t";
    const std::string before = scalar(*admin_, sum);
    execute(*admin_, "drop schema shop cascade");

    const auto failure = run(*session_, {"select 1;", dump, "create table public.after (a int)"});
    ASSERT_FALSE(failure) << failure->message << " line " << failure->line;
    session_->reset();
    ASSERT_FALSE(session_->commit());
    EXPECT_EQ(scalar(*admin_, sum), before);
    EXPECT_EQ(scalar(*admin_, "select * from shop.v"), "100");
    EXPECT_EQ(scalar(*admin_, "select to_regclass('public.after') is not null"), "t");
}

TEST_F(PostgresqlScripts, KeepOurLimitsAfterAScriptThatChangedThemAndWhoseStateIsKept) {
    session_->rollback();
    sql::WorkSettings settings{.keeps_state = true};
    settings.lock_timeout = std::chrono::milliseconds(4321);
    settings.keeps_state = true;  // else they come with the reset before the next script
    session_->begin(settings);
    for (const char* text :
         {"set lock_timeout = 0;",
          "set local lock_timeout = 1; select 1",
          "reset all;",
          "set standard_conforming_strings = on; set lock_timeout = 7"}) {
        SCOPED_TRACE(text);
        ASSERT_FALSE(
            run(*session_,
                {text,
                 "create temp table if not exists seen (v text);"
                 "insert into seen values (current_setting('lock_timeout'))"})
        );
        EXPECT_EQ(scalar(*session_, "show lock_timeout"), "4321ms");
    }
    EXPECT_EQ(
        column(*session_, "select distinct v from seen"), (std::vector<std::string>{"4321ms"})
    );
}

TEST_F(PostgresqlScripts, KeepSettingsForLaterScripts) {
    ASSERT_FALSE(run(*session_, {"create schema s; set search_path = s; create table t (a int);"}));
    ASSERT_FALSE(run(*session_, {"insert into t values (1)"}));
    EXPECT_EQ(scalar(*session_, "select count(*) from s.t"), "1");
}

TEST_F(PostgresqlScripts, HaveALimitForEachStatement) {
    session_->rollback();
    sql::WorkSettings settings;
    settings.statement_timeout = std::chrono::milliseconds(2000);
    session_->begin(settings);
    const auto failure =
        run(*session_,
            {"select pg_sleep(1.1); select pg_sleep(1.1);", "select 1;\nselect pg_sleep(60);"});
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->sqlstate, "57014");
    EXPECT_EQ(failure->step, 2U);
    EXPECT_EQ(failure->line, 2U);
}

TEST_F(PostgresqlScripts, AreSentInMessagesLargerThanAnyBuffer) {
    std::string large = "create table t (a text);\n";
    for (int i = 0; i < 20'000; ++i) {
        large += "insert into t values ('" + std::string(200, 'x') + "');\n";
    }
    const auto failure = run(
        *session_,
        {large,
         "do $$ begin for i in 1..20000 loop raise notice '%', repeat('y', 300); end loop; end $$;"}
    );
    ASSERT_FALSE(failure) << failure->message;
    EXPECT_EQ(scalar(*session_, "select count(*) from t"), "20000");
}

TEST_F(PostgresqlScripts, RunAsTheRoleOfTheSettings) {
    session_->rollback();
    const std::string role = make_role();
    sql::WorkSettings settings;
    settings.role = role;
    session_->begin(settings);
    EXPECT_NE(scalar(*session_, "select current_user"), role) << "ours runs as the login";
    ASSERT_FALSE(run(*session_, {"create temp table who as select current_user as name"}));
    EXPECT_EQ(scalar(*session_, "select name from who"), role);
    session_->reset();
    EXPECT_NE(scalar(*session_, "select current_user"), role);
    ASSERT_FALSE(run(*session_, {"create temp table who as select current_user as name"}));
    EXPECT_EQ(scalar(*session_, "select name from who"), role) << "again after a reset";
    session_->rollback();

    settings.role = "no such \" role";
    session_->begin(settings);
    EXPECT_THROW(run(*session_, {"select 1"}), Error);
}

}  // namespace
}  // namespace migrator::db::postgresql::test
