#include "graphql/lexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/ascii.hpp"
#include "core/hex.hpp"
#include "core/utf8.hpp"

namespace migrator::graphql {
namespace {

bool is_name_start(char c) { return is_letter(c) || c == '_'; }

TokenKind punctuator_kind(char c) {
    switch (c) {
        case '!':
            return TokenKind::Bang;
        case '$':
            return TokenKind::Dollar;
        case '&':
            return TokenKind::Ampersand;
        case '(':
            return TokenKind::ParenOpen;
        case ')':
            return TokenKind::ParenClose;
        case ':':
            return TokenKind::Colon;
        case '=':
            return TokenKind::Equals;
        case '@':
            return TokenKind::At;
        case '[':
            return TokenKind::BracketOpen;
        case ']':
            return TokenKind::BracketClose;
        case '{':
            return TokenKind::BraceOpen;
        case '|':
            return TokenKind::Pipe;
        case '}':
            return TokenKind::BraceClose;
        default:
            return TokenKind::End;
    }
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

std::string describe(TokenKind kind) {
    static constexpr std::array<std::string_view, 20> kNames{
        "<EOF>", "\"!\"", "\"$\"", "\"&\"", "\"(\"",  "\")\"",      "\"...\"",
        "\":\"", "\"=\"", "\"@\"", "\"[\"", "\"]\"",  "\"{\"",      "\"|\"",
        "\"}\"", "Name",  "Int",   "Float", "String", "BlockString"};
    return std::string(kNames.at(static_cast<std::size_t>(kind)));
}

std::string describe(const Token& token) {
    if (token.kind < TokenKind::Name) return describe(token.kind);
    return fmt::format("{} \"{}\"", describe(token.kind), token.text);
}

void fail_syntax(Location at, const std::string& what) {
    throw SyntaxFailure{
        {.message = "Syntax Error: " + what, .locations = {at}, .path = {}, .extensions = {}}};
}

Token Lexer::next() {
    skip_ignored();
    const Location at = here();
    if (at_end()) return {.kind = TokenKind::End, .text = {}, .at = at};
    const char c = peek();
    if (const TokenKind kind = punctuator_kind(c); kind != TokenKind::End) {
        return punctuator(kind, 1, at);
    }
    if (text_.substr(position_).starts_with("...")) return punctuator(TokenKind::Spread, 3, at);
    if (is_name_start(c)) return name(at);
    if (is_digit(c) || c == '-') return number(at);
    if (text_.substr(position_).starts_with(R"(""")")) return block_string(at);
    if (c == '"') return string(at);
    if (c == '\'') {
        fail(R"(Unexpected single quote character ('), did you mean to use a double quote (")?)");
    }
    fail(fmt::format("Unexpected character: {}.", describe_character()));
}

void Lexer::skip_ignored() {
    while (!at_end()) {
        const char c = peek();
        if (c == ' ' || c == '\t' || c == ',') {
            ++position_;
        } else if (c == '\n' || c == '\r') {
            skip_line_end();
        } else if (c == '#') {
            while (!at_end() && peek() != '\n' && peek() != '\r') ++position_;
        } else if (text_.substr(position_).starts_with(kByteOrderMark)) {
            position_ += kByteOrderMark.size();
        } else {
            return;
        }
    }
}

void Lexer::skip_line_end() { position_ += peek() == '\r' && peek(1) == '\n' ? 2 : 1; }

Token Lexer::punctuator(TokenKind kind, std::size_t length, Location at) {
    position_ += length;
    return {.kind = kind, .text = {}, .at = at};
}

Token Lexer::name(Location at) {
    const std::size_t start = position_;
    while (is_name_start(peek()) || is_digit(peek())) ++position_;
    return {
        .kind = TokenKind::Name,
        .text = std::string(text_.substr(start, position_ - start)),
        .at = at};
}

Token Lexer::number(Location at) {
    const std::size_t start = position_;
    TokenKind kind = TokenKind::Int;
    if (peek() == '-') ++position_;
    if (peek() == '0') {
        ++position_;
        if (is_digit(peek())) {
            fail(fmt::format("Invalid number, unexpected digit after 0: {}.", describe_character())
            );
        }
    } else {
        digits();
    }
    if (peek() == '.') {
        kind = TokenKind::Float;
        ++position_;
        digits();
    }
    if (peek() == 'e' || peek() == 'E') {
        kind = TokenKind::Float;
        ++position_;
        if (peek() == '+' || peek() == '-') ++position_;
        digits();
    }
    // `1a` and `1.2.3` are mistakes rather than two tokens.
    if (peek() == '.' || is_name_start(peek())) {
        fail(fmt::format("Invalid number, expected digit but got: {}.", describe_character()));
    }
    return {.kind = kind, .text = std::string(text_.substr(start, position_ - start)), .at = at};
}

void Lexer::digits() {
    if (!is_digit(peek())) {
        fail(fmt::format("Invalid number, expected digit but got: {}.", describe_character()));
    }
    while (is_digit(peek())) ++position_;
}

char Lexer::peek(std::size_t ahead) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
}

std::string Lexer::describe_character() const {
    if (at_end()) return describe(TokenKind::End);
    const auto first = static_cast<unsigned char>(peek());
    if (first == '"') return "'\"'";
    if (first >= 0x20 && first <= 0x7E) return fmt::format("\"{}\"", peek());
    std::uint32_t code = first < 0x80 ? first : first & (first < 0xE0 ? 0x1FU : 0x0FU);
    for (std::size_t i = 1; is_utf8_continuation(peek(i)) && first >= 0x80; ++i) {
        code = code << 6U | (static_cast<unsigned char>(peek(i)) & 0x3FU);
    }
    return fmt::format("U+{:04X}", code);
}

Location Lexer::here() {
    for (; measured_ < position_; ++measured_) {
        const char c = text_[measured_];
        const bool ends_line =
            c == '\n' ||
            (c == '\r' && (measured_ + 1 >= text_.size() || text_[measured_ + 1] != '\n'));
        if (ends_line) {
            ++location_.line;
            location_.column = 1;
        } else if (static_cast<unsigned char>(c) >= 0xF0) {
            location_.column += 2;  // two code units in UTF-16
        } else if (!is_utf8_continuation(c)) {
            ++location_.column;
        }
    }
    return location_;
}

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
