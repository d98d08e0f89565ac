#include "core/secrets.hpp"

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "core/masking.hpp"

namespace migrator::secrets {
namespace {

std::shared_mutex mutex;
std::vector<std::string> values;  // the longest first: one may hold another

void hide(std::string& text, std::string_view value) {
    for (std::size_t at = 0; (at = text.find(value, at)) != std::string::npos;) {
        text.replace(at, value.size(), kMask);
        at += kMask.size();
    }
}

}  // namespace

bool add(std::string_view value) {
    if (value.size() < kShortest) return false;
    const std::lock_guard lock(mutex);
    if (std::ranges::find(values, value) != values.end()) return true;
    const auto shorter = std::ranges::find_if(values, [&](const std::string& known) {
        return known.size() < value.size();
    });
    values.emplace(shorter, value);
    return true;
}

std::string hidden(std::string_view text) {
    std::string result(text);
    const std::shared_lock lock(mutex);
    for (const std::string& value : values) hide(result, value);
    return result;
}

void forget_all() {
    const std::lock_guard lock(mutex);
    values.clear();
}

}  // namespace migrator::secrets
