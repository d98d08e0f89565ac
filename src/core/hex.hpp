#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace migrator {

/// The value of a hexadecimal digit in either case; nothing for any other character.
constexpr std::optional<unsigned> hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10U;
    return std::nullopt;
}

/// Two digits, in lower case, for each byte.
inline std::string to_hex(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text(2 * bytes.size(), '0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        text[2 * i] = kDigits[byte >> 4U];
        text[2 * i + 1] = kDigits[byte & 15U];
    }
    return text;
}

}  // namespace migrator
