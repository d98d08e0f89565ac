#include <gtest/gtest.h>

#include "analysis/mysql_statement.hpp"
#include "analysis/mysql_types.hpp"
#include "db/mysql/lexis.hpp"

namespace migrator::db::mysql::test {
namespace {

using namespace migrator::analysis;

const MysqlVersion kMariadb = MysqlVersion::parse("10.11.6-MariaDB-1");
const MysqlVersion kMysql = MysqlVersion::parse("8.0.36");

MysqlStatement read(std::string_view text, const MysqlVersion& version = kMariadb) {
    return read_mysql(as_executed(text, kMysqlLexis, {}, version), kMysqlLexis, {});
}

TEST(MysqlVersions, AreReadAsServersGiveThem) {
    EXPECT_EQ(kMariadb, (MysqlVersion{.is_mariadb = true, .number = 101'106}));
    EXPECT_EQ(kMysql, (MysqlVersion{.number = 80'036}));
    EXPECT_EQ(MysqlVersion::parse("5.5.5-10.5.2-MariaDB").number, 100'502);
    EXPECT_TRUE(MysqlVersion::parse("8.0.11-TiDB-v7.5.0").is_tidb);
    EXPECT_EQ(MysqlVersion::parse("").number, 0);
}

TEST(MysqlStatements, HaveCommentsThatAServerRuns) {
    const struct {
        const char* text;
        bool mariadb;
        bool mysql;
    } cases[] = {
        {"/*!50003 drop table t */", true, true},
        {"/*! drop table t */", true, true},
        {"/*!50701 drop table t */", false, true},
        {"/*!80000 drop table t */", false, true},
        {"/*!90000 drop table t */", false, false},
        {"/*M!100100 drop table t */", true, false},
        {"/*M! drop table t */", true, false},
        {"/*M!110000 drop table t */", false, false},
        {"drop /*!50003 table */ /* t */ t", true, true},
        {"/* drop table t */ select 1", false, false},
        {"select '/*!50003 drop table t */'", false, false},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.text);
        const auto drops = [&](const MysqlVersion& version) {
            const MysqlStatement statement = read(each.text, version);
            return statement.changes.size() == 1 &&
                   statement.changes[0].act == MysqlAct::DropTable &&
                   statement.changes[0].table == Name{{}, "t"};
        };
        EXPECT_EQ(drops(kMariadb), each.mariadb);
        EXPECT_EQ(drops(kMysql), each.mysql);
    }
}

TEST(MysqlStatements, NameTablesInAllTheirForms) {
    for (const char* text :
         {"alter table s.`t`` 1` drop c",
          "ALTER ONLINE IGNORE TABLE IF EXISTS `s`.`t`` 1` WAIT 5 DROP COLUMN IF EXISTS c",
          "alter table s . /* x */ `t`` 1` -- y\n drop # z\n c"}) {
        SCOPED_TRACE(text);
        const MysqlStatement statement = read(text);
        EXPECT_EQ(statement.altered, (Name{"s", "t` 1"}));
        ASSERT_EQ(statement.changes.size(), 1U);
        EXPECT_EQ(statement.changes[0].act, MysqlAct::DropColumn);
        EXPECT_EQ(statement.changes[0].name, "c");
    }
    EXPECT_EQ(read("alter table 2fa drop c").altered.name, "2fa");
}

TEST(MysqlStatements, AreCutIntoClauses) {
    const MysqlStatement statement = read(
        "alter table t add column a varchar(10) default 'x, drop table y' comment 'a, b', "
        "modify b decimal(10, 2) unsigned not null, change c d int, drop primary key, "
        "add constraint f foreign key (a, b) references o.p (x, y) on delete set null, "
        "add unique key u (a(3), b), add key ((lower(a))), drop index i, engine = Aria "
        "row_format=dynamic "
        "algorithm=inplace, lock none partition by hash (a) partitions 4"
    );
    EXPECT_EQ(statement.why_not, "");
    std::vector<MysqlAct> acts;
    for (const auto& change : statement.changes) acts.push_back(change.act);
    using enum MysqlAct;
    EXPECT_EQ(
        acts,
        (std::vector{
            AddColumn,
            ChangeColumn,
            ChangeColumn,
            DropPrimaryKey,
            AddForeignKey,
            AddIndex,
            AddIndex,
            DropIndex,
            ChangeEngine,
            Rebuild,
            ChangePartitions})
    );
    EXPECT_EQ(statement.algorithm, "INPLACE");
    EXPECT_EQ(statement.lock, "NONE");
    EXPECT_EQ(statement.changes[1].column.type, "decimal(10,2) unsigned");
    EXPECT_TRUE(statement.changes[1].column.not_null);
    EXPECT_EQ(statement.changes[2].new_name, "d");
    EXPECT_EQ(statement.changes[4].other, (Name{"o", "p"}));
    EXPECT_EQ(statement.changes[4].other_columns, (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(statement.changes[5].columns, (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(statement.changes[6].columns.empty()) << "an expression";
}

TEST(MysqlStatements, OfRowsAreNarrowedOrNot) {
    const struct {
        const char* text;
        bool is_narrow;
    } cases[] = {
        {"delete from t", false},
        {"delete t from t", false},
        {"delete low_priority from t where a = 1", true},
        {"delete from t where 1", false},
        {"delete from t where true order by a", false},
        {"delete from t where 1 = 1", false},
        {"delete from t where not null or 2 > 1", false},
        {"delete from t where 1 limit 5", true},
        {"delete from t where `1`", true},
        {"delete from t where a", true},
        {"delete from t limit 3", true},
        {"delete a from t a join u b on a.x = b.x", true},
        {"delete a from t as a", false},
        {"update t set a = 1, b = (select 2 from u where x = 1)", false},
        {"update t, u set t.a = u.a", true},
        {"update t set a = 'where'", false},
        {"with w as (select 1 where 1) update t set a = 1", false},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.text);
        const MysqlStatement statement = read(each.text);
        ASSERT_EQ(statement.changes.size(), 1U);
        EXPECT_EQ(statement.changes[0].has_where, each.is_narrow);
        EXPECT_EQ(statement.changes[0].table.name, "t");
    }
}

TEST(MysqlStatements, OfTheSessionAreToldFromThoseOfTheServer) {
    const auto acts = [](const char* text) {
        std::string names;
        for (const auto& change : read(text).changes) names += change.name + " ";
        return names;
    };
    EXPECT_EQ(acts("set global a = 1, b = 2, session c = 3, @@global.d = 4, @e = 5"), "a b d ");
    EXPECT_EQ(acts("set persist a = 1"), "a ");
    EXPECT_EQ(acts("set names utf8mb4"), "");
    EXPECT_FALSE(read("set @@session.foreign_key_checks = 0").changes.at(0).is_on);
    EXPECT_TRUE(read("set foreign_key_checks = @old").changes.at(0).is_on);
    EXPECT_FALSE(read("set session sql_log_bin = OFF").changes.at(0).is_on);
}

TEST(MysqlStatements, WithoutAKnownWordAreNotRead) {
    for (const char* text :
         {"alter tabel t add c int",
          "alter table t frobnicate",
          "creat table t (a int)",
          "drop tabel t",
          "create tabel t (a int)"}) {
        EXPECT_NE(read(text).why_not, "") << text;
    }
    for (const char* text :
         {"",
          "select 1",
          "(select 1)",
          "grant all on *.* to u",
          "flush tables",
          "alter user u identified by 'x'",
          "create event e on schedule every 1 day do drop table t"}) {
        EXPECT_EQ(read(text).why_not, "") << text;
        EXPECT_TRUE(read(text).changes.empty()) << text;
    }
}

TEST(MysqlTypes, AreSpelledAsInformationSchemaDoes) {
    const struct {
        const char* written;
        const char* type;
    } cases[] = {
        {"INTEGER(11)", "int"},
        {"int unsigned", "int unsigned"},
        {"bool", "tinyint"},
        {"Numeric", "decimal(10,0)"},
        {"dec ( 8 )", "decimal(8,0)"},
        {"enum('a' , \"B, c\")", "enum('a','B, c')"},
        {"character varying(40)", "varchar(40)"},
        {"double precision", "double"},
        {"char", "char(1)"},
        {"datetime(0)", "datetime"},
    };
    for (const auto& each : cases) EXPECT_EQ(mysql_type(each.written), each.type) << each.written;
}

TEST(MysqlTypes, ChangeForNothingWhereTheServersAgree) {
    EXPECT_TRUE(is_free_in_mysql("varchar(40)", "varchar(60)", 4, false));
    EXPECT_FALSE(is_free_in_mysql("varchar(40)", "varchar(64)", 4, false))
        << "a second byte for the length";
    EXPECT_TRUE(is_free_in_mysql("varchar(64)", "varchar(6400)", 4, false));
    EXPECT_FALSE(is_free_in_mysql("varchar(40)", "varchar(39)", 4, false));
    EXPECT_TRUE(is_free_in_mysql("enum('a','b')", "enum('a','b','c')", 1, false));
    EXPECT_FALSE(is_free_in_mysql("enum('a','b')", "enum('b','a')", 1, false));
    EXPECT_FALSE(is_free_in_mysql(
        "set('a','b','c','d','e','f','g','h')", "set('a','b','c','d','e','f','g','h','i')", 1, false
    ));
    EXPECT_TRUE(is_free_in_mysql("varchar(40)", "varchar(300)", 1, true)) << "MariaDB";
    EXPECT_FALSE(is_free_in_mysql("varchar(40)", "varchar(300)", 4, true));
    EXPECT_FALSE(is_free_in_mysql("int", "bigint", 1, false));
    EXPECT_FALSE(is_free_in_mysql("int", "int unsigned", 1, false));
    EXPECT_FALSE(is_free_in_mysql("varchar(40)", "text", 1, false));
}

}  // namespace
}  // namespace migrator::db::mysql::test
