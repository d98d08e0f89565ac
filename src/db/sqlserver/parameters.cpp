#include "db/sqlserver/parameters.hpp"

#include <optional>

#include "core/ascii.hpp"
#include "core/number.hpp"
#include "db/sqlserver/tokens.hpp"
#include "script/characters.hpp"

namespace migrator::db::sqlserver {
namespace {

/// The number of the parameter whose name, without its '@', is `word`.
std::optional<std::size_t> number_of(std::string_view word) {
    if (word.size() < 2 || to_lower(word[0]) != 'p') return std::nullopt;
    const auto number = parse_number<std::size_t>(word.substr(1));
    return number && *number > 0 ? number : std::nullopt;
}

}  // namespace

BoundText bind_names(std::string_view sql) {
    BoundText bound;
    Tokens tokens(sql);
    std::size_t copied = 0;
    std::size_t own = 0;
    for (TsqlToken token = tokens.next(); token.kind != script::TokenKind::End;
         token = tokens.next()) {
        const std::string_view word = tokens.text_of(token);
        if (token.kind == script::TokenKind::Other && word == "?") ++own;
        if (token.kind != script::TokenKind::Word || token.begin == 0) continue;
        const std::size_t at = token.begin - 1;
        const char before = at == 0 ? ' ' : sql[at - 1];
        const bool is_variable = sql[at] == '@' && before != '@' && !script::is_word_char(before);
        const auto number = is_variable ? number_of(word) : std::nullopt;
        if (!number) continue;
        bound.text.append(sql, copied, at - copied);
        bound.text += '?';
        bound.order.push_back(*number - 1);
        copied = token.end;
    }
    bound.text.append(sql, copied);
    if (bound.order.empty()) {
        for (std::size_t i = 0; i < own; ++i) bound.order.push_back(i);
    }
    return bound;
}

}  // namespace migrator::db::sqlserver
