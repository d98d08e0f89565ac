#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace migrator {

/// All of `text` as a whole number in decimal digits, `-` before it only where `Number` is signed.
/// Nothing for any other text, also with blanks or `+`, and for a number that does not fit.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) noexcept {
    Number number{};
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || rest != end) return std::nullopt;
    return number;
}

}  // namespace migrator
