#include "script/code_traits.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "script/function_calls.hpp"
#include "script/lexer.hpp"

namespace migrator::script {
namespace {

constexpr unsigned kDeepest = 8;  ///< texts in texts in texts

/// What the words of code say. Its body is a string of the statement, and may hold strings that
/// are run: those count, too.
class Code {
public:
    explicit Code(const Lexis& lexis) : lexis_(lexis) {}

    void read(std::string_view text, unsigned depth = 0) {
        Lexer lexer(text, lexis_);
        begins_statement_ = depth > 0;
        for (Token token = lexer.next(); token.kind != TokenKind::End; token = lexer.next()) {
            const std::string_view part = text.substr(token.begin, token.end - token.begin);
            if (token.kind == TokenKind::Word) {
                see_word(part);
            } else if (token.kind == TokenKind::String) {
                see_language(inside_quotes(part));
                if (depth < kDeepest) read(inside_quotes(part), depth + 1);
                begins_statement_ = false;
            } else {
                begins_statement_ = token.kind == TokenKind::Semicolon || part == ">";
                behind_set_ = false;
            }
        }
    }

    bool is_stateful() const { return is_stateful_; }
    bool makes_stateful_code() const { return creates_ && names_function_ && is_stateful_; }
    std::uint32_t traits() const { return traits_; }

private:
    void see_word(std::string_view word) {
        const auto is = [&](std::string_view lower) { return equal_ignoring_case(word, lower); };
        see_language(word);
        if (behind_set_ && !is("session") && !is("local")) {
            traits_ |= traits_of_name(lexis_.settings, word);
            behind_set_ = false;
        }
        if (begins_statement_ && is("set")) {
            is_stateful_ = true;
            behind_set_ = true;
        }
        if (is_listed(word)) is_stateful_ = true;
        if (is("temp") || is("temporary") || is("pg_temp")) traits_ |= kMakesTemporary;
        creates_ = creates_ || is("create");
        names_function_ = names_function_ || is("function") || is("procedure");
        behind_language_ = is("language");
        begins_statement_ = begins_block(word);
    }

    void see_language(std::string_view name) {
        if (!behind_language_) return;
        behind_language_ = false;
        const auto is_name = [&](std::string_view plain) {
            return equal_ignoring_case(name, plain);
        };
        if (std::ranges::any_of(lexis_.plain_languages, is_name)) return;
        is_stateful_ = true;
        traits_ |= kMakesTemporary;
    }

    bool is_listed(std::string_view word) const {
        std::array<char, 32> lower{};
        if (word.size() > lower.size()) return false;
        std::ranges::transform(word, lower.begin(), to_lower);
        return std::ranges::binary_search(
            lexis_.stateful_words, std::string_view(lower.data(), word.size())
        );
    }

    const Lexis& lexis_;
    std::uint32_t traits_ = kNoTraits;
    bool is_stateful_ = false;
    bool creates_ = false;
    bool names_function_ = false;
    bool begins_statement_ = false;
    bool behind_set_ = false;
    bool behind_language_ = false;
};

}  // namespace

std::uint32_t traits_of_made_code(std::string_view statement, const Lexis& lexis) {
    Code code(lexis);
    code.read(statement);
    return code.is_stateful() ? kMakesStatefulCode : kNoTraits;
}

std::uint32_t traits_of_run_code(std::string_view statement, const Lexis& lexis) {
    Code code(lexis);
    code.read(statement);
    return code.traits() | (code.makes_stateful_code() ? kMakesStatefulCode : kNoTraits);
}

std::string_view inside_quotes(std::string_view string) {
    const std::size_t tag = string.starts_with('$') ? string.find('$', 1) : string.find('\'');
    if (tag == std::string_view::npos || string.size() < 2 * (tag + 1)) return {};
    return string.substr(tag + 1, string.size() - 2 * (tag + 1));
}

bool begins_block(std::string_view word) {
    for (const std::string_view one : {"begin", "then", "else", "loop"}) {
        if (equal_ignoring_case(word, one)) return true;
    }
    return false;
}

}  // namespace migrator::script
