#include "core/wildcard.hpp"

namespace migrator {

bool matches_wildcards(
    std::string_view pattern, std::string_view text, std::size_t* steps
) noexcept {
    constexpr auto kNone = std::string_view::npos;
    std::size_t at = 0;        // in the pattern
    std::size_t star = kNone;  // the last one that was met
    std::size_t from = 0;      // the text that this star does not cover begins here
    for (std::size_t i = 0; i < text.size() || at < pattern.size();) {
        if (steps != nullptr) ++*steps;
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            from = i;
        } else if (at < pattern.size() && i < text.size() && pattern[at] == text[i]) {
            ++at;
            ++i;
        } else if (star != kNone && i < text.size()) {
            // Only the last star has to take more: one before it would leave less for the rest.
            at = star + 1;
            i = ++from;
        } else {
            return false;
        }
    }
    return true;
}

}  // namespace migrator
