#include "script/changes.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/ascii.hpp"
#include "script/code_traits.hpp"
#include "script/lexer.hpp"

namespace migrator::script {
namespace {

/// They may stand between a verb and its table.
constexpr std::array<std::string_view, 13> kModifiers = {
    "delayed",
    "exists",
    "from",
    "high_priority",
    "if",
    "ignore",
    "into",
    "local",
    "not",
    "only",
    "or",
    "quick",
    "table"};

/// Behind them all tables of a statement are changed.
constexpr std::array<std::string_view, 4> kChangeAll = {"alter", "drop", "rename", "truncate"};

/// A statement begins, or a query in one.
constexpr std::array<std::string_view, 10> kBegin = {
    "call",
    "create",
    "declare",
    "exec",
    "execute",
    "grant",
    "references",
    "revoke",
    "select",
    "with"};

/// What a statement of code begins with: its strings may be statements.
constexpr std::array<std::string_view, 9> kCode = {
    "begin", "call", "create", "declare", "do", "exec", "execute", "prepare", "set"};

class Changes {
public:
    Changes(const TableFamily& family, const Lexis& lexis) : family_(family), lexis_(lexis) {}

    bool find(std::string_view text, unsigned depth = 0) {
        Lexer lexer(text, lexis_);
        reset();
        bool is_code = depth > 0;
        bool is_first = true;
        bool found = false;
        for (Token token = lexer.next(); token.kind != TokenKind::End && !found;
             token = lexer.next()) {
            const std::string_view part = text.substr(token.begin, token.end - token.begin);
            if (is_first) is_code = is_code || is_one_of_ignoring_case(part, kCode);
            is_first = false;
            found = see(token, part);
            const bool is_text = token.kind == TokenKind::String && is_code && depth < kDeepestText;
            if (!found && is_text && contains_ignoring_case(part, family_.schema)) {
                Changes inner(family_, lexis_);
                found = inner.find(inside_quotes(part), depth + 1);
            }
            if (found && depth == 0) offset_ = token.begin;
        }
        if (found || !ends_name()) return found;
        if (depth == 0) offset_ = text.size();
        return true;
    }
    std::size_t offset() const { return offset_; }

private:
    enum class Mode : std::uint8_t {
        Reads,
        Target,      ///< the next name is changed
        All,         ///< each name is
        UntilSet,    ///< each name up to SET: UPDATE
        UntilWhere,  ///< each name up to WHERE or USING: DELETE
        Copy,        ///< the next name is, if FROM follows
    };

    void reset() {
        mode_ = Mode::Reads;
        creates_on_ = false;
        copies_family_ = false;
        name_ = schema_ = {};
        is_schema_named_ = false;
    }

    /// Whether the token ends a name that is changed.
    bool see(const Token& token, std::string_view part) {
        const bool is_name = token.kind == TokenKind::Word || token.kind == TokenKind::QuotedName;
        if (token.kind == TokenKind::Dot) {
            schema_ = name_;
            name_ = {};
            behind_dot_ = true;
            return false;
        }
        if (behind_dot_ && is_name) {
            name_ = unquoted(part);
            behind_dot_ = false;
            return false;
        }
        behind_dot_ = false;
        if (ends_name()) return true;
        if (token.kind == TokenKind::Semicolon) reset();
        if (!is_name) {
            if (mode_ == Mode::Target) mode_ = Mode::Reads;
            return false;
        }
        if (token.kind == TokenKind::Word && see_word(part)) return false;
        name_ = unquoted(part);
        return false;
    }

    /// The name before is complete: whether it is of the family, and changed.
    bool ends_name() {
        if (name_.empty()) return false;
        const bool is_ours = is_of_family();
        name_ = schema_ = {};
        is_schema_named_ = false;
        const Mode mode = mode_;
        if (mode == Mode::Target || mode == Mode::Copy) mode_ = Mode::Reads;
        if (mode == Mode::Copy) copies_family_ = is_ours;
        return is_ours && mode != Mode::Reads && mode != Mode::Copy;
    }

    bool is_of_family() const {
        if (schema_.empty()) {
            return is_one_of_ignoring_case(name_, family_.names) ||
                   (is_schema_named_ && equal_ignoring_case(name_, family_.schema));
        }
        return equal_ignoring_case(schema_, family_.schema) &&
               starts_with_ignoring_case(name_, family_.prefix);
    }

    /// Whether it is no name.
    bool see_word(std::string_view word) {
        const auto is = [&](std::string_view lower) { return equal_ignoring_case(word, lower); };
        const std::string_view before = std::exchange(word_, word);
        const bool is_on = is("on") || (is("to") && creates_on_);
        if (is_on && creates_on_) {
            creates_on_ = false;
            return turn(Mode::Target);
        }
        if (is("from") && copies_family_) {
            mode_ = Mode::All;
            name_ = family_.names.front();  // what COPY has named
            return true;
        }
        if (is_one_of_ignoring_case(word, kModifiers))
            return is("into") ? turn(Mode::Target) : true;
        if (is("insert") || is("replace") || is("merge")) return turn(Mode::Target);
        const bool is_action =
            equal_ignoring_case(before, "on") || equal_ignoring_case(before, "for");
        if (is("update")) return turn(is_action ? Mode::Reads : Mode::UntilSet);
        if (is("delete")) return turn(is_action ? Mode::Reads : Mode::UntilWhere);
        if (is("copy")) return turn(Mode::Copy);
        if (is_one_of_ignoring_case(word, kChangeAll)) return turn(Mode::All);
        if (is("schema") || is("database")) {
            is_schema_named_ = is_one_of_ignoring_case(before, kChangeAll);
            return true;
        }
        if (is("index") || is("trigger") || is("policy") || is("rule")) {
            creates_on_ = creates_on_ || creates_;
        }
        const bool ends_update = mode_ == Mode::UntilSet && is("set");
        const bool ends_delete = mode_ == Mode::UntilWhere && (is("where") || is("using"));
        const bool begins = is_one_of_ignoring_case(word, kBegin);
        if (begins) creates_ = is("create");
        return (ends_update || ends_delete || begins) && turn(Mode::Reads);
    }

    bool turn(Mode mode) {
        mode_ = mode;
        is_schema_named_ = false;
        return true;
    }

    static bool contains_ignoring_case(std::string_view text, std::string_view part) {
        const auto is_same = [](char a, char b) { return to_lower(a) == to_lower(b); };
        return std::search(text.begin(), text.end(), part.begin(), part.end(), is_same) !=
               text.end();
    }
    static std::string_view unquoted(std::string_view name) {
        const bool is_quoted = name.size() > 2 && !is_letter_or_digit(name.back()) &&
                               name.back() != '_' && name.back() != '$';
        return is_quoted ? name.substr(1, name.size() - 2) : name;
    }

    const TableFamily& family_;
    const Lexis& lexis_;
    Mode mode_ = Mode::Reads;
    bool creates_ = false;
    bool creates_on_ = false;
    bool copies_family_ = false;
    bool is_schema_named_ = false;
    bool behind_dot_ = false;
    std::string_view name_;
    std::string_view schema_;
    std::string_view word_;
    std::size_t offset_ = 0;
};

}  // namespace

std::optional<std::size_t> change_of(
    std::string_view text, const TableFamily& family, const Lexis& lexis
) {
    Changes changes(family, lexis);
    if (!changes.find(text)) return std::nullopt;
    return changes.offset();
}

}  // namespace migrator::script
