#include "db/mysql/dsn_values.hpp"

#include <gtest/gtest.h>

namespace migrator::db::mysql {
namespace {

TEST(DsnValues, ReadBooleansAsGoDoes) {
    for (const char* text : {"1", "true", "TRUE", "True"}) EXPECT_EQ(parse_boolean(text), true);
    for (const char* text : {"0", "false", "FALSE", "False"}) EXPECT_EQ(parse_boolean(text), false);
    for (const char* text : {"", "yes", "tRUE", "2", "true ", "t"}) {
        EXPECT_FALSE(parse_boolean(text)) << text;
    }
}

TEST(DsnValues, ReadDurationsAsGoDoes) {
    const struct {
        const char* text;
        std::int64_t milliseconds;
    } cases[] = {
        {"0", 0},
        {"0s", 0},
        {"1s", 1000},
        {"500ms", 500},
        {"1m30s", 90'000},
        {"1.5h", 5'400'000},
        {".5s", 500},
        {"1h2m3s4ms", 3'723'004},
        {"1500us", 2},
        {"1500µs", 2},
        {"1000000ns", 1},
        {"2540400h", 9'145'440'000'000},
    };
    for (const auto& c : cases) {
        const auto parsed = parse_go_duration(c.text);
        if (c.milliseconds > 1'000'000'000'000) {
            EXPECT_FALSE(parsed) << c.text << ": nobody means that";
            continue;
        }
        ASSERT_TRUE(parsed) << c.text;
        EXPECT_EQ(parsed->count(), c.milliseconds) << c.text;
    }
}

TEST(DsnValues, RefuseWhatIsNoDuration) {
    for (const char* text :
         {"",
          "1",
          "s",
          "1 s",
          " 1s",
          "-1s",
          "1d",
          "1sx",
          "nans",
          "infs",
          "1e3s",
          "0x1s",
          "1s2",
          "99999999999999999999s",
          "--1s",
          "1.2.3s"}) {
        EXPECT_FALSE(parse_go_duration(text)) << text;
    }
}

}  // namespace
}  // namespace migrator::db::mysql
