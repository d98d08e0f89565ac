#include <cstddef>
#include <cstdint>

#include "access/fuzz/check_token.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    migrator::access::test::check_token({reinterpret_cast<const char*>(data), size});
    return 0;
}
