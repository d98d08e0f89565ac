#include "script/compound_body.hpp"

#include <array>

#include "core/ascii.hpp"

namespace migrator::script {
namespace {

constexpr std::array<std::string_view, 5> kPrograms = {
    "procedure", "function", "trigger", "event", "package"};
/// What may stand between CREATE and the kind of object.
constexpr std::array<std::string_view, 8> kBeforeKind = {
    "or", "replace", "aggregate", "definer", "current_user", "current_role", "sql", "security"};
/// Behind these words a statement of a body begins.
constexpr std::array<std::string_view, 5> kBeforeStatement = {
    "then", "else", "do", "loop", "repeat"};
constexpr std::array<std::string_view, 3> kBeforeHandler = {"continue", "exit", "undo"};
/// Between HANDLER and its statement, before words of the same condition.
constexpr std::array<std::string_view, 4> kInCondition = {"for", "handler", "not", "sqlstate"};
/// Behind these words of an expression an operand follows: END there is the name of something.
constexpr std::array<std::string_view, 24> kBeforeOperand = {
    "all",      "and", "as",     "between", "binary", "by",       "case", "collate",
    "distinct", "div", "else",   "from",    "in",     "interval", "like", "mod",
    "not",      "or",  "regexp", "rlike",   "then",   "until",    "when", "xor",
};
constexpr std::array<std::string_view, 3> kBlocks = {"begin", "case", "if"};
constexpr std::array<std::string_view, 4> kLoops = {"loop", "while", "repeat", "for"};
/// Behind the parameters of a procedure stand words about it, types too, and then its body. These
/// begin a body that is no block.
constexpr std::array<std::string_view, 24> kPlainBodies = {
    "return",  "set",     "select", "insert",  "update", "delete", "replace", "call",
    "with",    "signal",  "do",     "create",  "alter",  "drop",   "rename",  "truncate",
    "execute", "prepare", "values", "analyze", "show",   "grant",  "revoke",  "load",
};

/// Whether what follows the token is an operand.
bool leads_to_operand(const Token& token, std::string_view text) {
    if (token.kind == TokenKind::Word) return is_one_of_ignoring_case(text, kBeforeOperand);
    return token.kind == TokenKind::Other;
}

}  // namespace

void CompoundBody::see(const Token& token, std::string_view text) {
    if (token.kind == TokenKind::VersionComment) return;  // `/*!50003 CREATE*/ /*!50020 DEFINER=…`
    if (head_ == Head::Program) {
        see_body(token, text);
    } else if (head_ != Head::Plain) {
        see_head(token, text);
    }
}

void CompoundBody::see_separator() {
    parentheses_ = 0;
    in_handler_ = false;
    // No expression goes on behind it.
    while (!blocks_.empty() && blocks_.back() == Block::CaseExpression) blocks_.pop_back();
    if (!blocks_.empty() && blocks_.back() == Block::Until) blocks_.back() = Block::Statements;
}

void CompoundBody::see_body(const Token& token, std::string_view text) {
    if (token.kind == TokenKind::Open) ++parentheses_;
    if (token.kind == TokenKind::Close && parentheses_ > 0) --parentheses_;
    if (token.kind == TokenKind::Semicolon) see_separator();
    const bool is_word = token.kind == TokenKind::Word && !behind_dot_;
    if (is_word && parentheses_ == 0) {
        see_word(text);
    } else if (parentheses_ == 0) {
        const bool in_head = blocks_.empty() && !has_plain_body_;
        behind_end_ = false;
        behind_separator_ = token.kind == TokenKind::Semicolon;
        // A label (`again: loop`), the parameters of a procedure, COMMENT 'text' behind them.
        at_statement_ =
            behind_separator_ || text == ":" ||
            (in_head && (at_statement_ || (has_parameters_ && token.kind == TokenKind::Close)));
    }
    expects_operand_ = leads_to_operand(token, text) && !behind_dot_;
    before_ = is_word ? text : std::string_view();
    behind_dot_ = token.kind == TokenKind::Dot;
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
        head_ = equal_ignoring_case(word, "not") ? Head::Program : Head::Plain;
        if (head_ == Head::Program) blocks_.push_back(Block::Statements);
        before_ = word;
        return;
    }
    if (head_ == Head::Start) {
        at_statement_ = true;
        if (equal_ignoring_case(word, "begin")) {
            head_ = Head::Begin;
        } else if (equal_ignoring_case(word, "create") || equal_ignoring_case(word, "alter")) {
            head_ = Head::Create;
        } else if (equal_ignoring_case(word, "case") || begins_block(word)) {
            head_ = Head::Program;
            see_word(word);
        } else {
            head_ = Head::Plain;
        }
        return;
    }
    if (is_one_of_ignoring_case(word, kPrograms)) {
        head_ = Head::Program;
        has_parameters_ =
            equal_ignoring_case(word, "procedure") || equal_ignoring_case(word, "function");
        at_statement_ = false;
        behind_separator_ = false;
    } else if (equal_ignoring_case(word, "definer")) {
        definer_ = 6;
    } else if (definer_ > 0) {
        --definer_;
    } else if (!is_one_of_ignoring_case(word, kBeforeKind)) {
        head_ = Head::Plain;
    }
}

