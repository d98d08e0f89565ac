#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace migrator::db::sql::store {

/// A random number for each file. Number and sum of the weights of a tenant's rows tell which files
/// it has, and a server adds numbers fast. Positions for weights would not do, not even with the
/// sum of their squares: 1, 5 and 6 are 2, 3 and 7 in both, so files that are there twice would
/// stand for others that are missing. Weights that are drawn anew for each read let that pass once
/// in 10^12 times.
class FileWeights {
public:
    static constexpr std::size_t kDigits = 12;  ///< a million rows of a tenant add up to 63 bits

    explicit FileWeights(std::size_t files);

    /// Each of `names`, the weight of its file before it in `kDigits` digits. `positions` says
    /// which file that is; one may have several names.
    std::vector<std::string> in_front_of(
        std::span<const std::string> names, std::span<const std::size_t> positions
    ) const;
    /// Whether so many rows with this sum are each file once.
    bool are_all(std::int64_t rows, std::int64_t sum) const;
    /// The file that is missing, from 0, when the rows are each of the others once. While a release
    /// goes through the fleet, that is the newest one for most tenants.
    std::optional<std::size_t> missing(std::int64_t rows, std::int64_t sum) const;

private:
    std::vector<std::int64_t> weights_;
    std::unordered_map<std::int64_t, std::size_t> files_;  ///< by weight
    std::int64_t sum_ = 0;
};

}  // namespace migrator::db::sql::store
