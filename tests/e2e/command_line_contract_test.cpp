// What somebody sees who starts at a command line: a project from nothing, and errors told once.
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>

#include "e2e/database_of_its_own.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace migrator::e2e {
namespace {

using Environment = std::map<std::string, std::string>;

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

/// A folder to start the program in.
class Project {
public:
    test::Process::Result run(
        const std::vector<std::string>& arguments, const Environment& environment = {}
    ) const {
        return test::run_migrator(arguments, environment, folder_.path());
    }
    void write(const std::string& path, const std::string& text) const {
        folder_.write(path, text);
    }
    std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }

    /// The error output of a command that fails with `exit_code` and says so once, in the words of
    /// the command alone.
    std::string failure(
        int exit_code,
        const std::vector<std::string>& arguments,
        const Environment& environment = {}
    ) const {
        const auto result = run(arguments, environment);
        EXPECT_EQ(result.exit_code, exit_code) << result.err;
        EXPECT_TRUE(result.err.starts_with("error: ")) << result.err;
        EXPECT_EQ(count_of(result.err, "error: "), 1U + count_of(result.err, "failed with error: "))
            << result.err;
        EXPECT_EQ(result.err.find(".cpp:"), std::string::npos) << result.err;
        EXPECT_EQ(result.err.find("warning:"), std::string::npos) << result.err;
        return result.err;
    }

private:
    test::TempDir folder_;
};

TEST(CommandLineBegin, OnSqliteInitIsAllThatApplyNeeds) {
    for (const char* schema : {"app", "shop"}) {
        SCOPED_TRACE(schema);
        const Project project;
        // One of the two is called like the metadata file.
        EXPECT_EQ(
            project
                .run({"init", "--driver", "sqlite", "--data-source", "app.db", "--schema", schema})
                .exit_code,
            0
        );
        const auto applied = project.run({"apply"});
        EXPECT_EQ(applied.exit_code, 0) << applied.err;
        EXPECT_EQ(applied.err, "");
        EXPECT_EQ(project.run({"new", "add more"}).exit_code, 0);
        project.write(
            std::string("migrations/") + schema + "/0002_add_more.sql",
            "insert into {schema}.notes (id, text) values (1, 'x');"
        );
        EXPECT_EQ(project.run({"validate", "--offline"}).exit_code, 0);
        EXPECT_EQ(project.run({"apply"}).exit_code, 0);
        EXPECT_EQ(project.run({"status", "--exit-code"}).exit_code, 0);
        EXPECT_EQ(project.run({"init", "--driver", "sqlite"}).exit_code, 2);
    }
}

TEST(CommandLineBegin, OfflineValidationNeedsNeitherDatabaseNorDataSource) {
    const Project project;
    const std::string reference = "${NO_SUCH_VARIABLE}";
    ASSERT_EQ(
        project.run({"init", "--driver", "postgres", "--data-source", reference}).exit_code, 0
    );
    const auto why = project.run({"apply"});
    EXPECT_EQ(why.exit_code, 2);
    EXPECT_NE(why.err.find("NO_SUCH_VARIABLE is not set"), std::string::npos) << why.err;
    auto result = project.run({"validate", "--offline"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    EXPECT_NE(result.out.find("Not checked (offline): dataSource"), std::string::npos);
    EXPECT_EQ(project.run({"new", "second"}).exit_code, 0);
    const struct {
        const char* text;
        const char* said;
    } cases[] = {
        {"select 1;\nselect 'open;\nselect 2;", "line 2: unterminated quote or comment"},
        {"select 1;\n\n/* open", "line 3: unterminated quote or comment"},
        {"select 1;\nvacuum;", "\"vacuum\" in line 2 cannot run inside a transaction"},
        {"select 1;\nbegin;\nselect 2;", "\"begin\" in line 2"},
        {"select 1;\n\\d notes\n", "line 2"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        project.write("migrations/app/0002_second.sql", c.text);
        result = project.run({"validate", "--offline"});
        EXPECT_EQ(result.exit_code, 1);
        EXPECT_NE(result.out.find("0002_second.sql\n"), std::string::npos) << result.out;
        EXPECT_NE(result.out.find(c.said), std::string::npos) << result.out;
    }
    for (const char* driver : {"mysql", "sqlserver", "sqlite"}) {
        project.write("migrations/app/0002_second.sql", "select 1;\nselect 'open;\n");
        result = project.run({"validate", "--offline", "--set", std::string("driver=") + driver});
        EXPECT_EQ(result.exit_code, 1) << driver << result.err;
        EXPECT_NE(result.out.find("unterminated quote"), std::string::npos) << driver << result.out;
    }
}

TEST(CommandLineErrors, AreToldOnceOnSqlite) {
    const Project project;
    ASSERT_EQ(project.run({"init", "--driver", "sqlite"}).exit_code, 0);
    ASSERT_EQ(project.run({"apply"}).exit_code, 0);
    project.write("migrations/app/0002_wrong.sql", "creat table t;");
    EXPECT_EQ(count_of(project.failure(1, {"apply"}), "syntax error"), 1U);
    project.failure(2, {"apply", "--set", "singleMigrations=missing"});
    project.failure(1, {"apply", "--set", "dataSource=missing/x.db"});
    project.write("migrations/app/0001_create_notes.sql", "select 1;");
    EXPECT_EQ(count_of(project.failure(4, {"apply"}), "edited after it was applied"), 1U);

    const auto lock = project.path("migrator.db.lock");
    const int file = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_GE(file, 0);
    ASSERT_EQ(flock(file, LOCK_EX), 0);
    project.failure(5, {"apply", "--lock-timeout", "0s", "--set", "checksumVerification=off"});
    ::close(file);
}

class CommandLineOnPostgresql : public TestOnPostgresql {};

TEST_F(CommandLineOnPostgresql, InitAndApplyWorkWithTheDataSourceInTheEnvironment) {
    const Project project;
    const Environment environment{{"DATABASE_URL", database().data_source()}};
    ASSERT_EQ(project.run({"init", "--driver", "postgres"}).exit_code, 0);
    const auto applied = project.run({"apply"}, environment);
    EXPECT_EQ(applied.exit_code, 0) << applied.err;
    EXPECT_EQ(applied.err, "");
    EXPECT_EQ(database().query("select count(*) from app.notes"), std::vector<std::string>{"0"});

    project.write("migrations/app/0002_wrong.sql", "creat table t;");
    EXPECT_EQ(count_of(project.failure(1, {"apply"}, environment), "syntax error"), 1U);
    project.failure(
        1, {"apply"}, {{"DATABASE_URL", database().data_source_of("nobody_of_that_name", "x")}}
    );
}

}  // namespace
}  // namespace migrator::e2e
