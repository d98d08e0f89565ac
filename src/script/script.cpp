#include "script/script.hpp"

#include <algorithm>

#include "core/utf8.hpp"

namespace migrator::script {
namespace {

constexpr std::string_view kEllipsis = "…";

}  // namespace

Reading Script::reading_behind(std::size_t count) const {
    Reading reading;
    for (const ReadingFrom& one : readings) {
        if (one.statements <= count) reading = one.reading;
    }
    return reading;
}

std::uint32_t line_of(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    return 1 + static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
}

std::string excerpt(std::string_view text, const Statement& statement, std::size_t length) {
    const std::size_t begin = std::min<std::size_t>(statement.begin, text.size());
    const std::string_view whole =
        text.substr(begin, std::max(statement.end, statement.begin) - begin);
    std::string line;
    bool blank = false;
    std::size_t at = 0;
    // Twice the length in bytes of the longest character is more than can be shown.
    for (; at < whole.size() && line.size() <= 8 * length; ++at) {
        const char c = whole[at];
        // Behind the first quote are values, and a value may be a password.
        if (c == '\'' || c == '$') break;
        if (static_cast<unsigned char>(c) <= ' ' || c == '\x7F') {
            blank = true;
            continue;
        }
        if (blank) line += ' ';
        blank = false;
        line += c;
    }
    const bool cut_at_quote = at < whole.size() && (whole[at] == '\'' || whole[at] == '$');
    if (cut_at_quote && blank) line += ' ';
    line = to_valid_utf8(line);
    const std::size_t longest = utf8_offset(line, length);
    const bool cut = longest < line.size() || at < whole.size();
    line.resize(longest);
    return cut ? line + std::string(kEllipsis) : line;
}

std::string replace_placeholder(
    std::string_view contents, std::string_view placeholder, std::string_view schema
) {
    std::size_t found = placeholder.empty() ? std::string_view::npos : contents.find(placeholder);
    if (found == std::string_view::npos) return std::string(contents);
    std::string replaced;
    replaced.reserve(contents.size() + 16 * schema.size());
    std::size_t copied = 0;
    for (; found != std::string_view::npos; found = contents.find(placeholder, copied)) {
        replaced.append(contents, copied, found - copied);
        replaced += schema;
        copied = found + placeholder.size();
    }
    replaced.append(contents, copied);
    return replaced;
}

}  // namespace migrator::script
