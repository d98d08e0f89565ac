// Whatever a server gives to every session by its own settings: nothing is recorded that did not
// happen, and nothing runs twice. That a run fails is fine.
//
// MIGRATOR_TEST_SETTINGS is how many of the server's settings are tried (60), taken evenly from
// all.
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "core/error.hpp"
#include "core/log.hpp"
#include "databases/project_test.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::test {
namespace {

/// One a line: name, tab, value as SQL.
constexpr const char* kOfMariadb = R"sql(
with recursive numbers as (select 1 as n union all select n + 1 from numbers where n < 60),
settings as (
    select lower(variable_name) as name, variable_type as type, numeric_min_value as least,
        global_value as value, enum_value_list as list,
        length(enum_value_list) - length(replace(enum_value_list, ',', '')) + 1 as count
    from information_schema.system_variables
    where variable_scope = 'SESSION' and read_only = 'NO' and global_value is not null
)
select group_concat(concat(name, char(9), value) order by name, value separator '\n') from (
    select name, if(value = 'ON', '0', '1') as value from settings where type = 'BOOLEAN'
    union select name, least from settings where type like '%INT%'
    union select name, '1' from settings where type like '%INT%'
    union select name, '100' from settings where type like '%INT%'
    union select name, '0' from settings where type = 'DOUBLE'
    union select name, concat(char(39), substring_index(substring_index(list, ',', n), ',', -1),
        char(39)) from settings join numbers on n <= count where type in ('ENUM', 'SET')
    union select name, concat(char(39), char(39)) from settings where type = 'SET'
    union select 'init_connect', concat(char(39), 'set sql_select_limit = 1', char(39))
    union select 'init_connect', concat(char(39), 'set autocommit = 0', char(39))
    union select 'time_zone', concat(char(39), '+12:00', char(39))
    union select 'collation_connection', concat(char(39), 'utf8mb4_bin', char(39))
) as odd
)sql";

constexpr const char* kOfPostgresql = R"sql(
select string_agg(name || chr(9) || value, chr(10) order by name, value) from (
    select name, case setting when 'on' then 'off' else 'on' end as value from pg_settings
    where context in ('user', 'superuser') and vartype = 'bool'
    union select name, unnest(enumvals) from pg_settings
    where context in ('user', 'superuser') and vartype = 'enum'
    union select name, min_val from pg_settings
    where context in ('user', 'superuser') and vartype in ('integer', 'real')
    union select name, '1' from pg_settings
    where context in ('user', 'superuser') and vartype = 'integer'
    union values ('search_path', 'pg_temp'), ('search_path', 'nowhere'), ('timezone', 'Asia/Tokyo'),
        ('datestyle', 'German'), ('datestyle', 'SQL, DMY'), ('client_encoding', 'LATIN1'),
        ('default_tablespace', 'nowhere'), ('role', 'pg_monitor'), ('lc_messages', 'C'),
        ('default_table_access_method', 'heap')
) as odd (name, value)
)sql";

struct Setting {
    std::string name;
    std::string value;
};

