#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/finding.hpp"
#include "core/plan.hpp"

/// Files for an analysis, and what it should find in them.
namespace migrator::test {

inline std::string text_of_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    EXPECT_TRUE(in.is_open()) << path;
    return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string joined_rules(const std::set<std::string>& rules) {
    std::string text;
    for (const auto& rule : rules) text += (text.empty() ? "" : " ") + rule;
    return text;
}

/// Of lines "FILE: RULE RULE", or "FILE: -": by file, the rules that it breaks, in order.
inline std::map<std::string, std::string> expected_rules(const std::filesystem::path& path) {
    std::map<std::string, std::string> rules;
    std::istringstream lines(text_of_file(path));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with('#') || colon == std::string::npos) continue;
        std::istringstream words(line.substr(colon + 2));
        std::set<std::string> sorted;
        for (std::string word; words >> word;) {
            if (word != "-") sorted.insert(word);
        }
        rules[line.substr(0, colon)] = joined_rules(sorted);
    }
    return rules;
}

/// Warnings and dangers, in order.
inline std::string rules_of(const Analysis& analysis) {
    std::set<std::string> rules;
    for (const Finding& finding : analysis.findings) {
        if (finding.level >= Level::Warning) rules.insert(finding.rule);
    }
    return joined_rules(rules);
}

/// Files that are pending for all of `schemas`, in this order.
class PendingTexts {
public:
    PendingTexts(const std::vector<std::string>& texts, const std::vector<std::string>& schemas) {
        for (const std::string& text : texts) {
            Migration& file = files_.emplace_back();
            file.name = std::to_string(files_.size()) + ".sql";
            file.source_dir = "/tenants";
            file.file = "/tenants/" + file.name;
            file.type = MigrationType::TenantMigration;
            file.contents = text;
        }
        plan_.tenants = schemas;
        const auto all = std::make_shared<const std::vector<std::string>>(schemas);
        for (const Migration& file : files_) plan_.files.push_back({&file, all});
    }
    PendingTexts(const PendingTexts&) = delete;
    PendingTexts& operator=(const PendingTexts&) = delete;

    const Plan& plan() const { return plan_; }

private:
    std::vector<Migration> files_;
    Plan plan_;
};

/// Each `*.sql` in the folder, set against the lines of its expected.txt.
template <typename Analyze>
void expect_corpus(const std::filesystem::path& folder, std::size_t at_least, Analyze&& analyze) {
    const auto all = expected_rules(folder / "expected.txt");
    EXPECT_GE(all.size(), at_least);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename();
        if (!name.ends_with(".sql")) continue;
        SCOPED_TRACE(name);
        ++files;
        ASSERT_TRUE(all.contains(name));
        const Analysis analysis = analyze({text_of_file(entry.path())});
        EXPECT_EQ(rules_of(analysis), all.at(name));
        EXPECT_TRUE(analysis.unread.empty()) << analysis.unread.front().why;
        EXPECT_TRUE(analysis.problems.empty()) << analysis.problems.front();
    }
    EXPECT_EQ(files, all.size());
}

}  // namespace migrator::test