bool CompoundBody::begins_block(std::string_view word) {
    return at_statement_ &&
           (is_one_of_ignoring_case(word, kBlocks) || is_one_of_ignoring_case(word, kLoops));
}

bool CompoundBody::ends_block(std::string_view word, bool behind_separator) {
    if (blocks_.empty() || !equal_ignoring_case(word, "end")) return false;
    const Block block = blocks_.back();
    if (block == Block::Statements ? !behind_separator : expects_operand_) return false;
    blocks_.pop_back();
    behind_end_ = block != Block::CaseExpression;
    return true;
}

/// Between the parameters and the body: the body is still to come behind this word.
bool CompoundBody::may_go_on_in_head(std::string_view word) {
    if (!blocks_.empty() || !at_statement_) return false;
    if (is_one_of_ignoring_case(word, kPlainBodies) && !behind_character_) has_plain_body_ = true;
    behind_character_ = equal_ignoring_case(word, "character");
    return !has_plain_body_;
}

void CompoundBody::see_word(std::string_view word) {
    const bool behind_end = behind_end_;
    behind_end_ = false;
    // Behind the conditions of a handler, and the commas between them, is its statement.
    if (in_handler_ && !expects_operand_ && !is_one_of_ignoring_case(before_, kInCondition)) {
        in_handler_ = false;
        at_statement_ = true;
    }
    const bool is_end = ends_block(word, behind_separator_);
    behind_separator_ = false;
    const bool is_case = equal_ignoring_case(word, "case");
    if (is_end || (behind_end && (equal_ignoring_case(word, "if") || is_case ||
                                  is_one_of_ignoring_case(word, kLoops)))) {
        at_statement_ = false;  // END, END IF
        return;
    }
    const bool in_expression = !blocks_.empty() && blocks_.back() != Block::Statements;
    const bool begins = begins_block(word);
    if (begins) {
        blocks_.push_back(Block::Statements);
    } else if (is_case) {
        blocks_.push_back(Block::CaseExpression);
    } else if (equal_ignoring_case(word, "handler")) {
        in_handler_ = is_one_of_ignoring_case(before_, kBeforeHandler);
    } else if (equal_ignoring_case(word, "until") && at_statement_ && !blocks_.empty()) {
        blocks_.back() = Block::Until;
    }
    const bool is_begin = begins && equal_ignoring_case(word, "begin");
    const bool is_statement =
        at_statement_ && equal_ignoring_case(word, "do");  // not that of a WHILE
    const bool leads_to_statement =
        is_one_of_ignoring_case(word, kBeforeStatement) ||
        (blocks_.empty() && equal_ignoring_case(word, "row")) ||  // FOR EACH ROW
        (equal_ignoring_case(word, "atomic") && equal_ignoring_case(before_, "not"));
    at_statement_ = (!in_expression && !is_statement && leads_to_statement) || is_begin ||
                    may_go_on_in_head(word);
    behind_separator_ = at_statement_;  // an empty block
}

}  // namespace migrator::script
