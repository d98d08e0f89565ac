#include <algorithm>
#include <optional>
#include <string>

#include "core/utf8.hpp"
#include "script/copy_data.hpp"
#include "script/part.hpp"
#include "script/script.hpp"
#include "script/text.hpp"

namespace migrator::script {
namespace {

constexpr std::size_t kWindow = 262'144;

/// Whether statements are found alike when the text ends somewhere behind them, and when it begins
/// in front of them: nothing but settings is carried on from one to the next.
bool reads_parts_alike(const Lexis& lexis) {
    return !lexis.mysql_commands && !lexis.executable_comments && !lexis.compound_bodies &&
           !lexis.dashes_need_blank && !lexis.open_comment_is_fine && !lexis.backslash_strings;
}

std::uint32_t lines_in(std::string_view text) {
    return static_cast<std::uint32_t>(std::ranges::count(text, '\n'));
}

/// Scans a text by windows. Each one begins where the statements that the one before has found end,
/// and is doubled when no statement ends in it.
class PieceScanner {
public:
    PieceScanner(const Text& text, const Lexis& lexis, bool setting, std::size_t window)
        : text_(text), lexis_(lexis), initial_(setting), smallest_(window), window_(window) {
        script_.standard_conforming_strings = setting;
    }

    /// Nothing when only a look at the whole text can tell.
    std::optional<Script> scan() {
        while (at_ < text_.size()) {
            take_window();
            Part part = scan_part(
                piece_,
                lexis_,
                {.reading = reading(script_.standard_conforming_strings),
                 .initial = reading(initial_),
                 .text_goes_on = goes_on()}
            );
            if (!part.script.sure || !part.script.problem.empty()) return std::nullopt;
            // Without a statement in it, the first comment of the script may be in the next one.
            const bool tells = !part.script.statements.empty() || !script_.statements.empty();
            if (goes_on() && (part.behind == 0 || !tells)) {
                window_ *= 2;
                continue;
            }
            add(part);
            pass(part.behind, lines_in(std::string_view(piece_).substr(0, part.behind)));
            if (part.open_copy &&
                !pass_data(
                    script_.statements.size() - part.script.statements.size() + *part.open_copy
                )) {
                return std::nullopt;
            }
        }
        conclude(script_);
        if (!script_.sure) return std::nullopt;
        return std::move(script_);
    }

private:
    static Reading reading(bool standard_conforming_strings) {
        return {.standard_conforming_strings = standard_conforming_strings};
    }
    void take_window() {
        const std::size_t size = std::min(text_.size() - at_, window_);
        piece_.clear();
        piece_.reserve(size);
        text_.append_piece(piece_, at_, at_ + size);
    }
    bool goes_on() const { return at_ + piece_.size() < text_.size(); }

    /// The first `size` bytes of the window are done, in which so many lines end.
    void pass(std::size_t size, std::uint32_t lines) {
        lines_ += lines;
        at_ += size;
        window_ = smallest_;
    }

    void add(const Part& part) {
        const Script& found = part.script;
        const auto base = static_cast<std::uint32_t>(at_);
        if (script_.statements.empty()) script_.no_transaction_marker = found.no_transaction_marker;
        for (Statement statement : found.statements) {
            statement.begin += base;
            statement.end += base;
            statement.behind += base;
            statement.line += lines_;
            if ((statement.traits & kCopyFromStdin) != 0 && lexis_.copy_data) {
                statement.data_begin += base;
                statement.data_end += base;
            }
            script_.statements.push_back(statement);
        }
        for (const Omission& omission : found.omissions) {
            script_.omissions.push_back({omission.begin + base, omission.end + base});
        }
        for (const Check& check : found.checks) {
            script_.checks.push_back({check.begin + base, check.end + base, check.line + lines_});
        }
        script_.traits |= found.traits;
        script_.standard_conforming_strings = found.standard_conforming_strings;
    }

    /// The data of a COPY, which begins here. False when it is not valid UTF-8.
    bool pass_data(std::size_t statement) {
        for (bool at_end = false; !at_end;) {
            take_window();
            EndOfData data = end_of_data(piece_, 0);
            at_end = data.has_whole_mark || !goes_on();
            if (!at_end) {
                data.end = data.behind = piece_.rfind('\n') + 1;  // the last line may go on
                if (data.end == 0) {
                    window_ *= 2;
                    continue;
                }
            }
            if (!is_valid_utf8(std::string_view(piece_).substr(0, data.end))) return false;
            script_.statements[statement].data_end = static_cast<std::uint32_t>(at_ + data.end);
            pass(data.behind, data.lines);
        }
        return true;
    }

    const Text& text_;
    const Lexis& lexis_;
    const bool initial_;
    const std::size_t smallest_;
    std::size_t window_;
    std::string piece_;        ///< the window: bytes of the text from `at_` on
    std::size_t at_ = 0;       ///< what stands before is done
    std::uint32_t lines_ = 0;  ///< before `at_`
    Script script_;
};

}  // namespace

std::optional<Script> scan_parts(
    const Text& text, const Lexis& lexis, bool standard_conforming_strings, std::size_t window
) {
    if (!reads_parts_alike(lexis) || text.size() >= kTooLarge) return std::nullopt;
    return PieceScanner(text, lexis, standard_conforming_strings, window).scan();
}

Script scan_in_pieces(const Text& text, const Lexis& lexis, bool standard_conforming_strings) {
    if (!text.is_whole()) {
        auto script = scan_parts(text, lexis, standard_conforming_strings, kWindow);
        if (script) return std::move(*script);
    }
    return scan(text.whole(), lexis, standard_conforming_strings);
}

}  // namespace migrator::script
