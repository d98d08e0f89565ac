#include "script/first_words.hpp"

#include <algorithm>

#include "core/ascii.hpp"
#include "core/utf8.hpp"

namespace migrator::script {
namespace {

bool is_of_word(char c) {
    return is_letter_or_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80U;
}

class Beginning {
public:
    explicit Beginning(std::string_view sql) : rest_(sql) {}

    /// At least `length` characters, or all; whether something was left out at the end.
    bool collect(std::size_t length) {
        // No character has more than four bytes.
        while (!rest_.empty() && line_.size() <= 4 * length + 4) {
            if (!step()) return true;
        }
        return !rest_.empty();
    }
    std::string take() { return std::move(line_); }

private:
    /// False: what follows can't be told from a literal.
    bool step() {
        const char c = rest_.front();
        if (rest_.starts_with("--") || c == '#') return skip_line();
        if (rest_.starts_with("/*")) return skip_comment();
        if (c == '\'' || c == '"') return skip_quoted(c);
        if (c == '$' && !is_in_word()) return false;
        if (is_digit(c) && !is_in_word()) return skip_number();
        rest_.remove_prefix(1);
        if (static_cast<unsigned char>(c) <= ' ' || c == '\x7F') {
            blank_ = true;
        } else {
            add(c);
        }
        return true;
    }

    void add(char c) {
        if (blank_ && !line_.empty()) line_ += ' ';
        blank_ = false;
        line_ += c;
    }
    bool is_in_word() const { return !blank_ && !line_.empty() && is_of_word(line_.back()); }

    bool skip_line() {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
        return true;
    }

    /// Some servers nest them: to take them for nested leaves out more.
    bool skip_comment() {
        std::size_t depth = 0;
        blank_ = true;
        while (!rest_.empty()) {
            const bool opens = rest_.starts_with("/*");
            const bool closes = rest_.starts_with("*/");
            rest_.remove_prefix(opens || closes ? 2 : 1);
            if (opens) ++depth;
            if (closes && --depth == 0) return true;
        }
        return true;
    }

    bool skip_quoted(char quote) {
        add('?');
        // A quote in the literal is written twice.
        do {
            rest_.remove_prefix(1);
            const std::size_t end = std::min(rest_.find(quote), rest_.size());
            // Whether a backslash hides the quote depends on the server's settings.
            if (rest_.substr(0, end).find('\\') != std::string_view::npos) return false;
            rest_.remove_prefix(std::min(end + 1, rest_.size()));
        } while (rest_.starts_with(quote));
        return true;
    }

    bool skip_number() {
        add('?');
        const auto is_number = [](char c) { return is_of_word(c) || c == '.'; };
        rest_.remove_prefix(
            static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_number) - rest_.begin())
        );
        return true;
    }

    std::string_view rest_;
    std::string line_;
    bool blank_ = false;
};

}  // namespace

std::string first_words(std::string_view sql, std::size_t length) {
    constexpr std::size_t kLookedAt = 8'192;  // of what may be a dump
    Beginning words(sql.substr(0, kLookedAt));
    const bool left_out = words.collect(length) || sql.size() > kLookedAt;
    std::string line = to_valid_utf8(words.take());
    const std::size_t end = utf8_offset(line, length);
    const bool cut = left_out || end < line.size();
    line.resize(end);
    if (cut) return line + "…";
    while (line.ends_with(';') || line.ends_with(' ')) line.pop_back();
    return line;
}

}  // namespace migrator::script
