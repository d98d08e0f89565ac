#include "db/sqlserver/batches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/ascii.hpp"
#include "script/characters.hpp"
#include "script/script.hpp"

namespace migrator::db::sqlserver {
namespace {

using script::is_space;
using script::TokenKind;

/// A line with GO on it.
struct GoLine {
    std::size_t begin = 0;  ///< of the line
    std::size_t next = 0;   ///< where the next line begins
    std::uint32_t count = 1;
    std::string problem;
};

/// What stands behind GO: nothing, a count, a comment. Anything else: no GO line at all.
bool read_rest(std::string_view rest, GoLine& line) {
    rest = trimmed(rest.substr(0, rest.find("--")));
    if (rest.empty()) return true;
    if (rest == ";") {
        line.problem = "GO is not a statement; remove the ';' after it";
        return true;
    }
    if (!std::ranges::all_of(rest, script::is_digit)) return false;
    const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), line.count);
    if (parsed.ec != std::errc{} || line.count == 0 || line.count > kMostRepetitions) {
        line.problem = fmt::format("the count of GO must be from 1 to {}", kMostRepetitions);
        line.count = 1;
    }
    return true;
}

std::optional<GoLine> go_line(std::string_view text, const TsqlToken& token) {
    const std::string_view word = text.substr(token.begin, token.end - token.begin);
    if (token.kind != TokenKind::Word || !equal_ignoring_case(word, "go")) return std::nullopt;
    const std::size_t newline = text.substr(0, token.begin).rfind('\n');
    GoLine line;
    line.begin = newline == std::string_view::npos ? 0 : newline + 1;
    const std::string_view before = text.substr(line.begin, token.begin - line.begin);
    if (!std::ranges::all_of(before, is_space)) return std::nullopt;
    const std::size_t end = std::min(text.find('\n', token.end), text.size());
    line.next = std::min(end + 1, text.size());
    if (!read_rest(text.substr(token.end, end - token.end), line)) return std::nullopt;
    return line;
}

class Splitter {
public:
    explicit Splitter(std::string_view text) : text_(text), tokens_(text) {}

    Batches split(const std::function<void(const TsqlToken&, std::size_t)>& see) {
        for (TsqlToken token = tokens_.next(); token.kind != TokenKind::End;
             token = tokens_.next()) {
            if (const auto line = go_line(text_, token)) {
                say_problem(line->problem, token.begin);
                end_batch(line->begin, line->count);
                begin_ = line->next;
                tokens_.seek(line->next);
                continue;
            }
            blank_ = false;
            last_token_ = token.begin;
            if (see) see(token, number_);
        }
        if (tokens_.unterminated()) {
            say_problem("unterminated quote or comment in or after this line", last_token_);
        }
        end_batch(text_.size(), 1);
        return std::move(result_);
    }

private:
    void end_batch(std::size_t end, std::uint32_t count) {
        line_ += newlines(counted_, begin_);
        counted_ = begin_;
        if (!blank_) result_.batches.push_back({begin_, end, line_, count});
        blank_ = true;
        ++number_;
    }
    std::uint32_t newlines(std::size_t from, std::size_t to) const {
        return static_cast<std::uint32_t>(std::ranges::count(text_.substr(from, to - from), '\n'));
    }
    void say_problem(const std::string& problem, std::size_t offset) {
        if (problem.empty() || !result_.problem.empty()) return;
        result_.problem = fmt::format("line {}: {}", script::line_of(text_, offset), problem);
    }

    std::string_view text_;
    Tokens tokens_;
    Batches result_;
    std::size_t begin_ = 0;  ///< of the batch in work
    bool blank_ = true;      ///< no token in it yet
    std::size_t number_ = 0;
    std::size_t last_token_ = 0;
    std::size_t counted_ = 0;  ///< newlines before this offset are in `line_`
    std::uint32_t line_ = 1;
};

}  // namespace

Batches split_batches(
    std::string_view text, const std::function<void(const TsqlToken&, std::size_t)>& see
) {
    return Splitter(text).split(see);
}

}  // namespace migrator::db::sqlserver
