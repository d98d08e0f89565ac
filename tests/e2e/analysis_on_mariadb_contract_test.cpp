// `plan --analyze` as a whole on MariaDB: what it says of changes of tables is what the server
// does.
#include <boost/json.hpp>
#include <csignal>
#include <map>
#include <set>

#include "e2e/site_test.hpp"

namespace migrator::test {
namespace {

namespace json = boost::json;

/// Changes of `orders`, with a `@` where the clauses for algorithm and lock belong. `#` is a
/// number.
constexpr const char* kChanges[] = {
    "alter table orders# @ add column c int",
    "alter table orders# @ add column c int first",
    "alter table orders# @ add column c int not null default 3",
    "alter table orders# @ add column c int auto_increment, add unique (c)",
    "alter table orders# @ add column c int as (amount + 1) virtual",
    "alter table orders# @ add column c int as (amount + 1) persistent",
    "alter table orders# @ add column c timestamp default now()",
    "alter table orders# @ drop column note",
    "alter table orders# @ rename column note to remark",
    "alter table orders# @ change note remark varchar(40)",
    "alter table orders# @ modify note varchar(60)",
    "alter table orders# @ modify note varchar(300)",
    "alter table orders# @ modify note varchar(10)",
    "alter table orders# @ modify note text",
    "alter table orders# @ modify note varchar(40) not null",
    "alter table orders# @ modify note varchar(40) character set utf8mb4",
    "alter table orders# @ modify amount bigint",
    "alter table orders# @ modify amount int first",
    "alter table orders# @ modify place enum('a', 'b', 'c')",
    "alter table orders# @ modify place enum('b', 'a')",
    "alter table orders# @ alter column amount set default 4",
    "alter table orders# @ add index i (note)",
    "alter table orders# @ add unique index i (note)",
    "alter table orders# @ add fulltext index i (note)",
    "alter table orders# @ drop index by_amount",
    "alter table orders# @ rename index by_amount to by_sum",
    "alter table orders# @ drop primary key",
    "alter table orders# @ drop primary key, add primary key (id, customer)",
    "alter table orders# @ add constraint f# foreign key (amount) references customers# (id)",
    "alter table orders# @ drop foreign key of_customer#",
    "alter table orders# @ add constraint positive check (amount > 0)",
    "alter table orders# @ convert to character set utf8mb4",
    "alter table orders# @ default character set utf8mb4",
    "alter table orders# @ engine=innodb",
    "alter table orders# @ engine=aria",
    "alter table orders# @ row_format=compressed",
    "alter table orders# @ comment='new'",
    "alter table orders# @ auto_increment=1000",
    "alter table orders# @ partition by hash (id) partitions 2",
    "alter table orders# @ add system versioning",
    "create index i on orders# (note) @",
    "create unique index i on orders# (note) @",
    "drop index by_amount on orders# @",
    "alter table customers# @ modify id bigint",
    "alter table orders# @ drop column missing",
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

std::string tables(const std::string& number) {
    return replaced(
        "create table {schema}.customers# (id int primary key, name varchar(40)) engine=innodb;\n"
        "create table {schema}.orders# (id int primary key, customer int not null, note "
        "varchar(40), amount int, place enum('a', 'b'), key by_amount (amount), key by_customer "
        "(customer), constraint of_customer# foreign key (customer) references "
        "{schema}.customers# (id)) engine=innodb charset=latin1;\n"
        "insert into {schema}.customers# values (1, 'x');\n"
        "insert into {schema}.orders# values (1, 1, 'x', 1, 'a'), (2, 1, 'y', 1, 'b');\n",
        "#",
        number
    );
}

class AnalysisOnMariadb : public testing::Test {
protected:
    void SetUp() override {
        const std::string url = mariadb_for_tests();
        if (url.empty()) GTEST_SKIP() << "MIGRATOR_TEST_MARIADB_URL is not set";
        site_ = std::make_unique<Site>(Driver::Mariadb, url);
        site_->write_logs();
        ASSERT_EQ(site_->run({"create-tenant", "north"}).exit_code, 0);
    }

    Process::Result analyze(std::vector<std::string> more) {
        more.insert(more.begin(), {"plan", "--analyze"});
        return site_->run(more);
    }
    json::object analysis(const std::vector<std::string>& more) {
        std::vector<std::string> arguments = more;
        arguments.emplace_back("--json");
        const auto result = analyze(arguments);
        EXPECT_EQ(result.exit_code, 0) << result.err;
        return json::parse(result.out).as_object().at("analysis").as_object();
    }
    std::vector<std::string> scratches() const {
        return site_->mariadb().list(
            "select schema_name from information_schema.schemata where schema_name like "
            "'migrator\\_scratch\\_%'"
        );
    }
    /// Definitions and rows of all tables of the tenant.
    std::string contents() const {
        std::string all;
        const MariadbServer& server = site_->mariadb();
        for (const std::string& table :
             server.list("select table_name from information_schema.tables where table_schema = "
                         "'north' order by 1")) {
            all += server.ask(
                "select group_concat(column_name, column_type, is_nullable order by "
                "ordinal_position) from information_schema.columns where table_schema = 'north' "
                "and "
                "table_name = '" +
                table + "'"
            );
            all += server.ask(
                "select group_concat(index_name, column_name order by 1) from "
                "information_schema.statistics where table_schema = 'north' and table_name = '" +
                table + "'"
            );
            all += server.ask("select count(*) from north." + table) + "\n";
        }
        return all;
    }

    std::unique_ptr<Site> site_;
};

/// What the server accepts first, on a table with rows: "ALGORITHM=COPY, LOCK=SHARED".
std::string of_the_server(const MariadbServer& server, const std::string& change) {
    const bool alters = change.starts_with("alter");
    const std::string comma = alters ? ", " : " ";
    for (const std::string algorithm : {"INSTANT", "NOCOPY", "INPLACE", "COPY"}) {
        for (const std::string lock : {"NONE", "SHARED", "EXCLUSIVE"}) {
            std::string clauses = "algorithm=" + algorithm + comma + "lock=" + lock;
            if (alters) clauses += comma;
            server.ask("drop database if exists tried");
            server.ask("create database tried");
            try {
                server.ask(replaced(replaced(tables("1"), "{schema}", "tried"), ";\n", ";"));
                server.ask("use tried");
                server.ask(replaced(replaced(change, "#", "1"), "@", clauses));
                return "ALGORITHM=" + algorithm + ", LOCK=" + lock;
            } catch (const std::runtime_error&) {
            }
        }
    }
    return "refused";
}

TEST_F(AnalysisOnMariadb, SaysOfEachChangeWhatTheServerDoes) {
    std::string made;
    for (std::size_t i = 0; i < std::size(kChanges); ++i) made += tables(std::to_string(i));
    site_->write("stores/002_tables.sql", made);
    ASSERT_EQ(site_->run({"apply"}).exit_code, 0);
    for (std::size_t i = 0; i < std::size(kChanges); ++i) {
        std::string change = replaced(replaced(kChanges[i], "@", ""), "#", std::to_string(i));
        for (const char* table : {" orders", " customers"}) {
            change = replaced(change, table, std::string(" {schema}.") + (table + 1));
        }
        site_->write("stores/" + std::to_string(1000 + i) + ".sql", change + ";\n");
    }
    const std::string before = contents();
    std::map<std::string, std::string> told;
    const json::object found = analysis({"--scratch"});
    EXPECT_TRUE(found.at("notes").as_array().empty()) << found.at("notes");
    for (const json::value& each : found.at("findings").as_array()) {
        std::string file(each.at("file").as_string());
        file = file.substr(file.rfind('/') + 1);
        if (each.at("rule").as_string() == "alter-refused") told[file] = "refused";
        if (!each.at("lock").is_null()) told[file] = std::string(each.at("lock").as_string());
    }
    EXPECT_EQ(contents(), before);
    EXPECT_TRUE(scratches().empty());
    std::set<std::string> kinds;
    for (std::size_t i = 0; i < std::size(kChanges); ++i) {
        SCOPED_TRACE(kChanges[i]);
        std::string expected = of_the_server(site_->mariadb(), kChanges[i]);
        kinds.insert(expected);
        // What keeps nobody waiting is no finding.
        const bool is_harmless = expected.ends_with("LOCK=NONE");
        EXPECT_EQ(told[std::to_string(1000 + i) + ".sql"], is_harmless ? "" : expected);
    }
    EXPECT_GE(kinds.size(), 5U) << "the test would see nothing if all were alike";
    site_->mariadb().ask("drop database tried");
}

TEST_F(AnalysisOnMariadb, AKilledOneLeavesNothingForLong) {
    site_->write("stores/002_tables.sql", tables("1"));
    ASSERT_EQ(site_->run({"apply"}).exit_code, 0);
    std::string changes;
    for (int i = 0; i < 400; ++i) {
        changes += "alter table {schema}.orders1 add column c" + std::to_string(i) +
                   " int, add index (c" + std::to_string(i % 50) + "), drop index if exists c" +
                   std::to_string(i % 50) + ";\n";
    }
    site_->write("stores/1000.sql", changes);
    const std::string before = contents();
    {
        const auto killed = site_->start({"plan", "--analyze", "--scratch"});
        wait_until("a scratch database is there", [&] { return !scratches().empty(); });
        killed->send_signal(SIGKILL);
        killed->wait();
    }
    EXPECT_EQ(scratches().size(), 1U) << "the test would see nothing otherwise";
    EXPECT_EQ(contents(), before);
    // Its connection may live for a moment, and its lock with it.
    const std::string left = scratches().front();
    wait_until("the lock of the killed one is free", [&] {
        return site_->mariadb().ask("select is_free_lock('" + left + "')") == "1";
    });
    EXPECT_EQ(analyze({"--scratch"}).exit_code, 0);
    EXPECT_TRUE(scratches().empty());
    EXPECT_EQ(contents(), before);
}

TEST_F(AnalysisOnMariadb, SaysWhichChangesNobodyHasAskedAbout) {
    site_->write("stores/002_tables.sql", tables("1"));
    ASSERT_EQ(site_->run({"apply"}).exit_code, 0);
    site_->write("stores/1000.sql", "select 1;\nalter table {schema}.orders1 add column c int;\n");
    const auto result = analyze({});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NE(result.out.find("was not asked about 1 change of a table"), std::string::npos)
        << result.out;
    EXPECT_NE(result.out.find("/1000.sql:2"), std::string::npos) << result.out;
    EXPECT_EQ(analyze({"--scratch"}).out.find("was not asked"), std::string::npos);
}

TEST_F(AnalysisOnMariadb, FailsAsItIsTold) {
    site_->write("stores/002_tables.sql", tables("1"));
    ASSERT_EQ(site_->run({"apply"}).exit_code, 0);
    site_->write("stores/1000.sql", "drop table {schema}.orders1;\n");
    EXPECT_EQ(analyze({}).exit_code, 0);
    EXPECT_EQ(analyze({"--fail-on", "danger"}).exit_code, 3);
    const std::string sarif = site_->folder() + "/findings.sarif";
    EXPECT_EQ(analyze({"--sarif", sarif, "--fail-on", "warning"}).exit_code, 3);
    site_->write(
        "stores/1000.sql",
        "-- migrator:allow table-drop: nobody asks for it\ndrop table {schema}.orders1;\n"
    );
    EXPECT_EQ(analyze({"--fail-on", "warning"}).exit_code, 0);
}

TEST_F(AnalysisOnMariadb, RefusesOptionsOfPostgresqlByName) {
    for (const std::vector<std::string>& options :
         {std::vector<std::string>{"--on", "north"},
          {"--on", "*", "--sample", "3"},
          {"--on", "north", "--max-hold", "1s", "--scratch"},
          {"--scratch-source", "root:hidden@tcp(127.0.0.1:1)/"}}) {
        const auto result = analyze(options);
        EXPECT_EQ(result.exit_code, 2) << options.front() << result.out;
        EXPECT_NE(result.err.find(options.front()), std::string::npos) << result.err;
        EXPECT_NE(result.err.find("on PostgreSQL only"), std::string::npos) << result.err;
        EXPECT_EQ(result.err.find("hidden"), std::string::npos);
    }
    EXPECT_TRUE(scratches().empty());
    const auto sample = analyze({"--sample", "3"});
    EXPECT_EQ(sample.exit_code, 2);
    EXPECT_NE(sample.err.find("need --on"), std::string::npos) << sample.err;
}

TEST(AnalysisOnSqlite, IsRefused) {
    Site site(Driver::Sqlite, "");
    site.write_logs();
    for (const std::vector<std::string>& options :
         {std::vector<std::string>{"plan", "--analyze"},
          {"plan", "--analyze", "--scratch"},
          {"plan", "--analyze", "--fail-on", "danger"}}) {
        const auto result = site.run(options);
        EXPECT_EQ(result.exit_code, 2) << result.out;
        EXPECT_NE(result.err.find("SQLite"), std::string::npos) << result.err;
    }
}

}  // namespace
}  // namespace migrator::test
