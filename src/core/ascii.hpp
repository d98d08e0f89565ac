#pragma once

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

/// Text as protocols, file formats and our own settings read it: only ASCII has letters, digits and
/// blanks, whatever the locale says. For characters of SQL see `script/characters.hpp`.
namespace migrator {

/// What JSON, URLs and most formats call white space, and the two that C adds.
inline constexpr std::string_view kWhiteSpace = " \t\r\n\f\v";

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool is_letter(char c) noexcept { return is_lower(c) || is_upper(c); }
constexpr bool is_letter_or_digit(char c) noexcept { return is_letter(c) || is_digit(c); }

constexpr char to_lower(char c) noexcept {
    return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr char to_upper(char c) noexcept {
    return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
}

inline std::string lower_case(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), to_lower);
    return result;
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (to_lower(a[i]) != to_lower(b[i])) return false;
    }
    return true;
}

constexpr bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept {
    return equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

/// Whether `word` is one of these.
constexpr bool is_one_of_ignoring_case(
    std::string_view word, std::span<const std::string_view> words
) noexcept {
    return std::ranges::any_of(words, [&](std::string_view one) {
        return equal_ignoring_case(word, one);
    });
}
constexpr bool is_one_of_ignoring_case(
    std::string_view word, std::initializer_list<std::string_view> words
) noexcept {
    return is_one_of_ignoring_case(word, std::span(words.begin(), words.size()));
}

inline constexpr std::string_view kLettersAndDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// At least one character, and only those of `allowed`.
constexpr bool consists_of(std::string_view text, std::string_view allowed) noexcept {
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// `text` without the characters of `blanks` at both ends. A view into `text`.
constexpr std::string_view trimmed(
    std::string_view text, std::string_view blanks = kWhiteSpace
) noexcept {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace migrator
