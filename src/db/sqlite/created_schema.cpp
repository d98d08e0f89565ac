#include "db/sqlite/created_schema.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "db/sqlite/files.hpp"

namespace migrator::db::sqlite {
namespace {

constexpr std::string_view kSpace = " \t\r\n\f\v";

void skip_space_and_comments(std::string_view& text) {
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
        std::string_view end;
        if (text.starts_with("--")) {
            end = "\n";
        } else if (text.starts_with("/*")) {
            end = "*/";
        } else {
            return;
        }
        const auto found = text.find(end, 2);
        text.remove_prefix(found == std::string_view::npos ? text.size() : found + end.size());
    }
}

/// The text of a quoted name; `text` stands on the opening quote. Nothing when it does not end.
std::optional<std::string> take_quoted(std::string_view& text) {
    const char open = text.front();
    const char close = open == '[' ? ']' : open;
    std::string name;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == close) {
            const bool doubled = close != ']' && i + 1 < text.size() && text[i + 1] == close;
            if (!doubled) {
                text.remove_prefix(i + 1);
                return name;
            }
            ++i;
        }
        name += text[i];
    }
    return std::nullopt;
}

/// The next word or name; nothing at the end.
std::optional<std::string> take_word(std::string_view& text) {
    skip_space_and_comments(text);
    if (text.empty()) return std::nullopt;
    if (std::string_view("\"'`[").find(text.front()) != std::string_view::npos) {
        return take_quoted(text);
    }
    std::size_t end = 0;
    while (end < text.size() && kSpace.find(text[end]) == std::string_view::npos &&
           !text.substr(end).starts_with("--") && !text.substr(end).starts_with("/*")) {
        ++end;
    }
    std::string word(text.substr(0, end));
    text.remove_prefix(end);
    return word;
}

}  // namespace

std::optional<std::string> created_schema(std::string_view statement) {
    std::vector<std::string> words;
    // One more than the longest form has: more words are another form.
    while (words.size() < 7) {
        auto word = take_word(statement);
        if (!word) break;
        words.push_back(std::move(*word));
    }
    static constexpr std::array<std::string_view, 5> kLong = {
        "create", "schema", "if", "not", "exists"};
    const bool is_long = words.size() == kLong.size() + 1;
    if (words.size() != 3 && !is_long) return std::nullopt;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (!same_name(words[i], kLong[i])) return std::nullopt;
    }
    return words.back();
}

}  // namespace migrator::db::sqlite
