#include "core/nearest.hpp"

#include <numeric>
#include <vector>

#include "core/ascii.hpp"

namespace migrator {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (to_lower(a[i]) == to_lower(b[j]) ? 0U : 1U);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

std::size_t most_changes(std::string_view word) noexcept {
    constexpr std::size_t kShortest = 3;
    constexpr std::size_t kLongest = 64;  // the time grows with the product of the lengths
    if (word.size() < kShortest || word.size() > kLongest) return 0;
    return std::max<std::size_t>(2, word.size() / 3);
}

}  // namespace migrator
