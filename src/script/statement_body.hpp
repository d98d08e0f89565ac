#pragma once

#include <cstdint>
#include <string_view>

#include "script/lexer.hpp"
#include "script/lexis.hpp"

namespace migrator::script {

/// Follows one statement token by token, to know whether a ';' belongs to a body inside of it:
/// `create function … begin atomic …; end` or `create trigger … begin …; end`.
///
/// In both grammars each statement of a body ends in ';', and none of them begins with END. So
/// the END of the body is the one right behind a ';' (or behind ATOMIC), and there is no need to
/// tell it from the END of a CASE, from a column label or from a column of that name.
class StatementBody {
public:
    explicit StatementBody(const Lexis& lexis) : lexis_(&lexis) {}

    /// The next token of the statement; its text; how many parentheses are open around it.
    void see(const Token& token, std::string_view text, unsigned parentheses);

    /// False from the moment on when it is clear that the statement can't have a body.
    bool possible() const { return head_ != Head::Plain || routine_level_ > 0; }
    /// A ';' now does not end the statement.
    bool open() const { return routine_level_ > 0 || (head_ == Head::Trigger && !trigger_ended_); }

private:
    enum class Head : std::uint8_t { Start, Create, Routine, Trigger, Plain };

    void see_word(std::string_view word);
    Head next_head(std::string_view word) const;

    const Lexis* lexis_;
    Head head_ = Head::Start;        ///< of the innermost statement
    unsigned routine_level_ = 0;     ///< BEGIN ATOMIC that are open
    bool at_start_ = true;           ///< nothing of the innermost statement was seen yet
    bool behind_begin_ = false;      ///< the token before was BEGIN
    bool behind_semicolon_ = false;  ///< the token before was ';'
    bool trigger_ended_ = false;
};

}  // namespace migrator::script
