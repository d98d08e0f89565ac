#include "db/sql/store/file_weights.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace migrator::db::sql::store {
namespace {

constexpr std::size_t kFiles = 5;

class FileWeightsTest : public testing::Test {
protected:
    FileWeightsTest() {
        const std::vector<std::string> names(kFiles, "f");
        std::vector<std::size_t> positions(kFiles);
        std::iota(positions.begin(), positions.end(), 0);
        for (const std::string& text : weights_.in_front_of(names, positions)) {
            EXPECT_EQ(text.size(), FileWeights::kDigits + 1);
            each_.push_back(std::stoll(text.substr(0, FileWeights::kDigits)));
        }
        for (const std::int64_t weight : each_) sum_ += weight;
    }

    const FileWeights weights_{kFiles};
    std::vector<std::int64_t> each_;
    std::int64_t sum_ = 0;
};

TEST_F(FileWeightsTest, KnowWhoHasEachFileOnce) {
    EXPECT_TRUE(weights_.are_all(kFiles, sum_));
    EXPECT_FALSE(weights_.are_all(kFiles, sum_ - 1));
    EXPECT_FALSE(weights_.are_all(kFiles + 1, sum_ + each_[0])) << "one is there twice";
    EXPECT_FALSE(weights_.are_all(kFiles, sum_ - each_[0] + each_[1])) << "for another";
}

TEST_F(FileWeightsTest, KnowTheOneThatIsMissing) {
    for (std::size_t i = 0; i < kFiles; ++i) {
        EXPECT_EQ(weights_.missing(kFiles - 1, sum_ - each_[i]), i);
    }
    EXPECT_EQ(weights_.missing(kFiles - 2, sum_ - each_[0] - each_[1]), std::nullopt);
    EXPECT_EQ(weights_.missing(kFiles, sum_), std::nullopt);
    EXPECT_EQ(weights_.missing(kFiles - 1, sum_ - each_[0] - 1), std::nullopt);
}

}  // namespace
}  // namespace migrator::db::sql::store
