#include "core/json_text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/hex.hpp"
#include "core/utf8.hpp"

namespace migrator {
namespace {

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80U; }

/// Stands in a JSON string as it is.
bool is_plain(char c) { return c >= ' ' && c < '\x7f' && c != '"' && c != '\\'; }

/// Whether eight characters are plain, without looking at each.
bool are_plain(const char* eight) {
    constexpr std::uint64_t kOnes = 0x0101010101010101U;
    constexpr std::uint64_t kHighs = 0x8080808080808080U;
    std::uint64_t word = 0;
    std::memcpy(&word, eight, sizeof word);
    // The high bit of a byte of `x - kOnes` is set where that byte of x is 0, as long as x is
    // ASCII; a borrow can only make a later byte look suspicious, never hide one.
    const auto has_zero = [](std::uint64_t x) { return (x - kOnes) & ~x & kHighs; };
    const auto has = [&](char c) {
        return has_zero(word ^ (kOnes * static_cast<unsigned char>(c)));
    };
    const std::uint64_t control = (word - kOnes * ' ') & ~word & kHighs;
    return ((word & kHighs) | control | has('"') | has('\\') | has('\x7f')) == 0;
}

std::size_t plain_length(std::string_view text) {
    std::size_t length = 0;
    while (length + 8 <= text.size() && are_plain(text.data() + length)) length += 8;
    while (length < text.size() && is_plain(text[length])) ++length;
    return length;
}

void append_escape(std::string& json, char c) {
    constexpr std::string_view kShort = "\"\\\n\r\t";
    constexpr std::string_view kNames = "\"\\nrt";
    const auto found = kShort.find(c);
    if (found != std::string_view::npos) {
        (json += '\\') += kNames[found];
    } else {
        (json += "\\u00") += to_hex({&c, 1});
    }
}

}  // namespace

std::string json_string(std::string_view text) {
    std::string json = "\"";
    json.reserve(text.size() + 2);
    append_json_escaped(json, text);
    json += '"';
    return json;
}

void append_json_escaped(std::string& json, std::string_view text) {
    while (!text.empty()) {
        const std::size_t plain = plain_length(text);
        json += text.substr(0, plain);
        text.remove_prefix(plain);
        const auto other =
            static_cast<std::size_t>(std::ranges::find_if(text, is_ascii) - text.begin());
        const std::string_view characters = text.substr(0, other);
        if (is_valid_utf8(characters)) {
            json += characters;
        } else {
            json += to_valid_utf8(characters);
        }
        text.remove_prefix(other);
        if (!text.empty() && !is_plain(text.front())) {
            append_escape(json, text.front());
            text.remove_prefix(1);
        }
    }
}

}  // namespace migrator
