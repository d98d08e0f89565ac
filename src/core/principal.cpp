#include "core/principal.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace migrator {
namespace {

constexpr std::array<std::string_view, 5> kNames{"none", "read", "plan", "apply", "admin"};

}  // namespace

std::string_view name_of(Role role) noexcept { return kNames[static_cast<std::size_t>(role)]; }

std::optional<Role> role_called(std::string_view name) noexcept {
    const auto* found = std::ranges::find(kNames, name);
    if (found == kNames.end() || found == kNames.begin()) return std::nullopt;
    return static_cast<Role>(std::distance(kNames.begin(), found));
}

}  // namespace migrator
