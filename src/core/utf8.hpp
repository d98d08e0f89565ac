#pragma once

#include <string>
#include <string_view>

namespace migrator {

/// Whether `text` is valid UTF-8 (RFC 3629: no surrogates, nothing over U+10FFFF, shortest form).
bool is_valid_utf8(std::string_view text) noexcept;

/// `text` with each invalid byte replaced by U+FFFD.
std::string to_valid_utf8(std::string_view text);

/// In front of a text: it says that the text is UTF-8, and is no part of it.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// `text` without the byte order mark at its start.
inline std::string_view without_byte_order_mark(std::string_view text) noexcept {
    return text.substr(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
}

/// Whether `c` goes on with a character that another byte began.
constexpr bool is_utf8_continuation(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// The beginning of `text`, at most `bytes` long and not cut within a character. In a text that is
/// no UTF-8 it is not cut within a valid one, so `to_valid_utf8` can work piece by piece.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes) noexcept;

/// The number of characters (code points) in `text`, which is valid UTF-8.
std::size_t utf8_length(std::string_view text) noexcept;

/// The byte offset of character number `index` (from 0); `text.size()` when there are fewer.
std::size_t utf8_offset(std::string_view text, std::size_t index) noexcept;

}  // namespace migrator
