#include "cli/options.hpp"

#include <gtest/gtest.h>

namespace migrator::cli {
namespace {

TEST(Option, SaysInItsSpellingHowItIsGiven) {
    using Names = std::vector<std::string_view>;
    const struct {
        const char* spelling;
        Names names;
        const char* name;
        const char* value;
        bool value_is_optional;
    } cases[] = {
        {"--json", {"--json"}, "--json", "", false},
        {"-q, --quiet", {"-q", "--quiet"}, "--quiet", "", false},
        {"-c, --config FILE", {"-c", "--config"}, "--config", "FILE", false},
        {"--resume-at-statement [N]",
         {"--resume-at-statement"},
         "--resume-at-statement",
         "[N]",
         true},
        {"FILE", {}, "FILE", "FILE", false},
        {"[ID]", {}, "[ID]", "[ID]", true}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.spelling);
        const Option option{c.spelling, {}, {}};
        EXPECT_EQ(option.names(), c.names);
        EXPECT_EQ(option.name(), c.name);
        EXPECT_EQ(option.value(), c.value);
        EXPECT_EQ(option.takes_value(), *c.value != '\0');
        EXPECT_EQ(option.value_is_optional(), c.value_is_optional);
        EXPECT_EQ(option.has_name(), !c.names.empty());
    }
}

TEST(Option, FillsInItsTarget) {
    bool on = false;
    flag("--on", on, "").set("true");
    EXPECT_TRUE(on);
    std::vector<std::string> list;
    const auto repeated = words("--word WORD", list, "");
    repeated.set("a");
    repeated.set("b");
    EXPECT_EQ(list, (std::vector<std::string>{"a", "b"}));
    const auto digit = [](const std::string& text) {
        return text == "1" ? std::optional(1) : std::nullopt;
    };
    std::optional<int> number;
    const auto option = parsed("--number N", number, digit, "a digit", "");
    option.set("1");
    EXPECT_EQ(number, 1);
    EXPECT_THROW(option.set("x"), Error);
    EXPECT_EQ(number, 1);
}

}  // namespace
}  // namespace migrator::cli
