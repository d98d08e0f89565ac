// What SQLite refuses, provoked, and what is said of it.
#include <fstream>

#include "core/error.hpp"
#include "sqlite/workshop.hpp"

namespace migrator::test {
namespace {

class SqliteHints : public Workshop {
protected:
    void SetUp() override {
        session_ = connect();
        const std::string schema = "north";
        session_->use_schemas({&schema, 1});
        session_->begin({});
        ASSERT_EQ(
            said(run(
                *session_,
                "create table north.t (id integer primary key, n int, v text not null check (v <> "
                "''), made int as (1));\n"
                "insert into north.t (id, n, v) values (1, 1, 'a'), (2, 1, 'b');\n"
                "create table north.parent (a int);\n"
                "create table north.child (a int references parent (a));\n"
                "create table north.typed (a int) strict;\n"
                "create view north.v as select n from t;\n"
                "create index north.i on t (n);\n"
                "create trigger north.never before delete on t begin select raise(abort, 'no'); "
                "end;\n"
            )),
            ""
        );
        ASSERT_EQ(said(session_->commit()), "");
    }

    std::unique_ptr<db::sql::Session> session_;
};

TEST_F(SqliteHints, FitTheErrorsOfFiles) {
    const struct {
        const char* text;
        const char* said;
        const char* hint;
    } cases[] = {
        {"select * from north.nowhere", "no such table", "order of their names"},
        {"drop table north.nowhere", "no such table", "order of their names"},
        {"drop index north.nowhere", "no such index", "IF EXISTS"},
        {"drop trigger north.nowhere", "no such trigger", "IF EXISTS"},
        {"drop view north.nowhere", "no such view", "IF EXISTS"},
        {"select nowhere from north.t", "no such column", "'…'"},
        {"alter table north.t drop column nowhere", "no such column", "IF EXISTS"},
        {"select uuid()", "no such function", "of SQLite itself"},
        {"create virtual table north.x using nonsense(a)", "no such module", "of SQLite itself"},
        {"select v from north.t order by v collate nonsense",
         "no such collation",
         "of SQLite itself"},
        {"create table north.t (a int)", "already exists", "IF NOT EXISTS"},
        {"create index north.i on t (v)", "already exists", "IF NOT EXISTS"},
        {"alter table north.t add column n int", "duplicate column", "no IF NOT EXISTS"},
        {"alter table north.t add column x int not null", "NOT NULL", "a default other"},
        {"alter table north.t add column x int unique", "Cannot add a UNIQUE", "copy the rows"},
        {"alter table north.t add column x int primary key",
         "Cannot add a PRIMARY",
         "copy the rows"},
        {"alter table north.t drop column id", "cannot drop", "copy the rows"},
        {"alter table north.t drop column n", "error in", "create it again"},
        {"alter table north.t alter column n text", "near \"alter\"", "copy the rows"},
        {"alter table north.t add constraint c check (n > 0)",
         "near \"constraint\"",
         "copy the rows"},
        {"insert into north.v values (1)", "because it is a view", "INSTEAD OF"},
        {"insert into north.t (nowhere) values (1)", "has no column", "earlier file"},
        {"insert into north.parent values (1, 2)", "values were supplied", "name the columns"},
        {"insert into north.t (n, v) values (1, 'a') on conflict (n) do nothing",
         "ON CONFLICT clause",
         "unique index"},
        {"create table north.x (a text primary key autoincrement)",
         "AUTOINCREMENT",
         "INTEGER PRIMARY KEY"},
        {"insert into north.t (id, v, made) values (9, 'a', 1)", "generated column", "leave"},
        {"create index north.x on t (random())", "non-deterministic", "same result"},
        {"create table north.sqlite_x (a int)", "reserved", "sqlite_"},
        {"select json('{')", "malformed JSON", "json_valid"},
        {"select sum(9223372036854775807) from north.t", "integer overflow", "64 bits"},
        {"create table north.x (a datetime) strict", "unknown datatype", "STRICT"},
        {"create table north.x (a) strict", "missing datatype", "STRICT"},
        {"create unique index north.x on t (n)", "UNIQUE constraint", "HAVING count(*) > 1"},
        {"insert into north.t (id, v) values (1, 'a')", "UNIQUE constraint", "INSERT OR IGNORE"},
        {"insert into north.t (id) values (9)", "NOT NULL", "a default"},
        {"insert into north.t (id, v) values (9, '')", "CHECK", "correct the row"},
        {"insert into north.typed values ('x')", "cannot store", "CAST"},
        {"delete from north.t", "no", "RAISE"},
        {"insert into north.t (id, v) values ('x', 'a')", "datatype mismatch", "whole numbers"},
        {"select zeroblob(2000000000)", "too big", "divide"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        session_->begin({});
        const auto failure = run(*session_, c.text);
        session_->rollback();
        ASSERT_TRUE(failure);
        EXPECT_NE(failure->message.find(c.said), std::string::npos) << failure->message;
        EXPECT_NE(failure->hint.find(c.hint), std::string::npos) << failure->message << "\n"
                                                                 << failure->hint;
    }
}

TEST_F(SqliteHints, FitADiskThatIsFull) {
    session_->begin({});
    const auto failure = run(
        *session_,
        "pragma north.max_page_count = 12;\n"
        "insert into north.parent with recursive n (i) as (select 1 union all select i + 1 from n "
        "where i < 100000) select i from n"
    );
    session_->rollback();
    ASSERT_TRUE(failure);
    EXPECT_NE(failure->hint.find("make room"), std::string::npos) << failure->message;
}

TEST_F(SqliteHints, SayWhatToChangeWhereWaitingDoesNotHelp) {
    session_.reset();
    std::ofstream(file("migrator.db"), std::ios::trunc) << std::string(4096, 'x');
    try {
        connect();
        FAIL() << "it was taken for a database";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        EXPECT_NE(error.advice().find("dataSource"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace migrator::test
