#include "script/lexing_settings.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "core/ascii.hpp"
#include "script/characters.hpp"
#include "script/lexer.hpp"

namespace migrator::script {
namespace {

constexpr std::string_view kStandardStrings = "standard_conforming_strings";
constexpr std::array<std::string_view, 4> kLexingSettings = {
    kStandardStrings, "backslash_quote", "client_encoding", "names"};

bool is_lexing_setting(std::string_view name) {
    return std::ranges::find(kLexingSettings, name) != kLexingSettings.end();
}

/// Reads a statement as a row of words, the contents of quotes among them, in lower case.
class Reader {
public:
    Reader(std::string_view text, const Lexis& lexis, bool standard_conforming_strings)
        : text_(text), lexer_(text, lexis, standard_conforming_strings) {}

    /// The next token's text without its quotes; empty at the end.
    std::string next() {
        const Token token = lexer_.next();
        std::string_view text = text_.substr(token.begin, token.end - token.begin);
        quoted_ = token.kind == TokenKind::String || token.kind == TokenKind::QuotedName;
        if (quoted_ && text.size() >= 2) text = text.substr(1, text.size() - 2);
        return lower_case(text);
    }
    bool quoted() const { return quoted_; }

private:
    std::string_view text_;
    Lexer lexer_;
    bool quoted_ = false;
};

/// To the default of the server, the database or the role: nobody tells us which. An earlier
/// script may have changed the setting that this one began with, so only `on` is safe to assume.
void restore(SettingChange& change, bool initial) {
    change.lexing = true;
    change.standard_conforming_strings = initial;
    change.known = initial;
}

void assign(SettingChange& change, const std::string& value) {
    change.standard_conforming_strings = parse_boolean(value);
    change.known = change.standard_conforming_strings.has_value();
}

/// SET [SESSION | LOCAL] name { TO | = } value, SET NAMES; the first word was read.
void read_set(Reader& reader, SettingChange& change, bool initial) {
    std::string name = reader.next();
    if (!reader.quoted() && (name == "session" || name == "local")) name = reader.next();
    if (!is_lexing_setting(name)) return;
    change.lexing = true;
    if (name != kStandardStrings) return;
    reader.next();  // = or TO
    const std::string value = reader.next();
    if (value == "default" && !reader.quoted()) {
        restore(change, initial);
    } else {
        assign(change, value);
    }
}

/// The calls of set_config() in a statement.
void read_calls(Reader& reader, SettingChange& change) {
    for (std::string word = reader.next(); !word.empty() || reader.quoted(); word = reader.next()) {
        if (word != "set_config") continue;
        if (reader.next() != "(") continue;
        const std::string name = reader.next();
        if (name != kStandardStrings) continue;
        if (reader.next() != ",") continue;
        assign(change, reader.next());
    }
}

/// Where `word`, in any case, stands in `text` from `offset` on, as a whole word.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t offset = 0) {
    const auto same = [](char a, char b) { return to_lower(a) == b; };
    for (;;) {
        const auto found = std::search(
            text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size())),
            text.end(),
            word.begin(),
            word.end(),
            same
        );
        if (found == text.end()) return std::string_view::npos;
        offset = static_cast<std::size_t>(found - text.begin());
        const std::size_t end = offset + word.size();
        const bool begins = offset == 0 || !is_word_char(text[offset - 1]);
        if (begins && (end == text.size() || !is_word_char(text[end]))) return offset;
        ++offset;
    }
}

bool contains_word(std::string_view text, std::string_view word) {
    return find_word(text, word) != std::string_view::npos;
}

/// A statement that begins with SET or RESET in the body of a DO block. The body is not parsed:
/// what stands behind one of these words, or a ';', can only be the beginning of a statement.
bool sets_in_body(std::string_view text) {
    for (const std::string_view word : {"set", "reset"}) {
        for (std::size_t at = find_word(text, word); at != std::string_view::npos;
             at = find_word(text, word, at + 1)) {
            std::size_t end = at;
            while (end > 0 && is_space(text[end - 1])) --end;
            std::size_t begin = end;
            while (begin > 0 && is_letter(text[begin - 1])) --begin;
            const std::string before = lower_case(text.substr(begin, end - begin));
            const bool behind_semicolon = end > 0 && text[end - 1] == ';';
            if (behind_semicolon || before == "begin" || before == "then" || before == "else" ||
                before == "loop") {
                return true;
            }
        }
    }
    return false;
}

}  // namespace

std::optional<bool> parse_boolean(std::string_view text) {
    if (text == "1" || text == "on") return true;
    if (text == "0" || text == "of" || text == "off") return false;
    if (text.empty()) return {};
    const auto begins = [&](std::string_view word) { return word.starts_with(text); };
    if (begins("true") || begins("yes")) return true;
    if (begins("false") || begins("no")) return false;
    return {};
}

SettingChange find_setting_change(
    std::string_view statement, const Lexis& lexis, bool standard_conforming_strings, bool initial
) {
    SettingChange change;
    Reader reader(statement, lexis, standard_conforming_strings);
    const std::string first = reader.next();
    if (first == "set") {
        read_set(reader, change, initial);
    } else if (first == "reset" || first == "discard") {
        const std::string name = reader.next();
        const bool all = name == "all" && !reader.quoted();
        if (all || name == kStandardStrings) restore(change, initial);
        if (is_lexing_setting(name)) change.lexing = true;
    } else if (contains_word(statement, "set_config") || (first == "do" && sets_in_body(statement))) {
        change.session = true;
        const auto touches = [&](std::string_view name) { return contains_word(statement, name); };
        // The last of the names is a word of SET only, and too common to look for.
        change.lexing =
            std::ranges::any_of(kLexingSettings.begin(), kLexingSettings.end() - 1, touches);
        change.known = !touches(kStandardStrings);
        if (!change.known && first != "do") read_calls(reader, change);
    }
    return change;
}

}  // namespace migrator::script
