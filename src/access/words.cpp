#include "access/words.hpp"

#include "core/ascii.hpp"
#include "core/error.hpp"

namespace migrator::access {

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    bool in_quotes = false;
    bool in_word = false;
    for (const char c : line) {
        if (!in_quotes && kWhiteSpace.find(c) != std::string_view::npos) {
            in_word = false;
            continue;
        }
        if (!in_word) words.emplace_back();
        in_word = true;
        if (c == '"') {
            in_quotes = !in_quotes;
        } else {
            words.back() += c;
        }
    }
    if (in_quotes) refuse_line("has a quote without its end");
    return words;
}

std::pair<std::string_view, std::string_view> assignment(std::string_view word) noexcept {
    const auto equals = word.find('=');
    if (equals == std::string_view::npos) return {{}, word};
    return {word.substr(0, equals), word.substr(equals + 1)};
}

bool matches_pattern(std::string_view pattern, std::string_view text) noexcept {
    std::size_t at = 0;
    std::size_t in_pattern = 0;
    std::size_t star = std::string_view::npos;  // the last `*`, and where what it stands for ends
    std::size_t star_end = 0;
    while (at < text.size()) {
        if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
            star = in_pattern++;
            star_end = at;
        } else if (in_pattern < pattern.size() && pattern[in_pattern] == text[at]) {
            ++in_pattern;
            ++at;
        } else if (star != std::string_view::npos) {
            in_pattern = star + 1;
            at = ++star_end;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', in_pattern) == std::string_view::npos;
}

void refuse_line(const std::string& why) { throw Error(ErrorKind::Configuration, why); }

}  // namespace migrator::access
