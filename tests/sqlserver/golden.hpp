#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace migrator::db::sqlserver::test {

/// Compares with tests/golden/`name`, or writes it when MIGRATOR_UPDATE_GOLDEN is 1.
inline void expect_golden(const std::string& name, const std::string& text) {
    const auto path = std::filesystem::path(MIGRATOR_SOURCE_DIR) / "tests/golden" / name;
    const char* update = std::getenv("MIGRATOR_UPDATE_GOLDEN");
    if (update != nullptr && std::string(update) == "1") {
        std::ofstream(path, std::ios::binary) << text;
        return;
    }
    std::ifstream in(path, std::ios::binary);
    const std::string expected{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(text, expected) << path << " differs; MIGRATOR_UPDATE_GOLDEN=1 rewrites it";
}

}  // namespace migrator::db::sqlserver::test
