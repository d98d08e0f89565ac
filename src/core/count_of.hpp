#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace migrator {

/// "1 file", "2 files".
std::string count_of(std::int64_t number, std::string_view one, std::string_view many);
std::string count_of(std::size_t number, std::string_view one, std::string_view many);

}  // namespace migrator
