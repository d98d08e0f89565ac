#include "script/statement_body.hpp"

#include "core/ascii.hpp"

namespace migrator::script {

void StatementBody::see(const Token& token, std::string_view text, unsigned parentheses) {
    const bool outside_parentheses = parentheses == 0;
    if (token.kind == TokenKind::Word && outside_parentheses) {
        see_word(text);
    } else {
        behind_begin_ = false;
        if (at_start_ || head_ == Head::Create) head_ = Head::Plain;
        at_start_ = false;
    }
    behind_semicolon_ = token.kind == TokenKind::Semicolon && outside_parentheses;
    if (behind_semicolon_ && routine_level_ > 0) {
        at_start_ = true;
        head_ = Head::Start;
    }
}

void StatementBody::see_word(std::string_view word) {
    if (at_start_ && routine_level_ > 0 && equal_ignoring_case(word, "end")) {
        --routine_level_;
        at_start_ = false;
        head_ = Head::Plain;
        return;
    }
    if (behind_begin_ && head_ == Head::Routine && equal_ignoring_case(word, "atomic")) {
        ++routine_level_;
        behind_begin_ = false;
        at_start_ = true;
        head_ = Head::Start;
        return;
    }
    if (head_ == Head::Trigger && behind_semicolon_ && equal_ignoring_case(word, "end")) {
        trigger_ended_ = true;
    }
    behind_begin_ = equal_ignoring_case(word, "begin");
    head_ = next_head(word);
    at_start_ = false;
}

StatementBody::Head StatementBody::next_head(std::string_view word) const {
    const auto is = [&](std::string_view lower) { return equal_ignoring_case(word, lower); };
    switch (head_) {
        case Head::Start:
            if (is("create")) return Head::Create;
            // SQLite explains a CREATE TRIGGER, too: its body must not fall apart.
            if (lexis_->trigger_bodies && (is("explain") || is("query") || is("plan")))
                return head_;
            return Head::Plain;
        case Head::Create:
            if (lexis_->begin_atomic_bodies) {
                if (is("or") || is("replace")) return Head::Create;
                if (is("function") || is("procedure")) return Head::Routine;
            }
            if (lexis_->trigger_bodies) {
                if (is("temp") || is("temporary")) return Head::Create;
                if (is("trigger")) return Head::Trigger;
            }
            return Head::Plain;
        default:
            return head_;
    }
}

}  // namespace migrator::script
