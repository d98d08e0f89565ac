#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "script/script.hpp"
#include "script/text.hpp"

/// Scanning a text part by part, so that it is never held as a whole: for `scan` and
/// `scan_in_pieces`.
namespace migrator::script {

/// Offsets of larger texts don't fit.
inline constexpr std::size_t kTooLarge = std::numeric_limits<std::uint32_t>::max();

struct PartStart {
    Reading reading;            ///< where the part begins
    Reading initial;            ///< where the whole text begins
    bool text_goes_on = false;  ///< behind the part
    /// What the server has said, in order; of the rest the text tells.
    std::span<const ReadingFrom> known{};
};

/// What a scan of a part has found, as if nothing stood before it.
struct Part {
    /// The statements that are certain, whatever follows. `conclude` has not seen it.
    Script script;
    std::size_t behind = 0;  ///< one past what is certain: a next part begins here
    /// The statement whose COPY data goes on at `behind`; its own data is left empty.
    std::optional<std::size_t> open_copy;
};

/// A text that goes on is read right where nothing but settings is carried on from one statement to
/// the next: by a lexis as PostgreSQL's.
Part scan_part(std::string_view text, const Lexis& lexis, const PartStart& start);

/// Fills in what only all statements together tell.
void conclude(Script& script);

/// What `scan` finds in the whole text, by windows of at least so many bytes. Nothing when they
/// don't tell for certain: the scanner is not sure, there is a problem, or `lexis` carries more
/// than settings on.
std::optional<Script> scan_parts(
    const Text& text, const Lexis& lexis, bool standard_conforming_strings, std::size_t window
);

}  // namespace migrator::script