class OddSettings : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        log::redirect([](std::string_view) {});
        server_ = project().server().make_server(project().database);
        admin_ = server_->connect();  // before anything is odd
        project().write(
            "catalog/000.sql", "create schema {schema};\ncreate table {schema}.t (n integer);\n"
        );
        project().write("stores/000.sql", "create table {schema}.t (n integer);\n");
        for (const char* tenant : {"north", "south"}) project().create_tenant(tenant);
        project().apply();
        is_mariadb_ = kind().name == std::string("Mariadb");
    }
    void TearDown() override {
        log::redirect(nullptr);
        admin_.reset();
        server_.reset();
        ProjectTest::TearDown();
    }

    std::string ask(const std::string& sql) {
        const auto row = db::sql::query_row(*admin_, sql);
        return row ? row->front().value_or("") : "";
    }

    std::vector<Setting> settings() {
        if (is_mariadb_) ask("set session group_concat_max_len = 1000000");
        std::istringstream lines(ask(is_mariadb_ ? kOfMariadb : kOfPostgresql));
        std::vector<Setting> all;
        for (Setting setting;
             std::getline(lines, setting.name, '\t') && std::getline(lines, setting.value);) {
            all.push_back(setting);
        }
        const char* wanted = std::getenv("MIGRATOR_TEST_SETTINGS");
        const std::size_t count = wanted == nullptr ? 60 : std::stoul(wanted);
        std::vector<Setting> chosen;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (i * count / all.size() != (i + 1) * count / all.size() || count >= all.size()) {
                chosen.push_back(all[i]);
            }
        }
        return chosen;
    }

    /// False: the server does not take it.
    bool set(const Setting& setting) try {
        if (is_mariadb_) {
            before_ = ask("select @@global." + setting.name);
            db::sql::execute(*admin_, "set global " + setting.name + " = " + setting.value);
        } else {
            const std::string database = ask("select current_database()");
            db::sql::execute(
                *admin_,
                "alter database " + database + " set " + setting.name + " = '" + setting.value + "'"
            );
        }
        return true;
    } catch (const Error&) {
        return false;
    }

    void set_back(const Setting& setting) {
        if (!is_mariadb_) {
            const std::string database = ask("select current_database()");
            return db::sql::execute(*admin_, "alter database " + database + " reset all");
        }
        const bool is_number =
            !before_.empty() && before_.find_first_not_of("0123456789.-") == std::string::npos;
        db::sql::execute(
            *admin_,
            "set global " + setting.name + " = " + (is_number ? before_ : "'" + before_ + "'")
        );
    }

    /// A file for a single schema and one for each of two tenants.
    void write(int number) {
        const std::string n = std::to_string(1000 + number);
        const std::string text = "create table if not exists {schema}.t" + n +
                                 " (n integer);\ninsert into {schema}.t values (" + n + ");\n";
        project().write("catalog/" + n + ".sql", text);
        project().write("stores/" + n + ".sql", text);
    }
    std::string done(int number) {
        const std::string n = std::to_string(1000 + number);
        return ask(
            "select concat((select count(*) from catalog.t where n = " + n +
            "), (select count(*) from north.t where n = " + n +
            "), (select count(*) from south.t where n = " + n +
            "), (select count(*) from migrator.migrator_migrations where name = '" + n + ".sql'))"
        );
    }

    bool is_mariadb_ = false;

private:
    std::unique_ptr<db::sql::Server> server_;
    std::unique_ptr<db::sql::Session> admin_;
    std::string before_;
};

TEST_P(OddSettings, NeitherHideNorRepeatWhatWasDone) {
    int number = 0;
    int fine = 0;
    int failed = 0;
    for (const Setting& setting : settings()) {
        if (HasFailure()) break;
        SCOPED_TRACE(setting.name + " = " + setting.value);
        if (!set(setting)) continue;
        write(++number);
        std::string why;
        try {
            project().apply();
            EXPECT_EQ(project().apply().files.size(), 0U) << "something runs again";
            ++fine;
        } catch (const Error& error) {
            why = error.what();
            ++failed;
        } catch (const std::exception& error) {
            ADD_FAILURE() << error.what();
        }
        set_back(setting);
        if (why.empty()) {
            EXPECT_EQ(done(number), "1113");
        }
        project().apply();
        EXPECT_EQ(done(number), "1113") << why;
        if (std::getenv("MIGRATOR_TEST_SETTINGS") != nullptr && !why.empty()) {
            std::printf("%s = %s: %s\n", setting.name.c_str(), setting.value.c_str(), why.c_str());
        }
    }
    std::printf("%d settings are fine, with %d nothing ran to its end\n", fine, failed);
    EXPECT_GT(fine, 30);
}

INSTANTIATE_TEST_SUITE_P(
    Databases,
    OddSettings,
    testing::Values(&database_called("Postgresql"), &database_called("Mariadb")),
    name_of_kind
);

}  // namespace
}  // namespace migrator::test
