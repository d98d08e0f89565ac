#include "plan/foreign_files.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "plan/plan.hpp"
#include "plan/plan_support.hpp"

namespace migrator::plan {
namespace {

using test::source;
using test::sources;

/// What is said of a pending file with this text; empty: it is run.
std::string said_of(const std::string& contents) {
    std::vector<Migration> files = sources({"s/1.sql"});
    files[0].contents = contents;
    const Plan all = pending(files, {}, {});
    const auto found = foreign_files(all, files);
    return found.empty() ? "" : found[0].problem;
}

/// The files that are refused when all of these are pending.
std::vector<std::string> refused(std::initializer_list<const char*> paths) {
    std::vector<Migration> files = sources(paths);
    std::ranges::sort(files, {}, &Migration::name);
    const Plan all = pending(files, {}, {});
    std::vector<std::string> result;
    for (const ForeignFile& file : foreign_files(all, files)) {
        result.push_back(file.migration->file.substr(3));
        EXPECT_NE(file.problem.find("ignoreFiles"), std::string::npos) << file.problem;
    }
    return result;
}

using Files = std::vector<std::string>;

TEST(ForeignFiles, DownHalvesAreFoundAsEachToolFindsThem) {
    const struct {
        const char* tool;
        const char* line;
    } cases[] = {
        {"goose", "-- +goose Down"},
        {"goose", "--+goose Down"},
        {"goose", "-- +goose down  "},
        {"goose", "-- +goose DOWN\r"},
        {"goose", "--   +goose   Down --"},
        {"dbmate", "-- migrate:down"},
        {"dbmate", "--migrate:down\r"},
        {"dbmate", "-- migrate:down transaction:false"},
        {"dbmate", "--\tmigrate:down transaction:false other:true"},
        {"sql-migrate", "-- +migrate Down"},
        {"sql-migrate", "-- +migrate   Down notransaction"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.line);
        const std::string text =
            said_of(std::string("create table t (i int);\n\n") + c.line + "\ndrop table t;\n");
        EXPECT_TRUE(text.starts_with("line 3: '--")) << text;
        EXPECT_NE(text.find(std::string("a down half of ") + c.tool), std::string::npos) << text;
        EXPECT_NE(text.find("remove the down half"), std::string::npos) << text;
        EXPECT_NE(text.find("ignoreFiles"), std::string::npos) << text;
        EXPECT_NE(said_of(c.line), "") << "as the last line, without a line break";
        EXPECT_NE(said_of(std::string("\xEF\xBB\xBF") + c.line), "") << "behind a byte order mark";
    }
}

TEST(ForeignFiles, UpMarkersAndProseAreRun) {
    for (const char* line :
         {"-- +goose Up",
          "-- +goose StatementBegin",
          "-- +goose NO TRANSACTION",
          "-- +goose Down is what we do not have",
          "-- there is no +goose Down half",
          "-- +goose Download",
          " -- +goose Down",
          "\t-- +goose Down",
          "# +goose Down",
          "select 1; -- +goose Down",
          "-- +goose +goose Down",
          "-- Down",
          "-- migrate:up",
          "-- migrate:up transaction:false",
          "-- migrate:downtown",
          "-- Migrate:Down",
          " -- migrate:down",
          "-- see migrate:down",
          "-- migrate:down is not needed here",
          "select 1; -- migrate:down",
          "-- +migrate Up",
          "-- +migrate down",
          "--+migrate Down",
          "--  +migrate Down",
          " -- +migrate Down",
          "-- +migrate",
          "-- +migrate StatementEnd",
          "-- +migrate Downward",
          "-- rollback of the price change: see 2.sql",
          "--rollback drop table t;",
          "-- liquibase formatted sql",
          ""}) {
        EXPECT_EQ(said_of(std::string("create table t (i int);\n") + line + "\nselect 2;\n"), "")
            << line;
    }
}

TEST(ForeignFiles, ARollbackCountsInAFileOfLiquibase) {
    const std::string change_set = "\n--changeset me:1\ncreate table t (i int);\n";
    const struct {
        const char* name;
        std::string head;
        std::string line;
        bool is_refused;
    } cases[] = {
        {"usual", "--liquibase formatted sql", "--rollback drop table t;", true},
        {"blanks", "\n  -- liquibase formatted sql", "  -- rollback drop table t;", true},
        {"case", "--LIQUIBASE FORMATTED SQL", "--ROLLBACK drop table t;", true},
        {"version", "--liquibase formatted sql 1", "--rollback empty", true},
        {"byte order mark", "\xEF\xBB\xBF--liquibase formatted sql", "--rollback x", true},
        {"block", "--liquibase formatted sql", "/* liquibase rollback\ndrop table t;\n*/", true},
        {"up only", "--liquibase formatted sql", "", false},
        {"nothing to roll back", "--liquibase formatted sql", "--rollback", false},
        {"other word", "--liquibase formatted sql", "--rollbacks are elsewhere", false},
        {"in a sentence", "--liquibase formatted sql", "-- no rollback here", false},
        {"not in front", "--liquibase formatted sql", "select 1; --rollback x", false},
        {"other first line", "-- for liquibase formatted sql", "--rollback drop table t;", false},
        {"later line", "select 1;\n--liquibase formatted sql", "--rollback drop table t;", false}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const std::string text = said_of(c.head + change_set + c.line + "\n");
        EXPECT_EQ(!text.empty(), c.is_refused) << text;
        if (c.is_refused) {
            EXPECT_NE(text.find("Liquibase"), std::string::npos) << text;
        }
    }
    EXPECT_TRUE(said_of("--liquibase formatted sql" + change_set + "--rollback drop table t;\n")
                    .starts_with("line 4: '--rollback drop table t;' is a rollback"));
}

TEST(ForeignFiles, ADownFileOfGolangMigrateIsRefusedByItsName) {
    EXPECT_EQ(refused({"s/users.up.sql", "s/users.down.sql"}), (Files{"s/users.down.sql"}));
    EXPECT_EQ(refused({"s/1_users.up.sql", "s/1_users.down.sql"}), (Files{"s/1_users.down.sql"}));
    EXPECT_EQ(refused({"s/1_users.sql", "s/1_users.down.sql"}), (Files{"s/1_users.down.sql"}));
    EXPECT_EQ(refused({"ts/1_v.up.sql", "ts/1_v.down.sql"}), (Files{"ts/1_v.down.sql"}));
    EXPECT_EQ(refused({"s/a.down.up.sql", "s/a.up.down.sql"}), (Files{}));
    EXPECT_EQ(refused({"s/users.up.sql", "r/users.down.sql"}), (Files{}));
    EXPECT_EQ(refused({"s/1_users.up.sql"}), (Files{}));
    EXPECT_EQ(refused({"s/scale.down.sql"}), (Files{}));
    EXPECT_EQ(refused({"s/1_scale_down.sql", "s/1_scale_up.sql"}), (Files{}));
    EXPECT_EQ(refused({"s/1_shutdown.sql", "s/1.down"}), (Files{}));
}

TEST(ForeignFiles, AnUndoFileOfFlywayIsRefusedBesideVersionedOnes) {
    EXPECT_EQ(refused({"s/V1__a.sql", "s/U1__a.sql"}), (Files{"s/U1__a.sql"}));
    EXPECT_EQ(refused({"s/V1__a.sql", "s/U2.1__b.sql"}), (Files{"s/U2.1__b.sql"}));
    EXPECT_EQ(refused({"s/V1_1__a.sql", "s/U1_1__a.sql"}), (Files{"s/U1_1__a.sql"}));
    EXPECT_EQ(refused({"s/U1__a.sql", "s/U2__b.sql"}), (Files{})) << "U may mean anything";
    EXPECT_EQ(refused({"r/V1__a.sql", "s/U1__a.sql"}), (Files{}));
    EXPECT_EQ(refused({"s/V1__a.sql", "s/Users__a.sql"}), (Files{}));
    EXPECT_EQ(refused({"s/V1__a.sql", "s/U1_a.sql"}), (Files{}));
    EXPECT_EQ(refused({"s/V1__a.sql", "s/U1__a.txt"}), (Files{}));
    EXPECT_EQ(refused({"s/V1__a.sql", "s/R__view.sql", "s/V2__b.sql"}), (Files{}));

    std::vector<Migration> nested = sources({"s/U1__a.sql", "s/V1__a.sql"});
    nested[0].source_dir = "/m/s/undo";
    EXPECT_EQ(foreign_files(pending(nested, {}, {}), nested).size(), 1U);
}

TEST(ForeignFiles, WhatIsAppliedIsLeftAloneButStillGivesNamesTheirMeaning) {
    std::vector<Migration> files = sources({"s/1_a.down.sql", "s/1_a.up.sql", "s/2.sql"});
    files[2].contents = "-- +goose Down\n";
    const Applied applied = test::AppliedBuilder(files, {})
                                .row("s/1_a.down.sql")
                                .row("s/1_a.up.sql")
                                .row("s/2.sql")
                                .build();
    EXPECT_TRUE(foreign_files(pending(files, applied, {}), files).empty());

    std::vector<Migration> later = sources({"s/a.down.sql", "s/a.up.sql"});
    const Applied up = test::AppliedBuilder(later, {}).row("s/a.up.sql").build();
    EXPECT_EQ(foreign_files(pending(later, up, {}), later).size(), 1U);
}

}  // namespace
}  // namespace migrator::plan
