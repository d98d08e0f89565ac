#include "graphql/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/utf8.hpp"

namespace migrator::graphql {
namespace {

constexpr std::size_t kGathered = 65'536;

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80U; }

/// Stands in a JSON string as it is.
bool is_plain(char c) { return is_ascii(c) && c >= ' ' && c != '"' && c != '\\'; }

/// Whether eight characters are plain, without looking at each.
bool are_plain(const char* eight) {
    constexpr std::uint64_t kOnes = 0x0101010101010101U;
    constexpr std::uint64_t kHighs = 0x8080808080808080U;
    std::uint64_t word = 0;
    std::memcpy(&word, eight, sizeof word);
    // The high bit of a byte of `x - kOnes` is set where that byte of x is 0, as long as x is
    // ASCII; a borrow can only make a later byte look suspicious, never hide one.
    const auto has_zero = [](std::uint64_t x) { return (x - kOnes) & ~x & kHighs; };
    const std::uint64_t control = (word - kOnes * ' ') & ~word & kHighs;
    const std::uint64_t quote = has_zero(word ^ (kOnes * '"'));
    const std::uint64_t backslash = has_zero(word ^ (kOnes * '\\'));
    return ((word & kHighs) | control | quote | backslash) == 0;
}

std::size_t plain_length(std::string_view text) {
    std::size_t length = 0;
    while (length + 8 <= text.size() && are_plain(text.data() + length)) length += 8;
    while (length < text.size() && is_plain(text[length])) ++length;
    return length;
}

/// How many bytes from the start are not ASCII; not more than a buffer full, and then up to the
/// start of a character.
std::size_t other_length(std::string_view text) {
    constexpr std::size_t kMost = 4096;
    std::size_t length = 0;
    while (length < text.size() && !is_ascii(text[length])) {
        const bool starts = (static_cast<unsigned char>(text[length]) & 0xC0U) == 0xC0U;
        if (length >= kMost && starts) break;
        // Continuations without end are no text: cut them anywhere.
        if (length >= 2 * kMost) break;
        ++length;
    }
    return length;
}

}  // namespace

JsonText::JsonText(Output& output) : output_(output), written_(output.size()) {}

void JsonText::raw(std::string_view text) {
    if (gathered_.size() + text.size() > kGathered) flush();
    if (text.size() < kGathered / 4) {
        gathered_ += text;
        return;
    }
    flush();
    try {
        output_.append(text);
    } catch (...) {
        failure_ = std::current_exception();
        throw;
    }
    written_ += text.size();
}

void JsonText::raw(char character) { raw(std::string_view(&character, 1)); }

void JsonText::integer(std::int64_t value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    raw(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

void JsonText::number(double value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    raw(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

void JsonText::string(std::string_view value) {
    raw('"');
    while (!value.empty()) {
        const std::size_t plain = plain_length(value);
        if (plain != 0) raw(value.substr(0, plain));
        value.remove_prefix(plain);
        if (value.empty()) break;
        if (is_ascii(value.front())) {
            escaped(value.front());
            value.remove_prefix(1);
        } else {
            const std::size_t other = other_length(value);
            characters(value.substr(0, other));
            value.remove_prefix(other);
        }
    }
    raw('"');
}

void JsonText::escaped(char character) {
    switch (character) {
        case '"':
            return raw("\\\"");
        case '\\':
            return raw("\\\\");
        case '\n':
            return raw("\\n");
        case '\r':
            return raw("\\r");
        case '\t':
            return raw("\\t");
        default:
            constexpr std::string_view kDigits = "0123456789abcdef";
            raw("\\u00");
            raw(kDigits[static_cast<unsigned char>(character) >> 4U]);
            raw(kDigits[static_cast<unsigned char>(character) & 15U]);
    }
}

void JsonText::characters(std::string_view text) {
    if (is_valid_utf8(text)) {
        raw(text);
    } else {
        raw(to_valid_utf8(text));
    }
}

void JsonText::cut(std::size_t size) {
    if (size >= written_) {
        gathered_.resize(size - written_);
        return;
    }
    gathered_.clear();
    try {
        output_.cut(size);
    } catch (...) {
        failure_ = std::current_exception();
        throw;
    }
    written_ = size;
}

void JsonText::flush() {
    if (gathered_.empty()) return;
    try {
        output_.append(gathered_);
    } catch (...) {
        failure_ = std::current_exception();
        throw;
    }
    written_ += gathered_.size();
    gathered_.clear();
}

}  // namespace migrator::graphql
