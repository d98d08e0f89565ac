#include "script/placeholder_uses.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "core/ascii.hpp"
#include "script/characters.hpp"
#include "script/code_traits.hpp"
#include "script/lexer.hpp"

namespace migrator::script {
namespace {

/// Statements that begin so may have a body in a string.
bool holds_code(std::string_view first_word) {
    static constexpr std::array<std::string_view, 4> kWords = {"alter", "create", "do", "declare"};
    return is_one_of_ignoring_case(first_word, kWords);
}

/// Words behind which a string is run.
bool runs_text(std::string_view word) {
    static constexpr std::array<std::string_view, 6> kWords = {
        "execute", "exec", "immediate", "prepare", "sp_executesql", "dblink_exec"};
    return is_one_of_ignoring_case(word, kWords);
}

/// Words in front of a schema or an object, which tell code in a string from text for people.
bool announces_name(std::string_view word) {
    static constexpr std::array<std::string_view, 24> kWords = {
        "analyze",  "call", "database",   "delete",    "exists", "from",
        "function", "in",   "index",      "into",      "join",   "on",
        "only",     "path", "perform",    "procedure", "schema", "sequence",
        "table",    "to",   "references", "truncate",  "update", "view"};
    return is_one_of_ignoring_case(word, kWords);
}

/// Functions whose first argument is the name of an object, in a string.
bool takes_name(std::string_view word) {
    static constexpr std::array<std::string_view, 4> kWords = {
        "currval", "nextval", "setval", "regclass"};
    return is_one_of_ignoring_case(word, kWords) || starts_with_ignoring_case(word, "to_reg");
}

class Search {
public:
    Search(std::string_view text, std::string_view marker, const Lexis& lexis)
        : text_(text), marker_(marker), lexis_(lexis) {}

    void read_statement(std::size_t begin, std::size_t end) {
        if (text_.substr(begin, end - begin).find(marker_) == std::string_view::npos) return;
        sets_path_ = false;
        read(begin, end, Reading::Code, 0);
    }

    std::vector<PlaceholderUse> take() { return std::move(uses_); }

private:
    enum class Reading : std::uint8_t {
        Code,  ///< of the script itself
        Body,  ///< in a dollar quote, which nobody takes for a text
        Text,  ///< in a string, which may be for people
    };

    std::string_view text_of(const Token& token) const {
        return text_.substr(token.begin, token.end - token.begin);
    }
    bool has_marker(const Token& token) const {
        return text_of(token).find(marker_) != std::string_view::npos;
    }

    void read(std::size_t begin, std::size_t end, Reading reading, unsigned depth) {
        Lexer lexer(text_, lexis_);
        lexer.set_limit(end);
        lexer.seek(begin);
        bool is_first = true;
        bool runs = depth > 0;
        std::string_view word;        // the last one, while only a '(' stands behind it
        bool is_behind_name = false;  // a name that announces the next
        for (Token token = lexer.next(); token.kind != TokenKind::End; token = lexer.next()) {
            const std::string_view part = text_of(token);
            if (token.kind == TokenKind::String) {
                if (has_marker(token)) read_string(token, end, word, runs, depth);
            } else if ((token.kind == TokenKind::Word || token.kind == TokenKind::QuotedName) && has_marker(token)) {
                if (reading != Reading::Text || is_behind_name) add(token, depth > 0);
            }
            if (token.kind == TokenKind::Word) {
                runs = runs || runs_text(part) || (is_first && holds_code(part));
                is_behind_name = announces_name(part);
                sets_path_ = depth == 0 && (sets_path_ || equal_ignoring_case(part, "search_path"));
                word = part;
            } else {
                is_behind_name = false;
                if (token.kind != TokenKind::Open) word = {};
            }
            is_first = false;
        }
    }

    /// `word`: what stands before it, or calls a function with it; `runs`: texts here may be code.
    void read_string(
        const Token& token, std::size_t end, std::string_view word, bool runs, unsigned depth
    ) {
        const std::string_view part = text_of(token);
        if (part.front() == '$') {
            const std::size_t tag = part.find('$', 1) + 1;
            if (part.substr(0, tag).find(marker_) != std::string_view::npos) add(token, depth > 0);
            if (runs && depth < kDeepestText && part.size() >= 2 * tag) {
                read(token.begin + tag, token.end - tag, Reading::Body, depth + 1);
            }
            return;
        }
        if (part.size() < 2) return;
        const std::string_view inside = part.substr(1, part.size() - 2);
        if (inside == marker_ && !sets_path_) return;  // the name as a value
        if (inside == marker_) return add(token, true);
        if (takes_name(word) || is_cast_to_name(token.end, end)) {
            read(token.begin + 1, token.end - 1, Reading::Body, depth + 1);
        } else if (runs && depth < kDeepestText) {
            read(token.begin + 1, token.end - 1, Reading::Text, depth + 1);
        }
    }

    bool is_cast_to_name(std::size_t at, std::size_t end) const {
        const std::string_view behind = text_.substr(at, std::min<std::size_t>(end - at, 8));
        return starts_with_ignoring_case(behind, "::reg") && behind.size() >= 5;
    }

    void add(const Token& token, bool in_text) {
        // SET takes a string as it stands, as it takes a name in quotes.
        const bool quoted = token.kind == TokenKind::QuotedName || text_of(token).front() == '\'';
        const std::size_t quotes = quoted ? 2 : 0;
        count_lines(token.begin);
        uses_.push_back(
            {.line = line_,
             .quoted = quoted,
             .is_whole = text_of(token).size() == marker_.size() + quotes,
             .in_text = in_text}
        );
    }

    /// Tokens come in order.
    void count_lines(std::size_t offset) {
        const auto begin = text_.begin() + static_cast<std::ptrdiff_t>(counted_);
        const auto end = text_.begin() + static_cast<std::ptrdiff_t>(offset);
        line_ += static_cast<std::uint32_t>(std::count(begin, end, '\n'));
        counted_ = offset;
    }

    const std::string_view text_;
    const std::string_view marker_;
    const Lexis& lexis_;
    bool sets_path_ = false;  ///< the statement names `search_path`
    std::size_t counted_ = 0;
    std::uint32_t line_ = 1;
    std::vector<PlaceholderUse> uses_;
};

}  // namespace

std::vector<PlaceholderUse> placeholder_uses(
    std::string_view text, std::string_view marker, const Script& script, const Lexis& lexis
) {
    Search search(text, marker, lexis);
    std::size_t read_to = 0;
    for (const Statement& statement : script.statements) {
        // Where statements need no ';' between them, parts of one are listed behind it.
        if (statement.begin < read_to) continue;
        search.read_statement(statement.begin, statement.end);
        read_to = statement.end;
    }
    return search.take();
}

}  // namespace migrator::script
