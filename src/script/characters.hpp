#pragma once

#include <array>
#include <cstdint>

/// What single bytes mean in SQL text. Bytes over 127 are letters, as in PostgreSQL and SQLite.
namespace migrator::script {

enum class CharClass : std::uint8_t {
    Other,
    Space,
    Letter,  ///< can begin a word
    Digit,
    Quote,
    DoubleQuote,
    Backtick,
    Bracket,
    Dollar,
    Minus,
    Slash,
    Open,
    Close,
    Semicolon,
    Dot,
    Backslash,
    Hash,
    Star,
};

constexpr std::array<CharClass, 256> make_char_classes() {
    std::array<CharClass, 256> classes{};
    for (unsigned c = 0; c < 256; ++c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c > 127;
        if (letter) classes[c] = CharClass::Letter;
        if (c >= '0' && c <= '9') classes[c] = CharClass::Digit;
    }
    for (const char* space = " \t\n\r\f\v"; *space != '\0'; ++space) {
        classes[static_cast<unsigned char>(*space)] = CharClass::Space;
    }
    classes['\''] = CharClass::Quote;
    classes['"'] = CharClass::DoubleQuote;
    classes['`'] = CharClass::Backtick;
    classes['['] = CharClass::Bracket;
    classes['$'] = CharClass::Dollar;
    classes['-'] = CharClass::Minus;
    classes['/'] = CharClass::Slash;
    classes['('] = CharClass::Open;
    classes[')'] = CharClass::Close;
    classes[';'] = CharClass::Semicolon;
    classes['.'] = CharClass::Dot;
    classes['\\'] = CharClass::Backslash;
    classes['#'] = CharClass::Hash;
    classes['*'] = CharClass::Star;
    return classes;
}

inline constexpr std::array<CharClass, 256> kCharClasses = make_char_classes();

constexpr CharClass class_of(char c) { return kCharClasses[static_cast<unsigned char>(c)]; }
constexpr bool is_space(char c) { return class_of(c) == CharClass::Space; }
constexpr bool is_digit(char c) { return class_of(c) == CharClass::Digit; }
constexpr bool is_letter(char c) { return class_of(c) == CharClass::Letter; }
/// Goes on with a word that a letter began.
constexpr bool is_word_char(char c) { return is_letter(c) || is_digit(c) || c == '$'; }

}  // namespace migrator::script
