// Which algorithm and lock a server takes for a change of a table: what is told of an empty copy is
// what the server does with the table and its rows.
#include <set>

#include "analysis/online_alter.hpp"
#include "mysql/test_server.hpp"

namespace migrator::db::mysql::test {
namespace {

using analysis::OnlineAlter;
using analysis::OnlineAnswer;

class MariadbOnlineAlter : public MariadbTest {
protected:
    void SetUp() override {
        MariadbTest::SetUp();
        if (IsSkipped()) return;
        execute(*admin_, "use " + database_);
        make_tables();
    }
    void make_tables() {
        execute(*admin_, "drop table if exists orders, customers");
        execute(
            *admin_, "create table customers (id int primary key, name varchar(40)) engine=innodb"
        );
        execute(
            *admin_,
            "create table orders (id int primary key, customer int not null, note varchar(40), "
            "amount int, place enum('a', 'b'), key by_amount (amount), key by_customer (customer), "
            "constraint of_customer foreign key (customer) references customers (id)) "
            "engine=innodb charset=latin1"
        );
        execute(*admin_, "insert into customers values (1, 'x')");
        execute(*admin_, "insert into orders values (1, 1, 'x', 1, 'a'), (2, 1, 'y', 1, 'b')");
    }
    /// What the server itself accepts first, on the table with its rows. `statement` has a `@`
    /// where the clauses belong.
    OnlineAnswer of_the_server(const std::string& statement) {
        const std::string comma = statement.starts_with("alter") ? ", " : " ";
        for (const char* algorithm : {"INSTANT", "NOCOPY", "INPLACE", "COPY"}) {
            for (const char* lock : {"NONE", "SHARED", "EXCLUSIVE"}) {
                std::string text = statement;
                std::string clauses =
                    std::string("algorithm=") + algorithm + comma + "lock=" + lock;
                if (statement.starts_with("alter")) clauses += comma;
                text.replace(text.find('@'), 1, clauses);
                make_tables();
                try {
                    execute(*admin_, text);
                    return {algorithm, lock, {}};
                } catch (const Error&) {
                }
            }
        }
        return {.algorithm = {}, .lock = {}, .refused = "refused"};
    }
    std::optional<OnlineAnswer> of_a_copy(std::string statement) {
        const auto session = server_->connect();
        OnlineAlter asked(*session, server_->dialect().lexis, database_);
        return asked.ask(statement);
    }
    std::vector<std::string> scratches() {
        return column(
            *admin_,
            "select schema_name from information_schema.schemata where schema_name like "
            "'migrator\\_scratch\\_%'"
        );
    }
};

TEST_F(MariadbOnlineAlter, TellsWhatTheServerDoes) {
    const char* const statements[] = {
        "alter table orders @ add column c int",
        "alter table orders @ add column c int first",
        "alter table orders @ add column c int not null default 3",
        "alter table orders @ add column c int auto_increment, add unique (c)",
        "alter table orders @ add column c int as (amount + 1) virtual",
        "alter table orders @ add column c int as (amount + 1) persistent",
        "alter table orders @ add column c timestamp default now()",
        "alter table orders @ drop column note",
        "alter table orders @ rename column note to remark",
        "alter table orders @ change note remark varchar(40)",
        "alter table orders @ modify note varchar(60)",
        "alter table orders @ modify note varchar(300)",
        "alter table orders @ modify note varchar(10)",
        "alter table orders @ modify note text",
        "alter table orders @ modify note varchar(40) not null",
        "alter table orders @ modify amount bigint",
        "alter table orders @ modify amount int first",
        "alter table orders @ modify place enum('a', 'b', 'c')",
        "alter table orders @ modify place enum('b', 'a')",
        "alter table orders @ alter column amount set default 4",
        "alter table orders @ add index i (note)",
        "alter table orders @ add unique index i (note)",
        "alter table orders @ add fulltext index i (note)",
        "alter table orders @ drop index by_amount",
        "alter table orders @ rename index by_amount to by_sum",
        "alter table orders @ drop primary key",
        "alter table orders @ drop primary key, add primary key (id, customer)",
        "alter table orders @ add constraint f foreign key (amount) references customers (id)",
        "alter table orders @ drop foreign key of_customer",
        "alter table orders @ add constraint positive check (amount > 0)",
        "alter table orders @ convert to character set utf8mb4",
        "alter table orders @ default character set utf8mb4",
        "alter table orders @ engine=innodb",
        "alter table orders @ engine=aria",
        "alter table orders @ row_format=compressed",
        "alter table orders @ comment='new'",
        "alter table orders @ auto_increment=1000",
        "create index i on orders (note) @",
        "create unique index i on orders (note) @",
        "drop index by_amount on orders @",
        "alter table customers @ modify id bigint",
        "alter table orders @ drop column missing",
    };
    std::set<std::string> kinds;
    std::size_t wrong = 0;
    for (const std::string statement : statements) {
        SCOPED_TRACE(statement);
        const OnlineAnswer expected = of_the_server(statement);
        std::string plain = statement;
        plain.erase(plain.find('@'), 1);
        make_tables();
        const auto told = of_a_copy(plain);
        ASSERT_TRUE(told);
        EXPECT_EQ(told->algorithm, expected.algorithm) << told->refused;
        EXPECT_EQ(told->lock, expected.lock);
        wrong += told->algorithm == expected.algorithm && told->lock == expected.lock ? 0 : 1;
        kinds.insert(told->algorithm + " " + told->lock);
    }
    EXPECT_EQ(wrong, 0U);
    EXPECT_GE(kinds.size(), 5U) << "the test would see nothing if all were alike";
    EXPECT_TRUE(scratches().empty());
}

TEST_F(MariadbOnlineAlter, LeavesTheTablesAsTheyAre) {
    const auto count = [&] {
        return scalar(
            *admin_,
            "select count(*) from information_schema.columns where table_schema = '" + database_ +
                "'"
        );
    };
    const std::string before = count();
    EXPECT_TRUE(of_a_copy("alter table orders add column c int, drop column note"));
    EXPECT_TRUE(of_a_copy("alter table `" + database_ + "`.orders add column c int"));
    EXPECT_TRUE(of_a_copy(
        "alter table orders add foreign key (amount) references " + database_ + ".customers (id)"
    ));
    EXPECT_EQ(count(), before);
    EXPECT_EQ(scalar(*admin_, "select count(*) from orders"), "2");
}

TEST_F(MariadbOnlineAlter, AsksNothingThatReachesOtherTables) {
    for (const char* statement :
         {"alter table orders rename to bought",
          "alter table orders add column c int, rename bought",
          "alter table orders algorithm=default, add column c int",
          "alter table mysql.user add column c int",
          "alter table missing add column c int",
          "rename table orders to bought",
          "drop table orders",
          "truncate table orders",
          "update orders set amount = 1",
          ""}) {
        SCOPED_TRACE(statement);
        EXPECT_FALSE(of_a_copy(statement));
    }
    EXPECT_EQ(scalar(*admin_, "select count(*) from orders"), "2");
}

TEST_F(MariadbOnlineAlter, TriesOnlyWhatAStatementDoesNotNameItself) {
    const auto told = [&](const std::string& statement) {
        return of_a_copy(statement).value_or(OnlineAnswer{});
    };
    const OnlineAnswer refused = told("alter table orders modify amount bigint, algorithm=inplace");
    EXPECT_TRUE(refused.algorithm.empty());
    EXPECT_FALSE(refused.refused.empty());
    const OnlineAnswer locks = told("alter table orders add column c int, lock = none");
    EXPECT_EQ(locks.algorithm, "INSTANT");
    EXPECT_EQ(locks.lock, "NONE");
    const OnlineAnswer copies = told("create index i on orders (note) algorithm copy");
    EXPECT_EQ(copies.algorithm, "COPY");
    EXPECT_EQ(copies.lock, "SHARED");
}

TEST_F(MariadbOnlineAlter, CopiesParentsOfAnotherSchema) {
    const std::string other = "o" + random_uuid().substr(0, 8);
    execute(*admin_, "create database " + other);
    execute(*admin_, "create table " + other + ".`par``ents` (id int primary key)");
    const std::string statement =
        "alter table orders add foreign key (amount) references " + other + " . `par``ents` (id)";
    const auto told = of_a_copy(statement);
    execute(*admin_, "drop database " + other);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->algorithm, "COPY") << told->refused;
}

TEST_F(MariadbOnlineAlter, FindsTheTableAsEarlierStatementsHaveLeftIt) {
    const auto session = server_->connect();
    OnlineAlter asked(*session, server_->dialect().lexis, database_);
    EXPECT_EQ(asked.ask("alter table orders drop column c")->algorithm, "");
    EXPECT_EQ(asked.ask("alter table orders add column c int")->algorithm, "INSTANT");
    EXPECT_EQ(asked.ask("create index i on orders (c)")->algorithm, "NOCOPY");
    EXPECT_NE(asked.ask("alter table orders drop column c")->algorithm, "");
}

TEST_F(MariadbOnlineAlter, DropsWhatAKilledOneHasLeftAndNothingOfOneThatWorks) {
    std::string id = random_uuid();
    std::erase(id, '-');
    const std::string left = "migrator_scratch_" + id.substr(0, 16);
    const std::string not_ours = "migrator_scratch_" + database_;
    execute(*admin_, "create database " + left);
    execute(*admin_, "create database " + not_ours);
    const auto session = server_->connect();
    OnlineAlter works(*session, server_->dialect().lexis, database_);
    const std::set<std::string> kept = {works.scratch(), not_ours};
    const auto present = [&] {
        const auto all = scratches();
        return std::set<std::string>(all.begin(), all.end());
    };
    EXPECT_EQ(present(), kept) << "not what was left";
    EXPECT_TRUE(of_a_copy("alter table orders add column c int"));
    EXPECT_EQ(present(), kept);
    execute(*admin_, "drop database " + not_ours);
    EXPECT_TRUE(works.ask("alter table orders add column c int"));
}

}  // namespace
}  // namespace migrator::db::mysql::test
