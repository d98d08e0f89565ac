#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>

#include "graphql/fuzz/check_document.hpp"

namespace {

migrator::graphql::Schema torture() {
    std::ifstream file(MIGRATOR_SOURCE_DIR "/tests/graphql/schemas/torture.graphql");
    std::ostringstream contents;
    contents << file.rdbuf();
    return migrator::graphql::Schema(contents.str());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const migrator::graphql::Schema schema = torture();
    migrator::graphql::test::check_document(schema, {reinterpret_cast<const char*>(data), size});
    return 0;
}
