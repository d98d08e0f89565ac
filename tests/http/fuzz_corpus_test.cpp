#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "http/fuzz/check_request.hpp"

namespace migrator::http::test {
namespace {

TEST(FuzzCorpus, BreaksNothing) {
    int files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(MIGRATOR_SOURCE_DIR "/tests/http/fuzz/corpus")) {
        SCOPED_TRACE(entry.path());
        std::ifstream file(entry.path(), std::ios::binary);
        check_request(std::string(std::istreambuf_iterator<char>(file), {}));
        ++files;
    }
    EXPECT_GE(files, 8);
}

}  // namespace
}  // namespace migrator::http::test
