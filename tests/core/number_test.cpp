#include "core/number.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace migrator {
namespace {

TEST(Number, IsTheWholeTextOrNothing) {
    EXPECT_EQ(parse_number<int>("0"), 0);
    EXPECT_EQ(parse_number<int>("007"), 7);
    EXPECT_EQ(parse_number<int>("-5"), -5);
    EXPECT_EQ(parse_number<std::uint64_t>("18446744073709551615"), UINT64_MAX);
    for (const char* text :
         {"", " 1", "1 ", "+1", "-", "1.5", "1e3", "0x10", "12a", "\xEF\xBC\x91"}) {
        SCOPED_TRACE(text);
        EXPECT_EQ(parse_number<int>(text), std::nullopt);
    }
    EXPECT_EQ(parse_number<unsigned>("-1"), std::nullopt);
    EXPECT_EQ(parse_number<std::uint16_t>("65536"), std::nullopt);
    EXPECT_EQ(parse_number<std::uint64_t>("18446744073709551616"), std::nullopt);
}

}  // namespace
}  // namespace migrator
