#include "core/line_diff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <random>

namespace migrator {
namespace {

using Lines = std::vector<std::string>;

std::string lines(int from, int to) {
    std::string text;
    for (int i = from; i <= to; ++i) text += "line " + std::to_string(i) + "\n";
    return text;
}

/// What `patch` makes of a text: lines with their ends.
std::string patched(const std::string& before, const Lines& diff) {
    Lines old_lines;
    for (std::size_t at = 0; at < before.size();) {
        const auto end = std::min(before.find('\n', at), before.size() - 1) + 1;
        old_lines.push_back(before.substr(at, end - at));
        at = end;
    }
    std::string after;
    std::size_t line = 0;
    for (std::size_t i = 0; i < diff.size(); ++i) {
        const std::string& each = diff[i];
        if (each.starts_with("@@")) {
            std::size_t begin = 0;
            const char* const number = each.data() + 4;
            const auto* const end = std::from_chars(number, each.data() + each.size(), begin).ptr;
            const bool is_empty = std::string_view(end).starts_with(",0");
            for (; line < begin - (is_empty || begin == 0 ? 0 : 1); ++line)
                after += old_lines.at(line);
        } else if (each[0] == ' ') {
            EXPECT_EQ(old_lines.at(line).substr(0, each.size() - 1), each.substr(1));
            after += old_lines.at(line++);
        } else if (each[0] == '-') {
            EXPECT_EQ(old_lines.at(line).substr(0, each.size() - 1), each.substr(1));
            ++line;
        } else if (each[0] == '+') {
            const bool has_end = i + 1 == diff.size() || diff[i + 1][0] != '\\';
            after += each.substr(1) + (has_end ? "\n" : "");
        }
    }
    for (; line < old_lines.size(); ++line) after += old_lines[line];
    return after;
}

TEST(LineDiff, ShowsChangesWithTheLinesAroundThem) {
    const std::string before = lines(1, 20);
    std::string after = before;
    after.replace(after.find("line 10\n"), 8, "line ten\nand more\n");
    EXPECT_EQ(
        unified_diff(before, after),
        (Lines{
            "@@ -7,7 +7,8 @@",
            " line 7",
            " line 8",
            " line 9",
            "-line 10",
            "+line ten",
            "+and more",
            " line 11",
            " line 12",
            " line 13"})
    );
}

TEST(LineDiff, KeepsDistantChangesApartAndNearOnesTogether) {
    const std::string before = lines(1, 30);
    std::string after = before;
    after.erase(after.find("line 5\n"), 7);
    after.erase(after.find("line 25\n"), 8);
    const Lines far = unified_diff(before, after);
    EXPECT_EQ(std::ranges::count_if(far, [](const auto& l) { return l.starts_with("@@"); }), 2);
    after.erase(after.find("line 20\n"), 8);
    const Lines near = unified_diff(before, after);
    EXPECT_EQ(std::ranges::count_if(near, [](const auto& l) { return l.starts_with("@@"); }), 2);
}

TEST(LineDiff, OfTheEnds) {
    const struct {
        const char* name;
        std::string before;
        std::string after;
        Lines diff;
    } cases[] = {
        {"equal", "a\nb\n", "a\nb\n", {}},
        {"both empty", "", "", {}},
        {"from nothing", "", "a\nb\n", {"@@ -0,0 +1,2 @@", "+a", "+b"}},
        {"to nothing", "a\n", "", {"@@ -1 +0,0 @@", "-a"}},
        {"a line more", "a\n", "a\nb\n", {"@@ -1 +1,2 @@", " a", "+b"}},
        {"a line end less",
         "a\nb\n",
         "a\nb",
         {"@@ -1,2 +1,2 @@", " a", "-b", "+b", "\\ No newline at end of file"}}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(unified_diff(c.before, c.after), c.diff);
    }
}

TEST(LineDiff, IsWhatAPatchMakesTheNewTextOf) {
    std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same texts each time
    const auto text = [&] {
        std::string made;
        for (auto count = random() % 12; count > 0; --count) {
            made += std::string(1, static_cast<char>('a' + random() % 4)) + "\n";
        }
        if (!made.empty() && random() % 4 == 0) made.pop_back();
        return made;
    };
    for (int i = 0; i < 2'000; ++i) {
        const std::string before = text();
        const std::string after = text();
        EXPECT_EQ(patched(before, unified_diff(before, after)), after) << "from\n"
                                                                       << before << "\nto\n"
                                                                       << after;
    }
}

TEST(LineDiff, OfTextsThatHaveNothingInCommonEnds) {
    std::string before;
    std::string after;
    for (int i = 0; i < 50'000; ++i) {
        before += "old " + std::to_string(i) + "\n";
        after += "new " + std::to_string(i) + "\n";
    }
    EXPECT_EQ(unified_diff(before, after).size(), 100'001U);
}

}  // namespace
}  // namespace migrator
