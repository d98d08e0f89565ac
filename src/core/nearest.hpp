#pragma once

#include <algorithm>
#include <string>
#include <string_view>

/// "Did you mean …?"
namespace migrator {

/// How many insertions, deletions and replacements make one of the other (Levenshtein), letters in
/// any case.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The most changes that `word` may be away from what was meant by it; 0 for a word that is no
/// misspelling of anything: a short one is as near to every other short one.
std::size_t most_changes(std::string_view word) noexcept;

/// The name most like `word`, the first of several; empty when none is like enough to be meant.
/// `names`: a range of texts.
template <typename Names>
std::string nearest(std::string_view word, const Names& names) {
    std::string best;
    if (most_changes(word) == 0) return best;
    std::size_t least = most_changes(word) + 1;
    for (const std::string_view name : names) {
        if (most_changes(name) == 0) continue;
        const std::size_t changes = edit_distance(word, name);
        if (changes >= least) continue;
        least = changes;
        best = name;
    }
    return best;
}

}  // namespace migrator
