#include "script/statement_traits.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace migrator::script {
namespace {

/// Cuts the first word off `pattern`.
std::string_view take_word(std::string_view& pattern) {
    const std::size_t length = pattern.find(' ');
    const std::string_view word = pattern.substr(0, length);
    pattern.remove_prefix(length == std::string_view::npos ? pattern.size() : length + 1);
    return word;
}

}  // namespace

Rules::Rules(const Lexis& lexis) : lexis_(&lexis) {
    for (const Lexis::Rule& rule : lexis.rules) {
        std::string_view words = rule.words;
        std::uint8_t& wanted = wanted_[bucket(take_word(words))];
        // A last `$` counts as a word: whether there is one more has to be known.
        auto count = static_cast<std::uint8_t>(1 + !words.empty() + std::ranges::count(words, ' '));
        if (words.find('*') != std::string_view::npos) count = StatementWords::kMost;
        wanted = std::max(wanted, count);
    }
}

std::uint32_t StatementWords::traits(const Lexis& lexis) const {
    const Lexis::Rule* best = nullptr;
    const char letter = first().empty() ? '\0' : to_lower(first()[0]);
    for (const Lexis::Rule& rule : lexis.rules) {
        if (rule.words[0] != letter) continue;
        if (best != nullptr && rule.words.size() <= best->words.size()) continue;
        if (match(rule.words, 0)) best = &rule;
    }
    return best == nullptr ? kNoTraits : best->traits;
}

bool StatementWords::match(std::string_view pattern, std::size_t word) const {
    while (!pattern.empty()) {
        const std::string_view wanted = take_word(pattern);
        if (wanted == "$") return word == count_ && count_ < kMost;
        if (wanted == "*") {
            for (; word <= count_; ++word) {
                if (match(pattern, word)) return true;
            }
            return false;
        }
        if (word == count_) return false;
        if (wanted != "?" && !equal_ignoring_case(words_[word], wanted)) return false;
        ++word;
    }
    return true;
}

std::uint32_t copy_traits(std::string_view statement, const Lexis& lexis) {
    Lexer lexer(statement, lexis);
    unsigned depth = 0;
    std::uint32_t direction = kNoTraits;  // said by the token before
    bool behind_dot = false;              // where FROM and TO are names
    for (Token token = lexer.next(); token.kind != TokenKind::End; token = lexer.next()) {
        const std::string_view word = statement.substr(token.begin, token.end - token.begin);
        if (token.kind == TokenKind::Open) ++depth;
        if (token.kind == TokenKind::Close && depth > 0) --depth;
        const bool keyword = token.kind == TokenKind::Word && depth == 0 && !behind_dot;
        // The grammar takes STDIN and STDOUT for one another.
        const bool client =
            equal_ignoring_case(word, "stdin") || equal_ignoring_case(word, "stdout");
        if (direction != kNoTraits) return keyword && client ? direction : kNoTraits;
        if (keyword && equal_ignoring_case(word, "from")) direction = kCopyFromStdin;
        if (keyword && equal_ignoring_case(word, "to")) direction = kCopyToStdout;
        behind_dot = token.kind == TokenKind::Dot;
    }
    return kNoTraits;
}

}  // namespace migrator::script
