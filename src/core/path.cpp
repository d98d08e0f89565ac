#include "core/path.hpp"

namespace migrator {

std::string cleaned(std::string_view path) {
    std::string result;
    while (!path.empty()) {
        const auto slash = path.find('/');
        const std::string_view element = path.substr(0, slash);
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
        if (element.empty() || element == ".") continue;
        if (element != "..") {
            result += '/';
            result += element;
        } else if (!result.empty()) {
            result.erase(result.rfind('/'));
        }
    }
    return result.empty() ? "/" : result;
}

}  // namespace migrator
