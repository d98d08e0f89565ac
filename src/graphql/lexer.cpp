#include "graphql/lexer.hpp"

#include <fmt/format.h>

#include <array>

namespace migrator::graphql {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

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
    for (std::size_t i = 1; is_continuation(peek(i)) && first >= 0x80; ++i) {
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
        } else if (!is_continuation(c)) {
            ++location_.column;
        }
    }
    return location_;
}

}  // namespace migrator::graphql
