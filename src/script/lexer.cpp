#include "script/lexer.hpp"

#include <algorithm>
#include <cstring>

#include "core/ascii.hpp"
#include "script/characters.hpp"
#include "script/checks.hpp"

namespace migrator::script {
namespace {

/// Bytes that can't be skipped when only the structure of a statement matters.
constexpr std::array<bool, 256> kStops = [] {
    std::array<bool, 256> stops{};
    for (const char c : std::string_view("'\"`[$-/();#*\\"))
        stops[static_cast<unsigned char>(c)] = true;
    return stops;
}();

constexpr std::size_t kNowhere = std::string_view::npos;

}  // namespace

Lexer::Lexer(std::string_view text, const Lexis& lexis, bool standard_conforming_strings)
    : text_(text),
      lexis_(&lexis),
      reading_{
          .standard_conforming_strings = standard_conforming_strings, .encoding = lexis.encoding},
      limit_(text.size()) {}

Token Lexer::next() {
    do {
        while (at_ < limit_ && is_space(text_[at_])) ++at_;
    } while (skip_comment());
    return token_here();
}

Token Lexer::first_of_statement() {
    between_statements_ = true;
    const Token token = next();
    between_statements_ = false;
    return token;
}

Token Lexer::next_structural(unsigned& open_parentheses) {
    // A delimiter may begin with any character, and end a word; a wide character may end with any.
    while (delimiter_ != ";" || reading_.encoding != Encoding::Plain) {
        const Token token = next();
        if (token.kind == TokenKind::Open) ++open_parentheses;
        if (token.kind == TokenKind::Close && open_parentheses > 0) --open_parentheses;
        const bool may_be_command = token.kind == TokenKind::Backslash && lexis_->mysql_commands;
        if (token.kind == TokenKind::Semicolon || token.kind == TokenKind::End || may_be_command) {
            return token;
        }
    }
    for (;;) {
        const char* const end = text_.data() + limit_;
        const char* here = text_.data() + at_;
        while (here < end && !kStops[static_cast<unsigned char>(*here)]) ++here;
        at_ = static_cast<std::size_t>(here - text_.data());
        if (here == end) return {TokenKind::End, limit_, limit_};
        switch (class_of(*here)) {
            case CharClass::Semicolon:
                return single(TokenKind::Semicolon);
            case CharClass::Backslash: {
                const Token token = token_here();
                if (lexis_->mysql_commands) return token;
                break;
            }
            case CharClass::Open:
                ++at_;
                ++open_parentheses;
                break;
            case CharClass::Close:
                ++at_;
                if (open_parentheses > 0) --open_parentheses;
                break;
            case CharClass::Minus:
            case CharClass::Slash:
            case CharClass::Hash:
                if (!skip_comment()) token_here();
                break;
            default:
                token_here();
                break;
        }
    }
}

void Lexer::seek(std::size_t offset) {
    at_ = offset;
    floor_ = offset;
}

bool Lexer::skip_comment() {
    const std::size_t begin = at_;
    if (delimiter_ != ";" && at_delimiter(begin)) return false;  // it may be `#`
    if (begins_line_comment()) {
        at_ = end_of_line(begin);
    } else if (at(begin, '/') && at(begin + 1, '*') && !end_of_version_comment_head()) {
        // SQLite reads a "/*" with nothing behind it as two operators.
        if (lexis_->open_comment_is_fine && begin + 2 == limit_) return false;
        at_ = end_of_block_comment(begin + 2);
    } else {
        return false;
    }
    note_comment(begin);
    return true;
}

bool Lexer::begins_line_comment() const {
    if (at(at_, '#')) return lexis_->hash_comments;
    if (!at(at_, '-') || !at(at_ + 1, '-')) return false;
    if (!lexis_->dashes_need_blank || between_statements_ || at_ + 2 >= limit_) return true;
    return is_space(text_[at_ + 2]) || static_cast<unsigned char>(text_[at_ + 2]) < ' ';
}

bool Lexer::at_delimiter(std::size_t offset) const {
    return text_.substr(0, limit_).substr(offset).starts_with(delimiter_);
}

/// Behind the `/*!50003` or `/*M!` that begins here; 0 when none does. The version of
/// `/*!999999\- enable the sandbox mode */`, with which dumps begin, is one that no server has.
std::size_t Lexer::end_of_version_comment_head() const {
    if (!lexis_->executable_comments || !at(at_, '/') || !at(at_ + 1, '*')) return 0;
    std::size_t end = at_ + 2;
    if (at(end, 'M') && at(end + 1, '!')) ++end;
    if (!at(end, '!')) return 0;
    const std::size_t version = ++end;
    while (end < limit_ && is_digit(text_[end])) ++end;
    return text_.substr(version, end - version) == "999999" ? 0 : end;
}

void Lexer::note_comment(std::size_t begin) {
    if (!first_comment_) first_comment_ = Range{begin, at_};
    if (begins_with_marker(text_.substr(begin, at_ - begin))) {
        marked_.push_back({{begin, at_}, between_statements_});
    }
    content_end_ = content_end(begin);
    comment_floor_ = at_;
}

/// The line break that ends a `--` comment, or the end of the text.
std::size_t Lexer::end_of_line(std::size_t offset) const {
    while (offset < limit_ && text_[offset] != '\n' &&
           (text_[offset] != '\r' || !lexis_->carriage_return_ends_line)) {
        ++offset;
    }
    return offset;
}

std::size_t Lexer::end_of_block_comment(std::size_t offset) {
    unsigned depth = 1;
    while (offset < limit_) {
        const char c = text_[offset++];
        if (c == '*' && at(offset, '/')) {
            ++offset;
            if (--depth == 0) return offset;
        } else if (c == '/' && at(offset, '*') && lexis_->nested_comments) {
            ++offset;
            ++depth;
        }
    }
    if (!lexis_->open_comment_is_fine) note_open();
    return limit_;
}

Token Lexer::single(TokenKind kind) {
    ++at_;
    return {kind, at_ - 1, at_};
}

Token Lexer::quoted(TokenKind kind, std::size_t begin, std::size_t end) {
    at_ = end;
    floor_ = end;
    return {kind, begin, end};
}

Token Lexer::token_here() {
    if (at_ >= limit_) return {TokenKind::End, limit_, limit_};
    const std::size_t begin = at_;
    const bool special_delimiter = delimiter_ != ";";
    if (special_delimiter && at_delimiter(begin)) {
        at_ += delimiter_.size();
        return {TokenKind::Semicolon, begin, at_};
    }
    switch (class_of(text_[begin])) {
        case CharClass::Letter:
            at_ = end_of_word(begin);
            return {TokenKind::Word, begin, at_};
        case CharClass::Digit:
            while (at_ < limit_ && is_digit(text_[at_])) ++at_;
            return {TokenKind::Number, begin, at_};
        case CharClass::Quote:
            return quoted(TokenKind::String, begin, end_of_string(begin + 1, string_kind(begin)));
        case CharClass::DoubleQuote:
            if (lexis_->double_quoted_strings && !reading_.double_quoted_names) {
                return quoted(TokenKind::String, begin, end_of_double_quoted_string(begin + 1));
            }
            return quoted(TokenKind::QuotedName, begin, end_of_quoted_name(begin + 1, '"'));
        case CharClass::Backtick:
            if (!lexis_->backtick_identifiers) return single(TokenKind::Other);
            return quoted(TokenKind::QuotedName, begin, end_of_quoted_name(begin + 1, '`'));
        case CharClass::Bracket:
            if (!lexis_->bracket_identifiers) return single(TokenKind::Other);
            return quoted(TokenKind::QuotedName, begin, end_of_bracketed_name(begin + 1));
        case CharClass::Dollar: {
            const std::size_t end = end_of_dollar_quote(begin);
            if (end == kNowhere) return single(TokenKind::Other);
            return quoted(TokenKind::String, begin, end);
        }
        case CharClass::Open:
            return single(TokenKind::Open);
        case CharClass::Close:
            return single(TokenKind::Close);
        case CharClass::Semicolon:
            return single(special_delimiter ? TokenKind::Other : TokenKind::Semicolon);
        case CharClass::Slash:
            if (const std::size_t end = end_of_version_comment_head()) {
                in_version_comment_ = true;
                at_ = end;
                return {TokenKind::VersionComment, begin, end};
            }
            return single(TokenKind::Other);
        case CharClass::Star:
            if (!in_version_comment_ || !at(begin + 1, '/')) return single(TokenKind::Other);
            in_version_comment_ = false;
            at_ += 2;
            return {TokenKind::VersionComment, begin, at_};
        case CharClass::Dot:
            return single(TokenKind::Dot);
        case CharClass::Backslash:
            if (lexis_->mysql_commands && (at(begin + 1, 'g') || at(begin + 1, 'G'))) {
                at_ += 2;
                return {TokenKind::Semicolon, begin, at_};
            }
            return single(TokenKind::Backslash);
        default:
            return single(TokenKind::Other);
    }
}

/// The kind of the string whose first quote is at `quote`, by the prefix before it. The prefix was
/// skipped as a word, or not looked at, so it is found by looking back.
Lexer::StringKind Lexer::string_kind(std::size_t quote) const {
    const StringKind plain = plain_kind();
    if (!lexis_->escape_strings || quote == floor_) return plain;
    std::size_t prefix = quote - 1;
    const bool unicode = text_[prefix] == '&' && prefix > floor_;
    if (unicode) --prefix;
    if (prefix > floor_ && is_word_char(text_[prefix - 1])) return plain;
    switch (to_lower(text_[prefix])) {
        case 'e':
            return unicode ? plain : StringKind::Escape;
        case 'b':
        case 'x':
            return unicode ? plain : StringKind::Bits;
        case 'u':
            return unicode ? StringKind::Standard : plain;
        default:
            return plain;
    }
}

std::size_t Lexer::end_of_word(std::size_t offset) const {
    const bool special_delimiter = delimiter_ != ";";
    do {
        offset += size_at(offset);
    } while (offset < limit_ && is_word_char(text_[offset]) &&
             !(special_delimiter && at_delimiter(offset)));
    return offset;
}

std::size_t Lexer::find_in_string(std::size_t offset, StringKind kind) const {
    // Most strings are shorter than what a call of memchr costs.
    const std::size_t near = std::min(limit_, offset + 24);
    if (kind == StringKind::Escape) {
        while (offset < limit_ && text_[offset] != '\'' && text_[offset] != '\\') {
            offset += size_at(offset);
        }
        return offset;
    }
    while (offset < near && text_[offset] != '\'') ++offset;
    if (offset < near || near == limit_) return offset;
    const void* found = std::memchr(text_.data() + offset, '\'', limit_ - offset);
    if (found == nullptr) return limit_;
    return static_cast<std::size_t>(static_cast<const char*>(found) - text_.data());
}

std::size_t Lexer::end_of_string(std::size_t offset, StringKind kind) {
    // A string goes on behind blanks with a newline, and keeps its kind. Where a new string
    // would be of the same kind it makes no difference.
    const StringKind plain = plain_kind();
    const bool may_continue = lexis_->escape_strings && (kind != plain);
    for (;;) {
        offset = find_in_string(offset, kind);
        if (offset >= limit_) break;
        const bool doubled = kind != StringKind::Bits && at(offset + 1, '\'');
        if (text_[offset] == '\\' || doubled) {
            offset += 2;
        } else {
            ++offset;
            const std::size_t next = may_continue ? continuation(offset) : kNowhere;
            if (next == kNowhere) return offset;
            offset = next;
        }
    }
    note_open();
    return limit_;
}

/// Behind the quote that goes on with a string which ended before `offset`.
std::size_t Lexer::continuation(std::size_t offset) const {
    bool newline = false;
    for (; offset < limit_; ++offset) {
        const char c = text_[offset];
        if (c == '\'') return newline ? offset + 1 : kNowhere;
        if (c == '-' && at(offset + 1, '-')) {
            offset = end_of_line(offset);
            newline = true;
        } else if (c == '\n' || c == '\r') {
            newline = true;
        } else if (!is_space(c)) {
            break;
        }
    }
    return kNowhere;
}

std::size_t Lexer::end_of_quoted_name(std::size_t offset, char quote) {
    while (reading_.encoding != Encoding::Plain && offset < limit_) {
        const bool is_quote = text_[offset] == quote;
        if (is_quote && !at(offset + 1, quote)) return offset + 1;
        offset += is_quote ? 2 : size_at(offset);
    }
    for (const std::string_view text = text_.substr(0, limit_);; offset += 2) {
        offset = text.find(quote, offset);
        if (offset == kNowhere) break;
        if (!at(offset + 1, quote)) return offset + 1;
    }
    note_open();
    return limit_;
}

std::size_t Lexer::end_of_double_quoted_string(std::size_t offset) {
    const bool escapes = plain_kind() == StringKind::Escape;
    while (offset < limit_) {
        const char c = text_[offset];
        offset += size_at(offset);
        if (c == '\\' && escapes) {
            ++offset;
        } else if (c == '"') {
            if (!at(offset, '"')) return offset;
            ++offset;
        }
    }
    note_open();
    return limit_;
}

std::size_t Lexer::end_of_bracketed_name(std::size_t offset) {
    const std::size_t end = text_.substr(0, limit_).find(']', offset);
    if (end != kNowhere) return end + 1;
    note_open();
    return limit_;
}

/// Behind the `$tag$` that ends the string which begins at `offset`; nowhere if none begins there.
std::size_t Lexer::end_of_dollar_quote(std::size_t offset) {
    if (!lexis_->dollar_quotes) return kNowhere;
    if (offset > floor_ && is_word_char(text_[offset - 1])) return kNowhere;  // part of a word
    std::size_t tag_end = offset + 1;
    if (tag_end < limit_ && is_digit(text_[tag_end])) return kNowhere;  // a parameter
    while (tag_end < limit_ && (is_letter(text_[tag_end]) || is_digit(text_[tag_end]))) ++tag_end;
    if (!at(tag_end, '$')) return kNowhere;
    const std::string_view delimiter = text_.substr(offset, tag_end + 1 - offset);
    const std::size_t end = text_.substr(0, limit_).find(delimiter, tag_end + 1);
    if (end != kNowhere) return end + delimiter.size();
    note_open();
    return limit_;
}

}  // namespace migrator::script
