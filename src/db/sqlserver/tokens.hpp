#pragma once

#include <string_view>

#include "script/lexer.hpp"

namespace migrator::db::sqlserver {

/// A token of T-SQL. `keyword`: a word without quotes that is no part of a longer name and no
/// variable or temporary table, so that it can be a reserved word.
struct TsqlToken {
    script::TokenKind kind = script::TokenKind::End;
    std::size_t begin = 0;
    std::size_t end = 0;
    bool keyword = false;
};

/// The tokens of a T-SQL text: the common lexer, and what only T-SQL has: `]]` inside brackets, and
/// the characters before a name (`@v`, `@@rowcount`, `#t`, `.column`).
class Tokens {
public:
    /// `text` must outlive it.
    explicit Tokens(std::string_view text);

    TsqlToken next();
    std::string_view text_of(const TsqlToken& token) const {
        return text_.substr(token.begin, token.end - token.begin);
    }
    void seek(std::size_t offset) { lexer_.seek(offset); }
    /// A quote or comment stayed open until the end of the text.
    bool unterminated() const { return lexer_.unterminated(); }

private:
    std::string_view text_;
    script::Lexer lexer_;
};

}  // namespace migrator::db::sqlserver
