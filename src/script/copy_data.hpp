#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace migrator::script {

/// Where the data of a COPY … FROM STDIN ends.
struct EndOfData {
    std::size_t end = 0;     ///< one past the data
    std::size_t behind = 0;  ///< one past the line `\.`
    /// There is such a line, and a newline behind it. Without a mark the data runs to the end.
    bool has_whole_mark = false;
    std::uint32_t lines = 0;  ///< that end before `behind`
};

/// Looks from `begin` on, where a line begins.
EndOfData end_of_data(std::string_view text, std::size_t begin);

}  // namespace migrator::script
