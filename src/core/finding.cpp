#include "core/finding.hpp"

#include <array>

namespace migrator {
namespace {

constexpr std::array<std::string_view, 4> kLevels = {"off", "info", "warning", "danger"};

}  // namespace

std::string_view name_of(Level level) { return kLevels[static_cast<std::size_t>(level)]; }

std::optional<Level> level_of(std::string_view name) {
    for (std::size_t i = 0; i < kLevels.size(); ++i) {
        if (kLevels[i] == name) return static_cast<Level>(i);
    }
    return std::nullopt;
}

}  // namespace migrator
