#include "db/sqlserver/comments.hpp"

#include <algorithm>

#include "db/sqlserver/tokens.hpp"

namespace migrator::db::sqlserver {
namespace {

/// Where the block comment ends that begins at `begin`.
std::size_t end_of_comment(std::string_view text, std::size_t begin) {
    unsigned depth = 0;
    for (std::size_t i = begin; i + 1 < text.size(); ++i) {
        const std::string_view two = text.substr(i, 2);
        if (two == "/*") ++depth;
        if (two == "*/" && --depth == 0) return i + 2;
        if (two == "/*" || two == "*/") ++i;
    }
    return text.size();
}

/// `comment` with its first and last two bytes: the others are what is looked at.
void flatten(std::string_view comment, std::size_t begin, std::string& copy) {
    for (std::size_t i = 2; i + 2 < comment.size(); ++i) {
        const bool at_star = comment[i - 1] == '*' || comment[i + 1] == '*';
        if (comment[i] == '/' && at_star) copy[begin + i] = ' ';
    }
}

/// Between two tokens there are blanks and comments only.
void flatten_between(std::string_view text, std::size_t begin, std::size_t end, std::string& copy) {
    while (begin + 1 < end) {
        const std::string_view two = text.substr(begin, 2);
        if (two == "--") {
            begin = std::min(text.find('\n', begin), end);
        } else if (two == "/*") {
            const std::size_t behind = end_of_comment(text.substr(0, end), begin);
            flatten(text.substr(begin, behind - begin), begin, copy);
            begin = behind;
        } else {
            ++begin;
        }
    }
}

}  // namespace

std::string_view with_flat_comments(std::string_view text, std::string& copy) {
    const std::size_t first = text.find("/*");
    if (first == std::string_view::npos || text.find("/*", first + 1) == std::string_view::npos) {
        return text;
    }
    std::string flat(text);
    Tokens tokens(text);
    std::size_t behind = 0;
    for (;;) {
        const TsqlToken token = tokens.next();
        flatten_between(text, behind, token.begin, flat);
        if (token.kind == script::TokenKind::End) break;
        behind = token.end;
    }
    copy = std::move(flat);
    return copy;
}

}  // namespace migrator::db::sqlserver
