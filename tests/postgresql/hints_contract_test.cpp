// What the server refuses, provoked, and what is said of it.
#include <thread>

#include "db/postgresql/hints.hpp"
#include "postgresql/test_database.hpp"

namespace migrator::db::postgresql::test {
namespace {

struct Provoked {
    const char* text;
    const char* sqlstate;
    const char* hint;
};

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

class PostgresqlHints : public PostgresqlTest {
protected:
    void SetUp() override {
        PostgresqlTest::SetUp();
        if (!server_) return;
        for (const char* made :
             {"create schema app",
              "create type app.color as enum ('red')",
              "create table app.t (id int primary key, n int, v varchar(3), d date, c app.color)",
              "insert into app.t values (1, 1, 'a', null, 'red'), (2, 1, 'b', null, null)",
              "create view app.v as select id, v from app.t",
              "create table app.child (p int references app.t)",
              "insert into app.child values (1)",
              "create table app.checked (a int check (a > 0), made int generated always as (1) "
              "stored)",
              "create table app.parts (a int) partition by range (a)",
              "create table app.texts (a text)",
              "insert into app.texts values ('x')",
              "create table app.plain (a int)",
              "insert into app.plain values (-1)",
              "create table app.defaulted (a text default 'x')",
              "create table app.spans (s int4range, exclude using gist (s with &&))",
              "insert into app.spans values ('[1,5)')",
              "create function app.f() returns int language sql as 'select 1'",
              "create materialized view app.empty as select 1 as a with no data",
              "create materialized view app.full as select 1 as a",
              "create sequence app.numbers"}) {
            execute(*admin_, made);
        }
    }

