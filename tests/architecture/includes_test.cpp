#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "architecture/dependency_table.hpp"

/// The rules that the compiler doesn't know.
namespace migrator::test {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = MIGRATOR_SOURCE_DIR;

std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    EXPECT_TRUE(in.is_open()) << "can't read " << path;
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> files_below(
    const std::string& folder, const std::set<std::string>& extensions
) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
        if (entry.is_regular_file() && extensions.contains(entry.path().extension())) {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    EXPECT_FALSE(files.empty()) << folder;
    return files;
}

/// What stands between the quotes of the `#include "…"` lines.
std::vector<std::string> included_by(const std::string& text) {
    std::vector<std::string> result;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::erase_if(line, [](char c) { return c == ' ' || c == '\t'; });
        constexpr std::string_view kInclude = "#include\"";
        if (!line.starts_with(kInclude)) continue;
        result.push_back(
            line.substr(kInclude.size(), line.find('"', kInclude.size()) - kInclude.size())
        );
    }
    return result;
}

TEST(Architecture, FindsIncludesHoweverTheyAreWritten) {
    EXPECT_EQ(
        included_by(
            "#pragma once\n#include <set>\n  # include  \"a/b.hpp\" // why\n#include\"c.hpp\""
        ),
        (std::vector<std::string>{"a/b.hpp", "c.hpp"})
    );
}

TEST(Architecture, IncludesFollowTheTableInTheDocuments) {
    const DependencyTable table(read(kRoot / "docs/architecture.md"));
    ASSERT_FALSE(table.empty()) << "docs/architecture.md has no table of folders";
    for (const auto& file : files_below("src", {".hpp", ".cpp"})) {
        const std::string directory = file.parent_path().lexically_relative(kRoot / "src");
        EXPECT_NE(table.folder_of(directory), "")
            << file << ": docs/architecture.md has no row for folder " << directory;
        for (const std::string& included : included_by(read(file))) {
            EXPECT_EQ(table.objection(directory, included), "")
                << file << " includes " << included
                << "; the rules are in docs/architecture.md, \"Folders and the direction of "
                   "dependencies\"";
        }
    }
}

TEST(Architecture, HeadersStartWithPragmaOnce) {
    for (const char* folder : {"src", "tests"}) {
        for (const auto& file : files_below(folder, {".hpp"})) {
            EXPECT_TRUE(read(file).starts_with("#pragma once\n")) << file;
        }
    }
}

}  // namespace
}  // namespace migrator::test
