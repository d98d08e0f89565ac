#include "core/time.hpp"

#include <gtest/gtest.h>

namespace migrator {
namespace {

using namespace std::chrono_literals;

/// 2026-11-22T12:04:02Z
const TimePoint kNoon = TimePoint(1'795'349'042s);

TEST(Time, Rfc3339HasOnlyTheDigitsItNeeds) {
    const struct {
        TimePoint time;
        const char* text;
    } cases[] = {
        {kNoon, "2026-11-22T12:04:02Z"},
        {kNoon + 469'500us, "2026-11-22T12:04:02.4695Z"},
        {kNoon + 1ns, "2026-11-22T12:04:02.000000001Z"},
        {kNoon + 999'999'999ns, "2026-11-22T12:04:02.999999999Z"},
        {kNoon + 100ms, "2026-11-22T12:04:02.1Z"},
        {TimePoint(), "1970-01-01T00:00:00Z"},
        {TimePoint() - 1ms, "1969-12-31T23:59:59.999Z"},
        {TimePoint() + std::chrono::days(11016), "2000-02-29T00:00:00Z"}};
    for (const auto& c : cases) EXPECT_EQ(format_rfc3339(c.time), c.text);
}

TEST(Time, DatabaseTimeHasAlwaysMicroseconds) {
    EXPECT_EQ(format_database_time(kNoon), "2026-11-22 12:04:02.000000");
    EXPECT_EQ(format_database_time(kNoon + 469'548us), "2026-11-22 12:04:02.469548");
    EXPECT_EQ(format_database_time(kNoon + 999'999'999ns), "2026-11-22 12:04:02.999999");
    EXPECT_EQ(format_database_time(TimePoint() - 1us), "1969-12-31 23:59:59.999999");
}

TEST(Time, ReadsWhatDatabasesPrint) {
    const struct {
        const char* text;
        TimePoint time;
    } cases[] = {
        {"2026-11-22 12:04:02", kNoon},
        {"2026-11-22T12:04:02Z", kNoon},
        {"2026-11-22 12:04:02.469548", kNoon + 469'548us},
        {"2026-11-22 12:04:02.5", kNoon + 500ms},
        {"2026-11-22 12:04:02.123456789", kNoon + 123'456'789ns},
        {"2026-11-22 12:04:02.1234567891", kNoon + 123'456'789ns},
        {"2026-11-22 13:04:02+01", kNoon},
        {"2026-11-22 17:34:02.25+05:30", kNoon + 250ms},
        {"2026-11-22 17:34:02+0530", kNoon},
        {"2026-11-22T08:34:02-03:30", kNoon},
        {"2026-11-22 12:04:22+00:00:20", kNoon},
        {"2026-11-23 02:04:02+14", kNoon},
        {"1969-12-31 23:59:59.999", TimePoint() - 1ms}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(format_rfc3339(parse_database_time(c.text)), format_rfc3339(c.time));
    }
}

TEST(Time, ReadsBackWhatItWrote) {
    const TimePoint time = kNoon + 123'456us;
    EXPECT_EQ(parse_database_time(format_database_time(time)), time);
    EXPECT_EQ(parse_database_time(format_rfc3339(time)), time);
}

TEST(Time, UnreadableTextIsTheEpoch) {
    const char* const texts[] = {
        "",
        "infinity",
        "2026-11-22",
        "2026-11-22 12:04",
        "2026-11-22 12:04:02.",
        "2026-11-22 12:04:02 BC",
        "2026-11-22 12:04:02Zx",
        "2026-11-22 12:04:02+",
        "2026-11-22 12:04:02+1",
        "2026-11-22 12:04:02+01:",
        "2026-02-30 12:04:02",
        "2026-13-01 12:04:02",
        "2026-11-22 24:04:02",
        "2026-11-22 12:60:02",
        "0000-00-00 00:00:00",
        "0001-01-01 00:00:00",
        "9999-12-31 23:59:59",
        "10000-01-01 00:00:00",
        " 2026-11-22 12:04:02"};
    for (const char* text : texts) {
        SCOPED_TRACE(text);
        EXPECT_EQ(parse_database_time(text), TimePoint());
    }
}

}  // namespace
}  // namespace migrator
