#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/error.hpp"
#include "graphql/source_location.hpp"

namespace migrator::graphql {

enum class TokenKind : std::uint8_t {
    End,
    Bang,
    Dollar,
    Ampersand,
    ParenOpen,
    ParenClose,
    Spread,
    Colon,
    Equals,
    At,
    BracketOpen,
    BracketClose,
    BraceOpen,
    Pipe,
    BraceClose,
    Name,
    Int,
    Float,
    String,
    BlockString,
};

struct Token {
    TokenKind kind = TokenKind::End;
    std::string text;  ///< Name, Int, Float: as written; strings: their value
    Location at;
};

/// As messages call it: `"{"`, `Name`, `<EOF>`.
std::string describe(TokenKind kind);
/// `"{"`, `Name "abc"`.
std::string describe(const Token& token);

/// What lexer and parser throw to leave a text; it never gets out of `parse`. Unwinding out of a
/// grammar that is nested anyhow is the one place where a result to pass on would hide the rules.
struct SyntaxFailure {
    RequestError error;
};

[[noreturn]] void fail_syntax(Location at, const std::string& what);

/// Cuts valid UTF-8 into tokens.
class Lexer {
public:
    /// `text` has to live as long as this.
    explicit Lexer(std::string_view text) : text_(text) {}

    /// The next token; End again and again at the end. Throws SyntaxFailure.
    Token next();

private:
    void skip_ignored();
    void skip_line_end();
    Token punctuator(TokenKind kind, std::size_t length, Location at);
    Token name(Location at);
    Token number(Location at);
    void digits();
    Token string(Location at);
    void append_escape(std::string& value);
    void append_unicode_escape(std::string& value);
    Token block_string(Location at);

    /// Past the end it is a NUL, which no rule accepts.
    char peek(std::size_t ahead = 0) const;
    bool at_end() const { return position_ >= text_.size(); }
    /// The code point here, for a message: `"a"`, `U+00E4`, `<EOF>`.
    std::string describe_character() const;
    /// Of `position_`. Only ever forward, so that a document in one line costs no square of time.
    Location here();
    [[noreturn]] void fail(const std::string& what) { fail_syntax(here(), what); }

    std::string_view text_;
    std::size_t position_ = 0;
    std::size_t measured_ = 0;  // up to here `location_` counts
    Location location_;
};

/// The value of a block string from its raw lines: common indentation and blank lines at both ends
/// go (specification, section 2.9.4).
std::string block_string_value(const std::vector<std::string>& lines);

}  // namespace migrator::graphql
