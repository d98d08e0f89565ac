#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/ascii.hpp"
#include "script/lexer.hpp"
#include "script/lexis.hpp"

namespace migrator::script {

/// The rules of one Lexis, prepared for many statements.
class Rules {
public:
    explicit Rules(const Lexis& lexis);

    /// How many words of a statement that begins with `word` (in any case) rules may ask for; 0
    /// when no rule is about it. May be too many.
    std::size_t words_wanted(std::string_view word) const {
        return word.empty() || !migrator::is_letter(word[0]) ? 0 : wanted_[bucket(word)];
    }
    const Lexis& lexis() const { return *lexis_; }

private:
    static constexpr std::size_t kLengths = 16;

    /// The place of a word that begins with such a letter.
    static std::size_t bucket(std::string_view word) {
        return static_cast<std::size_t>(to_lower(word[0]) - 'a') * kLengths +
               word.size() % kLengths;
    }

    const Lexis* lexis_;
    std::array<std::uint8_t, 26 * kLengths> wanted_{};  ///< by first letter and length
};

/// The first words of one statement, for the rules.
class StatementWords {
public:
    static constexpr std::size_t kMost = 16;

    void clear() { count_ = 0; }
    /// The next token of the statement, and its text, which must live as long.
    void add(const Token& token, std::string_view text) {
        if (count_ == kMost) return;
        if (token.kind == TokenKind::Word) {
            words_[count_++] = text;
        } else if (token.kind == TokenKind::QuotedName || token.kind == TokenKind::String || token.kind == TokenKind::Number) {
            words_[count_++] = {};
        }
    }
    std::string_view first() const { return count_ == 0 ? std::string_view() : words_[0]; }
    std::size_t count() const { return count_; }
    /// What the longest matching rule says, when no words are to come.
    std::uint32_t traits(const Lexis& lexis) const;

private:
    bool match(std::string_view pattern, std::size_t word) const;

    std::array<std::string_view, kMost> words_;  ///< empty: a word that only `*` and `?` match
    std::size_t count_ = 0;
};

/// `kCopyFromStdin`, `kCopyToStdout` or nothing, for a statement that begins with COPY.
std::uint32_t copy_traits(std::string_view statement, const Lexis& lexis);

}  // namespace migrator::script
