#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
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

/// The class that a line of a .cpp file defines a member of, as "Session"; empty: none. Definitions
/// begin in the first column; what a constant calls stands behind its '='.
std::string class_with_member_in(std::string_view line) {
    if (line.empty() || std::isalpha(static_cast<unsigned char>(line[0])) == 0) return {};
    const bool is_type = line.starts_with("struct ") || line.starts_with("class ");
    std::string_view name = is_type ? line.substr(line.find(' ') + 1) : line;
    name = name.substr(0, name.find_first_of(is_type ? " {" : "(={;"));
    name = name.substr(0, name.find_last_not_of(' ') + 1);
    name = name.substr(name.find_last_of(" &*>") + 1);  // npos + 1 is 0
    for (auto end = name.find("::"); end != std::string_view::npos; end = name.find("::")) {
        if (std::isupper(static_cast<unsigned char>(name[0])) != 0) {
            return std::string(name.substr(0, end));
        }
        name.remove_prefix(end + 2);  // a namespace
    }
    return {};
}

TEST(Architecture, KnowsWhoseMemberALineDefines) {
    const struct {
        const char* line;
        const char* owner;
    } cases[] = {
        {"void Session::watch(std::stop_token stop) { stop_ = stop; }", "Session"},
        {"Session::Session(Connection connection)", "Session"},
        {"Session::~Session() = default;", "Session"},
        {"std::optional<Failure> Session::run(", "Session"},
        {"Connection::Answer Session::run(std::string_view text) {", "Session"},
        {"Row& Session::operator=(Row&& other) {", "Session"},
        {"const char* Session::name() {", "Session"},
        {"Session::Level::Level(Session& session) : session_(session) {", "Session"},
        {"const int Session::kMost = 3;", "Session"},
        {"struct Session::Sent {", "Session"},
        {"class Session::Rows final : public sql::RowSource {", "Session"},
        {"void sql::Session::query(", "Session"},
        {"class Session final : public sql::Session {", ""},
        {"constexpr Connection::Clock::duration kPause{2};", ""},
        {"const Table kTable = Table::parse(kText);", ""},
        {"std::string quote(const Session::Text& text) {", ""},
        {"    return Session::name();", ""},
        {"// Session::name()", ""},
        {"", ""}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.line);
        EXPECT_EQ(class_with_member_in(c.line), c.owner);
    }
}

TEST(Architecture, AClassHasItsMembersInOneFile) {
    std::map<std::string, std::set<fs::path>> files;
    for (const auto& file : files_below("src", {".cpp"})) {
        std::string scope;
        std::istringstream lines(read(file));
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("namespace migrator")) scope = line;
            const std::string owner = class_with_member_in(line);
            if (!owner.empty()) files[scope + " " + owner].insert(file);
        }
    }
    EXPECT_GT(files.size(), 100U) << "are definitions still found?";
    for (const auto& [owner, its_files] : files) {
        EXPECT_EQ(its_files.size(), 1U)
            << owner << " has members in " << testing::PrintToString(its_files)
            << "; put them together, or make a class of the second concept";
    }
}

}  // namespace
}  // namespace migrator::test
