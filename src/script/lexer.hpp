#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "script/characters.hpp"
#include "script/lexis.hpp"

namespace migrator::script {

enum class TokenKind : std::uint8_t {
    End,
    Word,        ///< keyword or unquoted name
    QuotedName,  ///< "…", `…`, […]
    String,      ///< '…' in all its forms, without its prefix letter; $$…$$
    Number,      ///< digits only: `1.5e3` is several tokens
    Semicolon,   ///< or what ends statements instead
    Open,        ///< (
    Close,       ///< )
    Dot,
    Backslash,
    VersionComment,  ///< `/*!50003` or the `*/` that belongs to it
    Other,           ///< one character of anything else
};

/// Offsets are bytes into the text; quotes belong to their token.
struct Token {
    TokenKind kind = TokenKind::End;
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// A range of the text.
struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Cuts SQL text into tokens as the server's own lexer does, as far as the ends of quotes,
/// comments, words and statements go. Skips blanks and comments. Never fails: what stays open at
/// the end of the text runs to the end and sets `unterminated`.
class Lexer {
public:
    /// `text` and `lexis` must outlive the lexer.
    Lexer(std::string_view text, const Lexis& lexis, bool standard_conforming_strings = true);

    /// The next token of any kind.
    Token next();
    /// The next Semicolon or End, or, where commands of the client `mysql` are read, Backslash.
    /// What is in between is only skipped, which is much faster than `next`; the parentheses in it
    /// are added to `open_parentheses`, which stays at 0 or more.
    Token next_structural(unsigned& open_parentheses);

    /// From now on plain '…' strings take backslashes as escapes (false) or not (true).
    void set_standard_conforming_strings(bool on) { reading_.standard_conforming_strings = on; }
    /// From now on text is read so.
    void set_reading(const Reading& reading) { reading_ = reading; }

    /// From now on `delimiter` ends a statement, as a Semicolon; a ';' is Other unless it is that.
    /// Not empty; has to outlive the lexer.
    void set_delimiter(std::string_view delimiter) { delimiter_ = delimiter; }

    void seek(std::size_t offset);
    /// From now on the text ends at `offset`.
    void set_limit(std::size_t offset) { limit_ = offset; }
    std::size_t limit() const { return limit_; }

    /// The next token of any kind, where a statement could begin.
    Token first_of_statement();
    /// A statement begins at `offset`, for `content_end`.
    void begin_statement(std::size_t offset) { comment_floor_ = content_end_ = offset; }
    /// End of the statement's text when blanks and comments before `offset` are left out.
    std::size_t content_end(std::size_t offset) const {
        while (offset > comment_floor_ && is_space(text_[offset - 1])) --offset;
        return offset > comment_floor_ ? offset : content_end_;
    }

    bool unterminated() const { return open_at_.has_value(); }
    /// Where the first quote or comment begins that is not closed.
    std::optional<std::size_t> open_at() const { return open_at_; }
    /// The first comment that was skipped, its delimiters included.
    std::optional<Range> first_comment() const { return first_comment_; }

    /// A comment whose text begins with `migrator:`, or nearly so.
    struct Marked {
        Range comment;
        bool between_statements = false;
    };
    /// Those that were skipped, in order.
    const std::vector<Marked>& marked() const { return marked_; }

private:
    enum class StringKind : std::uint8_t { Standard, Escape, Bits };

    /// Of the character at `offset`, which is before the limit.
    std::size_t size_at(std::size_t offset) const {
        if (reading_.encoding == Encoding::Plain) return 1;
        return character_size(text_.substr(0, limit_), offset, reading_.encoding);
    }
    bool at(std::size_t offset, char c) const { return offset < limit_ && text_[offset] == c; }
    bool skip_comment();
    bool begins_line_comment() const;
    bool at_delimiter(std::size_t offset) const;
    std::size_t end_of_version_comment_head() const;
    void note_comment(std::size_t begin);
    /// The token that begins here is not closed.
    void note_open() {
        if (!open_at_) open_at_ = at_;
    }
    std::size_t end_of_line(std::size_t offset) const;
    std::size_t end_of_block_comment(std::size_t offset);
    Token token_here();
    Token single(TokenKind kind);
    Token quoted(TokenKind kind, std::size_t begin, std::size_t end);
    /// Of strings without a prefix.
    StringKind plain_kind() const {
        return reading_.standard_conforming_strings != lexis_->backslash_strings
                   ? StringKind::Standard
                   : StringKind::Escape;
    }
    StringKind string_kind(std::size_t quote) const;
    std::size_t end_of_string(std::size_t offset, StringKind kind);
    std::size_t find_in_string(std::size_t offset, StringKind kind) const;
    std::size_t continuation(std::size_t offset) const;
    std::size_t end_of_word(std::size_t offset) const;
    std::size_t end_of_quoted_name(std::size_t offset, char quote);
    std::size_t end_of_double_quoted_string(std::size_t offset);
    std::size_t end_of_bracketed_name(std::size_t offset);
    std::size_t end_of_dollar_quote(std::size_t offset);

    std::string_view text_;
    const Lexis* lexis_;
    Reading reading_;
    bool in_version_comment_ = false;
    bool between_statements_ = false;
    std::string_view delimiter_ = ";";
    std::size_t limit_;
    std::size_t at_ = 0;
    std::size_t floor_ = 0;          ///< end of the last quoted token: looking back stops here
    std::size_t comment_floor_ = 0;  ///< end of the last comment in the statement
    std::size_t content_end_ = 0;    ///< end of the statement's text before that comment
    std::optional<Range> first_comment_;
    std::vector<Marked> marked_;
    std::optional<std::size_t> open_at_;
};

}  // namespace migrator::script
