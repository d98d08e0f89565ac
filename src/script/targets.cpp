#include "script/targets.hpp"

#include <optional>
#include <span>
#include <vector>

#include "core/ascii.hpp"
#include "script/code_traits.hpp"
#include "script/lexer.hpp"

namespace migrator::script {
namespace {

/// A word or quoted name of a statement, and whether a dot and another one follow.
struct Part {
    std::string_view text;
    bool is_word = false;
    bool is_qualified = false;
};
using Parts = std::span<const Part>;

/// Where `^` of `pattern` falls among `parts`; nothing when the pattern does not match.
std::optional<std::size_t> match(std::string_view pattern, Parts parts, std::size_t at = 0) {
    while (!pattern.empty()) {
        const std::size_t length = pattern.find(' ');
        const std::string_view wanted = pattern.substr(0, length);
        pattern.remove_prefix(length == std::string_view::npos ? pattern.size() : length + 1);
        if (wanted == "*") {
            for (; at < parts.size(); ++at) {
                if (const auto found = match(pattern, parts, at)) return found;
            }
            return std::nullopt;
        }
        if (at >= parts.size()) return std::nullopt;
        if (wanted == "^") return at;
        const bool is_same = parts[at].is_word && equal_ignoring_case(parts[at].text, wanted);
        if (wanted != "?" && !is_same) return std::nullopt;
        ++at;
    }
    return std::nullopt;
}

/// Of one statement. The longest pattern wins: `create table if not exists ^`.
std::string_view target_of(Parts parts, const Lexis& lexis) {
    std::string_view best;
    const Part* target = nullptr;
    for (const std::string_view pattern : lexis.targets) {
        if (pattern.size() <= best.size()) continue;
        const auto found = match(pattern, parts);
        if (!found) continue;
        best = pattern;
        target = &parts[*found];
    }
    return target == nullptr || target->is_qualified ? std::string_view() : target->text;
}

/// The first target without a schema in a text, statement by statement.
class Targets {
public:
    explicit Targets(const Lexis& lexis) : lexis_(lexis) {}

    std::string_view find(std::string_view text, bool is_code) {
        parts_.clear();
        Lexer lexer(text, lexis_);
        std::string_view found;
        for (Token token = lexer.next(); token.kind != TokenKind::End && found.empty();
             token = lexer.next()) {
            const std::string_view part = text.substr(token.begin, token.end - token.begin);
            const bool is_name =
                token.kind == TokenKind::Word || token.kind == TokenKind::QuotedName;
            if (token.kind == TokenKind::Dot && !parts_.empty()) parts_.back().is_qualified = true;
            if (is_name) parts_.push_back({part, token.kind == TokenKind::Word, false});
            const bool ends = token.kind == TokenKind::Semicolon ||
                              (is_code && token.kind == TokenKind::Word && begins_block(part));
            if (!ends) continue;
            found = target_of(parts_, lexis_);
            parts_.clear();
        }
        return found.empty() ? target_of(parts_, lexis_) : found;
    }

private:
    const Lexis& lexis_;
    std::vector<Part> parts_;
};

/// The body of a block: what stands in its first quotes.
std::string_view body_of(std::string_view block, const Lexis& lexis) {
    Lexer lexer(block, lexis);
    for (Token token = lexer.next(); token.kind != TokenKind::End; token = lexer.next()) {
        if (token.kind != TokenKind::String) continue;
        return inside_quotes(block.substr(token.begin, token.end - token.begin));
    }
    return {};
}

}  // namespace

std::string_view unqualified_target(std::string_view statement, const Lexis& lexis) {
    Targets targets(lexis);
    if (!starts_with_ignoring_case(statement, "do")) return targets.find(statement, false);
    return targets.find(body_of(statement, lexis), true);
}

}  // namespace migrator::script
