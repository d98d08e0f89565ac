#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "graphql/lexer.hpp"

namespace migrator::graphql {
namespace {

std::optional<std::uint32_t> hex_value(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint32_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint32_t>(c - 'A' + 10);
    return std::nullopt;
}

/// At most seven digits; nothing when one of them is none.
std::optional<std::uint32_t> hex_number(std::string_view digits) {
    std::uint32_t number = 0;
    for (const char c : digits) {
        const auto value = hex_value(c);
        if (!value) return std::nullopt;
        number = number << 4U | *value;
    }
    return number;
}

bool is_leading_surrogate(std::uint32_t code) { return code >= 0xD800 && code <= 0xDBFF; }
bool is_trailing_surrogate(std::uint32_t code) { return code >= 0xDC00 && code <= 0xDFFF; }

bool is_scalar_value(std::uint32_t code) {
    return code <= 0x10FFFF && !is_leading_surrogate(code) && !is_trailing_surrogate(code);
}

void append_utf8(std::string& text, std::uint32_t code) {
    const auto tail = [&](unsigned shift) {
        text += static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
    };
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xC0U | code >> 6U);
        tail(0);
    } else if (code < 0x10000) {
        text += static_cast<char>(0xE0U | code >> 12U);
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0U | code >> 18U);
        tail(12);
        tail(6);
        tail(0);
    }
}

std::size_t indentation(std::string_view line) {
    return std::min(line.find_first_not_of(" \t"), line.size());
}

}  // namespace

Token Lexer::string(Location at) {
    ++position_;
    Token token{.kind = TokenKind::String, .text = {}, .at = at};
    while (!at_end() && peek() != '\n' && peek() != '\r') {
        if (peek() == '"') {
            ++position_;
            return token;
        }
        if (peek() == '\\') {
            append_escape(token.text);
        } else {
            token.text += text_[position_++];
        }
    }
    fail("Unterminated string.");
}

void Lexer::append_escape(std::string& value) {
    static constexpr std::string_view kLetters = R"("\/bfnrt)";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (peek(1) == 'u') return append_unicode_escape(value);
    const auto index = position_ + 1 < text_.size() ? kLetters.find(peek(1)) : kLetters.npos;
    if (index == kLetters.npos) {
        ++position_;
        const std::string character = describe_character();
        --position_;
        fail(fmt::format("Invalid character escape sequence: \\ before {}.", character));
    }
    value += kMeanings[index];
    position_ += 2;
}

void Lexer::append_unicode_escape(std::string& value) {
    const std::string_view rest = text_.substr(position_);
    const auto append = [&](std::optional<std::uint32_t> code, std::size_t length) {
        if (!code || !is_scalar_value(*code)) fail("Invalid Unicode escape sequence.");
        append_utf8(value, *code);
        position_ += length;
    };
    if (rest.substr(2).starts_with('{')) {
        constexpr std::size_t kMostDigits = 8;
        const auto length = rest.substr(3, kMostDigits + 1).find('}');
        const bool possible = length != rest.npos && length > 0;
        // Leading zeros, so that eight digits fit.
        const auto code = possible ? hex_number(rest.substr(3, length)) : std::nullopt;
        return append(code, length + 4);
    }
    const auto unit = rest.size() >= 6 ? hex_number(rest.substr(2, 4)) : std::nullopt;
    if (!unit || !is_leading_surrogate(*unit)) return append(unit, 6);
    const bool has_second = rest.size() >= 12 && rest.substr(6, 2) == "\\u";
    const auto second = has_second ? hex_number(rest.substr(8, 4)) : std::nullopt;
    if (!second || !is_trailing_surrogate(*second)) return append(std::nullopt, 0);
    append(0x10000 + ((*unit - 0xD800) << 10U) + (*second - 0xDC00), 12);
}

Token Lexer::block_string(Location at) {
    constexpr std::string_view kQuotes = R"(""")";
    constexpr std::string_view kEscapedQuotes = R"(\""")";
    position_ += kQuotes.size();
    std::vector<std::string> lines(1);
    while (!at_end()) {
        const std::string_view rest = text_.substr(position_);
        if (rest.starts_with(kQuotes)) {
            position_ += kQuotes.size();
            return {.kind = TokenKind::BlockString, .text = block_string_value(lines), .at = at};
        }
        if (rest.starts_with(kEscapedQuotes)) {
            lines.back() += kQuotes;
            position_ += kEscapedQuotes.size();
        } else if (peek() == '\n' || peek() == '\r') {
            skip_line_end();
            lines.emplace_back();
        } else {
            lines.back() += text_[position_++];
        }
    }
    fail("Unterminated string.");
}

std::string block_string_value(const std::vector<std::string>& lines) {
    std::size_t common = std::string::npos;
    std::optional<std::size_t> first;
    std::size_t last = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::size_t indent = indentation(lines[i]);
        if (indent == lines[i].size()) continue;
        if (!first) first = i;
        last = i;
        // The first line stands behind the quotes: its indentation means nothing.
        if (i > 0) common = std::min(common, indent);
    }
    std::string value;
    for (std::size_t i = first.value_or(1); first && i <= last; ++i) {
        const std::string& line = lines[i];
        if (i > *first) value += '\n';
        value += i == 0 ? line : line.substr(std::min(common, line.size()));
    }
    return value;
}

}  // namespace migrator::graphql
