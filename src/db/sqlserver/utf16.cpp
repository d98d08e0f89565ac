#include "db/sqlserver/utf16.hpp"

#include <cstdint>

#include "core/utf8.hpp"

namespace migrator::db::sqlserver {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kFirstOfTwo = 0x10000;
constexpr char16_t kHigh = 0xD800;
constexpr char16_t kLow = 0xDC00;

bool is_high(char16_t unit) { return (unit & 0xFC00U) == kHigh; }
bool is_low(char16_t unit) { return (unit & 0xFC00U) == kLow; }

/// The character at `at` of valid UTF-8; `at` is behind it afterwards.
char32_t take_character(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t offset) {
        return static_cast<char32_t>(static_cast<unsigned char>(text[offset]));
    };
    const char32_t first = byte(at);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    char32_t character = length == 1 ? first : first & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) character = (character << 6U) | (byte(at + i) & 0x3FU);
    at += length;
    return character;
}

void append_utf8(std::string& text, char32_t c) {
    const auto add = [&](char32_t byte) { text += static_cast<char>(byte); };
    if (c < 0x80) return add(c);
    if (c < 0x800) {
        add(0xC0U | (c >> 6U));
    } else {
        if (c < kFirstOfTwo) {
            add(0xE0U | (c >> 12U));
        } else {
            add(0xF0U | (c >> 18U));
            add(0x80U | ((c >> 12U) & 0x3FU));
        }
        add(0x80U | ((c >> 6U) & 0x3FU));
    }
    add(0x80U | (c & 0x3FU));
}

}  // namespace

std::u16string to_utf16(std::string_view utf8) {
    if (!is_valid_utf8(utf8)) return to_utf16(to_valid_utf8(utf8));
    std::u16string units;
    units.reserve(utf8.size());
    for (std::size_t at = 0; at < utf8.size();) {
        const char32_t character = take_character(utf8, at);
        if (character < kFirstOfTwo) {
            units += static_cast<char16_t>(character);
            continue;
        }
        const char32_t rest = character - kFirstOfTwo;
        units += static_cast<char16_t>(kHigh | (rest >> 10U));
        units += static_cast<char16_t>(kLow | (rest & 0x3FFU));
    }
    return units;
}

std::string to_utf8(std::u16string_view utf16) {
    std::string text;
    text.reserve(utf16.size());
    for (std::size_t at = 0; at < utf16.size(); ++at) {
        const char16_t unit = utf16[at];
        if (is_high(unit) && at + 1 < utf16.size() && is_low(utf16[at + 1])) {
            const char32_t high = unit & 0x3FFU;
            const char32_t low = utf16[++at] & 0x3FFU;
            append_utf8(text, kFirstOfTwo + (high << 10U) + low);
        } else {
            append_utf8(text, is_high(unit) || is_low(unit) ? kReplacement : unit);
        }
    }
    return text;
}

}  // namespace migrator::db::sqlserver
