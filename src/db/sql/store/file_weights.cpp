#include "db/sql/store/file_weights.hpp"

#include <fmt/format.h>

#include <random>

namespace migrator::db::sql::store {

FileWeights::FileWeights(std::size_t files) {
    constexpr std::int64_t kHeaviest = 999'999'999'999;
    std::mt19937_64 random{std::random_device{}()};
    std::uniform_int_distribution<std::int64_t> draw(1, kHeaviest);
    while (weights_.size() < files) {
        const std::int64_t weight = draw(random);
        if (!files_.emplace(weight, weights_.size()).second) continue;
        weights_.push_back(weight);
        sum_ += weight;
    }
}

std::vector<std::string> FileWeights::in_front_of(
    std::span<const std::string> names, std::span<const std::size_t> positions
) const {
    std::vector<std::string> texts;
    texts.reserve(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        texts.push_back(fmt::format("{:0{}}{}", weights_.at(positions[i]), kDigits, names[i]));
    }
    return texts;
}

bool FileWeights::are_all(std::int64_t rows, std::int64_t sum) const {
    return rows == static_cast<std::int64_t>(weights_.size()) && sum == sum_;
}

std::optional<std::size_t> FileWeights::missing(std::int64_t rows, std::int64_t sum) const {
    if (rows + 1 != static_cast<std::int64_t>(weights_.size())) return std::nullopt;
    const auto found = files_.find(sum_ - sum);
    if (found == files_.end()) return std::nullopt;
    return found->second;
}

}  // namespace migrator::db::sql::store
