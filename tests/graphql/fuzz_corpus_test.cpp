#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "graphql/fuzz/check_document.hpp"
#include "graphql/torture.hpp"

namespace migrator::graphql::test {
namespace {

TEST(FuzzCorpus, BreaksNothing) {
    const Schema schema(torture_sdl());
    int files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(MIGRATOR_SOURCE_DIR "/tests/graphql/fuzz/corpus")) {
        SCOPED_TRACE(entry.path());
        std::ifstream file(entry.path(), std::ios::binary);
        check_document(schema, std::string(std::istreambuf_iterator<char>(file), {}));
        ++files;
    }
    EXPECT_GE(files, 10);
}

}  // namespace
}  // namespace migrator::graphql::test
