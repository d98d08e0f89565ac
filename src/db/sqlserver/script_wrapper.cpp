#include "db/sqlserver/script_wrapper.hpp"

#include "core/ascii.hpp"
#include "db/sqlserver/keywords.hpp"

namespace migrator::db::sqlserver {

void ScriptWrapper::see(const TsqlToken& token, bool in_body) {
    const std::string_view word =
        token.keyword ? text_.substr(token.begin, token.end - token.begin) : std::string_view();
    see_opening(token, word);
    see_closing(token, word, in_body);
}

void ScriptWrapper::see_opening(const TsqlToken& token, std::string_view word) {
    const bool is_semicolon = token.kind == script::TokenKind::Semicolon;
    switch (state_) {
        case Opening::Unseen:
            if (is_semicolon) return;
            state_ = is_one_of_ignoring_case(word, {"begin"}) ? Opening::Begin : Opening::None;
            opening_.begin = token.begin;
            return;
        case Opening::Begin:
            state_ = is_one_of_ignoring_case(word, {"tran", "transaction"})
                         ? Opening::BeginTransaction
                         : Opening::None;
            opening_.end = token.end;
            return;
        case Opening::BeginTransaction: {
            // In the same line it could be a name.
            const auto between = text_.substr(opening_.end, token.begin - opening_.end);
            const bool ends = is_semicolon || between.find('\n') != std::string_view::npos;
            if (is_semicolon) opening_.end = token.end;
            state_ = ends ? Opening::Found : Opening::None;
            return;
        }
        default:
            return;
    }
}

void ScriptWrapper::see_closing(const TsqlToken& token, std::string_view word, bool in_body) {
    if (is_one_of_ignoring_case(word, {"commit"}) && !in_body) {
        closing_ = script::Range{token.begin, token.end};
        behind_commit_ = true;
        return;
    }
    const bool belongs =
        token.kind == script::TokenKind::Semicolon ||
        (behind_commit_ && is_one_of_ignoring_case(word, {"tran", "transaction", "work"}));
    behind_commit_ = false;
    if (!belongs) closing_.reset();
    if (closing_) closing_->end = token.end;
}

std::optional<std::pair<script::Range, script::Range>> ScriptWrapper::found() const {
    if (state_ != Opening::Found || !closing_) return std::nullopt;
    return std::pair{opening_, *closing_};
}

}  // namespace migrator::db::sqlserver
