#include "core/duration.hpp"

#include <gtest/gtest.h>

namespace migrator {
namespace {

using namespace std::chrono_literals;

TEST(Duration, IsANumberWithAUnit) {
    const struct {
        std::string_view text;
        std::chrono::milliseconds duration;
    } cases[] = {
        {"0", 0ms},
        {"500ms", 500ms},
        {"30s", 30s},
        {"30", 30s},
        {"5m", 5min},
        {"1h", 1h},
        {"0030s", 30s},
        {"720h", 720h},
        {"876000h", 876'000h}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(parse_duration(c.text), c.duration);
    }
    for (const char* text :
         {"",
          "s",
          "ms",
          "-1s",
          "+1s",
          " 1s",
          "1 s",
          "1.5s",
          "1m30s",
          "1d",
          "1S",
          "876001h",
          "9223372036854775807",
          "99999999999999999999s"}) {
        SCOPED_TRACE(text);
        EXPECT_EQ(parse_duration(text), std::nullopt);
    }
}

TEST(Duration, IsShownForPeople) {
    const struct {
        std::chrono::nanoseconds duration;
        const char* text;
    } cases[] = {
        {0ns, "0 ms"},
        {-5s, "0 ms"},
        {400us, "0 ms"},
        {850ms, "850 ms"},
        {999'600us, "1.0 s"},
        {12'412ms, "12.4 s"},
        {59'949ms, "59.9 s"},
        {59'960ms, "1 min 0 s"},
        {200s, "3 min 20 s"},
        {3'599s, "59 min 59 s"},
        {3'599'700ms, "1 h 0 min"},
        {2h + 5min, "2 h 5 min"},
        {50h, "50 h 0 min"}};
    for (const auto& c : cases) EXPECT_EQ(format_duration(c.duration), c.text);
}

}  // namespace
}  // namespace migrator
