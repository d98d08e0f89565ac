#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace migrator {

/// A number of things, or so many percent of them.
struct Share {
    std::size_t value = 0;
    bool is_percent = false;  ///< then `value` is at most 100

    /// What that is of `all`; more than there are is possible when it is a number.
    std::size_t rounded_down(std::size_t all) const;
    std::size_t rounded_up(std::size_t all) const;
    bool operator==(const Share&) const = default;
};

/// "3" or "5%". Nothing for everything else.
std::optional<Share> parse_share(std::string_view text);
/// "10%,50%,100%". Nothing when one of them is none.
std::optional<std::vector<Share>> parse_shares(std::string_view text);

}  // namespace migrator
