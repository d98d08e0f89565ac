// What the server refuses, provoked, and what is said of it.
#include "mysql/test_server.hpp"

namespace migrator::db::mysql::test {
namespace {

class MariadbHints : public MariadbTest {
protected:
    void SetUp() override {
        MariadbTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        for (const char* table :
             {"create table {}.t (id int primary key, n int unique, v varchar(3), d date)",
              "create table {}.parent (id int primary key)",
              "create table {}.child (p int, constraint c foreign key (p) references {}.parent "
              "(id))",
              "create table {}.latin (v varchar(20) character set latin1)",
              "create table {}.made (a int, b int as (a + 1) stored)",
              "create table {}.checked (a int check (a > 0))"}) {
            execute(*admin_, in_place(table));
        }
        execute(*admin_, in_place("insert into {}.t values (1, 1, 'a', null)"));
        execute(*admin_, in_place("insert into {}.parent values (1)"));
        execute(*admin_, in_place("insert into {}.child values (1)"));
    }
    /// With the schema for `{}`.
    std::string in_place(std::string text) const {
        for (auto at = text.find("{}"); at != std::string::npos; at = text.find("{}")) {
            text.replace(at, 2, database_);
        }
        return text;
    }
    /// Of a file in a transaction of its own.
    std::optional<Failure> failure_of(Session& session, const std::string& text) {
        session.begin({});
        auto failure = run(session, in_place(text));
        session.rollback();
        return failure;
    }
    void expect_hint(
        const std::optional<Failure>& failure, const std::string& number, const std::string& part
    ) {
        ASSERT_TRUE(failure);
        EXPECT_TRUE(failure->message.starts_with("Error " + number + ": ")) << failure->message;
        EXPECT_TRUE(has(failure->hint, part)) << failure->message << "\n" << failure->hint;
        EXPECT_FALSE(failure->connection_lost) << failure->message;
    }
    /// The advice of the Error that comes of connecting so.
    static Error error_of(const std::string& data_source) {
        try {
            server_at(data_source)->connect();
        } catch (const Error& error) {
            return error;
        }
        throw std::runtime_error("the connection was not refused");
    }
};

constexpr const char* kMarker = "-- migrator:no-transaction";

struct Provoked {
    const char* text;
    const char* number;
    const char* hint;
};

TEST_F(MariadbHints, NameTheMarkerForWhatATransactionRefuses) {
    const Provoked cases[] = {
        {"insert into {}.parent values (2); set session sql_log_bin = 0", "1694", kMarker},
        {"insert into {}.parent values (2); set session binlog_format = 'MIXED'", "1679", kMarker},
        {"insert into {}.parent values (2); set session binlog_direct_non_transactional_updates = "
         "1",
         "1685",
         kMarker},
        {"insert into {}.parent values (2); xa start 'q'", "1400", kMarker},
        {"insert into {}.parent values (2); set session gtid_domain_id = 5", "1953", kMarker},
        {"insert into {}.parent values (2); set session gtid_seq_no = 5", "1953", kMarker},
        {"insert into {}.parent values (2); set session skip_replication = 1", "1929", kMarker},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const auto session = server_->connect();
        expect_hint(failure_of(*session, c.text), c.number, c.hint);
        // It runs when the advice is taken.
        std::string text = in_place(c.text);
        if (has(text, "xa start")) text += "; xa end 'q'; xa rollback 'q'";
        const script::Script script = script::scan(text, dialect().lexis);
        const auto lock = server_->try_lock();
        const auto failure = lock->take_session()->run_without_transaction(
            {.step = 0, .text = text, .script = &script}, {}, nullptr
        );
        EXPECT_FALSE(failure) << failure->message;
        execute(*admin_, in_place("delete from {}.parent where id = 2"));
    }
}

TEST_F(MariadbHints, FitTheErrorsOfFiles) {
    const Provoked cases[] = {
        // Locks
        {"lock tables {}.t read; select * from {}.child", "1100", "LOCK TABLES names"},
        {"lock tables {}.t read; insert into {}.t values (5, 5, 'a', null)", "1099", "with WRITE"},
        {"lock tables {}.t write; drop database {}", "1192", "unlock the tables"},
        {"backup lock {}.t; insert into {}.t values (6, 6, 'a', null)", "1223", "BACKUP UNLOCK"},
        {"set statement max_statement_time = 0.01 for select sleep(5)", "1969", "statementTimeout"},
        // What is there already, or is not
        {"create table {}.t (a int)", "1050", "IF NOT EXISTS"},
        {"create database {}", "1007", "IF NOT EXISTS"},
        {"alter table {}.t add column n int", "1060", "IF NOT EXISTS"},
        {"alter table {}.t add key n (n)", "1061", "IF NOT EXISTS"},
        {"alter table {}.t drop column nowhere", "1091", "IF EXISTS"},
        {"drop table {}.nowhere", "1051", "IF EXISTS"},
        {"drop database nowhere_at_all", "1008", "IF EXISTS"},
        {"select * from {}.nowhere", "1146", "order of their names"},
        {"create table nowhere (a int)", "1046", "USE {schema}"},
        {"use nowhere_at_all", "1049", "create database {schema}"},
        {"call {}.nowhere()", "1305", "in an earlier file"},
        {"create definer = nobody@nowhere procedure {}.p() select 1; call {}.p()",
         "1449",
         "DEFINER"},
        // Keys
        {"insert into {}.t values (1, 2, 'a', null)", "1062", "INSERT IGNORE"},
        {"insert into {}.child values (99)", "1452", "insert it first"},
        {"delete from {}.parent", "1451", "refer to it"},
        {"truncate table {}.parent", "1701", "refer to it"},
        {"create table {}.f (a varchar(5), foreign key (a) references {}.parent (id))",
         "1005",
         "same type"},
        {"alter table {}.parent modify id bigint", "1833", "drop the foreign key"},
        {"create table {}.k (v varchar(4000), key (v)) row_format = compact", "1709", "prefix"},
        {"create table {}.k (v varchar(9000) character set utf8mb4, primary key (v)) engine = "
         "MyISAM",
         "1071",
         "prefix"},
        // Values
        {"insert into {}.t values (2, 2, 'long', null)", "1406", "sql_mode is strict"},
        {"insert into {}.t values (99999999999, 2, 'a', null)", "1264", "sql_mode is strict"},
        {"insert into {}.t values (2, 2, 'a', '2020-13-45')", "1292", "sql_mode is strict"},
        {"insert into {}.latin values ('😀')", "1366", "utf8mb4"},
        {"insert into {}.t (n) values (2)", "1364", "a default"},
        {"insert into {}.made values (1, 2)", "1906", "generated column"},
        {"insert into {}.checked values (0)", "4025", "CHECK"},
        {"set sql_mode = 'NO_ZERO_DATE,STRICT_ALL_TABLES'; create table {}.dated (d datetime "
         "default "
         "'0000-00-00 00:00:00')",
         "1067",
         "NO_ZERO_DATE"},
        {"create table {}.wide (a varchar(9000), b varchar(9000)) character set utf8mb4",
         "1118",
         "TEXT or BLOB"},
        // Other servers and versions
        {"create table {}.c (a int) collate utf8mb4_0900_ai_ci",
         "1273",
         "another server or version"},
        {"create table {}.c (a int) character set klingon", "1115", "another server or version"},
        {"set sql_mode = 'NO_ENGINE_SUBSTITUTION'; create table {}.c (a int) engine = rocket",
         "1286",
         "another server or version"},
        {"set nonsense = 1", "1193", "another server or version"},
        {"set sql_mode = 'NONSENSE'", "1231", "another server or version"},
        {"alter table {}.t modify n varchar(30), algorithm = inplace",
         "1846",
         "leave out ALGORITHM"},
        {"select 'a' collate utf8mb4_bin = 'b' collate utf8mb4_general_ci", "1267", "COLLATE"},
        // Text and files
        {"select 1 from", "1064", "ends before it is complete"},
        {"delimiter //\ncreate procedure {}.q() begin if 1 then select 1; end//\n", "1064", "END"},
        {"load data infile '/nowhere' into table {}.t", "13", "server's machine"},
        {"load data local infile '/nowhere' into table {}.t", "4166", "allowAllFiles"},
        {"create function {}.g() returns int begin commit; return 1; end", "1422", "move it out"},
        {"start transaction read only; insert into {}.parent values (7)", "1792", "read-only"},
    };
    EXPECT_GE(std::size(cases), 25U);
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const auto session = server_->connect();
        expect_hint(failure_of(*session, c.text), c.number, c.hint);
    }
}

TEST_F(MariadbHints, FitLocksOfOthers) {
    const auto holder = server_->connect();
    holder->begin({});
    ASSERT_FALSE(run(*holder, in_place("update {}.t set n = 5")));
    const auto session = server_->connect();
    expect_hint(
        failure_of(*session, "set innodb_lock_wait_timeout = 1; update {}.t set n = 6"),
        "1205",
        "ddlLockTimeout"
    );
    expect_hint(
        failure_of(*session, "set lock_wait_timeout = 1; alter table {}.t add column x int"),
        "1205",
        "ddlLockTimeout"
    );
    holder->rollback();
}

TEST_F(MariadbHints, FitPrivileges) {
    const std::string url = make_user("identified by 'some'", "some");
    const std::string user = url.substr(0, url.find(':'));
    execute(*admin_, "revoke all on *.* from " + user + "@'%'");
    execute(*admin_, in_place("grant select on {}.* to ") + user + "@'%'");
    const auto session = server_at(url)->connect();
    const Provoked cases[] = {
        {"insert into {}.t values (2, 2, 'a', null)", "1142", "grant the privilege"},
        {"create database elsewhere", "1044", "grant the privilege"},
        {"set global max_connections = 200", "1227", "grant the privilege"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        expect_hint(failure_of(*session, c.text), c.number, c.hint);
    }
    // Migrator's own statements.
    try {
        execute(*session, "select * from mysql.db");
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_TRUE(has(error.advice(), "under Privileges")) << error.advice();
    }
}

TEST_F(MariadbHints, FitAServerThatIsReadOnly) {
    const std::string url = make_user("identified by 'some'", "some");
    const std::string user = url.substr(0, url.find(':'));
    execute(*admin_, "revoke all on *.* from " + user + "@'%'");
    execute(*admin_, in_place("grant all on {}.* to ") + user + "@'%'");
    const auto session = server_at(url)->connect();
    execute(*admin_, "set global read_only = 1");
    const auto failure = failure_of(*session, "create table {}.c (a int)");
    execute(*admin_, "set global read_only = 0");
    expect_hint(failure, "1290", "name the primary");
}

TEST_F(MariadbHints, SayWhatToChangeWhereWaitingForAConnectionDoesNotHelp) {
    const std::string good = make_user("identified by 'right'", "right");
    std::string wrong = good;
    wrong.replace(wrong.find(":right@"), 7, ":wrong@");
    const std::string nobody = "nobody" + url_.substr(url_.find(':'));
    const std::string native = make_user("identified by 'native'", "native");
    std::string no_database = url_;
    no_database.replace(no_database.find(")/"), 2, ")/nowhere_at_all");
    const struct {
        std::string data_source;
        const char* said;
        const char* advice;
    } cases[] = {
        {wrong, "Error 1045", "user and password"},
        {nobody, "Error 1045", "user and password"},
        {no_database, "Error 1049", "create the database"},
        {native + "&allowNativePasswords=false", "Error ", "allowNativePasswords"},
        {with_parameters("tls=true"), "Error 2026", "tlsCA"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.data_source);
        const Error error = error_of(c.data_source);
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        EXPECT_TRUE(has(error.what(), c.said)) << error.what();
        EXPECT_TRUE(has(error.advice(), c.advice)) << error.what() << "\n" << error.advice();
    }
    // Somebody may start it.
    const Error silent = error_of("root:secret@tcp(127.0.0.1:1)/?timeout=1s");
    EXPECT_EQ(silent.advice(), "") << silent.what();
}

TEST_F(MariadbHints, LetPeopleWaitForAConnectionThatOthersHave) {
    const std::string url = make_user("identified by 'some' with max_user_connections 1", "some");
    const auto first = server_at(url)->connect();
    const Error error = error_of(url);
    EXPECT_TRUE(has(error.what(), "Error 1226")) << error.what();
    EXPECT_EQ(error.advice(), "");
}

}  // namespace
}  // namespace migrator::db::mysql::test
