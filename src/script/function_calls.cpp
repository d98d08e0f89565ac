#include "script/function_calls.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "script/characters.hpp"

namespace migrator::script {
namespace {

class Calls {
public:
    Calls(std::string_view text, const Lexis& lexis) : text_(text), lexis_(lexis) {}

    std::uint32_t traits() const {
        std::uint32_t found = kNoTraits;
        for (std::size_t at = text_.find('('); at != std::string_view::npos;
             at = text_.find('(', at + 1)) {
            found |= traits_before(at);
        }
        return found & ~kHints;
    }

private:
    /// Of what is called with the '(' at `open`.
    std::uint32_t traits_before(std::size_t open) const {
        const std::size_t end = end_of_text(open);
        if (end == 0) return kNoTraits;
        if (follows_comment(end, open)) return lexis_.unlisted_function;
        std::size_t begin = begin_of_name(end);
        if (begin == end || is_digit(text_[begin])) return kNoTraits;
        const std::string_view name = text_.substr(begin, end - begin);
        bool is_systems = true;
        while (begin > 0 && text_[begin - 1] == '.') {
            const std::size_t behind = begin - 1;
            begin = begin_of_name(behind);
            const std::string_view schema = text_.substr(begin, behind - begin);
            is_systems = is_systems && equal_ignoring_case(schema, lexis_.system_schema);
        }
        if (is_column_list(begin)) return kNoTraits;
        if (!is_systems) return lexis_.unlisted_function;
        const auto traits = traits_of_name(lexis_.functions, name, lexis_.unlisted_function);
        return (traits & kSetsByName) == 0 ? traits : traits | traits_of_setting(open + 1);
    }

    /// Before blanks.
    std::size_t end_of_text(std::size_t at) const {
        while (at > 0 && is_space(text_[at - 1])) --at;
        return at;
    }

    /// A comment may stand between a name that ends somewhere before `end` and its '('.
    bool follows_comment(std::size_t end, std::size_t open) const {
        if (text_[end - 1] == '/') return true;
        if (text_.substr(end, open - end).find('\n') == std::string_view::npos) return false;
        const std::size_t newline = text_.rfind('\n', end - 1);
        const std::size_t line = newline == std::string_view::npos ? 0 : newline + 1;
        return text_.substr(line, end - line).find("--") != std::string_view::npos;
    }

    /// Of the word or quoted name that ends at `end`; `end` when there is none.
    std::size_t begin_of_name(std::size_t end) const {
        std::size_t begin = end;
        if (begin > 1 && text_[begin - 1] == '"') {
            const std::size_t quote = text_.rfind('"', begin - 2);
            return quote == std::string_view::npos ? end : quote;
        }
        while (begin > 0 && is_word_char(text_[begin - 1])) --begin;
        return begin;
    }

    /// `insert into t (…)`, `… as t (…)`: the name is that of a table or type.
    bool is_column_list(std::size_t begin_of_called) const {
        const std::size_t end = end_of_text(begin_of_called);
        const std::size_t begin = begin_of_name(end);
        const std::string_view word = text_.substr(begin, end - begin);
        return equal_ignoring_case(word, "into") || equal_ignoring_case(word, "as");
    }

    /// Of the setting whose name is the first argument of a call; in a string it may stand in
    /// doubled quotes. What is set to nothing is as good as set back.
    std::uint32_t traits_of_setting(std::size_t at) const {
        while (at < text_.size() && (is_space(text_[at]) || text_[at] == '\'')) ++at;
        std::size_t end = at;
        while (end < text_.size() && is_word_char(text_[end])) ++end;
        const auto traits = traits_of_name(lexis_.settings, text_.substr(at, end - at));
        const std::size_t value = std::min(text_.find_first_not_of("' \t\r\n,", end), text_.size());
        const bool is_empty = value < text_.size() && text_.substr(value - 1, 1) != "'" &&
                              text_.substr(end, value - end).find("''") != std::string_view::npos;
        return is_empty && (traits & kMovesPath) != 0 ? kRestoresPath : traits;
    }

    std::string_view text_;
    const Lexis& lexis_;
};

}  // namespace

std::uint32_t traits_of_calls(std::string_view statement, const Lexis& lexis) {
    return Calls(statement, lexis).traits();
}

std::uint32_t traits_of_name(
    std::span<const Lexis::Named> list, std::string_view name, std::uint32_t otherwise
) {
    std::array<char, 64> lower{};
    if (name.size() > lower.size()) return otherwise;
    std::ranges::transform(name, lower.begin(), to_lower);
    const std::string_view wanted(lower.data(), name.size());
    const auto found = std::ranges::lower_bound(list, wanted, {}, &Lexis::Named::name);
    return found != list.end() && found->name == wanted ? found->traits : otherwise;
}

}  // namespace migrator::script
