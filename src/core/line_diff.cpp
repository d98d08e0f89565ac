#include "core/line_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace migrator {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t kContext = 3;        // equal lines around a change
constexpr std::size_t kMostEdits = 1'000;  // that are looked for; the cost is its square

/// The lines with their ends, so that one without an end differs from one with it.
Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const std::size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
        lines.push_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return lines;
}

/// Lines [before, before_end) became [after, after_end).
struct Change {
    std::size_t before;
    std::size_t before_end;
    std::size_t after;
    std::size_t after_end;
};

/// The shortest way from one list of lines to another (Myers, "An O(ND) Difference Algorithm").
class Comparison {
public:
    Comparison(const Lines& before, const Lines& after) : before_(before), after_(after) {
        const std::size_t most = std::min(before.size(), after.size());
        while (begin_ < most && before[begin_] == after[begin_]) ++begin_;
        while (end_ < most - begin_ &&
               before[before.size() - 1 - end_] == after[after.size() - 1 - end_]) {
            ++end_;
        }
    }

    std::vector<Change> changes() {
        const std::size_t old_end = before_.size() - end_;
        const std::size_t new_end = after_.size() - end_;
        if (begin_ == old_end && begin_ == new_end) return {};
        if (!find_way(old_end - begin_, new_end - begin_)) {
            return {{begin_, old_end, begin_, new_end}};
        }
        return walk_back(old_end - begin_, new_end - begin_);
    }

private:
    using Furthest = std::vector<std::ptrdiff_t>;  // by diagonal: how far in the old lines

    /// Fills `steps_`; false when there are too many.
    bool find_way(std::size_t old_size, std::size_t new_size) {
        const auto olds = static_cast<std::ptrdiff_t>(old_size);
        const auto news = static_cast<std::ptrdiff_t>(new_size);
        const auto most = static_cast<std::ptrdiff_t>(std::min(old_size + new_size, kMostEdits));
        Furthest furthest{0};
        for (std::ptrdiff_t edits = 0; edits <= most; ++edits) {
            Furthest next(static_cast<std::size_t>(2 * edits + 1));
            for (std::ptrdiff_t diagonal = -edits; diagonal <= edits; diagonal += 2) {
                std::ptrdiff_t x = edits == 0 ? 0 : start_of(furthest, edits, diagonal);
                while (x < olds && x - diagonal < news && x - diagonal >= 0 &&
                       old_line(x) == new_line(x - diagonal)) {
                    ++x;
                }
                next[static_cast<std::size_t>(diagonal + edits)] = x;
                if (x >= olds && x - diagonal >= news) {
                    steps_.push_back(std::move(next));
                    return true;
                }
            }
            steps_.push_back(next);
            furthest = std::move(next);
        }
        return false;
    }

    static std::ptrdiff_t at(const Furthest& furthest, std::ptrdiff_t edits, std::ptrdiff_t line) {
        return furthest[static_cast<std::size_t>(line + edits)];
    }
    /// Whether the way to this diagonal goes down, by a new line, and not right, by an old one.
    static bool goes_down(const Furthest& last, std::ptrdiff_t edits, std::ptrdiff_t diagonal) {
        if (diagonal == -edits) return true;
        if (diagonal == edits) return false;
        return at(last, edits - 1, diagonal - 1) < at(last, edits - 1, diagonal + 1);
    }
    static std::ptrdiff_t start_of(
        const Furthest& last, std::ptrdiff_t edits, std::ptrdiff_t diagonal
    ) {
        return goes_down(last, edits, diagonal) ? at(last, edits - 1, diagonal + 1)
                                                : at(last, edits - 1, diagonal - 1) + 1;
    }

