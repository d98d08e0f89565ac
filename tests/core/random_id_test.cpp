#include "core/random_id.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace migrator {
namespace {

TEST(RandomUuid, HasTheFormOfVersionFour) {
    for (int i = 0; i < 100; ++i) {
        const std::string id = random_uuid();
        std::string form = id;
        std::ranges::replace_if(
            form,
            [](char c) {
                return std::string_view("0123456789abcdef").find(c) != std::string_view::npos;
            },
            'x'
        );
        EXPECT_EQ(form, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") << id;
        EXPECT_EQ(id[14], '4') << id;
        EXPECT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos) << id;
    }
}

TEST(RandomUuid, IsAnotherOneEachTime) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(random_uuid());
    EXPECT_EQ(seen.size(), 1000U);
}

}  // namespace
}  // namespace migrator