    /// Of a file in a transaction of its own.
    static std::optional<Failure> failure_of(Session& session, const std::string& text) {
        session.begin({});
        auto failure = run(session, {text});
        session.rollback();
        return failure;
    }
    static void expect_hint(
        const std::optional<Failure>& failure, const std::string& sqlstate, const std::string& part
    ) {
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->sqlstate, sqlstate) << failure->message;
        EXPECT_TRUE(holds(failure->hint, part)) << failure->message << "\n" << failure->hint;
    }
    static Error error_of(const std::string& data_source) {
        try {
            server_at(data_source)->connect();
        } catch (const Error& error) {
            return error;
        }
        throw std::runtime_error("the connection was not refused");
    }
    std::string url_with(const std::string& parameters) const {
        return url_ + (holds(url_, "?") ? "&" : "?") + parameters;
    }
    /// The URL with another user and password.
    std::string url_of(const std::string& user, const std::string& password) const {
        const std::size_t begin = url_.find("://") + 3;
        const std::size_t end = url_.find('@');
        return url_.substr(0, begin) + user + ":" + password + url_.substr(end);
    }
};

TEST_F(PostgresqlHints, FitTheErrorsOfFiles) {
    const Provoked cases[] = {
        // What is there already, or is not
        {"create table app.t (a int)", "42P07", "IF NOT EXISTS"},
        {"create schema app", "42P06", "IF NOT EXISTS"},
        {"create type app.color as enum ()", "42710", "no IF NOT EXISTS"},
        {"alter table app.t add constraint t_pkey check (true)", "42710", "earlier try"},
        {"alter table app.t add column n int", "42701", "ADD COLUMN IF NOT EXISTS"},
        {"create function app.f() returns int language sql as 'select 1'", "42723", "OR REPLACE"},
        {"alter table app.t drop column nowhere", "42703", "IF EXISTS"},
        {"alter table app.t drop constraint nowhere", "42704", "IF EXISTS"},
        {"drop index app.nowhere", "42704", "IF EXISTS"},
        {"select * from nowhere", "42P01", "{schema}.NAME"},
        {"create table nowhere.t (a int)", "3F000", "create schema if not exists {schema}"},
        {"set search_path = ''; create table t (a int)", "3F000", "search_path"},
        {"grant select on app.t to nobody_at_all", "42704", "create it there first"},
        {"create table app.c (a citext)", "42704", "extension"},
        {"select uuid_generate_v9()", "42883", "extension"},
        {"create extension no_such_thing", "0A000", "package"},
        {"set nonsense = 1", "42704", "another version"},
        {"execute nowhere", "26000", "from file to file"},
        {"fetch next from nowhere", "34000", "from file to file"},
        {"select currval('app.numbers')", "55000", "from file to file"},
        // Keys and rows
        {"create unique index on app.t (n)", "23505", "HAVING count(*) > 1"},
        {"insert into app.t values (1)", "23505", "ON CONFLICT DO NOTHING"},
        {"insert into app.t (id, n) values (1, 1) on conflict (n) do nothing",
         "42P10",
         "unique index"},
        {"insert into app.t (id) values (7), (7) on conflict (id) do update set n = 2",
         "21000",
         "DISTINCT"},
        {"select (select id from app.t)", "21000", "LIMIT 1"},
        {"insert into app.child values (99)", "23503", "insert it first"},
        {"delete from app.t", "23503", "refer to it"},
        {"create table app.k (p int references app.plain (a))", "42830", "UNIQUE"},
        {"create table app.k (p text references app.t)", "42804", "same type"},
        {"alter table app.t alter n set not null, alter d set not null", "23502", "UPDATE"},
        {"insert into app.checked values (0)", "23514", "correct the row"},
        {"alter table app.plain add constraint c check (a > 0)", "23514", "NOT VALID"},
        {"insert into app.parts values (1)", "23514", "partition"},
        {"insert into app.spans values ('[2,3)')", "23P01", "overlaps"},
        {"alter table app.t add primary key (n)", "42P16", "drop the primary key"},
        {"create unique index on app.parts ((a + 1))", "0A000", ""},
        // Values and types
        {"insert into app.t (id, v) values (3, 'long')", "22001", "longer"},
        {"select 99999999999::int", "22003", "bigint"},
        {"select '31/12/2024'::date", "22008", "2024-12-31"},
        {"select 'nonsense'::date", "22007", "2024-12-31"},
        {"select 'x'::int", "22P02", "USING"},
        {"insert into app.t (id, c) values (3, 'blue')", "22P02", "ADD VALUE"},
        {"alter table app.texts alter a type int using a::int", "22P02", "correct the rows"},
        {"alter table app.defaulted alter a type int using 1", "42804", "drop the default"},
        {"alter table app.texts alter a type int", "42804", "USING"},
        {"alter table app.t alter v type text", "0A000", "create the view again"},
        {"select 1::date", "42846", "no cast"},
        {"select 1 / (id - id) from app.t", "22012", "nullif"},
        {"select E'\\xff'", "22021", "UTF-8"},
        {"copy app.texts from stdin;\na\tb\n\\.\n", "22P04", "tab"},
        // Definitions
        {"create or replace view app.v as select id from app.t", "42P16", "drop the view"},
        {"create or replace function app.f() returns text language sql as $$select 'a'$$",
         "42P13",
         "drop the function"},
        {"create index on app.t ((now()))", "42P17", "IMMUTABLE"},
        {"truncate app.v", "42809", "another kind"},
        {"refresh materialized view concurrently app.full", "55000", "unique index"},
        {"select * from app.empty", "55000", "REFRESH"},
        {"insert into app.texts select string_agg(md5(i::text), '') from generate_series(1, 1000) "
         "i; create index on app.texts (a)",
         "54000",
         "md5(column)"},
        // Text, files, parameters
        {"select (1 +", "42601", "before it is complete"},
        {"select $1", "42P02", "no parameters"},
        {"copy app.texts from '/nowhere'", "58P01", "server's machine"},
        {"create function app.g() returns int language c as '$libdir/nowhere'", "58P01", "package"},
        {"set shared_buffers = '1GB'", "55P02", "configuration"},
        {"set statement_timeout = 1; select pg_sleep(5)", "57014", "statementTimeout"},
        // Of the server's machine: told by the server when they happen
        {"do $$ begin raise 'x' using errcode = '53100'; end $$", "53100", "make room"},
        {"do $$ begin raise 'x' using errcode = '53300'; end $$", "53300", "parallelism"},
        {"do $$ begin raise 'x' using errcode = 'XX001'; end $$", "XX001", "restore"},
        {"do $$ begin raise 'x' using errcode = '58030'; end $$", "58030", "its disk"},
    };
    EXPECT_GE(std::size(cases), 25U);
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        expect_hint(failure_of(*admin_, c.text), c.sqlstate, c.hint);
    }
}

TEST_F(PostgresqlHints, KeepTheServersOwn) {
    const auto cast = failure_of(*admin_, "alter table app.texts alter a type int");
    expect_hint(cast, "42804", "a::integer");
    const auto raised = failure_of(
        *admin_, "do $$ begin raise 'no' using hint = 'try yes', errcode = '40001'; end $$"
    );
    expect_hint(raised, "40001", "try yes\nother sessions");
    const auto unknown = failure_of(*admin_, "do $$ begin raise 'no'; end $$");
    ASSERT_TRUE(unknown);
    EXPECT_EQ(unknown->hint, "");
}

TEST_F(PostgresqlHints, FitLocksAndConflictsOfOthers) {
    const auto other = connect();
    other->begin({});
    ASSERT_FALSE(run(*other, {"update app.t set n = 5 where id = 1"}));
    expect_hint(
        failure_of(*admin_, "set local lock_timeout = 10; alter table app.t add x int"),
        "55P03",
        "ddlLockTimeout"
    );
    expect_hint(
        failure_of(*admin_, "select * from app.t for update nowait"), "55P03", "pg_blocking_pids"
    );
    other->rollback();
    expect_hint(
        failure_of(*admin_, "do $$ begin raise 'x' using errcode = '40P01'; end $$"),
        "40P01",
        "waited for each other"
    );
}

