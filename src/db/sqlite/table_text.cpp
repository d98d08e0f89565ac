#include "db/sqlite/table_text.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"

namespace migrator::db::sqlite {
namespace {

constexpr std::array<std::string_view, 5> kConstraints = {
    "constraint", "primary", "unique", "check", "foreign"};

char closing(char quote) { return quote == '[' ? ']' : quote; }

bool opens_quotes(char c) { return c == '\'' || c == '"' || c == '`' || c == '['; }

/// Behind the quoted text that begins at `begin`.
std::size_t end_of_quotes(std::string_view text, std::size_t begin) {
    const char end = closing(text[begin]);
    for (std::size_t i = begin + 1; i < text.size(); ++i) {
        if (text[i] != end) continue;
        if (end == ']' || i + 1 == text.size() || text[i + 1] != end) return i + 1;
        ++i;
    }
    return text.size();
}

/// Behind the comment that begins at `begin`; `begin` when there is none.
std::size_t end_of_comment(std::string_view text, std::size_t begin) {
    const std::string_view rest = text.substr(begin);
    if (rest.starts_with("--")) return std::min(text.find('\n', begin), text.size());
    if (!rest.starts_with("/*")) return begin;
    const std::size_t end = text.find("*/", begin + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
}

bool is_word(char c) {
    return is_letter_or_digit(c) || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_blank(char c) { return kWhiteSpace.find(c) != std::string_view::npos; }

}  // namespace

std::string plain_text(std::string_view sql) {
    std::string plain;
    bool blank = false;
    for (std::size_t i = 0; i < sql.size();) {
        const std::size_t behind = end_of_comment(sql, i);
        if (behind != i || is_blank(sql[i])) {
            blank = true;
            i = std::max(behind, i + 1);
            continue;
        }
        const std::size_t end = opens_quotes(sql[i]) ? end_of_quotes(sql, i) : i + 1;
        const bool joins = !plain.empty() && plain.back() != '(' && plain.back() != ',' &&
                           sql[i] != ')' && sql[i] != ',';
        if (blank && joins) plain += ' ';
        blank = false;
        plain += sql.substr(i, end - i);
        i = end;
    }
    return plain;
}

TableText table_text(std::string_view plain) {
    TableText result;
    std::size_t depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < plain.size(); ++i) {
        const char c = plain[i];
        if (opens_quotes(c)) {
            i = end_of_quotes(plain, i) - 1;
        } else if (c == '(') {
            if (depth++ == 0) begin = i + 1;
        } else if (c == ',' && depth == 1) {
            result.parts.emplace_back(plain.substr(begin, i - begin));
            begin = i + 1;
        } else if (c == ')' && depth > 0 && --depth == 0) {
            result.parts.emplace_back(plain.substr(begin, i - begin));
            result.options = trimmed(plain.substr(i + 1));
            break;
        }
    }
    result.is_table = starts_with_ignoring_case(plain, "create table") && !result.parts.empty();
    return result;
}

std::string column_of(std::string_view part) {
    if (part.empty()) return {};
    if (opens_quotes(part.front())) {
        const std::size_t end = end_of_quotes(part, 0);
        return std::string(part.substr(1, end < 2 ? 0 : end - 2));
    }
    std::size_t end = 0;
    while (end < part.size() && is_word(part[end])) ++end;
    const std::string_view word = part.substr(0, end);
    const bool is_constraint = std::ranges::any_of(kConstraints, [&](std::string_view each) {
        return equal_ignoring_case(word, each);
    });
    return is_constraint ? std::string() : std::string(word);
}

}  // namespace migrator::db::sqlite
