#include "cli/next_name.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace migrator::cli {
namespace {

using Names = std::vector<std::string>;

TimePoint now() {  // 2026-11-23T01:02:03Z
    return std::chrono::sys_seconds(std::chrono::seconds(1'795'395'723));
}

std::string next(const Names& in_folder, const Names& elsewhere = {}) {
    return next_name(in_folder, elsewhere, "x", now()).name;
}

std::string refusal(const Names& in_folder) {
    try {
        next(in_folder);
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::InvalidRequest);
        return error.what();
    }
    ADD_FAILURE() << "was not refused";
    return "";
}

TEST(NextName, ContinuesTheNumberingOfTheFolder) {
    const struct {
        Names in_folder;
        const char* expected;
    } cases[] = {
        {{}, "0001_x.sql"},
        {{"001_a.sql"}, "002_x.sql"},
        {{"0001_a.sql", "0002_b.sql"}, "0003_x.sql"},
        {{"001_a.sql", "005_b.sql", "006_c.sql"}, "007_x.sql"},
        {{"010_a.sql", "020_b.sql", "030_c.sql"}, "040_x.sql"},
        {{"010_a.sql", "020_b.sql"}, "021_x.sql"},
        {{"098_a.sql", "099_b.sql"}, "100_x.sql"},
        {{"001_a.sql", "001_b.sql", "002_c.sql"}, "003_x.sql"},
        {{"V1__a.sql", "V2__b.sql"}, "V3__x.sql"},
        {{"V1__a.sql"}, "V2__x.sql"},
        {{"V1.1__a.sql", "V1.2__b.sql"}, "V1.3__x.sql"},
        {{"V001__a.sql"}, "V002__x.sql"},
        {{"1.2.3_a.sql", "1.2.4_b.sql"}, "1.2.5_x.sql"},
        {{"1-a.sql", "2-b.sql"}, "3-x.sql"},
        {{"10_a.sql", "11_b.sql"}, "12_x.sql"},
        {{"1.sql", "2.sql"}, "3_x.sql"},
        {{"20260101_a.sql"}, "20261123_x.sql"},
        {{"20261123_a.sql"}, "20261124_x.sql"},
        {{"20261231_a.sql"}, "20270101_x.sql"},
        {{"202601010001_a.sql"}, "202611230102_x.sql"},
        {{"202611230159_a.sql"}, "202611230200_x.sql"},
        {{"20260101120000_a.sql"}, "20261123010203_x.sql"},
        {{"2026_01_01_120000_a.sql"}, "2026_11_23_010203_x.sql"},
        {{"001_a.pgsql"}, "002_x.pgsql"}};
    for (const auto& c : cases) EXPECT_EQ(next(c.in_folder), c.expected);
}

TEST(NextName, RefusesWhatItCannotTell) {
    const Names cases[] = {
        {"init.sql"},
        {"001_a.sql", "init.sql"},
        {"001_a.sql", "V2__b.sql"},
        {"001_a.sql", "0002_b.sql"},
        {"20261123_a.sql", "7_b.sql"},
        {"1.2_a.sql", "3_b.sql"}};
    for (const auto& names : cases) {
        const auto message = refusal(names);
        EXPECT_NE(message.find("cannot continue the numbering"), std::string::npos) << message;
        EXPECT_NE(message.find(names.back()), std::string::npos) << message;
    }
}

TEST(NextName, RefusesANameThatWouldNotSortBehindTheOthers) {
    const struct {
        Names in_folder;
        const char* name;
    } cases[] = {
        {{"8_a.sql", "9_b.sql"}, "10_x.sql, would run before 8_a.sql"},
        {{"9_a.sql", "10_b.sql"}, "11_x.sql, would run before 9_a.sql"},
        {{"V9__a.sql"}, "V10__x.sql, would run before V9__a.sql"},
        {{"099_a.sql", "999_b.sql"}, "1000_x.sql, would run before 999_b.sql"},
        {{"V1.9__a.sql"}, "V1.10__x.sql, would run before V1.9__a.sql"},
        {{"V1__a.sql", "V1.1__b.sql"}, "V1.2__x.sql, would run before V1__a.sql"}};
    for (const auto& c : cases) {
        const auto message = refusal(c.in_folder);
        EXPECT_NE(message.find(c.name), std::string::npos) << message;
    }
}

TEST(NextName, IsBehindTheNumbersOfOtherFoldersToo) {
    EXPECT_EQ(next({"0001_a.sql"}, {"0002_b.sql", "0003_c.sql"}), "0004_x.sql");
    EXPECT_EQ(next({}, {"0002_b.sql", "0003_c.sql"}), "0004_x.sql");
    EXPECT_EQ(next({}, {"V1__a.sql"}), "V2__x.sql");
    EXPECT_EQ(next({}, {"init.sql"}), "0001_x.sql");
    const auto before = next_name({"001_a.sql"}, {"V1__b.sql"}, "x", now());
    EXPECT_EQ(before.name, "002_x.sql");
    EXPECT_EQ(before.runs_before, "V1__b.sql");
    EXPECT_EQ(next_name({"001_a.sql"}, {"001_b.sql"}, "x", now()).runs_before, "");
}

}  // namespace
}  // namespace migrator::cli
