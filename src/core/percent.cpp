#include "core/percent.hpp"

#include "core/ascii.hpp"
#include "core/hex.hpp"

namespace migrator {

std::size_t find_bad_percent(std::string_view text) noexcept {
    for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
        if (at + 2 >= text.size() || !hex_value(text[at + 1]) || !hex_value(text[at + 2])) {
            return at;
        }
    }
    return std::string_view::npos;
}

std::optional<std::string> percent_decoded(std::string_view text, Plus plus) {
    if (find_bad_percent(text) != std::string_view::npos) return std::nullopt;
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            decoded += static_cast<char>(*hex_value(text[i + 1]) * 16 + *hex_value(text[i + 2]));
            i += 2;
        } else {
            decoded += text[i] == '+' && plus == Plus::IsBlank ? ' ' : text[i];
        }
    }
    return decoded;
}

std::string percent_encoded(std::string_view text, std::string_view kept) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    constexpr std::string_view kUnreserved = "-._~";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        const auto is_in = [c](std::string_view set) {
            return set.find(c) != std::string_view::npos;
        };
        if (is_letter_or_digit(c) || is_in(kUnreserved) || is_in(kept)) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += kDigits[byte >> 4U];
        encoded += kDigits[byte & 15U];
    }
    return encoded;
}

}  // namespace migrator
