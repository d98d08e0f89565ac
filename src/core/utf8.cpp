#include "core/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace migrator {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// The length of the valid character at the start of `text`, which is not empty; 0 if there is
/// none.
std::size_t character_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80U) return 1;
    if (lead < 0xC2U || lead > 0xF4U) return 0;
    const std::size_t length = lead < 0xE0U ? 2 : lead < 0xF0U ? 3 : 4;
    if (text.size() < length) return 0;
    if (!std::all_of(
            text.begin() + 1, text.begin() + static_cast<long>(length), is_utf8_continuation
        )) {
        return 0;
    }
    // The second byte alone tells longer forms than needed, surrogates, and what is over U+10FFFF.
    const unsigned char second = byte(1);
    if (lead == 0xE0U && second < 0xA0U) return 0;
    if (lead == 0xEDU && second > 0x9FU) return 0;
    if (lead == 0xF0U && second < 0x90U) return 0;
    if (lead == 0xF4U && second > 0x8FU) return 0;
    return length;
}

/// The length of the ASCII at the start of `text`: up to the 7 bytes before another character or
/// the end may be left out.
std::size_t ascii_length(std::string_view text) noexcept {
    std::size_t length = 0;
    for (std::uint64_t word = 0; length + sizeof word <= text.size(); length += sizeof word) {
        std::memcpy(&word, text.data() + length, sizeof word);
        if ((word & 0x8080808080808080U) != 0) break;
    }
    return length;
}

}  // namespace

bool is_valid_utf8(std::string_view text) noexcept {
    while (true) {
        text.remove_prefix(ascii_length(text));
        if (text.empty()) return true;
        const std::size_t length = character_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
}

std::string to_valid_utf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        valid += length == 0 ? kReplacement : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return valid;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes) noexcept {
    if (text.size() <= bytes) return text;
    constexpr std::size_t kLongest = 4;  // bytes of a character
    std::size_t end = bytes;
    while (end > 0 && bytes - end < kLongest && is_utf8_continuation(text[end])) --end;
    // No character goes on for so long: these belong to none.
    if (bytes - end == kLongest) end = bytes;
    return text.substr(0, end);
}

std::size_t utf8_length(std::string_view text) noexcept {
    const auto continuations = std::ranges::count_if(text, is_utf8_continuation);
    return text.size() - static_cast<std::size_t>(continuations);
}

std::size_t utf8_offset(std::string_view text, std::size_t index) noexcept {
    for (std::size_t offset = 0; offset < text.size(); ++offset) {
        if (is_utf8_continuation(text[offset])) continue;
        if (index == 0) return offset;
        --index;
    }
    return text.size();
}

}  // namespace migrator
