// The scanner against a real server: it has to find as many statements as the server answers.
#include <mysql.h>

#include "core/freed_by.hpp"
#include "db/mysql/data_source.hpp"
#include "db/mysql/lexis.hpp"
#include "mysql/scanner_corpus.hpp"
#include "mysql/scanner_generator.hpp"
#include "mysql/test_server.hpp"

namespace migrator::db::mysql::test {
namespace {

using Handle = std::unique_ptr<MYSQL, FreedBy<mysql_close>>;
using Result = std::unique_ptr<MYSQL_RES, FreedBy<mysql_free_result>>;

/// What the server made of a text.
struct Answer {
    std::size_t results = 0;  ///< before an error
    unsigned error = 0;
    std::string message;
};

class MariadbScanner : public MariadbTest {
protected:
    void SetUp() override {
        MariadbTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        const DataSource source = parse_data_source(url_);
        handle_.reset(mysql_init(nullptr));
        const unsigned tcp = MYSQL_PROTOCOL_TCP;
        mysql_options(handle_.get(), MYSQL_OPT_PROTOCOL, &tcp);
        mysql_options(handle_.get(), MYSQL_SET_CHARSET_NAME, "utf8mb4");
        ASSERT_NE(
            mysql_real_connect(
                handle_.get(),
                source.host.c_str(),
                source.user.c_str(),
                source.password.c_str(),
                nullptr,
                source.port,
                nullptr,
                CLIENT_MULTI_STATEMENTS | CLIENT_MULTI_RESULTS
            ),
            nullptr
        ) << mysql_error(handle_.get());
    }
    void TearDown() override {
        handle_.reset();
        if (admin_) execute(*admin_, "drop database if exists scan_db");
        MariadbTest::TearDown();
    }

    Answer send(const std::string& text) {
        Answer answer;
        MYSQL* handle = handle_.get();
        int next = mysql_real_query(handle, text.data(), text.size());
        while (next == 0) {
            const Result result{mysql_store_result(handle)};
            if (!result && mysql_errno(handle) != 0) {  // at one of the rows
                next = 1;
                break;
            }
            ++answer.results;
            next = mysql_next_result(handle);
        }
        if (next > 0) {
            answer.error = mysql_errno(handle);
            answer.message = mysql_error(handle);
        }
        return answer;
    }
    void begin() {
        const Answer answer = send(
            "set sql_mode = default; set names utf8mb4; set autocommit = 1; drop database if "
            "exists scan_db; create database scan_db; create table scan_db.t (a int); create "
            "trigger scan_db.t0 before insert on scan_db.t for each row set @t = 1; create event "
            "scan_db.e0 on schedule every 1 day disable do set @e = 1; create trigger scan_db.t1 "
            "before insert on scan_db.t for each row set @t = 1; drop trigger scan_db.t0"
        );
        ASSERT_EQ(answer.message, "");
    }

    /// Compares scanner and server; whether the server took the whole script.
    bool compare(const std::string& text) {
        SCOPED_TRACE(text);
        const script::Script script = script::scan(text, kMysqlLexis);
        EXPECT_EQ(script.problem, "");
        begin();
        std::size_t results = 0;
        for (const script::Statement& statement : script.statements) {
            const auto one = text.substr(statement.begin, statement.end - statement.begin);
            const Answer answer = send(one);
            // What the server could not parse has perhaps the wrong end.
            EXPECT_NE(answer.error, 1064U) << one << "\n" << answer.message;
            if (answer.error != 0) return false;
            if ((statement.traits & script::kUncountedResults) == 0) {
                EXPECT_EQ(answer.results, 1U) << one;
            }
            results += answer.results;
        }
        EXPECT_TRUE(script.sure);
        compare_whole(text, script, results);
        return true;
    }
    /// The same as one text, but for what is left out there: comments at the end.
    void compare_whole(const std::string& text, const script::Script& script, std::size_t results) {
        if (script.statements.empty()) return;
        begin();
        const Answer answer = send(text.substr(0, script.statements.back().end));
        EXPECT_EQ(answer.message, "");
        EXPECT_EQ(answer.results, results);
    }

    Handle handle_;
};

TEST_F(MariadbScanner, FindsTheStatementsOfTheCorpus) {
    std::size_t taken = 0;
    const auto corpus = migrator::test::mysql_corpus();
    for (const std::string& text : corpus) taken += compare(text) ? 1 : 0;
    // Most of it has to run, or the comparison says little.
    EXPECT_GE(taken, corpus.size() * 9 / 10) << "of " << corpus.size();
}

TEST_F(MariadbScanner, FindsTheStatementsOfGeneratedScripts) {
    constexpr unsigned kScripts = 60;
    for (const unsigned seed : {7U, 11U, 23U}) {
        migrator::test::MysqlScriptGenerator generator(seed);
        std::size_t taken = 0;
        for (unsigned i = 0; i < kScripts && !HasFailure(); ++i) {
            taken += compare(generator.script()) ? 1 : 0;
        }
        EXPECT_GT(taken, kScripts * 7 / 10);
    }
}

TEST_F(MariadbScanner, KnowsTheStatementsThatCommit) {
    const char* const keep[] = {
        "insert into scan_db.t values (2)",
        "update scan_db.t set a = 3",
        "delete from scan_db.t",
        "select * from scan_db.t",
        "set @a = 1",
        "set names utf8mb4",
        "use scan_db",
        "create temporary table scan_db.x (a int)",
        "drop temporary table if exists scan_db.x",
        "show tables from scan_db",
        "explain select 1",
        "do 1",
        "values (1)",
        "with x as (select 1) select * from x",
        "prepare s from 'select 1'",
        "replace into scan_db.t values (4)",
        "handler scan_db.t open",
        "describe scan_db.t"};
    const char* const commit[] = {
        "create table scan_db.y (a int)",
        "alter table scan_db.t add column b int",
        "drop table if exists scan_db.y",
        "create index i on scan_db.t (a)",
        "truncate table scan_db.t",
        "create view scan_db.v as select 1",
        "analyze table scan_db.t",
        "lock tables scan_db.t write",
        "grant select on scan_db.* to root@localhost",
        "create procedure scan_db.p() select 1",
        "rename table scan_db.t to scan_db.u",
        "flush tables",
        "create or replace table scan_db.y (a int)",
        "create user u1",
        "drop user u1",
        "optimize table scan_db.t",
        "create sequence scan_db.s",
        "set password = password('secret')"};
    const auto commits = [&](const std::string& text) {
        begin();
        EXPECT_EQ(send("start transaction; insert into scan_db.t values (1)").message, "");
        EXPECT_EQ(send(text).message, "");
        EXPECT_EQ(send("rollback; unlock tables").message, "");
        return scalar(
                   *admin_,
                   "select count(*) from information_schema.tables where table_schema = 'scan_db' "
                   "and table_name = 't'"
               ) != "1" ||
               scalar(*admin_, "select count(*) from scan_db.t") != "0" ||
               std::string(text).starts_with("truncate");
    };
    for (const char* text : keep) {
        SCOPED_TRACE(text);
        EXPECT_NE(script::scan(text, kMysqlLexis).traits & script::kKeepsTransaction, 0U);
        EXPECT_FALSE(commits(text));
    }
    for (const char* text : commit) {
        SCOPED_TRACE(text);
        EXPECT_EQ(script::scan(text, kMysqlLexis).traits & script::kKeepsTransaction, 0U);
        EXPECT_TRUE(commits(text));
    }
}

}  // namespace
}  // namespace migrator::db::mysql::test
