// Migrator's own tables on a real server: made, upgraded, and taken over from the Go program.
#include <random>

#include "db/mysql/literal.hpp"
#include "db/sql/store/metadata_shape.hpp"
#include "mysql/test_server.hpp"

namespace migrator::db::mysql::test {
namespace {

class MariadbDialect : public MariadbTest {
protected:
    sql::store::MetadataShape shape() { return sql::store::read_shape(*admin_, dialect()); }
    void create(const Options& options = {}) {
        sql::store::create_or_upgrade(*admin_, dialect(), options);
    }
    std::string count(const std::string& from) {
        return scalar(*admin_, "select count(*) from " + from);
    }
    /// As v4 of the Go program makes them, on a server with other defaults.
    void create_v4(const std::string& charset) {
        execute(*admin_, "create database migrator character set " + charset);
        execute(
            *admin_,
            "create table migrator.migrator_migrations (id serial primary key, name varchar(200) "
            "not null, source_dir varchar(200) not null, filename varchar(200) not null, type int "
            "not null, db_schema varchar(200) not null, created timestamp default now(), contents "
            "text, checksum varchar(64))"
        );
        execute(
            *admin_,
            "create table migrator.migrator_tenants (id serial primary key, name varchar(200) not "
            "null, created timestamp default now())"
        );
        execute(
            *admin_,
            "insert into migrator.migrator_migrations (name, source_dir, filename, type, "
            "db_schema, "
            "created, contents, checksum) values ('a.sql', 'd', 'd/a.sql', 1, 'd', '2020-01-02 "
            "03:04:05', 'caf\xC3\xA9', 'x'), ('A.sql', 'd', 'd/A.sql', 1, 'd', '2020-01-02 "
            "03:04:05', null, null)"
        );
        execute(*admin_, "insert into migrator.migrator_tenants (name) values ('north')");
    }
    void expect_upgraded() {
        EXPECT_EQ(
            column(
                *admin_,
                "select concat_ws('|', m.id, m.name, m.created, m.contents, v.name) from "
                "migrator.migrator_migrations m join migrator.migrator_versions v on v.id = "
                "m.version_id order by m.id"
            ),
            (std::vector<std::string>{
                "1|a.sql|2020-01-02 03:04:05|café|Initial version",
                "2|A.sql|2020-01-02 03:04:05|Initial version"})
        );
        EXPECT_EQ(count("migrator.migrator_versions"), "1");
        EXPECT_EQ(count("migrator.migrator_tenants where name = 'north'"), "1");
        EXPECT_EQ(count("migrator.migrator_migrations where filename = 'd/A.sql'"), "1")
            << "names compare letter by letter";
    }
};

TEST_F(MariadbDialect, CountsTheConnectionsThatAreFree) {
    const auto asked = scalar(*admin_, "select @@max_connections");
    const auto row = sql::query_row(*admin_, "show global status like 'Threads_connected'");
    ASSERT_TRUE(row);
    EXPECT_EQ(
        scalar(*admin_, dialect().free_connections),
        std::to_string(std::stoi(asked) - std::stoi(row->at(1).value()))
    );
}

TEST_F(MariadbDialect, MakesTheTablesOfTheSpecification) {
    create();
    const auto columns = column(
        *admin_,
        "select concat_ws(' ', substr(table_name, 10), column_name, column_type, is_nullable, "
        "collation_name, column_key) from information_schema.columns where table_schema = "
        "'migrator' and table_name in ('migrator_migrations', 'migrator_versions', "
        "'migrator_tenants') order by table_name, ordinal_position"
    );
    const std::vector<std::string> expected = {
        "migrations id bigint(20) unsigned NO PRI",
        "migrations name varchar(200) NO utf8mb4_bin ",
        "migrations source_dir varchar(200) NO utf8mb4_bin ",
        "migrations filename varchar(200) NO utf8mb4_bin MUL",
        "migrations type int(11) NO ",
        "migrations db_schema varchar(200) NO utf8mb4_bin ",
        "migrations created timestamp YES ",
        "migrations contents longtext YES utf8mb4_bin ",
        "migrations checksum varchar(64) YES utf8mb4_bin ",
        "migrations version_id bigint(20) unsigned NO MUL",
        "tenants id bigint(20) unsigned NO PRI",
        "tenants name varchar(200) NO utf8mb4_bin ",
        "tenants created timestamp YES ",
        "versions id bigint(20) unsigned NO PRI",
        "versions name varchar(200) NO utf8mb4_bin ",
        "versions created timestamp YES ",
    };
    EXPECT_EQ(columns, expected);
    EXPECT_EQ(
        scalar(
            *admin_,
            "select concat_ws(' ', constraint_name, referenced_table_name, delete_rule) from "
            "information_schema.referential_constraints where constraint_schema = 'migrator'"
        ),
        "migrator_versions_version_id_fk migrator_versions CASCADE"
    );
    EXPECT_EQ(
        count("information_schema.statistics where table_schema = 'migrator' and index_name = "
              "'migrator_migrations_version_id_idx'"),
        "1"
    );
    execute(*admin_, "insert into migrator.migrator_versions (name) values ('v')");
    execute(
        *admin_,
        "insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, "
        "version_id) values ('a', 'a', 'a', 1, 'a', last_insert_id())"
    );
    EXPECT_EQ(count("migrator.migrator_migrations where created is not null"), "1");
    execute(*admin_, "delete from migrator.migrator_versions");
    EXPECT_EQ(count("migrator.migrator_migrations"), "0");
}

TEST_F(MariadbDialect, SeesEachStepOfTheSetUp) {
    sql::store::MetadataShape expected;
    // What is not there has no names that are not exact.
    expected.exact_names = true;
    EXPECT_EQ(shape(), expected);
    const struct {
        std::string_view ddl;
        bool sql::store::MetadataShape::*field;
    } steps[] = {
        {dialect().create_metadata_schema, &sql::store::MetadataShape::schema},
        {dialect().create_versions, &sql::store::MetadataShape::versions},
        {dialect().create_migrations, &sql::store::MetadataShape::migrations},
        {dialect().create_tenants, &sql::store::MetadataShape::tenants},
        {dialect().create_lock, &sql::store::MetadataShape::lock},
        {dialect().create_runs, &sql::store::MetadataShape::runs},
        {dialect().create_tenant_state, &sql::store::MetadataShape::tenant_state},
        {dialect().create_places, &sql::store::MetadataShape::places},
        {dialect().create_audit, &sql::store::MetadataShape::audit},
        {dialect().create_filename_index, &sql::store::MetadataShape::filename_index},
    };
    for (const auto& step : steps) {
        SCOPED_TRACE(step.ddl);
        execute(*admin_, step.ddl);
        expected.*step.field = true;
        expected.version_id = expected.migrations;
        EXPECT_EQ(shape(), expected);
    }
    create();
    EXPECT_EQ(shape(), expected) << "nothing left to do";
}

TEST_F(MariadbDialect, DoesNotMakeTenantsWhenTheyAreElsewhere) {
    Options options;
    options.tenant_select = "select 'north'";
    create(options);
    EXPECT_FALSE(shape().tenants);
}

TEST_F(MariadbDialect, UpgradesTablesWithOtherCharacterSets) {
    for (const char* charset : {"utf8mb4", "latin1", "utf8mb4 collate utf8mb4_unicode_ci"}) {
        SCOPED_TRACE(charset);
        create_v4(charset);
        EXPECT_FALSE(shape().exact_names);
        create();
        expect_upgraded();
        EXPECT_TRUE(shape().exact_names);
        EXPECT_TRUE(shape().version_id);
        execute(*admin_, "drop database migrator");
    }
}

/// Each step of the upgrade commits, so that it can be cut off behind any of them.
TEST_F(MariadbDialect, GoesOnWithAnUpgradeThatWasCutOff) {
    for (int steps = 0; steps <= 4; ++steps) {
        SCOPED_TRACE(steps);
        create_v4("latin1");
        if (steps > 0) execute(*admin_, dialect().create_versions);
        if (steps > 1) execute(*admin_, dialect().add_version_id);
        if (steps > 2) {  // one transaction
            execute(
                *admin_,
                "insert into migrator.migrator_versions (id, name) values (1, 'Initial version')"
            );
            execute(*admin_, "update migrator.migrator_migrations set version_id = 1");
        }
        if (steps > 3) {
            execute(
                *admin_,
                "alter table migrator.migrator_migrations add constraint "
                "migrator_versions_version_id_fk foreign key (version_id) references "
                "migrator.migrator_versions (id) on delete cascade"
            );
        }
        EXPECT_FALSE(shape().version_id);
        create();
        create();
        EXPECT_EQ(
            count("migrator.migrator_migrations m join migrator.migrator_versions v on v.id = "
                  "m.version_id where v.name = 'Initial version'"),
            "2"
        );
        EXPECT_EQ(
            count("migrator.migrator_versions v where not exists (select 1 from "
                  "migrator.migrator_migrations m where m.version_id = v.id)"),
            "0"
        ) << "a version without rows";
        EXPECT_TRUE(shape().version_id);
        execute(*admin_, "drop database migrator");
    }
}

TEST_F(MariadbDialect, HashesNamesAsTheServerDoes) {
    for (const std::string& name :
         {std::string(),
          std::string("a"),
          std::string("/m/stores/002_é😀.sql"),
          std::string(200, 'x')}) {
        EXPECT_EQ(
            scalar(*admin_, "select crc32(" + literal(name) + ")"),
            std::to_string(dialect().hash_name(name))
        );
    }
}

TEST_F(MariadbDialect, GivesNoIdTwice) {
    create();
    const auto next = [&] { return scalar(*admin_, dialect().next_version_id); };
    const std::string first = next();
    EXPECT_NE(next(), first);
    EXPECT_EQ(count("migrator.migrator_versions"), "0");
}

/// Any text as a literal gives the same text back, whatever the session's settings are.
TEST_F(MariadbDialect, LiteralsReadTheSameUnderEverySetting) {
    const char* const settings[] = {
        "do 1",
        "set sql_mode = 'ANSI_QUOTES'",
        "set sql_mode = 'NO_BACKSLASH_ESCAPES'",
        "set sql_mode = 'ORACLE'",
        "set names latin1",
        "set names gbk",
        "set names sjis",
        "set names big5",
        "set names binary",
        "set character_set_connection = latin1",
        "set collation_connection = utf8mb4_turkish_ci",
    };
    std::mt19937 random(7);
    const auto text = [&] {
        const char* const pieces[] = {
            "'",
            "\\",
            "\"",
            "a",
            "é",
            "表",
            "😀",
            "\n",
            "%",
            "\x7F",
            "?1",
            " ",
            "-- ",
            "/*",
            "\x01"};
        std::string made;
        for (auto i = random() % 12; i > 0; --i) made += pieces[random() % std::size(pieces)];
        if (random() % 8 == 0) made += '\0';
        return made;
    };
    for (const char* setting : settings) {
        SCOPED_TRACE(setting);
        const auto session = server_->connect();
        EXPECT_FALSE(run(*session, setting));
        for (int i = 0; i < 60; ++i) {
            const std::string value = text();
            SCOPED_TRACE(value);
            const auto row = sql::query_row(
                *session,
                "select hex(convert(?1 using utf8mb4)), hex(" + literal(value) + ")",
                {value}
            );
            std::string hex;
            for (const char c : value) {
                constexpr const char* kDigits = "0123456789ABCDEF";
                hex += kDigits[static_cast<unsigned char>(c) >> 4U];
                hex += kDigits[static_cast<unsigned char>(c) & 15U];
            }
            EXPECT_EQ(row->at(0), hex);
        }
    }
    const auto session = server_->connect();
    for (int i = 0; i < 100; ++i) {
        const std::string value = text();
        EXPECT_EQ(scalar(*session, "select " + quoted_literal(value)), value);
    }
}

}  // namespace
}  // namespace migrator::db::mysql::test
