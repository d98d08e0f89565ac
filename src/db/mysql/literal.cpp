#include "db/mysql/literal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "db/mysql/lexis.hpp"
#include "script/lexer.hpp"

namespace migrator::db::mysql {
namespace {

bool is_harmless(char c) {
    return is_letter_or_digit(c) ||
           std::string_view(" _-./:,@+=()[]{}*;#").find(c) != std::string_view::npos;
}

}  // namespace

std::string literal(std::string_view text) {
    if (std::ranges::all_of(text, is_harmless)) return fmt::format("'{}'", text);
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string hex = "_utf8mb4 x'";
    hex.reserve(hex.size() + 2 * text.size() + 1);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        hex += kDigits[byte >> 4U];
        hex += kDigits[byte & 15U];
    }
    return hex + "'";
}

std::string quoted_literal(std::string_view text) {
    std::string quoted = "'";
    quoted.reserve(text.size() + text.size() / 16 + 2);
    for (const char c : text) {
        if (c == '\'' || c == '\\') quoted += c == '\'' ? '\'' : '\\';
        if (c == '\0') {
            quoted += "\\0";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

std::string literals(std::span<const std::string> names) {
    std::string text;
    for (const std::string& name : names) {
        if (!text.empty()) text += ", ";
        text += literal(name);
    }
    return text;
}

std::string bind(std::string_view sql, std::span<const sql::Value> parameters, bool plain) {
    if (parameters.empty()) return std::string(sql);
    std::string bound;
    script::Lexer lexer(sql, kMysqlLexis);
    std::size_t copied = 0;
    std::size_t next = 0;
    for (script::Token token = lexer.next(); token.kind != script::TokenKind::End;
         token = lexer.next()) {
        if (token.kind != script::TokenKind::Other || sql[token.begin] != '?') continue;
        bound += sql.substr(copied, token.begin - copied);
        std::size_t index = next++;
        const char* begin = sql.data() + token.end;
        const auto [behind, problem] = std::from_chars(begin, sql.data() + sql.size(), index);
        copied = token.end + static_cast<std::size_t>(behind - begin);
        if (problem == std::errc()) --index;
        if (index >= parameters.size()) {
            throw Error(ErrorKind::Internal, "a statement has more placeholders than values");
        }
        const sql::Value& value = parameters[index];
        bound += !value ? "null" : plain ? quoted_literal(*value) : literal(*value);
    }
    bound += sql.substr(copied);
    return bound;
}

}  // namespace migrator::db::mysql
