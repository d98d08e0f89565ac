#include "db/sqlserver/tokens.hpp"

#include "db/sqlserver/lexis.hpp"

namespace migrator::db::sqlserver {

Tokens::Tokens(std::string_view text) : text_(text), lexer_(text, kSqlServerLexis) {}

TsqlToken Tokens::next() {
    const script::Token token = lexer_.next();
    TsqlToken result{token.kind, token.begin, token.end};
    if (token.kind == script::TokenKind::Word) {
        const char before = token.begin == 0 ? '\0' : text_[token.begin - 1];
        result.keyword = std::string_view("@#.$").find(before) == std::string_view::npos;
        // `a@b` and `t#` are one name each.
        while (result.end < text_.size() && (text_[result.end] == '@' || text_[result.end] == '#')
        ) {
            result.keyword = false;
            lexer_.seek(result.end + 1);
            ++result.end;
        }
    }
    const bool in_brackets =
        token.kind == script::TokenKind::QuotedName && text_[token.begin] == '[';
    while (in_brackets && result.end < text_.size() && text_[result.end] == ']') {
        const std::size_t end = text_.find(']', result.end + 1);
        result.end = end == std::string_view::npos ? text_.size() : end + 1;
        lexer_.seek(result.end);
    }
    return result;
}

}  // namespace migrator::db::sqlserver
