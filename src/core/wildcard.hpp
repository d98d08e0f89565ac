#pragma once

#include <cstddef>
#include <string_view>

namespace migrator {

/// Whether `pattern` means all of `text`; `*` stands for any characters, none included, and
/// everything else for itself. Takes at most `pattern.size() * (text.size() + 1) + 1` steps, the
/// stack of one call, and no memory. `steps` counts them, where it is given.
bool matches_wildcards(
    std::string_view pattern, std::string_view text, std::size_t* steps = nullptr
) noexcept;

}  // namespace migrator
