#include "access/base64url.hpp"

#include <array>
#include <cstdint>

namespace migrator::access {
namespace {

constexpr std::string_view kBase64UrlAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<int, 256> base64url_values() {
    std::array<int, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < kBase64UrlAlphabet.size(); ++i) {
        values.at(static_cast<unsigned char>(kBase64UrlAlphabet[i])) = static_cast<int>(i);
    }
    return values;
}

constexpr auto kBase64UrlValues = base64url_values();

}  // namespace

std::optional<std::string> base64url_decoded(std::string_view text, Padding padding) {
    if (padding == Padding::Allowed && text.ends_with('=')) {
        if (text.size() % 4 != 0) return std::nullopt;
        text.remove_suffix(text.ends_with("==") ? 2 : 1);
    }
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const int value = kBase64UrlValues.at(static_cast<unsigned char>(c));
        if (value < 0) return std::nullopt;
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>((bits >> count) & 0xffU);
    }
    // Bits behind the last byte could spell one value in several ways.
    if ((bits & ((1U << count) - 1U)) != 0) return std::nullopt;
    return bytes;
}

std::string base64url(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(c);
        count += 8;
        while (count >= 6) {
            count -= 6;
            text += kBase64UrlAlphabet[(bits >> count) & 63U];
        }
    }
    if (count > 0) text += kBase64UrlAlphabet[(bits << (6 - count)) & 63U];
    return text;
}

}  // namespace migrator::access
