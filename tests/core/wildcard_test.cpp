#include "core/wildcard.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace migrator::test {
namespace {

/// What is meant, as short as it can be said; the time doubles with each star.
bool matches_slowly(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return text.empty();
    if (pattern[0] != '*') {
        return !text.empty() && pattern[0] == text[0] &&
               matches_slowly(pattern.substr(1), text.substr(1));
    }
    return matches_slowly(pattern.substr(1), text) ||
           (!text.empty() && matches_slowly(pattern, text.substr(1)));
}

std::size_t most_steps(std::string_view pattern, std::string_view text) {
    return pattern.size() * (text.size() + 1) + 1;
}

TEST(Wildcards, MeanWhatTheShortDefinitionMeans) {
    std::mt19937 random(7);  // NOLINT(bugprone-random-generator-seed): the same texts each time
    const auto text = [&](std::string_view letters, std::size_t longest) {
        std::string made(random() % (longest + 1), ' ');
        for (char& c : made) c = letters[random() % letters.size()];
        return made;
    };
    std::size_t met = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::string pattern = text("ab**", 7);
        const std::string name = text(i % 5 == 0 ? "ab*" : "ab", 9);
        std::size_t steps = 0;
        const bool matches = matches_wildcards(pattern, name, &steps);
        ASSERT_EQ(matches, matches_slowly(pattern, name)) << pattern << " " << name;
        ASSERT_LE(steps, most_steps(pattern, name)) << pattern << " " << name;
        met += matches ? 1U : 0U;
    }
    EXPECT_GT(met, 2'000U);
    EXPECT_LT(met, 18'000U);
}

TEST(Wildcards, TakeFewStepsForPatternsThatAreMadeToTakeMany) {
    const std::string name(128, 'a');
    std::string pairs;
    for (int i = 0; i < 60; ++i) pairs += "*a";
    for (const std::string& pattern :
         {std::string(1'000, '*') + "b",
          std::string(900'000, '*') + "b",
          pairs + "b",
          "*" + std::string(64, 'a') + "b",
          "*" + std::string(64, 'a') + "*" + std::string(64, 'a') + "b"}) {
        SCOPED_TRACE(pattern.substr(0, 150));
        std::size_t steps = 0;
        EXPECT_FALSE(matches_wildcards(pattern, name, &steps));
        EXPECT_LE(steps, most_steps(pattern, name));
        EXPECT_LE(steps, pattern.size() + 10'000);
    }
}

}  // namespace
}  // namespace migrator::test