    std::vector<Change> walk_back(std::size_t old_size, std::size_t new_size) const {
        std::vector<Change> changes;
        auto x = static_cast<std::ptrdiff_t>(old_size);
        auto y = static_cast<std::ptrdiff_t>(new_size);
        for (auto edits = static_cast<std::ptrdiff_t>(steps_.size()) - 1; edits > 0; --edits) {
            const Furthest& last = steps_[static_cast<std::size_t>(edits - 1)];
            const bool is_new = goes_down(last, edits, x - y);
            const std::ptrdiff_t x_end = start_of(last, edits, x - y);
            const std::ptrdiff_t y_end = x_end - (x - y);
            x = is_new ? x_end : x_end - 1;
            y = is_new ? y_end - 1 : y_end;
            add(changes, x, x_end, y, y_end);
        }
        std::ranges::reverse(changes);
        return changes;
    }
    /// In front of the last one, as one with it where they touch.
    void add(
        std::vector<Change>& changes,
        std::ptrdiff_t old_begin,
        std::ptrdiff_t old_end,
        std::ptrdiff_t new_begin,
        std::ptrdiff_t new_end
    ) const {
        const auto whole = [this](std::ptrdiff_t line) {
            return static_cast<std::size_t>(line) + begin_;
        };
        const Change change{whole(old_begin), whole(old_end), whole(new_begin), whole(new_end)};
        if (!changes.empty() && changes.back().before == change.before_end &&
            changes.back().after == change.after_end) {
            changes.back().before = change.before;
            changes.back().after = change.after;
        } else {
            changes.push_back(change);
        }
    }

    std::string_view old_line(std::ptrdiff_t index) const {
        return before_[begin_ + static_cast<std::size_t>(index)];
    }
    std::string_view new_line(std::ptrdiff_t index) const {
        return after_[begin_ + static_cast<std::size_t>(index)];
    }

    const Lines& before_;
    const Lines& after_;
    std::size_t begin_ = 0;  ///< equal lines at the beginning
    std::size_t end_ = 0;    ///< and at the end
    std::vector<Furthest> steps_;
};

/// "12,3", "12" for one line, "11,0" for none behind line 11.
std::string range_of(std::size_t begin, std::size_t end) {
    if (end - begin == 1) return std::to_string(begin + 1);
    return fmt::format("{},{}", begin == end ? begin : begin + 1, end - begin);
}

class Hunks {
public:
    Hunks(const Lines& before, const Lines& after) : before_(before), after_(after) {}

    /// One hunk, of changes that are near each other.
    void add(const Change* first, const Change* last) {
        const std::size_t lead = std::min(kContext, first->before);
        const std::size_t tail = std::min(kContext, before_.size() - last->before_end);
        text_.push_back(fmt::format(
            "@@ -{} +{} @@",
            range_of(first->before - lead, last->before_end + tail),
            range_of(first->after - lead, last->after_end + tail)
        ));
        std::size_t line = first->before - lead;
        for (const Change* change = first; change <= last; ++change) {
            add(' ', before_, line, change->before);
            add('-', before_, change->before, change->before_end);
            add('+', after_, change->after, change->after_end);
            line = change->before_end;
        }
        add(' ', before_, line, last->before_end + tail);
    }
    std::vector<std::string> text() { return std::move(text_); }

private:
    void add(char mark, const Lines& lines, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            std::string_view line = lines[i];
            const bool has_end = line.ends_with('\n');
            if (has_end) line.remove_suffix(1);
            text_.push_back(fmt::format("{}{}", mark, line));
            if (!has_end && mark != ' ') text_.emplace_back("\\ No newline at end of file");
        }
    }

    const Lines& before_;
    const Lines& after_;
    std::vector<std::string> text_;
};

}  // namespace

std::vector<std::string> unified_diff(std::string_view before, std::string_view after) {
    const Lines old_lines = lines_of(before);
    const Lines new_lines = lines_of(after);
    const std::vector<Change> changes = Comparison(old_lines, new_lines).changes();
    Hunks hunks(old_lines, new_lines);
    for (std::size_t i = 0; i < changes.size();) {
        std::size_t last = i;
        while (last + 1 < changes.size() &&
               changes[last + 1].before - changes[last].before_end <= 2 * kContext) {
            ++last;
        }
        hunks.add(&changes[i], &changes[last]);
        i = last + 1;
    }
    return hunks.text();
}

}  // namespace migrator
