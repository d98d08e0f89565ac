#include <cstddef>
#include <cstdint>

#include "http/fuzz/check_request.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    migrator::http::test::check_request({reinterpret_cast<const char*>(data), size});
    return 0;
}
