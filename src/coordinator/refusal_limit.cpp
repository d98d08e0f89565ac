#include "coordinator/refusal_limit.hpp"

#include <utility>

namespace migrator::coordinator {
namespace {

constexpr std::chrono::minutes kQuiet{1};
constexpr std::size_t kMostKinds = 1'000;

}  // namespace

std::optional<std::size_t> RefusalLimit::pass(
    const std::string& alike, std::chrono::steady_clock::time_point now
) {
    const std::lock_guard lock(mutex_);
    const auto known = last_.find(alike);
    if (known != last_.end() && now - known->second.passed < kQuiet) {
        ++known->second.left_out;
        return std::nullopt;
    }
    if (known == last_.end() && last_.size() >= kMostKinds) {
        std::erase_if(last_, [&](const auto& one) { return now - one.second.passed >= kQuiet; });
        if (last_.size() >= kMostKinds) return std::nullopt;
    }
    return std::exchange(last_[alike], Last{.passed = now}).left_out;
}

}  // namespace migrator::coordinator
