#include "plan/findings.hpp"

#include <gtest/gtest.h>

#include "plan/plan_support.hpp"

namespace migrator::plan::test {
namespace {

/// Files of the tenant directory, in the source and recorded, by name and text.
class FindingsTest : public testing::Test {
protected:
    void file(const std::string& path, const std::string& text) {
        Migration& added = files.emplace_back(source(path));
        added.contents = text;
        added.check_sum = "sum of " + text;
    }
    void row(const std::string& path, const std::string& text) {
        applied.files["/m/" + path] = {
            .kinds = kind_bit(source(path).type), .check_sum = "sum of " + text};
    }
    std::vector<Move> moved() const { return findings(files, applied).moved; }

    std::vector<Migration> files;
    Applied applied;
};

TEST_F(FindingsTest, TheSameTextUnderAnotherNameIsMoved) {
    row("t/1.sql", "a");
    row("t/2.sql", "b");
    file("t/1.sql", "a");
    file("t/02.sql", "b");
    EXPECT_EQ(moved(), (std::vector<Move>{{"/m/t/2.sql", "/m/t/02.sql"}}));
}

TEST_F(FindingsTest, TheSameNameInAnotherDirectoryIsMoved) {
    row("t/1.sql", "a");
    row("s/2.sql", "b");
    row("s/3.sql", "c");
    file("t/1.sql", "a");
    file("s/3.sql", "c");
    file("r/2.sql", "edited");
    file("r/9.sql", "new");
    EXPECT_EQ(moved(), (std::vector<Move>{{"/m/s/2.sql", "/m/r/2.sql"}}));
    row("t/2.sql", "d");  // a name that others have says nothing
    EXPECT_TRUE(moved().empty());
}

TEST_F(FindingsTest, AWholeDirectoryIsToldAsOne) {
    row("s/1.sql", "a");
    row("s/2.sql", "b");
    file("r/1.sql", "x");
    file("r/2.sql", "b");
    file("r/3.sql", "c");
    EXPECT_EQ(moved(), (std::vector<Move>{{"/m/s", "/m/r"}}));
}

TEST_F(FindingsTest, WhatIsNotOneToOneIsNotMoved) {
    row("t/1.sql", "a");
    row("t/2.sql", "a");
    row("t/3.sql", " ");
    row("t/4.sql", "d");
    file("t/5.sql", "a");  // two that have gone
    file("t/6.sql", " ");  // blank
    file("t/7.sql", "d");  // two that are new
    file("t/8.sql", "d");
    file("s/t9.sql", "e");  // nothing of it is recorded
    EXPECT_TRUE(moved().empty());
}

TEST_F(FindingsTest, AnotherKindIsNotTheSame) {
    row("t/1.sql", "a");
    row("t/2.sql", "b");
    file("t/2.sql", "b");
    file("s/1.sql", "a");
    file("ts/3.sql", "a");
    EXPECT_TRUE(moved().empty());
}

TEST_F(FindingsTest, FilesThatAreStillThereAndOthersProjectsAreNotMoved) {
    row("t/1.sql", "a");
    row("t/2.sql", "b");
    file("t/1.sql", "a");
    file("t/3.sql", "a");
    applied.files["/m/t/2.sql"].belonging = Belonging::Elsewhere;
    file("t/4.sql", "b");
    EXPECT_TRUE(moved().empty());
    applied.files["/m/t/2.sql"].belonging = Belonging::Perhaps;
    EXPECT_TRUE(moved().empty()) << "another name";
    applied.files["/x/t/4.sql"] = applied.files["/m/t/2.sql"];
    EXPECT_EQ(moved(), (std::vector<Move>{{"/x/t/4.sql", "/m/t/4.sql"}}));
}

TEST_F(FindingsTest, WhatWasDeclaredNewIsNotMoved) {
    row("t/1.sql", "a");
    file("t/2.sql", "a");
    EXPECT_EQ(moved().size(), 1U);
    applied.places = {{"/m/t/2.sql", "/m/t/2.sql"}};
    EXPECT_TRUE(moved().empty());
}

TEST_F(FindingsTest, LateFilesComeBeforeARecordedOneOfTheirDirectory) {
    row("t/2.sql", "b");
    row("s/9.sql", "i");
    file("t/1.sql", "a");
    file("t/2.sql", "b");
    file("t/3.sql", "c");
    file("s/9.sql", "i");
    file("ts/1.sql", "s");
    const std::vector<LateFile> late = {{"/m/t/1.sql", "/m/t/2.sql"}};
    EXPECT_EQ(findings(files, applied).late, late);
}

TEST_F(FindingsTest, MissingFilesAreThoseOfThisPlace) {
    row("t/1.sql", "a");
    row("t/2.sql", "b");
    row("ts/3.sql", "c");
    row("t/4.sql", "d");
    applied.files["/m/t/4.sql"].belonging = Belonging::Elsewhere;
    file("t/2.sql", "b");
    EXPECT_EQ(findings(files, applied).missing, std::vector<std::string>{"/m/t/1.sql"});
}

}  // namespace
}  // namespace migrator::plan::test
