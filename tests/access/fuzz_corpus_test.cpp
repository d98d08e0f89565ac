#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "access/fuzz/check_token.hpp"

namespace migrator::access::test {
namespace {

TEST(FuzzCorpus, BreaksNothing) {
    int files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(MIGRATOR_SOURCE_DIR "/tests/access/fuzz/corpus")) {
        SCOPED_TRACE(entry.path());
        std::ifstream file(entry.path(), std::ios::binary);
        check_token(std::string(std::istreambuf_iterator<char>(file), {}));
        ++files;
    }
    EXPECT_GE(files, 10);
}

}  // namespace
}  // namespace migrator::access::test
