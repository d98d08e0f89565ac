#include <fstream>
#include <sstream>

#include "config/keys.hpp"
#include "reading.hpp"

namespace migrator::config::test {
namespace {

std::string documentation() {
    std::ifstream file(MIGRATOR_SOURCE_DIR "/docs/configuration.md");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

TEST(Documentation, DescribesEveryKeyWithItsVariableAndDefault) {
    std::istringstream lines(documentation());
    std::map<std::string, std::string> rows;  // by key: "| `key` | … |"
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("| `")) rows[line.substr(3, line.find('`', 3) - 3)] = line;
    }
    for (const Key& key : all_keys()) {
        SCOPED_TRACE(key.name);
        const std::string row = rows[std::string(key.name)];
        EXPECT_TRUE(contains(row, "`" + environment_name(key) + "`"));
        if (!key.default_text.empty()) {
            EXPECT_TRUE(contains(row, "| `" + std::string(key.default_text) + "` |")) << row;
        }
    }
}

TEST(Documentation, HasAnExampleThatIsRead) {
    const std::string text = documentation();
    const std::string fence = "```yaml\n";
    const auto start = text.find(fence);
    ASSERT_NE(start, std::string::npos);
    const auto from = start + fence.size();
    const Reading reading{
        .yaml = text.substr(from, text.find("```", from) - from),
        .environment = {{"DB_PASSWORD", "hunter22"}}};
    const Config config = reading.read();
    EXPECT_EQ(config.warnings, std::vector<std::string>{});
}

}  // namespace
}  // namespace migrator::config::test
