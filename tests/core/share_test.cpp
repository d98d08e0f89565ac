#include "core/share.hpp"

#include <gtest/gtest.h>

namespace migrator {
namespace {

TEST(Share, IsANumberOrAPercentage) {
    EXPECT_EQ(parse_share("3"), (Share{.value = 3}));
    EXPECT_EQ(parse_share("5%"), (Share{.value = 5, .is_percent = true}));
    for (const char* text : {"", "%", "-1", "1.5", "101%", "5 %", " 5", "x"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(parse_share(text));
    }
}

TEST(Share, OfSomethingIsRoundedAsItsUseWantsIt) {
    const Share tenth{.value = 10, .is_percent = true};
    EXPECT_EQ(tenth.rounded_down(15), 1U);
    EXPECT_EQ(tenth.rounded_up(15), 2U);
    EXPECT_EQ(tenth.rounded_up(20), 2U);
    EXPECT_EQ(Share{.value = 7}.rounded_down(2), 7U);
}

TEST(Share, ComesInLists) {
    EXPECT_EQ(parse_shares("10%,5"), (std::vector<Share>{{10, true}, {5, false}}));
    for (const char* text : {"", ",", "1,", "1,,2", "1;2"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(parse_shares(text));
    }
}

}  // namespace
}  // namespace migrator
