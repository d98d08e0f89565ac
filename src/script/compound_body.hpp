#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "script/lexer.hpp"

namespace migrator::script {

/// Follows one statement of the MySQL family token by token, to know whether a ';' belongs to the
/// blocks of a stored program: `create procedure … begin …; if …; end if; end`, or a block that
/// stands alone (`begin not atomic …`).
///
/// END ends a block of statements only behind a ';' (or right behind its beginning), and the END of
/// a CASE that is an expression, or of UNTIL, only where no operand is expected: so columns called
/// `end` do no harm. A block begins only where a statement may, so neither do columns called
/// `begin`, nor the functions IF() and REPEAT(). Nothing in parentheses counts. Packages are not
/// followed.
class CompoundBody {
public:
    /// The next token of the statement, and its text.
    void see(const Token& token, std::string_view text);

    /// False from the moment on when it is clear that the statement has no body.
    bool possible() const { return head_ != Head::Plain; }
    /// A ';' now does not end the statement.
    bool open() const { return head_ == Head::Program && !blocks_.empty(); }
    /// The statement makes or is a stored program.
    bool is_program() const { return head_ == Head::Program; }

private:
    enum class Head : std::uint8_t {
        Start,
        Begin,    ///< BEGIN: of a transaction, or a block when NOT follows
        Create,   ///< CREATE or ALTER, and what may stand before the kind of object
        Program,  ///< a procedure, function, trigger, event or package; or a block
        Plain,
    };
    enum class Block : std::uint8_t {
        Statements,
        Until,  ///< the condition at the end of a REPEAT
        CaseExpression,
    };

    void see_head(const Token& token, std::string_view word);
    void see_body(const Token& token, std::string_view text);
    void see_word(std::string_view word);
    void see_separator();
    bool ends_block(std::string_view word, bool behind_separator);
    bool begins_block(std::string_view word);
    bool may_go_on_in_head(std::string_view word);

    Head head_ = Head::Start;
    std::vector<Block> blocks_;     ///< that are open, the innermost last
    bool at_statement_ = false;     ///< a statement of the body may begin here
    bool behind_separator_ = true;  ///< of a block's statements: ';', or the block's beginning
    bool behind_end_ = false;       ///< the word before was END: IF, CASE, LOOP … may follow
    bool behind_dot_ = false;
    bool expects_operand_ = false;   ///< behind an operator, or a word such as THEN
    std::string_view before_;        ///< the word right before; empty: something else
    bool has_parameters_ = false;    ///< a procedure or function: its body is behind them
    bool behind_character_ = false;  ///< CHARACTER: a SET there begins no statement
    bool in_handler_ = false;        ///< DECLARE … HANDLER: its statement is to come
    bool has_plain_body_ = false;    ///< the program is one statement that is no block
    unsigned parentheses_ = 0;       ///< that are open
    std::uint8_t definer_ = 0;       ///< tokens of DEFINER = user@host that may follow
};

}  // namespace migrator::script
