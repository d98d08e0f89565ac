#include "db/sql/compound_body.hpp"

#include <algorithm>
#include <array>

#include "db/sql/characters.hpp"

namespace migrator::db::sql {
namespace {

template <std::size_t Count>
bool is_one_of(std::string_view word, const std::array<std::string_view, Count>& words) {
    return std::ranges::any_of(words, [&](std::string_view lower) {
        return equals_lower(word, lower);
    });
}

constexpr std::array<std::string_view, 5> kPrograms = {
    "procedure", "function", "trigger", "event", "package"};
/// What may stand between CREATE and the kind of object.
constexpr std::array<std::string_view, 8> kBeforeKind = {
    "or", "replace", "aggregate", "definer", "current_user", "current_role", "sql", "security"};
/// Behind these words a statement of a body begins.
constexpr std::array<std::string_view, 6> kBeforeStatement = {
    "then", "else", "do", "loop", "repeat", "row"};
constexpr std::array<std::string_view, 4> kLoops = {"loop", "while", "repeat", "for"};

}  // namespace

void CompoundBody::see(const Token& token, std::string_view text) {
    if (token.kind == TokenKind::VersionComment) return;  // `/*!50003 CREATE*/ /*!50020 DEFINER=…`
    if (head_ == Head::Program) {
        if (token.kind == TokenKind::Word && !behind_dot_) {
            see_word(text);
        } else {
            behind_end_ = false;
            behind_separator_ = token.kind == TokenKind::Semicolon;
            // A label (`again: loop`), the parameters of a procedure.
            at_statement_ = behind_separator_ || text == ":" ||
                            (token.kind == TokenKind::Close && blocks_.empty());
        }
        behind_dot_ = token.kind == TokenKind::Dot;
        return;
    }
    if (head_ != Head::Plain) see_head(token, text);
}

void CompoundBody::see_head(const Token& token, std::string_view word) {
    if (head_ == Head::Create && definer_ > 0 && token.kind != TokenKind::Word) {
        --definer_;  // = 'user' @ 'host', and the parentheses of CURRENT_USER()
        return;
    }
    if (token.kind != TokenKind::Word) {
        head_ = Head::Plain;
        return;
    }
    if (head_ == Head::Begin) {
        head_ = equals_lower(word, "not") ? Head::Program : Head::Plain;
        if (head_ == Head::Program) blocks_.push_back(Block::Statements);
        return;
    }
    if (head_ == Head::Start) {
        at_statement_ = true;
        if (equals_lower(word, "begin")) {
            head_ = Head::Begin;
        } else if (equals_lower(word, "create") || equals_lower(word, "alter")) {
            head_ = Head::Create;
        } else if (begins_block(word)) {
            head_ = Head::Program;
            see_word(word);
        } else {
            head_ = Head::Plain;
        }
        return;
    }
    if (is_one_of(word, kPrograms)) {
        head_ = Head::Program;
        at_statement_ = false;
        behind_separator_ = false;
    } else if (equals_lower(word, "definer")) {
        definer_ = 6;
    } else if (definer_ > 0) {
        --definer_;
    } else if (!is_one_of(word, kBeforeKind)) {
        head_ = Head::Plain;
    }
}

bool CompoundBody::begins_block(std::string_view word) const {
    return at_statement_ && (equals_lower(word, "if") || is_one_of(word, kLoops));
}

void CompoundBody::see_word(std::string_view word) {
    const bool behind_end = behind_end_;
    const bool behind_separator = behind_separator_;
    behind_end_ = false;
    behind_separator_ = false;
    const bool ends_case = !blocks_.empty() && blocks_.back() == Block::Case;
    if (equals_lower(word, "end") && !blocks_.empty() && (behind_separator || ends_case)) {
        blocks_.pop_back();
        behind_end_ = true;
        at_statement_ = false;
        return;
    }
    if (behind_end &&
        (equals_lower(word, "if") || equals_lower(word, "case") || is_one_of(word, kLoops))) {
        at_statement_ = false;  // END IF
        return;
    }
    if (equals_lower(word, "begin")) {
        blocks_.push_back(Block::Statements);
        at_statement_ = true;
        behind_separator_ = true;
        return;
    }
    if (equals_lower(word, "case")) {
        blocks_.push_back(Block::Case);
        at_statement_ = false;
        return;
    }
    if (begins_block(word)) blocks_.push_back(Block::Statements);
    at_statement_ = is_one_of(word, kBeforeStatement);
    behind_separator_ = at_statement_;  // an empty block
}

}  // namespace migrator::db::sql
