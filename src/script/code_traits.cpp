#include "script/code_traits.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>

#include "core/ascii.hpp"
#include "script/function_calls.hpp"
#include "script/lexer.hpp"

namespace migrator::script {
namespace {

/// Words that may stand before a body without BEGIN: `for each row set …`.
bool ends_header(std::string_view word) {
    constexpr std::array<std::string_view, 7> kWords = {
        "data", "definer", "deterministic", "do", "invoker", "row", "sql"};
    return is_one_of_ignoring_case(word, kWords);
}

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
                if (depth < kDeepestText) read(inside_quotes(part), depth + 1);
                begins_statement_ = false;
            } else {
                see_mark(token, part);
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
        if (behind_set_ && lexis_.user_variables) {
            is_stateful_ = is_stateful_ || !is_variable_of_code(word);
            behind_set_ = false;
        } else if (behind_set_ && !is("session") && !is("local")) {
            traits_ |= traits_of_name(lexis_.settings, word);
            behind_set_ = false;
        }
        if (begins_statement_ && is("set")) {
            is_stateful_ = is_stateful_ || !lexis_.user_variables;
            behind_set_ = true;
        }
        if (is_listed(word)) is_stateful_ = true;
        if (is("temp") || is("temporary") || is("pg_temp")) traits_ |= kMakesTemporary;
        creates_ = creates_ || is("create");
        names_function_ = names_function_ || is("function") || is("procedure");
        if (lexis_.user_variables) {
            names_function_ = names_function_ || is("trigger") || is("event") || is("package");
            words_.insert(lower_case(word));
        }
        behind_language_ = is("language");
        begins_statement_ = begins_block(word) || (lexis_.user_variables && ends_header(word));
    }

    void see_mark(const Token& token, std::string_view mark) {
        // Before the name of what is made it stands in an account: definer = a@b.
        if (lexis_.user_variables && names_function_ && mark == "@") is_stateful_ = true;
        begins_statement_ = token.kind == TokenKind::Semicolon || mark == ">" ||
                            (lexis_.user_variables && mark == ")");
        behind_set_ = false;
    }

    /// `new.a`, a parameter, what DECLARE has named: it has been seen before.
    bool is_variable_of_code(std::string_view word) const {
        return equal_ignoring_case(word, "new") || words_.contains(lower_case(word));
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
    std::unordered_set<std::string> words_;  ///< where SET is also for the code's own variables
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

bool names_variables(std::string_view text, const Lexis& lexis) {
    if (text.find('@') == std::string_view::npos) return false;
    Lexer lexer(text, lexis);
    bool behind_at = false;
    for (Token token = lexer.next(); token.kind != TokenKind::End; token = lexer.next()) {
        const bool is_at = text.substr(token.begin, token.end - token.begin) == "@";
        if (behind_at && !is_at) return true;
        // `@@name` is a setting, which only SET changes.
        if (is_at && behind_at) token = lexer.next();
        behind_at = is_at && !behind_at;
    }
    return false;
}

std::string_view inside_quotes(std::string_view string) {
    const std::size_t tag = string.starts_with('$') ? string.find('$', 1) : string.find('\'');
    if (tag == std::string_view::npos || string.size() < 2 * (tag + 1)) return {};
    return string.substr(tag + 1, string.size() - 2 * (tag + 1));
}

bool begins_block(std::string_view word) {
    return is_one_of_ignoring_case(word, {"begin", "then", "else", "loop"});
}

}  // namespace migrator::script