TEST_F(PostgresqlHints, FitADeadlockAndASerializationFailure) {
    const auto other = connect();
    other->begin({});
    ASSERT_FALSE(run(*other, {"update app.t set n = 5 where id = 2"}));
    admin_->begin({});
    ASSERT_FALSE(
        run(*admin_,
            {"set local deadlock_timeout = '10ms'; update app.t set n = 6 where "
             "id = 1"})
    );
    std::optional<Failure> theirs;
    std::jthread waits([&] {
        // The one that waits first looks for the deadlock last.
        theirs =
            run(*other,
                {"set local deadlock_timeout = '1min'; update app.t set n = 5 where "
                 "id = 1"});
    });
    const auto watcher = connect();
    while (scalar(*watcher, "select count(*) from pg_locks where not granted") == "0") {
        execute(*watcher, "select pg_sleep(0.01)");
    }
    const auto ours = run(*admin_, {"update app.t set n = 6 where id = 2"});
    admin_->rollback();
    waits.join();
    other->rollback();
    expect_hint(ours, "40P01", "run migrator again");
    EXPECT_FALSE(theirs);

    const auto strict =
        server_at(url_with("default_transaction_isolation=serializable"))->connect();
    strict->begin({});
    ASSERT_FALSE(run(*strict, {"select * from app.t"}));
    execute(*admin_, "update app.t set n = 9");
    expect_hint(run(*strict, {"update app.t set n = 8"}), "40001", "read committed");
    strict->rollback();
}

TEST_F(PostgresqlHints, FitPrivileges) {
    const std::string role = make_role("login password 'secret'");
    execute(*admin_, "grant usage on schema app to " + role);
    const auto session = server_at(url_of(role, "secret"))->connect();
    const Provoked cases[] = {
        {"insert into app.t values (3)", "42501", "GRANT the privilege"},
        {"create table app.mine (a int)", "42501", "ON SCHEMA"},
        {"create schema mine", "42501", "ON DATABASE"},
        {"alter table app.t add x int", "42501", "OWNER TO"},
        {"drop extension plpgsql", "42501", "OWNER TO"},
        {"copy app.plain from '/tmp/x'", "42501", "server's machine"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        expect_hint(failure_of(*session, c.text), c.sqlstate, c.hint);
    }
    // Migrator's own statements.
    try {
        execute(*session, "select * from pg_authid");
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_TRUE(holds(error.advice(), "under Privileges")) << error.advice();
    }
    execute(*admin_, "revoke usage on schema app from " + role);
    execute(*admin_, "drop owned by " + role);
}

TEST_F(PostgresqlHints, FitATransactionThatIsReadOnly) {
    expect_hint(
        failure_of(*admin_, "set transaction_read_only = on; create table app.c (a int)"),
        "25006",
        "name the primary"
    );
}

TEST_F(PostgresqlHints, SayWhatToChangeWhereWaitingForAConnectionDoesNotHelp) {
    const std::string role = make_role("login password 'right' connection limit 1");
    std::string elsewhere = url_;
    const std::size_t begin = elsewhere.find('@') + 1;
    elsewhere.replace(begin, elsewhere.find_first_of(":/", begin) - begin, "nowhere.invalid");
    execute(*admin_, "revoke connect on database " + database_ + " from public");
    const struct {
        std::string data_source;
        const char* advice;
    } cases[] = {
        {url_of("nobody_at_all", "x"), "user and password"},
        {url_of(role, "right"), "GRANT CONNECT"},
        {with_database(url_, "nowhere_at_all"), "create the database"},
        {with_database(url_, "template0"), "ALLOW_CONNECTIONS"},
        {elsewhere, "host and port"},
        {url_with("sslmode=verify-full&sslrootcert=/nowhere.pem"), "sslmode"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.advice);
        const Error error = error_of(c.data_source);
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        EXPECT_TRUE(holds(error.advice(), c.advice)) << error.what() << "\n" << error.advice();
    }
    execute(*admin_, "alter role " + role + " nologin");
    EXPECT_TRUE(holds(error_of(url_of(role, "right")).advice(), "LOGIN"));
    execute(*admin_, "alter role " + role + " login");

    // These pass.
    execute(*admin_, "grant connect on database " + database_ + " to " + role);
    const auto first = server_at(url_of(role, "right"))->connect();
    const Error full = error_of(url_of(role, "right"));
    EXPECT_TRUE(holds(full.what(), "too many connections")) << full.what();
    EXPECT_EQ(full.advice(), "");
    EXPECT_EQ(error_of("postgres://u:p@127.0.0.1:1/x").advice(), "");
    execute(*admin_, "drop owned by " + role);
}

}  // namespace
}  // namespace migrator::db::postgresql::test
