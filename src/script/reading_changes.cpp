#include "script/reading_changes.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "core/ascii.hpp"
#include "script/lexer.hpp"

namespace migrator::script {
namespace {

constexpr std::array<std::string_view, 1> kModesWithBackslashes = {"no_backslash_escapes"};
constexpr std::array<std::string_view, 7> kModesWithQuotedNames = {
    "ansi", "ansi_quotes", "db2", "maxdb", "mssql", "oracle", "postgresql"};
constexpr std::array<std::string_view, 4> kForOthers = {
    "global", "persist", "persist_only", "password"};
constexpr std::array<std::string_view, 2> kForUs = {"session", "local"};

template <std::size_t Count>
bool is_one_of(std::string_view word, const std::array<std::string_view, Count>& words) {
    return std::ranges::find(words, word) != words.end();
}

/// Lower-case tokens, those in quotes without them.
using Words = std::vector<std::string>;

Words words_of(std::string_view text, const Lexis& lexis) {
    Words words;
    Lexer lexer(text, lexis);
    for (Token token = lexer.next(); token.kind != TokenKind::End; token = lexer.next()) {
        if (token.kind == TokenKind::VersionComment) continue;
        std::string_view word = text.substr(token.begin, token.end - token.begin);
        const bool quoted = token.kind == TokenKind::String || token.kind == TokenKind::QuotedName;
        if (quoted && word.size() >= 2) word = word.substr(1, word.size() - 2);
        words.push_back(lower_case(word));
    }
    return words;
}

/// Whether one of the names in a list such as 'ANSI_QUOTES,NO_ZERO_DATE' is `name`.
bool lists(std::string_view list, std::string_view name) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        std::string_view one = list.substr(0, comma);
        while (one.starts_with(' ')) one.remove_prefix(1);
        while (one.ends_with(' ')) one.remove_suffix(1);
        if (one == name) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

class Assignments {
public:
    Assignments(Words words, const Reading& now, const Reading& initial)
        : words_(std::move(words)), now_(now), initial_(initial) {}

    Reading read() {
        if (words_.empty() || words_[0] != "set") return now_;
        for (std::size_t at = 1; at < words_.size();) {
            const std::size_t end = end_of_assignment(at);
            read_one(at, end);
            at = end + 1;
        }
        return now_;
    }

private:
    /// The comma that ends it, outside of parentheses.
    std::size_t end_of_assignment(std::size_t at) const {
        unsigned depth = 0;
        for (; at < words_.size(); ++at) {
            if (words_[at] == "(") ++depth;
            if (words_[at] == ")" && depth > 0) --depth;
            if (words_[at] == "," && depth == 0) break;
        }
        return at;
    }

    void read_one(std::size_t at, std::size_t end) {
        const auto is = [&](std::size_t index, std::string_view word) {
            return index < end && words_[index] == word;
        };
        const bool has_sign = is(at, "@");
        if (has_sign && !is(at + 1, "@")) return;  // a variable of the user
        if (has_sign) at += 2;
        bool is_for_others = !has_sign && is_for_others_;
        if (at < end && is_one_of(words_[at], kForOthers)) {
            is_for_others = true;
            ++at;
        } else if (at < end && is_one_of(words_[at], kForUs)) {
            is_for_others = false;
            ++at;
        }
        // SET GLOBAL a = 1, b = 2: the word holds for both, unlike @@global.
        if (!has_sign) is_for_others_ = is_for_others;
        while (is(at, ".") || is(at, "@")) ++at;
        if (is_for_others || at >= end) return;
        if (is(at, "names") || is(at, "charset")) return set_character_set(at + 1, end);
        if (is(at, "character") && is(at + 1, "set")) return set_character_set(at + 2, end);
        const std::string& name = words_[at++];
        while (is(at, ":") || is(at, "=")) ++at;
        if (name == "character_set_client") set_character_set(at, end);
        if (name == "sql_mode") set_mode(at, end);
    }

    void set_character_set(std::size_t at, std::size_t end) {
        if (at >= end) return;
        const bool is_restored = words_[at] == "default" || words_[at] == "@";
        now_.encoding = is_restored ? initial_.encoding : encoding_called(words_[at]);
    }

    void set_mode(std::size_t at, std::size_t end) {
        if (at >= end) return;
        const bool is_variable = words_[at] == "@" && at + 1 < end && words_[at + 1] != "@";
        if (words_[at] == "default" || is_variable) {
            now_.standard_conforming_strings = initial_.standard_conforming_strings;
            now_.double_quoted_names = initial_.double_quoted_names;
            return;
        }
        const auto value = std::span(words_).subspan(at, end - at);
        const bool is_expression = value.size() > 1;  // CONCAT(@@sql_mode, …), REPLACE(…)
        const bool removes = std::ranges::any_of(value, [](const std::string& word) {
            return word == "replace" || word == "regexp_replace";
        });
        const auto change = [&](bool& has, std::span<const std::string_view> modes) {
            const bool named = std::ranges::any_of(value, [&](const std::string& word) {
                return std::ranges::any_of(modes, [&](auto mode) { return lists(word, mode); });
            });
            if (named || !is_expression) has = named && !removes;
        };
        bool takes_backslashes = !now_.standard_conforming_strings;
        change(takes_backslashes, kModesWithBackslashes);
        now_.standard_conforming_strings = !takes_backslashes;
        change(now_.double_quoted_names, kModesWithQuotedNames);
    }

    const Words words_;
    Reading now_;
    const Reading initial_;
    bool is_for_others_ = false;
};

}  // namespace

Reading reading_after(
    std::string_view statement, const Lexis& lexis, const Reading& now, const Reading& initial
) {
    return Assignments(words_of(statement, lexis), now, initial).read();
}

}  // namespace migrator::script
