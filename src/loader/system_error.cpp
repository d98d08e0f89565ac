#include "loader/system_error.hpp"

#include <system_error>

namespace migrator::loader {

std::string system_error(int number) {
    std::string text = std::generic_category().message(number);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') {
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    }
    return text;
}

}  // namespace migrator::loader
