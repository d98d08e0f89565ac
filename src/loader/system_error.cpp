#include "loader/system_error.hpp"

#include <system_error>

#include "core/ascii.hpp"

namespace migrator::loader {

std::string system_error(int number) {
    std::string text = std::generic_category().message(number);
    if (!text.empty()) text[0] = to_lower(text[0]);
    return text;
}

}  // namespace migrator::loader
