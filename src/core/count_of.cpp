#include "core/count_of.hpp"

#include <fmt/format.h>

namespace migrator {

std::string count_of(std::int64_t number, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", number, number == 1 ? one : many);
}

std::string count_of(std::size_t number, std::string_view one, std::string_view many) {
    return count_of(static_cast<std::int64_t>(number), one, many);
}

}  // namespace migrator
